// Products of rows with packed weights.
#pragma once

#include "bytes.hpp"

namespace trinity {
namespace TRINITY_ISA {

// The two inputs of a pair, from 32-bit lanes that hold both as BF16.
inline vf low_half(vi pair) { return (vf)(pair << 16); }
inline vf high_half(vi pair) { return (vf)(pair & int32_t(0xffff0000)); }

// The products of `count` inputs from `first` on, whose words begin at words[p].
template <int MR, int NP>
inline void add_floats(const char* const* words, int64_t first, int64_t count,
                       const float* const* x, Sums<MR, NP>& sums) {
  for (int64_t k = 0; k < count; ++k)
#pragma GCC unroll 4
    for (int p = 0; p < NP; ++p)
#pragma GCC unroll 4
      for (int v = 0; v < VP; ++v) {
        const vf w = load(reinterpret_cast<const float*>(words[p]) + k * kPanel + v * W);
#pragma GCC unroll 16
        for (int i = 0; i < MR; ++i)
          sums.value[i][p][v] = fused(splat(x[i][first + k]), w, sums.value[i][p][v]);
      }
}

template <int MR, int NP>
inline void add_halves(const char* const* words, int64_t first, int64_t count,
                       const float* const* x, Sums<MR, NP>& sums) {
  for (int64_t k = 0; k < count; k += 2)
#pragma GCC unroll 4
    for (int p = 0; p < NP; ++p)
#pragma GCC unroll 4
      for (int v = 0; v < VP; ++v) {
        const vi pair = load_words(words[p] + (k / 2 * kPanel + v * W) * 4);
        const vf low = low_half(pair), high = high_half(pair);
#pragma GCC unroll 16
        for (int i = 0; i < MR; ++i) {
          sums.value[i][p][v] = fused(splat(x[i][first + k]), low, sums.value[i][p][v]);
          sums.value[i][p][v] = fused(splat(x[i][first + k + 1]), high, sums.value[i][p][v]);
        }
      }
}

template <bool kHalves, int MR, int NP>
inline void add_groups(const Place* weights, int64_t inputs, const float* const* x,
                       const Ahead& ahead, Sums<MR, NP>& sums) {
  const auto add = [&](const char* const* words, int64_t first, int64_t count) {
    if constexpr (kHalves)
      add_halves<MR, NP>(words, first, count, x, sums);
    else
      add_floats<MR, NP>(words, first, count, x, sums);
  };
  const char* words[NP];
  for (int64_t g = 0; g < inputs / kGroup; ++g) {
    for (int p = 0; p < NP; ++p) words[p] = weights[p].words + g * weights[p].step;
    ahead.fetch(g);
    add(words, g * kGroup, kGroup);
  }
  for (int p = 0; p < NP; ++p) words[p] = weights[p].rest;
  add(words, inputs / kGroup * kGroup, inputs % kGroup);
}

// A row of inputs as the matrix takes it: floats, or `Group`s where it takes bytes.
using Row = const void*;

template <class T, int MR> struct RowsAs {
  const T* rows[MR];
  explicit RowsAs(const Row* x) {
    for (int i = 0; i < MR; ++i) rows[i] = static_cast<const T*>(x[i]);
  }
};

template <WeightFormat kFormat, bool kBytes, int MR, int NP>
inline void panel_tile(const Matrix& m, int64_t panel, const Row* x, float* const* y, bool add,
                       const Ahead& ahead) {
  constexpr bool is_four = kFormat == WeightFormat::I4;
  Sums<MR, NP> sums;
  for (int i = 0; i < MR; ++i)
    for (int p = 0; p < NP; ++p)
      for (int v = 0; v < VP; ++v)
        sums.value[i][p][v] = add ? load(y[i] + (panel + p) * kPanel + v * W) : vf{};
  Place weights[NP];
  for (int p = 0; p < NP; ++p) weights[p] = m.place(panel + p);
  if constexpr (kBytes) {
    add_bytes<is_four, MR, NP>(weights, m.inputs, RowsAs<Group, MR>(x).rows, ahead, sums);
  } else {
    const RowsAs<float, MR> floats(x);
    if constexpr (kFormat == WeightFormat::F32 || kFormat == WeightFormat::B16)
      add_groups<kFormat == WeightFormat::B16, MR, NP>(weights, m.inputs, floats.rows, ahead, sums);
    else
      add_integers<is_four, MR, NP>(weights, m.inputs, floats.rows, ahead, sums);
  }
  for (int i = 0; i < MR; ++i)
    for (int p = 0; p < NP; ++p)
      for (int v = 0; v < VP; ++v)
        store(y[i] + (panel + p) * kPanel + v * W, sums.value[i][p][v]);
}

template <WeightFormat kFormat, bool kBytes, int NP, int MR>
inline void panel_rows(const Matrix& m, int64_t panel, int64_t rows, const Row* x, float* const* y,
                       bool add, const Ahead& ahead) {
  if constexpr (MR > 0) {
    if (rows == MR)
      panel_tile<kFormat, kBytes, MR, NP>(m, panel, x, y, add, ahead);
    else
      panel_rows<kFormat, kBytes, NP, MR - 1>(m, panel, rows, x, y, add, ahead);
  }
}

// Rows whose sums fit the registers beside what they are made of; integers need twice the sums.
template <WeightFormat kFormat> constexpr int most_tile_rows(int panels) {
  constexpr bool is_integer = kFormat == WeightFormat::I8 || kFormat == WeightFormat::I4;
  constexpr int sums = is_integer ? 12 : 24;
  if (W == 16) return sums / panels < 6 ? sums / panels : 6;
  return (W == 8 ? 6 : 2) / (is_integer ? 2 : 1);
}

// What tile `index` of the `count` tiles of a strip fetches, when panels from `begin` to `stop` are
// worked on: the next strip is shared out among the tiles. The first tile of all fetches its own
// strip, a page ahead, and so does the only tile of a strip, for that runs on into the next.
inline Ahead ahead_of(const Matrix& m, int64_t begin, int64_t panel, int64_t stop, int64_t index,
                      int64_t count) {
  const int64_t first = panel / kStrip * kStrip, next = first + kStrip;
  const bool is_cold = first <= begin;
  if (count == 1 || (is_cold && index == 0)) {
    const Place strip = m.place(first);
    return {strip.words + 4096, strip.step};
  }
  if (next >= stop) return {};
  const int64_t tiles = count - is_cold, tile = index - is_cold;
  const int64_t step = (m.place(next).step / tiles + 63) / 64 * 64;
  return {m.data.get() + next * m.panel_bytes() + tile * step * (m.inputs / kGroup), step};
}

// All rows with NP panels at a time, in tiles of about the same number of rows; returns the first
// panel that is left.
template <WeightFormat kFormat, bool kBytes, int NP>
inline int64_t panels_by(const Matrix& m, int64_t panel, int64_t stop, int64_t rows, const Row* x,
                         float* const* y, bool add) {
  constexpr int MR = most_tile_rows<kFormat>(NP);
  const int64_t begin = panel, tiles = (rows + MR - 1) / MR;
  for (; panel + NP <= stop; panel += NP)
    for (int64_t tile = 0; tile < tiles; ++tile) {
      const int64_t first = rows * tile / tiles, count = rows * (tile + 1) / tiles - first;
      const Ahead ahead = ahead_of(m, begin, panel, stop, panel % kStrip / NP * tiles + tile,
                                   kStrip / NP * tiles);
      panel_rows<kFormat, kBytes, NP, MR>(m, panel, count, x + first, y + first, add, ahead);
    }
  return panel;
}

template <WeightFormat kFormat, bool kBytes>
inline void panels_of(const Matrix& m, int64_t first, int64_t stop, int64_t rows, const Row* x,
                      float* const* y, bool add) {
  if constexpr (W == 16) {
    if (!kBytes || rows <= 2)
      first = panels_by<kFormat, kBytes, 4>(m, first, stop, rows, x, y, add);
    else
      first = panels_by<kFormat, kBytes, 2>(m, first, stop, rows, x, y, add);
  }
  panels_by<kFormat, kBytes, 1>(m, first, stop, rows, x, y, add);
}

// y[i] = m x[i], or += with `add`, for panels [first, stop); y[i] has room for whole panels.
inline void multiply(const Matrix& m, int64_t first, int64_t stop, int64_t rows, const Row* x,
                     float* const* y, bool add = false) {
  using Format = WeightFormat;
  switch (m.format) {
    case Format::F32: return panels_of<Format::F32, false>(m, first, stop, rows, x, y, add);
    case Format::B16: return panels_of<Format::B16, false>(m, first, stop, rows, x, y, add);
    case Format::I8:
      return m.takes_bytes ? panels_of<Format::I8, true>(m, first, stop, rows, x, y, add)
                           : panels_of<Format::I8, false>(m, first, stop, rows, x, y, add);
    case Format::I4:
      return m.takes_bytes ? panels_of<Format::I4, true>(m, first, stop, rows, x, y, add)
                           : panels_of<Format::I4, false>(m, first, stop, rows, x, y, add);
  }
}

inline void normalise(const float* x, const float* weight, float eps, int64_t width, float* y) {
  vf squares{};
  for (int64_t i = 0; i < width; i += W) squares = fused(load(x + i), load(x + i), squares);
  const float scale = 1 / std::sqrt(sum<float>(squares) / float(width) + eps);
  for (int64_t i = 0; i < width; i += W) store(y + i, load(x + i) * scale * load(weight + i));
}

}  // namespace TRINITY_ISA
}  // namespace trinity
