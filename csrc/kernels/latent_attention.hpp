// Latent attention over the paged cache, absorbed: queries are moved to the space of the latents,
// which are keys and values of all heads at once.
#pragma once

#include "keys.hpp"
#include "serving.hpp"

namespace trinity {
namespace TRINITY_ISA {

struct AttentionScratch {
  std::vector<float> query, score;
  std::vector<Row> from;
  std::vector<float*> to;
  OnlineSoftmax softmax;
  Rows rows;
};

// Attention of all tokens, in parts: a few neighbouring tokens and heads each.
struct LatentAttention {
  const AttentionLayer& layer;
  const Step& step;
  int64_t splits;          // of the heads
  const float* query_THQ;
  float *absorbed, *mixed;  // rows of each split, token by token, then head by head
  float* out_THV;

  int64_t first_head(int64_t split) const { return layer.heads * split / splits; }
  int64_t num_heads(int64_t split) const { return first_head(split + 1) - first_head(split); }
  int64_t cached() const { return layer.latent + layer.rotary; }
  // The index of a row of `absorbed` and `mixed`.
  int64_t row(int64_t split, int64_t token, int64_t head) const {
    return step.tokens * first_head(split) + token * num_heads(split) + head - first_head(split);
  }

  // Rows [latent + rotary]: the head's matrix of keys moved to the query, times scale and
  // temperature.
  void absorb(int64_t split, int64_t head, int64_t first, int64_t count,
              AttentionScratch& s) const {
    const int64_t N = layer.nope;
    s.query.resize(count * N);
    s.to.resize(count);
    for (int64_t i = 0; i < count; ++i) {
      const int64_t t = first + i;
      const float* from = query_THQ + (t * layer.heads + head) * (N + layer.rotary);
      const float factor = layer.scale * step.temperature_T[t];
      s.to[i] = absorbed + row(split, t, head) * cached();
      for (int64_t j = 0; j < N; j += W) store(s.query.data() + i * N + j, load(from + j) * factor);
      for (int64_t j = 0; j < layer.rotary; j += W)
        store(s.to[i] + layer.latent + j,
              rotate<float>(load(from + N + j) * factor,
                            step.cos_TR.data() + t * layer.rotary + j,
                            step.sin_TR.data() + t * layer.rotary + j, 1.0f));
    }
    // Whole panels, or the last would run into the rotary part: latent is a multiple of 16.
    multiply_few(layer.keys[head], s.query.data(), N, count, s);
  }

  // The sums of latents that the tokens of one group see.
  void attend(int64_t split, int64_t group, const float* cache_BLC, AttentionScratch& s) const {
    const int64_t L = layer.latent, C = cached(), first = step.first_token(group);
    const int64_t heads = num_heads(split), rows = step.num_tokens(group) * heads;
    const int64_t begin = row(split, first, first_head(split));
    const float* query = absorbed + begin * C;
    float* sums = mixed + begin * L;
    s.score.resize(rows * kKeys);
    std::fill_n(sums, rows * L, 0.0f);
    s.softmax.start(rows);
    for (int64_t i = 0; i < rows; ++i) s.softmax.position[i] = step.positions_T[first + i / heads];
    const float* keys[kKeys];
    for (int64_t key = 0; key < step.context_G[group]; key += kKeys) {
      const int64_t count = std::min(kKeys, step.context_G[group] - key);
      find_cached(step, group, key, (count + 3) / 4 * 4, cache_BLC, C, keys);
      dot_rows(rows, query, C, keys, count, s.score.data(), kKeys);
      s.softmax.weigh(rows, key, count, L, s.score.data(), sums);
      mix_rows(rows, s.score.data(), kKeys, keys, count, L, sums);
    }
    s.softmax.divide(rows, L, sums);
  }

  // From sums of latents to the head's values.
  void project(int64_t split, int64_t head, int64_t first, int64_t count,
               AttentionScratch& s) const {
    s.to.resize(count);
    for (int64_t i = 0; i < count; ++i)
      s.to[i] = out_THV + ((first + i) * layer.heads + head) * layer.value;
    multiply_few(layer.values[head], mixed + row(split, first, head) * layer.latent,
                 num_heads(split) * layer.latent, count, s);
  }

 private:
  // s.to[i] = m x[i], for a few rows `stride` apart.
  static void multiply_few(const Matrix& m, const float* x, int64_t stride, int64_t count,
                           AttentionScratch& s) {
    s.rows.set(m.takes_bytes, x, count, m.inputs, stride);
    s.rows.convert(0, count);
    s.from.clear();
    for (int64_t i = 0; i < count; ++i) s.from.push_back(s.rows[i]);
    multiply(m, 0, m.panels(), count, s.from.data(), s.to.data());
  }
};

// All of the attention between its queries and its values, shared among threads.
inline void attend_all(const LatentAttention& part, const float* cache_BLC,
                       std::vector<AttentionScratch>& scratch) {
  const Step& step = part.step;
  const int64_t threads = pool().num_threads(), splits = part.splits;
  scratch.resize(threads);
  if (step.groups <= threads) {  // too little work to meet three times
    pool().run(int(step.groups * splits), [&](int task, int worker) {
      const int64_t split = task % splits, group = task / splits;
      const int64_t first = step.first_token(group), count = step.num_tokens(group);
      AttentionScratch& s = scratch[worker];
      const int64_t head = part.first_head(split), stop = part.first_head(split + 1);
      for (int64_t h = head; h < stop; ++h) part.absorb(split, h, first, count, s);
      part.attend(split, group, cache_BLC, s);
      for (int64_t h = head; h < stop; ++h) part.project(split, h, first, count, s);
    });
    return;
  }
  // Many tokens share each head's matrices; there is one split.
  const int64_t heads = part.layer.heads, blocks = (step.tokens + kRowBlock - 1) / kRowBlock;
  const auto for_blocks = [&](auto call) {
    pool().run(int(blocks * heads), [&](int task, int worker) {
      const int64_t first = task / heads * kRowBlock;
      call(task % heads, first, std::min(kRowBlock, step.tokens - first), scratch[worker]);
    });
  };
  for_blocks([&](auto&&... of) { part.absorb(0, of...); });
  pool().run(int(step.groups), [&](int group, int worker) {
    part.attend(0, group, cache_BLC, scratch[worker]);
  });
  for_blocks([&](auto&&... of) { part.project(0, of...); });
}

struct AttentionRoom {
  Room<float> normed, low, query, absorbed, sums, mixed;
  Rows rows;
  std::vector<AttentionScratch> scratch;
};

inline void attention_layer(const AttentionLayer& layer, const Step& step, float* cache_BLC,
                            float* x_TD) {
  static thread_local AttentionRoom own_room;
  AttentionRoom& room = own_room;  // the caller's, also on other threads
  const int64_t T = step.tokens, D = layer.width, C = layer.latent + layer.rotary;
  const int64_t low_width = layer.down.panels() * kPanel;
  const int64_t query_width = layer.heads * (layer.nope + layer.rotary);
  const int64_t mixed_width = layer.heads * layer.value;
  float* normed = room.normed.at_least(T * D);
  float* low = room.low.at_least(T * low_width);
  float* query = room.query.at_least(T * query_width);
  float* mixed = room.mixed.at_least(T * mixed_width);
  Rows& rows = room.rows;
  normalise_rows(x_TD, layer.input_norm.data(), layer.eps, T, layer.down, normed, rows);
  multiply_all(layer.down, T, rows, low, low_width);
  rows.set(layer.query.takes_bytes, low, T, layer.query_rank, low_width);
  share_rows(T, [&](int64_t first, int64_t stop) {
    for (int64_t t = first; t < stop; ++t) {
      float* row = low + t * low_width;
      normalise(row, layer.query_norm.data(), layer.eps, layer.query_rank, row);
      const float* compressed = row + layer.query_rank;
      float* cached = cache_BLC + step.slots_T[t] * C;
      normalise(compressed, layer.latent_norm.data(), layer.eps, layer.latent, cached);
      for (int64_t j = 0; j < layer.rotary; j += W)
        store(cached + layer.latent + j,
              rotate<float>(load(compressed + layer.latent + j),
                            step.cos_TR.data() + t * layer.rotary + j,
                            step.sin_TR.data() + t * layer.rotary + j, 1.0f));
    }
    rows.convert(first, stop);
  });
  multiply_all(layer.query, T, rows, query, query_width);
  const int64_t splits = std::min<int64_t>(
      layer.heads, std::max<int64_t>(1, (pool().num_threads() + step.groups - 1) / step.groups));
  const LatentAttention part{layer, step, splits, query,
                             room.absorbed.at_least(T * layer.heads * C),
                             room.sums.at_least(T * layer.heads * layer.latent), mixed};
  attend_all(part, cache_BLC, room.scratch);
  convert_rows(mixed, T, mixed_width, layer.out, rows);
  multiply_all(layer.out, T, rows, x_TD, D, true);
}

}  // namespace TRINITY_ISA
}  // namespace trinity
