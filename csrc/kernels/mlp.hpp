// The MLP of dense models: one wide SwiGLU for every token.
#pragma once

#include "grouped_attention.hpp"

namespace trinity {
namespace TRINITY_ISA {

inline void mlp_layer(const MlpLayer& layer, int64_t T, float* x_TD) {
  const int64_t D = layer.width, F = layer.inner;
  const std::vector<float> normed = normalised(x_TD, layer.input_norm, layer.eps, T);
  std::vector<float> gate_up(T * 2 * F), inner(T * F);
  const RowPointers<const float> from(normed.data(), T, D);
  const RowPointers<float> to(gate_up.data(), T, 2 * F);
  const Matrix& m = layer.gate_up;
  // A gate's panel and its up's stay in one task.
  const int64_t step = std::max<int64_t>(2, panels_a_task(m) / 2 * 2);
  const int64_t strips = (m.panels() + step - 1) / step, blocks = (T + kRowBlock - 1) / kRowBlock;
  pool().run(int(strips * blocks), [&](int task, int) {
    const int64_t first = task % strips * step, stop = std::min(first + step, m.panels());
    const int64_t row = task / strips * kRowBlock, rows = std::min(kRowBlock, T - row);
    multiply(m, first, stop, rows, from.rows.data() + row, to.rows.data() + row);
    for (int64_t t = row; t < row + rows; ++t)
      for (int64_t panel = first; panel < stop; panel += 2)
        for (int64_t j = 0; j < kPanel; j += W) {
          const float* gate = to.rows[t] + panel * kPanel + j;
          const vf g = load(gate);
          store(inner.data() + t * F + panel / 2 * kPanel + j,
                g / (1 + exp(-g)) * load(gate + kPanel));
        }
  });
  multiply_all(layer.down, T, inner.data(), F, x_TD, D, true);
}

}  // namespace TRINITY_ISA
}  // namespace trinity
