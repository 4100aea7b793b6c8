// Grouped-query attention over the paged cache, for dense models. The query heads that share a head
// of keys and values are computed together, so that those are read once for all of them.
#pragma once

#include "serving.hpp"

namespace trinity {
namespace TRINITY_ISA {

// norm(x) of rows [count, width], shared among threads.
inline std::vector<float> normalised(const float* x, const std::vector<float>& norm, float eps,
                                     int64_t count) {
  const int64_t width = int64_t(norm.size());
  std::vector<float> out(count * width);
  pool().run(int((count + 15) / 16), [&](int task, int) {
    for (int64_t t = task * 16; t < std::min<int64_t>(count, task * 16 + 16); ++t)
      normalise(x + t * width, norm.data(), eps, width, out.data() + t * width);
  });
  return out;
}

struct GroupedScratch {
  std::vector<float> query, key_columns, value, score, mixed;
  std::vector<float> top, total;
  std::vector<int64_t> limit;
};

// The query heads of one head of keys and values, for the tokens of one group.
struct SharedHead {
  const GroupedAttentionLayer& layer;
  const Step& step;
  int64_t group, shared_head;

  int64_t sharing() const { return layer.heads / layer.shared_heads; }
  int64_t rows() const { return step.group_width * sharing(); }
  int64_t token(int64_t i) const {
    return step.group_tokens_GQ[group * step.group_width + i / sharing()];
  }
  // Where row i begins in rows of all heads, `stride` values a token.
  int64_t place(int64_t i, int64_t stride) const {
    return token(i) * stride + (shared_head * sharing() + i % sharing()) * layer.head;
  }

  // One tile of keys for all rows: online softmax (arXiv 1805.02867).
  void attend_tile(int64_t first_key, const float* cache_BLX, GroupedScratch& s) const {
    const int64_t Q = layer.head, X = 2 * layer.shared_heads * Q;
    const int64_t* table = step.table_SB + step.group_sequence_G[group] * step.table_width;
    const float* keys[kKeys];
    for (int64_t j = 0; j < kKeys; ++j) {
      const int64_t key = first_key + j, block = key / step.block_size;
      const int64_t index = block < step.table_width ? table[block] : 0;
      const float* cached = cache_BLX + (index * step.block_size + key % step.block_size) * X;
      keys[j] = cached + shared_head * Q;
      std::copy_n(keys[j] + layer.shared_heads * Q, Q, s.value.data() + j * Q);
    }
    pack_transpose<F32, FromStore<F32>>(kKeys, kKeys, Q, [&](int64_t j) { return keys[j]; },
                                        s.key_columns.data());
    gemm<F32>(rows(), kKeys, Q, rows_of<F32>(s.query.data(), Q), s.key_columns.data(), kKeys,
              s.score.data(), kKeys, false);
    for (int64_t i = 0; i < rows(); ++i) {
      float* score = s.score.data() + i * kKeys;
      const int64_t seen = std::min(kKeys, s.limit[i] + 1 - first_key);
      if (seen <= 0) {
        std::fill(score, score + kKeys, 0.0f);
        continue;
      }
      const float top = std::max(s.top[i], *std::max_element(score, score + seen));
      const float fade = std::exp(s.top[i] - top);
      s.total[i] = s.total[i] * fade + exponentials<F32>(score, top, seen, kKeys, score);
      s.top[i] = top;
      float* mixed = s.mixed.data() + i * Q;
      for (int64_t j = 0; j < Q; j += W) store(mixed + j, load(mixed + j) * fade);
    }
    gemm<F32>(rows(), Q, kKeys, rows_of<F32>(s.score.data(), kKeys), s.value.data(), Q,
              s.mixed.data(), Q, true);
  }

  // From rotated and scaled queries, whose rows are `stride` apart, to the heads' sums of values.
  void run(const float* query, int64_t stride, const float* cache_BLX, float* out_THQ,
           GroupedScratch& s) const {
    const int64_t Q = layer.head;
    s.query.resize(rows() * Q);
    s.key_columns.resize(kKeys * Q);
    s.value.resize(kKeys * Q);
    s.score.resize(rows() * kKeys);
    s.mixed.assign(rows() * Q, 0.0f);
    s.top.assign(rows(), -std::numeric_limits<float>::infinity());
    s.total.assign(rows(), 0.0f);
    s.limit.resize(rows());
    for (int64_t i = 0; i < rows(); ++i) {
      s.limit[i] = step.positions_T[token(i)];
      std::copy_n(query + place(i, stride), Q, s.query.data() + i * Q);
    }
    for (int64_t key = 0; key < step.context_G[group]; key += kKeys)
      attend_tile(key, cache_BLX, s);
    for (int64_t i = 0; i < rows(); ++i) {
      float* out = out_THQ + place(i, layer.heads * Q);
      const float* mixed = s.mixed.data() + i * Q;
      for (int64_t j = 0; j < Q; j += W) store(out + j, load(mixed + j) / s.total[i]);
    }
  }
};

inline void grouped_attention_layer(const GroupedAttentionLayer& layer, const Step& step,
                                    float* cache_BLX, float* x_TD) {
  const int64_t T = step.tokens, D = layer.width, Q = layer.head;
  const int64_t H = layer.heads, N = layer.shared_heads, width = (H + 2 * N) * Q;
  const std::vector<float> normed = normalised(x_TD, layer.input_norm, layer.eps, T);
  std::vector<float> projected(T * width), mixed(T * H * Q);
  multiply_all(layer.project, T, normed.data(), D, projected.data(), width);
  pool().run(int((T + 15) / 16), [&](int task, int) {
    for (int64_t t = task * 16; t < std::min<int64_t>(T, task * 16 + 16); ++t) {
      float* row = projected.data() + t * width;
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
  std::vector<GroupedScratch> scratch(pool().num_threads());
  pool().run(int(step.groups * N), [&](int task, int worker) {
    SharedHead{layer, step, task / N, task % N}.run(projected.data(), width, cache_BLX,
                                                    mixed.data(), scratch[worker]);
  });
  multiply_all(layer.out, T, mixed.data(), H * Q, x_TD, D, true);
}

}  // namespace TRINITY_ISA
}  // namespace trinity
