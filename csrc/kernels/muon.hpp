// One step of Muon (Jordan et al. 2024): momentum, orthogonalisation by Newton and Schulz, update.
// Each matrix is one task and stays in the cache throughout.
#pragma once

#include <vector>

#include "../kernels.hpp"
#include "../pool.hpp"
#include "gemm.hpp"

namespace trinity {
namespace TRINITY_ISA {

template <class P> struct MuonWorkspace {
  using Store = typename P::Store;
  std::vector<Store> x, packed, gram_rows;
  std::vector<float> wide, gram, product;

  void make_room(int64_t rows, int64_t columns) {
    if (int64_t(wide.size()) < rows * columns) {
      x.resize(rows * columns);
      packed.resize(rows * columns);
      wide.resize(rows * columns);
      product.resize(rows * columns);
    }
    if (int64_t(gram.size()) < rows * rows) {
      gram.resize(rows * rows);
      gram_rows.resize(rows * rows);
    }
  }
};

template <class P> inline void round_to(const float* from, int64_t count, typename P::Store* to) {
  for (int64_t i = 0; i < count; i += W) P::store_row(to + i, load(from + i));
}

// Nearly the orthogonal factor of w.wide [rows <= columns], in place.
template <class P> void orthogonalise(MuonWorkspace<P>& w, int64_t rows, int64_t columns) {
  constexpr float a = 3.4445f, b = -4.7750f, c = 2.0315f;
  vf squares{};
  for (int64_t i = 0; i < rows * columns; i += W) {
    const vf v = load(w.wide.data() + i);
    squares += v * v;
  }
  const float scale = 1 / (std::sqrt(sum<float>(squares)) + 1e-7f);
  for (int64_t i = 0; i < rows * columns; i += W)
    store(w.wide.data() + i, load(w.wide.data() + i) * scale);
  for (int step = 0; step < 5; ++step) {
    round_to<P>(w.wide.data(), rows * columns, w.x.data());
    const auto x_row = [&](int64_t i) { return w.x.data() + i * columns; };
    const auto gram_row = [&](int64_t i) { return w.gram_rows.data() + i * rows; };
    pack_transpose<P, FromStore<P>>(rows, rows, columns, x_row, w.packed.data());
    gemm<P>(rows, rows, groups<P>(columns), rows_of<P>(w.x.data(), columns), w.packed.data(), rows,
            w.gram.data(), rows, false);
    round_to<P>(w.gram.data(), rows * rows, w.gram_rows.data());
    pack_rows<P, FromStore<P>>(rows, rows, gram_row, w.packed.data());
    gemm<P>(rows, rows, groups<P>(rows), rows_of<P>(w.gram_rows.data(), rows), w.packed.data(),
            rows, w.product.data(), rows, false);
    for (int64_t i = 0; i < rows * rows; i += W)
      P::store_row(w.gram_rows.data() + i,
                   load(w.gram.data() + i) * b + load(w.product.data() + i) * c);
    pack_rows<P, FromStore<P>>(rows, columns, x_row, w.packed.data());
    gemm<P>(rows, columns, groups<P>(rows), rows_of<P>(w.gram_rows.data(), rows), w.packed.data(),
            columns, w.product.data(), columns, false);
    for (int64_t i = 0; i < rows * columns; i += W)
      store(w.wide.data() + i, load(w.wide.data() + i) * a + load(w.product.data() + i));
  }
}

// The transpose of a matrix [rows, columns].
inline void turn(const float* from, int64_t rows, int64_t columns, float* to) {
  pack_transpose<F32, FromStore<F32>>(rows, rows, columns,
                                      [&](int64_t i) { return from + i * columns; }, to);
}

template <class P> void muon_step(const MuonArgs* parameters, int64_t count) {
  std::vector<MuonWorkspace<P>> workspaces(pool().num_threads());
  std::vector<int64_t> first(count + 1, 0);
  for (int64_t i = 0; i < count; ++i) first[i + 1] = first[i] + parameters[i].matrices;
  pool().run(int(first[count]), [&](int task, int worker) {
    const int64_t index = std::upper_bound(first.begin(), first.end(), task) - first.begin() - 1;
    const MuonArgs& p = parameters[index];
    MuonWorkspace<P>& w = workspaces[worker];
    const int64_t R = p.rows, C = p.columns, offset = (task - first[index]) * R * C;
    float* average = p.average + offset;
    float* weight = p.weight + offset;
    const float* grad = p.grad + offset;
    const bool tall = R > C;
    w.make_room(std::min(R, C), std::max(R, C));
    for (int64_t i = 0; i < R * C; i += W) {
      const vf g = load(grad + i), before = load(average + i);
      const vf mean = before + (g - before) * (1 - p.momentum);
      store(average + i, mean);
      store((tall ? w.product.data() : w.wide.data()) + i, g + (mean - g) * p.momentum);
    }
    if (tall) turn(w.product.data(), R, C, w.wide.data());
    orthogonalise<P>(w, std::min(R, C), std::max(R, C));
    if (tall) turn(w.wide.data(), C, R, w.product.data());
    const float* update = tall ? w.product.data() : w.wide.data();
    for (int64_t i = 0; i < R * C; i += W)
      store(weight + i, load(weight + i) * p.decay - load(update + i) * p.rate);
  });
}

}  // namespace TRINITY_ISA
}  // namespace trinity
