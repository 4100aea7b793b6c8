// Routed experts: tokens sorted by expert, so that each expert's weights are read once.
#pragma once

#include "route.hpp"
#include "route_shared.hpp"
#include "serving.hpp"

namespace trinity {
namespace TRINITY_ISA {

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
    if (first_E[e] == first_E[e + 1]) continue;
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

}  // namespace TRINITY_ISA
}  // namespace trinity
