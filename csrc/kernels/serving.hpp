// The serving layers: see csrc/serving.hpp.
#pragma once

#include <limits>
#include <memory>

#include "../pool.hpp"
#include "attention.hpp"
#include "keys.hpp"
#include "panels.hpp"
#include "route.hpp"
#include "route_shared.hpp"

namespace trinity {
namespace TRINITY_ISA {

constexpr int64_t kTaskBytes = 48 << 10;  // weights a task reads: below it sharing costs more
constexpr int64_t kRowBlock = 48;         // rows a task multiplies its weights with
constexpr int64_t kTasks = 24;            // of a thread: enough that all end together

// Whole strips where there are enough of them; more than one where `matrices` are many, for a strip
// fetches the next.
inline int64_t panels_a_task(const Matrix& m, int64_t matrices = 1) {
  const int64_t panels = m.panels(), threads = pool().num_threads();
  if (panels < kStrip * threads) return std::max<int64_t>(1, panels / threads);
  const int64_t share = std::min(panels, panels * matrices / (kTasks * threads));
  const int64_t least = kTaskBytes / m.panel_bytes();
  return std::max<int64_t>(1, std::max(share, least) / kStrip) * kStrip;
}

// Room for numbers that a layer works with: kept from call to call, never cleared.
template <class T> class Room {
 public:
  T* at_least(int64_t count) {
    if (count > size_) numbers_.reset(new T[count]), size_ = count;
    return numbers_.get();
  }

 private:
  std::unique_ptr<T[]> numbers_;
  int64_t size_ = 0;
};

// Calls work(first, stop) for ranges of a few rows, on all threads.
template <class F> inline void share_rows(int64_t rows, F work) {
  constexpr int64_t few = 16;
  pool().run(int((rows + few - 1) / few), [&](int task, int) {
    work(task * few, std::min(rows, (task + 1) * few));
  });
}

// Rows of floats as a matrix takes them: where it takes bytes they are converted first.
class Rows {
 public:
  // `inputs` floats each, `stride` apart, which outlive this.
  void set(bool as_bytes, const float* x, int64_t rows, int64_t inputs, int64_t stride) {
    as_bytes_ = as_bytes, x_ = x, inputs_ = inputs, stride_ = stride;
    if (as_bytes) groups_ = room_.at_least(rows * (inputs / kGroup));
  }
  void convert(int64_t first, int64_t stop) {
    if (as_bytes_)
      for (int64_t i = first; i < stop; ++i)
        to_bytes(x_ + i * stride_, inputs_, groups_ + i * (inputs_ / kGroup));
  }
  Row operator[](int64_t i) const {
    return as_bytes_ ? Row(groups_ + i * (inputs_ / kGroup)) : Row(x_ + i * stride_);
  }

 private:
  bool as_bytes_ = false;
  const float* x_ = nullptr;
  Group* groups_ = nullptr;
  int64_t inputs_ = 0, stride_ = 0;
  Room<Group> room_;
};

// y[rows, stride] = m x for rows that are converted, shared among threads.
inline void multiply_all(const Matrix& m, int64_t rows, const Rows& x, float* y, int64_t y_stride,
                         bool add = false) {
  const int64_t step = panels_a_task(m), strips = (m.panels() + step - 1) / step;
  const int64_t blocks = (rows + kRowBlock - 1) / kRowBlock;
  pool().run(int(strips * blocks), [&](int task, int) {
    const int64_t panel = task % strips * step, first = task / strips * kRowBlock;
    const int64_t count = std::min(kRowBlock, rows - first);
    Row from[kRowBlock];
    float* to[kRowBlock];
    for (int64_t i = 0; i < count; ++i)
      from[i] = x[first + i], to[i] = y + (first + i) * y_stride;
    multiply(m, panel, std::min(panel + step, m.panels()), count, from, to, add);
  });
}

// x as `m` takes it, in rows `stride` apart.
inline void convert_rows(const float* x, int64_t count, int64_t stride, const Matrix& m,
                         Rows& rows) {
  rows.set(m.takes_bytes, x, count, m.inputs, stride);
  share_rows(count, [&](int64_t first, int64_t stop) { rows.convert(first, stop); });
}

// norm(x) as `m` takes it: `normed` has room for rows of its inputs.
inline void normalise_rows(const float* x, const float* norm, float eps, int64_t count,
                           const Matrix& m, float* normed, Rows& rows) {
  const int64_t width = m.inputs;
  rows.set(m.takes_bytes, normed, count, width, width);
  share_rows(count, [&](int64_t first, int64_t stop) {
    for (int64_t i = first; i < stop; ++i)
      normalise(x + i * width, norm, eps, width, normed + i * width);
    rows.convert(first, stop);
  });
}

// --- attention ----------------------------------------------------------------------------------

struct AttentionScratch {
  std::vector<float> query, score, mixed, absorbed;
  OnlineSoftmax softmax;
  Rows rows;
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
    s.rows.set(layer.keys[first_head].takes_bytes, s.query.data(), rows(), layer.nope, Q);
    s.rows.convert(0, rows());
    for_each_head([&](int64_t h, const std::vector<int64_t>& of_head) {
      std::vector<Row> x;
      std::vector<float*> y;
      for (int64_t i : of_head) {
        x.push_back(s.rows[i]);
        y.push_back(s.absorbed.data() + i * C);
      }
      // Whole panels, or the last would run into the rotary part: latent is a multiple of 16.
      const Matrix& keys = layer.keys[h];
      multiply(keys, 0, keys.panels(), int64_t(x.size()), x.data(), y.data());
    });
  }

  // One tile of keys for all rows.
  void attend_tile(int64_t first_key, const float* cache_BLC, AttentionScratch& s) const {
    const int64_t L = layer.latent;
    const int64_t count = std::min(kKeys, step.context_G[group] - first_key);
    const float* keys[kKeys];
    find_cached(step, group, first_key, (count + 3) / 4 * 4, cache_BLC, cached(), keys);
    dot_rows(rows(), s.absorbed.data(), cached(), keys, count, s.score.data(), kKeys);
    s.softmax.weigh(rows(), first_key, count, L, s.score.data(), s.mixed.data());
    mix_rows(rows(), s.score.data(), kKeys, keys, count, L, s.mixed.data());
  }

  void run(const float* query_THQ, const float* cache_BLC, float* out_THV,
           AttentionScratch& s) const {
    const int64_t L = layer.latent;
    absorb(query_THQ, s);
    s.score.resize(rows() * kKeys);
    s.mixed.assign(rows() * L, 0.0f);
    s.softmax.start(rows());
    for (int64_t i = 0; i < rows(); ++i) s.softmax.position[i] = step.positions_T[token(i)];
    for (int64_t key = 0; key < step.context_G[group]; key += kKeys)
      attend_tile(key, cache_BLC, s);
    s.softmax.divide(rows(), L, s.mixed.data());
    s.rows.set(layer.values[first_head].takes_bytes, s.mixed.data(), rows(), L, L);
    s.rows.convert(0, rows());
    for_each_head([&](int64_t h, const std::vector<int64_t>& of_head) {
      std::vector<Row> x;
      std::vector<float*> y;
      for (int64_t i : of_head) {
        x.push_back(s.rows[i]);
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

struct AttentionRoom {
  Room<float> normed, low, query, mixed;
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
  room.scratch.resize(pool().num_threads());
  pool().run(int(step.groups * splits), [&](int task, int worker) {
    const int64_t split = task % splits;
    const int64_t first = layer.heads * split / splits, stop = layer.heads * (split + 1) / splits;
    GroupOfHeads{layer, step, task / splits, first, stop - first}.run(query, cache_BLC, mixed,
                                                                      room.scratch[worker]);
  });
  convert_rows(mixed, T, mixed_width, layer.out, rows);
  multiply_all(layer.out, T, rows, x_TD, D, true);
}

// --- experts ------------------------------------------------------------------------------------

// A share of one expert's weights and rows.
struct ExpertTask {
  int64_t expert, first_row, rows, first_panel, stop_panel;
};

// The matrix of each expert with rows, cut by bytes.
inline std::vector<ExpertTask> cut(const std::vector<int32_t>& first_E,
                                   const std::vector<Matrix>& matrix_E) {
  std::vector<ExpertTask> tasks;
  const int64_t experts = int64_t(matrix_E.size());
  int64_t used = 0;
  for (int64_t e = 0; e < experts; ++e) used += first_E[e + 1] > first_E[e];
  for (int64_t e = 0; e < experts; ++e) {
    const int64_t panels = matrix_E[e].panels(), step = panels_a_task(matrix_E[e], used);
    for (int64_t row = first_E[e]; row < first_E[e + 1]; row += kRowBlock)
      for (int64_t panel = 0; panel < panels; panel += step)
        tasks.push_back({e, row, std::min<int64_t>(kRowBlock, first_E[e + 1] - row), panel,
                         std::min(panel + step, panels)});
  }
  return tasks;
}

struct ExpertsRoom {
  Room<float> normed, logits, probability, weight, inner, out;
  Room<int32_t> expert, row, token;
  Rows floats, bytes, routed_inner, shared_inner;
};

// Tokens' rows sorted by expert, those of the shared expert last: one for each token.
struct RoutedRows {
  std::vector<int32_t> first_E;  // [experts + 2]
  int64_t routed = 0;

  // Writes each (token, choice)'s row, -1 where there is none.
  RoutedRows(int64_t tokens, int64_t experts, int64_t most, const int32_t* expert_TK,
             int32_t* row_TK)
      : first_E(experts + 2, 0) {
    for (int64_t i = 0; i < tokens * most; ++i)
      if (expert_TK[i] >= 0) ++first_E[expert_TK[i] + 1];
    for (int64_t e = 0; e < experts; ++e) first_E[e + 1] += first_E[e];
    routed = first_E[experts];
    first_E[experts + 1] = int32_t(routed + tokens);
    std::vector<int32_t> next(first_E.begin(), first_E.end() - 1);
    for (int64_t i = 0; i < tokens * most; ++i)
      row_TK[i] = expert_TK[i] >= 0 ? next[expert_TK[i]]++ : -1;
  }
  int64_t rows() const { return first_E.back(); }
};

// SiLU of a row's gate panels times its up panels, which alternate; the result stands densely.
inline void gate(float* row, int64_t inner) {
  for (int64_t panel = 0; panel < inner / kPanel; ++panel)
    for (int64_t j = 0; j < kPanel; j += W) {
      const vf g = load(row + 2 * panel * kPanel + j);
      const vf up = load(row + (2 * panel + 1) * kPanel + j);
      store(row + panel * kPanel + j, g / (1 + exp(-g)) * up);
    }
}

inline int64_t experts_layer(const ExpertsLayer& layer, int64_t T, const int64_t* count_T,
                             const float* discount_T, float* x_TD) {
  static thread_local ExpertsRoom own_room;
  ExpertsRoom& room = own_room;  // the caller's, also on other threads
  const int64_t D = layer.width, E = layer.experts;
  const int64_t most = *std::max_element(count_T, count_T + T);
  float* normed = room.normed.at_least(T * D);
  float* logits = room.logits.at_least(T * E);
  float* weight = room.weight.at_least(T * most);
  int32_t* expert = room.expert.at_least(T * most);
  int32_t* row_TK = room.row.at_least(T * most);
  room.floats.set(false, normed, T, D, D);
  room.bytes.set(layer.gate_up[0].takes_bytes || layer.gate_up[E].takes_bytes, normed, T, D, D);
  share_rows(T, [&](int64_t first, int64_t stop) {
    for (int64_t t = first; t < stop; ++t)
      normalise(x_TD + t * D, layer.input_norm.data(), layer.eps, D, normed + t * D);
    room.bytes.convert(first, stop);
  });
  multiply_all(layer.router, T, room.floats, logits, E);
  RouteArgs route{};
  route.tokens = T, route.experts = E, route.most = most, route.count_T = count_T;
  route.logits_TE = logits, route.probability_TE = room.probability.at_least(T * E);
  route.expert_TK = expert, route.weight_TK = weight;
  if (discount_T)
    route_shared(route, discount_T);
  else
    route_forward<float>(route);

  const RoutedRows sorted(T, E, most, expert, row_TK);
  const int64_t routed = sorted.routed, rows = sorted.rows();
  int32_t* token_N = room.token.at_least(rows);
  for (int64_t i = 0; i < T * most; ++i)
    if (row_TK[i] >= 0) token_N[row_TK[i]] = int32_t(i / most);
  for (int64_t t = 0; t < T; ++t) token_N[routed + t] = int32_t(t);

  const int64_t inner_width = 2 * std::max(layer.inner, layer.shared_inner);
  float* inner_N = room.inner.at_least(rows * inner_width);
  float* out_N = room.out.at_least(rows * D);
  const std::vector<ExpertTask> wide = cut(sorted.first_E, layer.gate_up);
  pool().run(int(wide.size()), [&](int index, int) {
    const ExpertTask& task = wide[index];
    const Matrix& matrix = layer.gate_up[task.expert];
    const Rows& from = matrix.takes_bytes ? room.bytes : room.floats;
    Row x[kRowBlock];
    float* y[kRowBlock];
    for (int64_t i = 0; i < task.rows; ++i) {
      x[i] = from[token_N[task.first_row + i]];
      y[i] = inner_N + (task.first_row + i) * inner_width;
    }
    multiply(matrix, task.first_panel, task.stop_panel, task.rows, x, y);
  });
  room.routed_inner.set(layer.down[0].takes_bytes, inner_N, routed, layer.inner, inner_width);
  room.shared_inner.set(layer.down[E].takes_bytes, inner_N + routed * inner_width, T,
                        layer.shared_inner, inner_width);
  share_rows(routed, [&](int64_t first, int64_t stop) {
    for (int64_t row = first; row < stop; ++row) gate(inner_N + row * inner_width, layer.inner);
    room.routed_inner.convert(first, stop);
  });
  share_rows(T, [&](int64_t first, int64_t stop) {
    for (int64_t t = first; t < stop; ++t)
      gate(inner_N + (routed + t) * inner_width, layer.shared_inner);
    room.shared_inner.convert(first, stop);
  });
  const std::vector<ExpertTask> narrow = cut(sorted.first_E, layer.down);
  pool().run(int(narrow.size()), [&](int index, int) {
    const ExpertTask& task = narrow[index];
    Row x[kRowBlock];
    float* y[kRowBlock];
    for (int64_t i = 0; i < task.rows; ++i) {
      const int64_t row = task.first_row + i;
      x[i] = task.expert < E ? room.routed_inner[row] : room.shared_inner[row - routed];
      y[i] = out_N + row * D;
    }
    multiply(layer.down[task.expert], task.first_panel, task.stop_panel, task.rows, x, y);
  });
  share_rows(T, [&](int64_t first, int64_t stop) {
    for (int64_t t = first; t < stop; ++t)
      for (int64_t j = 0; j < D; j += W) {
        vf total = load(out_N + (routed + t) * D + j);
        for (int64_t k = 0; k < most && row_TK[t * most + k] >= 0; ++k)
          total = fused(splat(weight[t * most + k]), load(out_N + row_TK[t * most + k] * D + j),
                        total);
        store(x_TD + t * D + j, load(x_TD + t * D + j) + total);
      }
  });
  return routed;
}

inline void linear_layer(const Matrix& m, const float* norm, float eps, int64_t rows,
                         const float* x, float* y) {
  static thread_local Room<float> room;
  static thread_local Rows own_rows;
  Rows& from = own_rows;  // the caller's, also on other threads
  if (norm)
    normalise_rows(x, norm, eps, rows, m, room.at_least(rows * m.inputs), from);
  else
    convert_rows(x, rows, m.inputs, m, from);
  multiply_all(m, rows, from, y, m.outputs);
}

}  // namespace TRINITY_ISA
}  // namespace trinity
