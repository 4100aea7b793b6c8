// Grouped-query attention over the paged cache, for dense models. The query heads that share a head
// of keys and values are computed together, so that those are read once for all of them.
#pragma once

#include "keys.hpp"
#include "serving.hpp"

namespace trinity {
namespace TRINITY_ISA {

struct GroupedScratch {
  std::vector<float> query, score, mixed;
  OnlineSoftmax softmax;
};

// The query heads of one head of keys and values, for the tokens of one group.
struct SharedHead {
  const GroupedAttentionLayer& layer;
  const Step& step;
  int64_t group, shared_head;

  int64_t sharing() const { return layer.heads / layer.shared_heads; }
  int64_t rows() const { return step.num_tokens(group) * sharing(); }
  int64_t token(int64_t i) const {
    return step.first_token(group) + i / sharing();
  }
  // Where row i begins in rows of all heads, `stride` values a token.
  int64_t place(int64_t i, int64_t stride) const {
    return token(i) * stride + (shared_head * sharing() + i % sharing()) * layer.head;
  }

  // One tile of keys and values for all rows.
  void attend_tile(int64_t first_key, const float* cache_BLX, GroupedScratch& s) const {
    const int64_t Q = layer.head, N = layer.shared_heads;
    const int64_t count = std::min(kKeys, step.context_G[group] - first_key);
    const float* found[kKeys];
    find_cached(step, group, first_key, (count + 3) / 4 * 4, cache_BLX + shared_head * Q,
                2 * N * Q, found);
    dot_rows(rows(), s.query.data(), Q, found, count, s.score.data(), kKeys);
    s.softmax.weigh(rows(), first_key, count, Q, s.score.data(), s.mixed.data());
    for (int64_t j = 0; j < count; ++j) found[j] += N * Q;  // from keys to values
    mix_rows(rows(), s.score.data(), kKeys, found, count, Q, s.mixed.data());
  }

  // From rotated and scaled queries, whose rows are `stride` apart, to the heads' sums of values.
  void run(const float* query, int64_t stride, const float* cache_BLX, float* out_THQ,
           GroupedScratch& s) const {
    const int64_t Q = layer.head;
    s.query.resize(rows() * Q);
    s.score.resize(rows() * kKeys);
    s.mixed.assign(rows() * Q, 0.0f);
    s.softmax.start(rows());
    for (int64_t i = 0; i < rows(); ++i) {
      s.softmax.position[i] = step.positions_T[token(i)];
      std::copy_n(query + place(i, stride), Q, s.query.data() + i * Q);
    }
    for (int64_t key = 0; key < step.context_G[group]; key += kKeys)
      attend_tile(key, cache_BLX, s);
    s.softmax.divide(rows(), Q, s.mixed.data());
    for (int64_t i = 0; i < rows(); ++i)
      std::copy_n(s.mixed.data() + i * Q, Q, out_THQ + place(i, layer.heads * Q));
  }
};

struct GroupedRoom {
  Room<float> normed, projected, mixed;
  Rows rows;
  std::vector<GroupedScratch> scratch;
};

inline void grouped_attention_layer(const GroupedAttentionLayer& layer, const Step& step,
                                    float* cache_BLX, float* x_TD) {
  static thread_local GroupedRoom own_room;
  GroupedRoom& room = own_room;  // the caller's, also on other threads
  const int64_t T = step.tokens, D = layer.width, Q = layer.head;
  const int64_t H = layer.heads, N = layer.shared_heads, width = (H + 2 * N) * Q;
  float* projected = room.projected.at_least(T * width);
  float* mixed = room.mixed.at_least(T * H * Q);
  normalise_rows(x_TD, layer.input_norm.data(), layer.eps, T, layer.project,
                 room.normed.at_least(T * D), room.rows);
  multiply_all(layer.project, T, room.rows, projected, width);
  share_rows(T, [&](int64_t first, int64_t stop) {
    for (int64_t t = first; t < stop; ++t) {
      float* row = projected + t * width;
      float* cached = cache_BLX + step.slots_T[t] * 2 * N * Q;
      const float* cosines = step.cos_TR.data() + t * Q;
      const float* sines = step.sin_TR.data() + t * Q;
      for (int64_t h = 0; h < H + N; ++h) {
        const float* from = row + h * Q;
        float* to = h < H ? row + h * Q : cached + (h - H) * Q;
        const float factor = h < H ? layer.scale : 1.0f;
        for (int64_t j = 0; j < Q; j += W)
          store(to + j, rotate<float>(load(from + j) * factor, cosines + j, sines + j, 1.0f));
      }
      std::copy_n(row + (H + N) * Q, N * Q, cached + N * Q);
    }
  });
  room.scratch.resize(pool().num_threads());
  pool().run(int(step.groups * N), [&](int task, int worker) {
    SharedHead{layer, step, task / N, task % N}.run(projected, width, cache_BLX, mixed,
                                                    room.scratch[worker]);
  });
  convert_rows(mixed, T, H * Q, layer.out, room.rows);
  multiply_all(layer.out, T, room.rows, x_TD, D, true);
}

}  // namespace TRINITY_ISA
}  // namespace trinity
