// What the serving layers share: work cut into tasks, rows as a matrix takes them, products.
#pragma once

#include <memory>

#include "../pool.hpp"
#include "panels.hpp"

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

// SiLU of a row's gate panels times its up panels, which alternate; the result stands densely.
inline void gate(float* row, int64_t inner) {
  for (int64_t panel = 0; panel < inner / kPanel; ++panel)
    for (int64_t j = 0; j < kPanel; j += W) {
      const vf g = load(row + 2 * panel * kPanel + j);
      const vf up = load(row + (2 * panel + 1) * kPanel + j);
      store(row + panel * kPanel + j, g / (1 + exp(-g)) * up);
    }
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
