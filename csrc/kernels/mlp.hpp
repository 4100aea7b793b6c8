// The MLP of dense models: one wide SwiGLU for every token.
#pragma once

#include "serving.hpp"

namespace trinity {
namespace TRINITY_ISA {

struct MlpRoom {
  Room<float> normed, gate_up;
  Rows rows;
};

inline void mlp_layer(const MlpLayer& layer, int64_t T, float* x_TD) {
  static thread_local MlpRoom own_room;
  MlpRoom& room = own_room;  // the caller's, also on other threads
  const int64_t width = 2 * layer.inner;
  float* gate_up = room.gate_up.at_least(T * width);
  normalise_rows(x_TD, layer.input_norm.data(), layer.eps, T, layer.gate_up,
                 room.normed.at_least(T * layer.width), room.rows);
  multiply_all(layer.gate_up, T, room.rows, gate_up, width);
  room.rows.set(layer.down.takes_bytes, gate_up, T, layer.inner, width);
  share_rows(T, [&](int64_t first, int64_t stop) {
    for (int64_t t = first; t < stop; ++t) gate(gate_up + t * width, layer.inner);
    room.rows.convert(first, stop);
  });
  multiply_all(layer.down, T, room.rows, x_TD, layer.width, true);
}

}  // namespace TRINITY_ISA
}  // namespace trinity
