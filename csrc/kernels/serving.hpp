// The serving layers: see csrc/serving.hpp.
#pragma once

#include <limits>

#include "../pool.hpp"
#include "attention.hpp"
#include "panels.hpp"
#include "route.hpp"
#include "route_shared.hpp"

namespace trinity {
namespace TRINITY_ISA {

constexpr int64_t kTaskBytes = 48 << 10;  // weights a task reads: below it sharing costs more
constexpr int64_t kRowBlock = 48;         // rows a task multiplies its weights with
constexpr int64_t kKeys = 64;             // cached keys a tile of paged attention

inline int64_t panels_a_task(const Matrix& m) {
  return std::max<int64_t>(1, kTaskBytes / m.panel_bytes());
}

// Addresses of rows `stride` apart.
template <class T> struct RowPointers {
  std::vector<T*> rows;
  RowPointers(T* first, int64_t count, int64_t stride) : rows(count) {
    for (int64_t i = 0; i < count; ++i) rows[i] = first + i * stride;
  }
};

// y[rows, stride] = m x, shared among threads.
inline void multiply_all(const Matrix& m, int64_t rows, const float* x, int64_t x_stride, float* y,
                         int64_t y_stride, bool add = false) {
  const RowPointers<const float> from(x, rows, x_stride);
  const RowPointers<float> to(y, rows, y_stride);
  const int64_t step = panels_a_task(m), strips = (m.panels() + step - 1) / step;
  const int64_t blocks = (rows + kRowBlock - 1) / kRowBlock;
  pool().run(int(strips * blocks), [&](int task, int) {
    const int64_t first = task % strips * step, row = task / strips * kRowBlock;
    multiply(m, first, std::min(first + step, m.panels()), std::min(kRowBlock, rows - row),
             from.rows.data() + row, to.rows.data() + row, add);
  });
}

// --- attention ----------------------------------------------------------------------------------

struct AttentionScratch {
  std::vector<float> query, key, key_columns, score, mixed, absorbed;
  std::vector<float> top, total;
  std::vector<int64_t> limit;
};

// The attention of some heads of the tokens of one group.
struct GroupOfHeads {
  const AttentionLayer& layer;
  const Step& step;
  int64_t group, first_head, num_heads;

  int64_t token(int64_t i) const {
    return step.group_tokens_GQ[group * step.group_width + i / num_heads];
  }
  int64_t head(int64_t i) const { return first_head + i % num_heads; }
  int64_t rows() const { return step.group_width * num_heads; }
  int64_t cached() const { return layer.latent + layer.rotary; }

  // Rows [latent + rotary]: keys' matrices moved to the query, times scale and temperature.
  void absorb(const float* query_THQ, AttentionScratch& s) const {
    const int64_t Q = layer.nope + layer.rotary, C = cached();
    s.query.resize(rows() * Q);
    s.absorbed.resize(rows() * C);
    for (int64_t i = 0; i < rows(); ++i) {
      const int64_t t = token(i);
      const float* from = query_THQ + (t * layer.heads + head(i)) * Q;
      const float factor = layer.scale * step.temperature_T[t];
      float* row = s.query.data() + i * Q;
      for (int64_t j = 0; j < layer.nope; j += W) store(row + j, load(from + j) * factor);
      float* rotated = s.absorbed.data() + i * C + layer.latent;
      for (int64_t j = 0; j < layer.rotary; j += W)
        store(rotated + j, rotate<float>(load(from + layer.nope + j) * factor,
                                         step.cos_TR.data() + t * layer.rotary + j,
                                         step.sin_TR.data() + t * layer.rotary + j, 1.0f));
    }
    for_each_head([&](int64_t h, const std::vector<int64_t>& of_head) {
      std::vector<const float*> x;
      std::vector<float*> y;
      for (int64_t i : of_head) {
        x.push_back(s.query.data() + i * Q);
        y.push_back(s.absorbed.data() + i * C);
      }
      // Whole panels, or the last would run into the rotary part: latent is a multiple of 16.
      const Matrix& keys = layer.keys[h];
      multiply(keys, 0, keys.panels(), int64_t(x.size()), x.data(), y.data());
    });
  }

  // One tile of keys for all rows: online softmax (arXiv 1805.02867).
  void attend_tile(int64_t first_key, const float* cache_BLC, AttentionScratch& s) const {
    const int64_t C = cached(), L = layer.latent;
    const int64_t* table = step.table_SB + step.group_sequence_G[group] * step.table_width;
    for (int64_t j = 0; j < kKeys; ++j) {
      const int64_t key = first_key + j, block = key / step.block_size;
      const int64_t index = block < step.table_width ? table[block] : 0;
      std::memcpy(s.key.data() + j * C,
                  cache_BLC + (index * step.block_size + key % step.block_size) * C, C * 4);
    }
    pack_transpose<F32, FromStore<F32>>(kKeys, kKeys, C,
                                        [&](int64_t j) { return s.key.data() + j * C; },
                                        s.key_columns.data());
    gemm<F32>(rows(), kKeys, C, rows_of<F32>(s.absorbed.data(), C), s.key_columns.data(), kKeys,
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
      float* mixed = s.mixed.data() + i * L;
      for (int64_t j = 0; j < L; j += W) store(mixed + j, load(mixed + j) * fade);
    }
    gemm<F32>(rows(), L, kKeys, rows_of<F32>(s.score.data(), kKeys), s.key.data(), C,
              s.mixed.data(), L, true);
  }

  void run(const float* query_THQ, const float* cache_BLC, float* out_THV,
           AttentionScratch& s) const {
    const int64_t L = layer.latent;
    absorb(query_THQ, s);
    s.key.resize(kKeys * cached());
    s.key_columns.resize(kKeys * cached());
    s.score.resize(rows() * kKeys);
    s.mixed.assign(rows() * L, 0.0f);
    s.top.assign(rows(), -std::numeric_limits<float>::infinity());
    s.total.assign(rows(), 0.0f);
    s.limit.resize(rows());
    for (int64_t i = 0; i < rows(); ++i) s.limit[i] = step.positions_T[token(i)];
    for (int64_t key = 0; key < step.context_G[group]; key += kKeys)
      attend_tile(key, cache_BLC, s);
    for (int64_t i = 0; i < rows(); ++i)
      for (int64_t j = 0; j < L; j += W)
        store(s.mixed.data() + i * L + j, load(s.mixed.data() + i * L + j) / s.total[i]);
    for_each_head([&](int64_t h, const std::vector<int64_t>& of_head) {
      std::vector<const float*> x;
      std::vector<float*> y;
      for (int64_t i : of_head) {
        x.push_back(s.mixed.data() + i * L);
        y.push_back(out_THV + (token(i) * layer.heads + h) * layer.value);
      }
      const Matrix& values = layer.values[h];
      multiply(values, 0, values.panels(), int64_t(x.size()), x.data(), y.data());
    });
  }

 private:
  template <class F> void for_each_head(F call) const {
    std::vector<int64_t> of_head(step.group_width);
    for (int64_t h = 0; h < num_heads; ++h) {
      for (int64_t q = 0; q < step.group_width; ++q) of_head[q] = q * num_heads + h;
      call(first_head + h, of_head);
    }
  }
};

inline void attention_layer(const AttentionLayer& layer, const Step& step, float* cache_BLC,
                            float* x_TD) {
  const int64_t T = step.tokens, D = layer.width, C = layer.latent + layer.rotary;
  const int64_t low_width = layer.down.panels() * kPanel;
  const int64_t query_width = layer.heads * (layer.nope + layer.rotary);
  std::vector<float> normed(T * D), low(T * low_width), query(T * query_width);
  std::vector<float> mixed(T * layer.heads * layer.value);
  const int64_t token_tasks = (T + 15) / 16;
  pool().run(int(token_tasks), [&](int task, int) {
    for (int64_t t = task * 16; t < std::min<int64_t>(T, task * 16 + 16); ++t)
      normalise(x_TD + t * D, layer.input_norm.data(), layer.eps, D, normed.data() + t * D);
  });
  multiply_all(layer.down, T, normed.data(), D, low.data(), low_width);
  pool().run(int(token_tasks), [&](int task, int) {
    for (int64_t t = task * 16; t < std::min<int64_t>(T, task * 16 + 16); ++t) {
      float* row = low.data() + t * low_width;
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
  });
  multiply_all(layer.query, T, low.data(), low_width, query.data(), query_width);
  const int64_t splits = std::min<int64_t>(
      layer.heads, std::max<int64_t>(1, (pool().num_threads() + step.groups - 1) / step.groups));
  std::vector<AttentionScratch> scratch(pool().num_threads());
  pool().run(int(step.groups * splits), [&](int task, int worker) {
    const int64_t split = task % splits;
    const int64_t first = layer.heads * split / splits, stop = layer.heads * (split + 1) / splits;
    GroupOfHeads{layer, step, task / splits, first, stop - first}.run(
        query.data(), cache_BLC, mixed.data(), scratch[worker]);
  });
  multiply_all(layer.out, T, mixed.data(), layer.heads * layer.value, x_TD, D, true);
}

// --- experts ------------------------------------------------------------------------------------

// A share of one expert's weights and rows.
struct ExpertTask {
  int64_t expert, first_row, rows, first_panel, stop_panel;
};

// The matrix of each expert with rows, cut by bytes into tasks of whole `unit`s of panels.
template <class Of>
inline std::vector<ExpertTask> cut(const std::vector<int32_t>& first_E, Of matrix_of,
                                   int64_t unit) {
  std::vector<ExpertTask> tasks;
  for (int64_t e = 0; e + 1 < int64_t(first_E.size()); ++e) {
    if (first_E[e] == first_E[e + 1]) continue;
    const Matrix& m = matrix_of(e);
    const int64_t step = std::max<int64_t>(unit, panels_a_task(m) / unit * unit);
    for (int64_t row = first_E[e]; row < first_E[e + 1]; row += kRowBlock)
      for (int64_t panel = 0; panel < m.panels(); panel += step)
        tasks.push_back({e, row, std::min<int64_t>(kRowBlock, first_E[e + 1] - row), panel,
                         std::min(panel + step, m.panels())});
  }
  return tasks;
}

inline int64_t experts_layer(const ExpertsLayer& layer, int64_t T, const int64_t* count_T,
                             const float* discount_T, float* x_TD) {
  const int64_t D = layer.width, E = layer.experts;
  const int64_t most = *std::max_element(count_T, count_T + T);
  std::vector<float> normed(T * D), logits(T * E), probability(T * E), weight(T * most);
  std::vector<int32_t> expert(T * most), row_TK(T * most);
  pool().run(int((T + 15) / 16), [&](int task, int) {
    for (int64_t t = task * 16; t < std::min<int64_t>(T, task * 16 + 16); ++t)
      normalise(x_TD + t * D, layer.input_norm.data(), layer.eps, D, normed.data() + t * D);
  });
  multiply_all(layer.router, T, normed.data(), D, logits.data(), E);
  RouteArgs route{};
  route.tokens = T, route.experts = E, route.most = most, route.count_T = count_T;
  route.logits_TE = logits.data(), route.probability_TE = probability.data();
  route.expert_TK = expert.data(), route.weight_TK = weight.data();
  if (discount_T)
    route_shared(route, discount_T);
  else
    route_forward<float>(route);

  // Rows sorted by expert, those of the shared expert last: one for each token.
  std::vector<int32_t> first_E(E + 2, 0);
  for (int32_t e : expert)
    if (e >= 0) ++first_E[e + 1];
  for (int64_t e = 0; e < E; ++e) first_E[e + 1] += first_E[e];
  const int64_t routed = first_E[E], rows = routed + T;
  first_E[E + 1] = int32_t(rows);
  std::vector<int32_t> next(first_E.begin(), first_E.end() - 1), token_N(rows);
  for (int64_t i = 0; i < T * most; ++i) {
    row_TK[i] = expert[i] >= 0 ? next[expert[i]]++ : -1;
    if (row_TK[i] >= 0) token_N[row_TK[i]] = int32_t(i / most);
  }
  for (int64_t t = 0; t < T; ++t) token_N[routed + t] = int32_t(t);

  const int64_t inner_width = 2 * std::max(layer.inner, layer.shared_inner);
  std::vector<float> inner_N(rows * inner_width), out_N(rows * D);
  const auto gate_up_of = [&](int64_t e) -> const Matrix& { return layer.gate_up[e]; };
  const auto down_of = [&](int64_t e) -> const Matrix& { return layer.down[e]; };
  const std::vector<ExpertTask> wide = cut(first_E, gate_up_of, 2);
  pool().run(int(wide.size()), [&](int index, int) {
    const ExpertTask& task = wide[index];
    const float* x[kRowBlock];
    float* y[kRowBlock];
    for (int64_t i = 0; i < task.rows; ++i) {
      x[i] = normed.data() + token_N[task.first_row + i] * D;
      y[i] = inner_N.data() + (task.first_row + i) * inner_width;
    }
    multiply(layer.gate_up[task.expert], task.first_panel, task.stop_panel, task.rows, x, y);
    for (int64_t i = 0; i < task.rows; ++i)
      for (int64_t panel = task.first_panel; panel < task.stop_panel; panel += 2)
        for (int64_t j = 0; j < kPanel; j += W) {
          // In place: what was gate becomes the inner value, in every second panel.
          float* gate = y[i] + panel * kPanel + j;
          const vf g = load(gate);
          store(gate, g / (1 + exp(-g)) * load(gate + kPanel));
        }
  });
  pool().run(int((rows + 63) / 64), [&](int task, int) {
    for (int64_t row = task * 64; row < std::min<int64_t>(rows, task * 64 + 64); ++row) {
      float* inner = inner_N.data() + row * inner_width;
      const int64_t panels = (row < routed ? layer.inner : layer.shared_inner) / kPanel;
      for (int64_t panel = 1; panel < panels; ++panel)
        std::memcpy(inner + panel * kPanel, inner + 2 * panel * kPanel, kPanel * sizeof(float));
    }
  });
  const std::vector<ExpertTask> narrow = cut(first_E, down_of, 1);
  pool().run(int(narrow.size()), [&](int index, int) {
    const ExpertTask& task = narrow[index];
    const float* x[kRowBlock];
    float* y[kRowBlock];
    for (int64_t i = 0; i < task.rows; ++i) {
      x[i] = inner_N.data() + (task.first_row + i) * inner_width;
      y[i] = out_N.data() + (task.first_row + i) * D;
    }
    multiply(layer.down[task.expert], task.first_panel, task.stop_panel, task.rows, x, y);
  });
  pool().run(int((T + 15) / 16), [&](int task, int) {
    for (int64_t t = task * 16; t < std::min<int64_t>(T, task * 16 + 16); ++t)
      for (int64_t j = 0; j < D; j += W) {
        vf total = load(out_N.data() + (routed + t) * D + j);
        for (int64_t k = 0; k < most && row_TK[t * most + k] >= 0; ++k)
          total = fused(splat(weight[t * most + k]),
                        load(out_N.data() + row_TK[t * most + k] * D + j), total);
        store(x_TD + t * D + j, load(x_TD + t * D + j) + total);
      }
  });
  return routed;
}

inline void linear_layer(const Matrix& m, const float* norm, float eps, int64_t rows,
                         const float* x, float* y) {
  std::vector<float> normed;
  if (norm) {
    normed.resize(rows * m.inputs);
    for (int64_t i = 0; i < rows; ++i)
      normalise(x + i * m.inputs, norm, eps, m.inputs, normed.data() + i * m.inputs);
    x = normed.data();
  }
  multiply_all(m, rows, x, m.inputs, y, m.outputs);
}

}  // namespace TRINITY_ISA
}  // namespace trinity
