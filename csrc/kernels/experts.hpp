// The routed experts for training: rows sorted by expert, one task an expert, whose weights are
// packed once for all its rows.
#pragma once

#include <vector>

#include "../kernels.hpp"
#include "../pool.hpp"
#include "gemm.hpp"

namespace trinity {
namespace TRINITY_ISA {

constexpr int64_t kExpertRows = 120;  // rows a block: what a block touches stays in the L2 cache

// Counting sort of the (token, choice) pairs by expert; within an expert by token.
inline void sort_by_expert(const ExpertsArgs& a) {
  std::fill(a.first_E, a.first_E + a.experts + 1, 0);
  const int64_t pairs = a.tokens * a.most;
  for (int64_t i = 0; i < pairs; ++i)
    if (a.expert_TK[i] >= 0) ++a.first_E[a.expert_TK[i] + 1];
  for (int64_t e = 0; e < a.experts; ++e) a.first_E[e + 1] += a.first_E[e];
  std::vector<int32_t> next(a.first_E, a.first_E + a.experts);
  for (int64_t i = 0; i < pairs; ++i) {
    a.row_TK[i] = a.expert_TK[i] >= 0 ? next[a.expert_TK[i]]++ : -1;
    if (a.row_TK[i] >= 0) a.source_N[a.row_TK[i]] = int32_t(i);
  }
}

// out[t] = sum of the token's rows, in the order of its choices.
template <class P>
void add_rows(const ExpertsArgs& a, const typename P::Store* rows_ND, typename P::Sum* out_TD) {
  constexpr int64_t step = 64;
  pool().run(int((a.tokens + step - 1) / step), [&](int task, int) {
    const int64_t stop = std::min(a.tokens, (task + 1) * step);
    for (int64_t t = task * step; t < stop; ++t) {
      for (int64_t i = 0; i < a.width; i += W) {
        Vec<typename P::Sum> total{};
        for (int64_t k = 0; k < a.most && a.row_TK[t * a.most + k] >= 0; ++k)
          total += P::load_row(rows_ND + a.row_TK[t * a.most + k] * a.width + i);
        store(out_TD + t * a.width + i, total);
      }
    }
  });
}

template <class P> inline Vec<typename P::Sum> sigmoid(Vec<typename P::Sum> x) {
  return 1 / (1 + exp(-x));
}

template <class P> struct ExpertWorkspace {
  using Store = typename P::Store;
  using Sum = typename P::Sum;
  std::vector<Store> x, dout, inner, dgate_up;
  std::vector<Store> gate_up_weight, down_weight, packed_left, packed_right;
  std::vector<Sum> wide, narrow;

  explicit ExpertWorkspace(const ExpertsArgs& a)
      : x(kExpertRows * a.width),
        dout(kExpertRows * a.width),
        inner(kExpertRows * a.inner),
        dgate_up(kExpertRows * 2 * a.inner),
        gate_up_weight(2 * a.inner * a.width),
        down_weight(a.inner * a.width),
        packed_left(kExpertRows * std::max(a.width, 2 * a.inner)),
        packed_right(kExpertRows * std::max(a.width, 2 * a.inner)),
        wide(kExpertRows * a.width),
        narrow(kExpertRows * 2 * a.inner) {}
};

template <class P> void experts_forward(const ExpertsArgs& a) {
  using Store = typename P::Store;
  using Sum = typename P::Sum;
  const int64_t D = a.width, F = a.inner;
  sort_by_expert(a);
  std::vector<ExpertWorkspace<P>> workspaces(pool().num_threads(), ExpertWorkspace<P>(a));
  std::unique_ptr<Store[]> rows_ND(new Store[a.rows * D]);
  const Store* x_TD = static_cast<const Store*>(a.x_TD);
  Store* gate_up_NF = static_cast<Store*>(a.gate_up_NF);
  const Sum* weight_TK = static_cast<const Sum*>(a.weight_TK);

  pool().run(int(a.experts), [&](int e, int worker) {
    if (a.first_E[e] == a.first_E[e + 1]) return;
    ExpertWorkspace<P>& w = workspaces[worker];
    const Sum* gate_up = static_cast<const Sum*>(a.gate_up_EFD) + e * 2 * F * D;
    const Sum* down = static_cast<const Sum*>(a.down_EDF) + e * D * F;
    pack_transpose<P, FromReal<P>>(2 * F, 2 * F, D, [&](int64_t j) { return gate_up + j * D; },
                                   w.gate_up_weight.data());
    pack_transpose<P, FromReal<P>>(D, D, F, [&](int64_t j) { return down + j * F; },
                                   w.down_weight.data());
    for (int64_t first = a.first_E[e]; first < a.first_E[e + 1]; first += kExpertRows) {
      const int64_t rows = std::min<int64_t>(kExpertRows, a.first_E[e + 1] - first);
      for (int64_t i = 0; i < rows; ++i)
        std::memcpy(w.x.data() + i * D, x_TD + a.source_N[first + i] / a.most * D,
                    D * sizeof(Store));
      gemm<P>(rows, 2 * F, groups<P>(D), rows_of<P>(w.x.data(), D), w.gate_up_weight.data(), 2 * F,
              w.narrow.data(), 2 * F, false);
      for (int64_t i = 0; i < rows; ++i) {
        const Sum weight = weight_TK[a.source_N[first + i]];
        const Sum* gate = w.narrow.data() + i * 2 * F;
        Store* saved = gate_up_NF + (first + i) * 2 * F;
        for (int64_t j = 0; j < F; j += W) {
          const Vec<Sum> g = load(gate + j), u = load(gate + F + j);
          P::store_row(saved + j, g);
          P::store_row(saved + F + j, u);
          P::store_row(w.inner.data() + i * F + j, g * sigmoid<P>(g) * u * weight);
        }
      }
      gemm<P>(rows, D, groups<P>(F), rows_of<P>(w.inner.data(), F), w.down_weight.data(), D,
              w.wide.data(), D, false);
      for (int64_t i = 0; i < rows; ++i)
        for (int64_t j = 0; j < D; j += W)
          P::store_row(rows_ND.get() + (first + i) * D + j, load(w.wide.data() + i * D + j));
    }
  });
  add_rows<P>(a, rows_ND.get(), static_cast<Sum*>(a.out_TD));
}

// Backward, for `rows` rows of one expert from its row `first` on. With h = silu(g) u and
// y = weight * down h: dh = weight * down^T dy, dweight = h . down^T dy.

// From down^T dy in w.narrow: weight * h into w.inner, dg and du into w.dgate_up, and dweight.
template <class P>
inline void inner_gradients(const ExpertsArgs& a, ExpertWorkspace<P>& w, int64_t first,
                            int64_t rows) {
  using Sum = typename P::Sum;
  const int64_t F = a.inner;
  const auto* gate_up_NF = static_cast<const typename P::Store*>(a.gate_up_NF);
  for (int64_t i = 0; i < rows; ++i) {
    const int64_t source = a.source_N[first + i];
    const Sum weight = static_cast<const Sum*>(a.weight_TK)[source];
    const auto* saved = gate_up_NF + (first + i) * 2 * F;
    auto* dgate = w.dgate_up.data() + i * 2 * F;
    Vec<Sum> dot{};
    for (int64_t j = 0; j < F; j += W) {
      const Vec<Sum> g = P::load_row(saved + j), u = P::load_row(saved + F + j);
      const Vec<Sum> s = sigmoid<P>(g), silu = g * s, dh = load(w.narrow.data() + i * F + j);
      dot += silu * u * dh;
      P::store_row(w.inner.data() + i * F + j, silu * u * weight);
      P::store_row(dgate + j, weight * dh * u * (s + silu * (1 - s)));
      P::store_row(dgate + F + j, weight * dh * silu);
    }
    static_cast<Sum*>(a.dweight_TK)[source] = sum<Sum>(dot);
  }
}

// dgate_up = (dg, du)^T x and ddown = dy^T h, or += with `add`.
template <class P>
inline void expert_weight_gradients(const ExpertsArgs& a, ExpertWorkspace<P>& w, int64_t first,
                                    int64_t rows, bool add, typename P::Sum* dgate_up,
                                    typename P::Sum* ddown) {
  const int64_t D = a.width, F = a.inner;
  const auto* x_TD = static_cast<const typename P::Store*>(a.x_TD);
  pack_rows<P, FromStore<P>>(rows, 2 * F, [&](int64_t k) { return w.dgate_up.data() + k * 2 * F; },
                             w.packed_left.data());
  pack_rows<P, FromStore<P>>(rows, D,
                             [&](int64_t k) { return x_TD + a.source_N[first + k] / a.most * D; },
                             w.packed_right.data());
  gemm<P>(2 * F, D, groups<P>(rows), transpose_of<P>(w.packed_left.data(), 2 * F),
          w.packed_right.data(), D, dgate_up, D, add);
  pack_rows<P, FromStore<P>>(rows, D, [&](int64_t k) { return w.dout.data() + k * D; },
                             w.packed_left.data());
  pack_rows<P, FromStore<P>>(rows, F, [&](int64_t k) { return w.inner.data() + k * F; },
                             w.packed_right.data());
  gemm<P>(D, F, groups<P>(rows), transpose_of<P>(w.packed_left.data(), D), w.packed_right.data(),
          F, ddown, F, add);
}

template <class P> void experts_backward(const ExpertsArgs& a) {
  using Store = typename P::Store;
  using Sum = typename P::Sum;
  const int64_t D = a.width, F = a.inner;
  std::vector<ExpertWorkspace<P>> workspaces(pool().num_threads(), ExpertWorkspace<P>(a));
  std::unique_ptr<Store[]> rows_ND(new Store[a.rows * D]);
  const Sum* dout_TD = static_cast<const Sum*>(a.dout_TD);
  std::fill_n(static_cast<Sum*>(a.dweight_TK), a.tokens * a.most, Sum(0));

  pool().run(int(a.experts), [&](int e, int worker) {
    ExpertWorkspace<P>& w = workspaces[worker];
    const Sum* gate_up = static_cast<const Sum*>(a.gate_up_EFD) + e * 2 * F * D;
    const Sum* down = static_cast<const Sum*>(a.down_EDF) + e * D * F;
    Sum* dgate_up = static_cast<Sum*>(a.dgate_up_EFD) + e * 2 * F * D;
    Sum* ddown = static_cast<Sum*>(a.ddown_EDF) + e * D * F;
    if (a.first_E[e] == a.first_E[e + 1]) {
      std::fill(dgate_up, dgate_up + 2 * F * D, Sum(0));
      std::fill(ddown, ddown + D * F, Sum(0));
      return;
    }
    pack_rows<P, FromReal<P>>(2 * F, D, [&](int64_t k) { return gate_up + k * D; },
                              w.gate_up_weight.data());
    pack_rows<P, FromReal<P>>(D, F, [&](int64_t k) { return down + k * F; }, w.down_weight.data());
    for (int64_t first = a.first_E[e]; first < a.first_E[e + 1]; first += kExpertRows) {
      const int64_t rows = std::min<int64_t>(kExpertRows, a.first_E[e + 1] - first);
      for (int64_t i = 0; i < rows; ++i) {
        const Sum* dout = dout_TD + a.source_N[first + i] / a.most * D;
        for (int64_t j = 0; j < D; j += W) P::store_row(w.dout.data() + i * D + j, load(dout + j));
      }
      gemm<P>(rows, F, groups<P>(D), rows_of<P>(w.dout.data(), D), w.down_weight.data(), F,
              w.narrow.data(), F, false);
      inner_gradients(a, w, first, rows);
      gemm<P>(rows, D, groups<P>(2 * F), rows_of<P>(w.dgate_up.data(), 2 * F),
              w.gate_up_weight.data(), D, w.wide.data(), D, false);
      for (int64_t i = 0; i < rows; ++i)
        for (int64_t j = 0; j < D; j += W)
          P::store_row(rows_ND.get() + (first + i) * D + j, load(w.wide.data() + i * D + j));
      expert_weight_gradients(a, w, first, rows, first != a.first_E[e], dgate_up, ddown);
    }
  });
  add_rows<P>(a, rows_ND.get(), static_cast<Sum*>(a.dx_TD));
}

}  // namespace TRINITY_ISA
}  // namespace trinity
