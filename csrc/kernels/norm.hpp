// Root-mean-square norm, forward and backward.
#pragma once

#include <algorithm>
#include <vector>

#include "../kernels.hpp"
#include "../pool.hpp"
#include "simd.hpp"

namespace trinity {
namespace TRINITY_ISA {

constexpr int64_t kNormRows = 64;  // rows a task

// Activations or Real rows behind one pair of functions.
template <class P> struct Rows {
  void* data;
  int64_t stride;
  bool is_real;
  using Sum = typename P::Sum;
  Vec<Sum> get(int64_t row, int64_t i) const {
    return is_real ? load(static_cast<const Sum*>(data) + row * stride + i)
                   : P::load_row(static_cast<const typename P::Store*>(data) + row * stride + i);
  }
  void set(int64_t row, int64_t i, Vec<Sum> v) const {
    if (is_real)
      store(static_cast<Sum*>(data) + row * stride + i, v);
    else
      P::store_row(static_cast<typename P::Store*>(data) + row * stride + i, v);
  }
};

template <class P> void norm_forward(const NormArgs& a) {
  using Sum = typename P::Sum;
  const Rows<P> x{const_cast<void*>(a.x), a.x_stride, a.x_is_real};
  const Rows<P> y{a.y, a.y_stride, false};
  const Sum* weight = static_cast<const Sum*>(a.weight);
  Sum* inverse = static_cast<Sum*>(a.inverse);
  pool().run(int((a.rows + kNormRows - 1) / kNormRows), [&](int task, int) {
    const int64_t stop = std::min(a.rows, (task + 1) * kNormRows);
    for (int64_t row = task * kNormRows; row < stop; ++row) {
      Vec<Sum> squares{};
      for (int64_t i = 0; i < a.width; i += W) {
        const Vec<Sum> v = x.get(row, i);
        squares += v * v;
      }
      const Sum scale = 1 / std::sqrt(sum<Sum>(squares) / Sum(a.width) + Sum(a.eps));
      inverse[row] = scale;
      for (int64_t i = 0; i < a.width; i += W)
        y.set(row, i, x.get(row, i) * scale * load(weight + i));
    }
  });
}

// With n = x * inverse and g = dy * weight: dx = inverse * (g - n * mean(g n)), dweight = sum dy n.
template <class P> void norm_backward(const NormArgs& a) {
  using Sum = typename P::Sum;
  const Rows<P> x{const_cast<void*>(a.x), a.x_stride, a.x_is_real};
  const Rows<P> dy{const_cast<void*>(a.dy), a.y_stride, false};
  const Rows<P> dx{a.dx, a.dx_stride, a.x_is_real};
  const Sum* weight = static_cast<const Sum*>(a.weight);
  const Sum* inverse = static_cast<const Sum*>(a.inverse);
  // One sum a task and not one a thread: the same bits whoever takes which task.
  const int64_t tasks = (a.rows + kNormRows - 1) / kNormRows;
  std::vector<Sum> partial(tasks * a.width);
  pool().run(int(tasks), [&](int task, int) {
    Sum* dweight = partial.data() + task * a.width;
    const int64_t stop = std::min(a.rows, (task + 1) * kNormRows);
    for (int64_t row = task * kNormRows; row < stop; ++row) {
      const Sum scale = inverse[row];
      Vec<Sum> dot{};
      for (int64_t i = 0; i < a.width; i += W) {
        const Vec<Sum> g = dy.get(row, i), n = x.get(row, i) * scale;
        dot += g * load(weight + i) * n;
        store(dweight + i, load(dweight + i) + g * n);
      }
      const Sum mean = sum<Sum>(dot) / Sum(a.width);
      for (int64_t i = 0; i < a.width; i += W)
        dx.set(row, i, (dy.get(row, i) * load(weight + i) - x.get(row, i) * scale * mean) * scale);
    }
  });
  Sum* dweight = static_cast<Sum*>(a.dweight);
  for (int64_t i = 0; i < a.width; ++i) {
    dweight[i] = 0;
    for (int64_t task = 0; task < tasks; ++task) dweight[i] += partial[task * a.width + i];
  }
}

}  // namespace TRINITY_ISA
}  // namespace trinity
