// Matrix products of the sizes that experts and attention heads have: operands fit the caches, so
// there is one level of blocking, registers.
//
// The inner axis is taken in groups of `P::group` neighbours. A packed matrix is
// [inner groups][columns][group], columns a multiple of W; an odd last group is filled with zeros.
#pragma once

#include <algorithm>

#include "simd.hpp"

namespace trinity {
namespace TRINITY_ISA {

inline int64_t round_up(int64_t x, int64_t to) { return (x + to - 1) / to * to; }
template <class P> inline int64_t groups(int64_t inner) {
  return (inner + P::group - 1) / P::group;
}

// The left operand: group (row i, inner group k) begins at data + (i * row + k * inner) * P::group.
template <class P> struct Left {
  const typename P::Store* data;
  int64_t row, inner;
};
// Rows of activations, inner axis contiguous; `stride` values apart (a multiple of P::group).
template <class P> inline Left<P> rows_of(const typename P::Store* data, int64_t stride) {
  return {data, stride / P::group, 1};
}
// The transpose of what `pack_rows` packed with this many columns.
template <class P> inline Left<P> transpose_of(const typename P::Store* packed, int64_t columns) {
  return {packed, 1, columns};
}

template <class P>
inline Vec<typename P::Sum> multiply_add(Vec<typename P::Sum> sum, const typename P::Store* a,
                                         const typename P::Store* b) {
  return sum + splat(*a) * load(b);
}
#if defined(__AVX512BF16__)
template <>
inline vf multiply_add<B16>(vf sum, const uint16_t* a, const uint16_t* b) {
  int32_t pair;
  std::memcpy(&pair, a, 4);
  return (vf)_mm512_dpbf16_ps((__m512)sum, (__m512bh)_mm512_loadu_si512(b),
                              (__m512bh)_mm512_set1_epi32(pair));
}
#endif

// c[MR, NV * W] = a b, or += with `add`.
template <class P, int MR, int NV>
inline void tile(int64_t inner, Left<P> a, const typename P::Store* b, int64_t columns,
                 typename P::Sum* c, int64_t c_stride, bool add) {
  Vec<typename P::Sum> sums[MR][NV];
  for (int i = 0; i < MR; ++i)
    for (int j = 0; j < NV; ++j)
      sums[i][j] = add ? load(c + i * c_stride + j * W) : Vec<typename P::Sum>{};
  for (int64_t k = 0; k < inner; ++k) {
#pragma GCC unroll 16
    for (int i = 0; i < MR; ++i) {
#pragma GCC unroll 4
      for (int j = 0; j < NV; ++j)
        sums[i][j] = multiply_add<P>(sums[i][j], a.data + (i * a.row + k * a.inner) * P::group,
                                     b + (k * columns + j * W) * P::group);
    }
  }
  for (int i = 0; i < MR; ++i)
    for (int j = 0; j < NV; ++j) store(c + i * c_stride + j * W, sums[i][j]);
}

template <class P, int NV, int MR>
inline void rows_left(int64_t rows, int64_t inner, Left<P> a, const typename P::Store* b,
                      int64_t columns, typename P::Sum* c, int64_t c_stride, bool add) {
  if constexpr (MR > 0) {
    if (rows == MR)
      tile<P, MR, NV>(inner, a, b, columns, c, c_stride, add);
    else
      rows_left<P, NV, MR - 1>(rows, inner, a, b, columns, c, c_stride, add);
  }
}

// Accumulators that leave registers for one row of b and one value of a.
constexpr int most_rows(int nv) { return W == 16 ? (nv == 4 ? 6 : nv == 2 ? 12 : 14) : 6; }

template <class P, int NV>
inline void column_panel(int64_t rows, int64_t inner, Left<P> a, const typename P::Store* b,
                         int64_t columns, typename P::Sum* c, int64_t c_stride, bool add) {
  constexpr int MR = most_rows(NV);
  int64_t i = 0;
  for (; i + MR <= rows; i += MR)
    tile<P, MR, NV>(inner, {a.data + i * a.row * P::group, a.row, a.inner}, b, columns,
                    c + i * c_stride, c_stride, add);
  rows_left<P, NV, MR - 1>(rows - i, inner, {a.data + i * a.row * P::group, a.row, a.inner}, b,
                           columns, c + i * c_stride, c_stride, add);
}

// c[rows, columns] = a b (or +=). `inner` counts groups; b is packed with `packed_columns` columns,
// of which the first `columns`, a multiple of W, are used.
template <class P>
inline void gemm(int64_t rows, int64_t columns, int64_t inner, Left<P> a,
                 const typename P::Store* b, int64_t packed_columns, typename P::Sum* c,
                 int64_t c_stride, bool add) {
  int64_t j = 0;
  if constexpr (W == 16)
    for (; j + 4 * W <= columns; j += 4 * W)
      column_panel<P, 4>(rows, inner, a, b + j * P::group, packed_columns, c + j, c_stride, add);
  for (; j + 2 * W <= columns; j += 2 * W)
    column_panel<P, 2>(rows, inner, a, b + j * P::group, packed_columns, c + j, c_stride, add);
  for (; j + W <= columns; j += W)
    column_panel<P, 1>(rows, inner, a, b + j * P::group, packed_columns, c + j, c_stride, add);
}

// Source formats that packing reads: activations as they are, or Real numbers to be rounded.
template <class P> struct FromStore {
  using Source = typename P::Store;
  static Vec<typename P::Sum> row(const Source* p) { return P::load_row(p); }
  static typename P::Store one(Source x) { return x; }
};
template <class P> struct FromReal {
  using Source = typename P::Sum;
  static Vec<typename P::Sum> row(const Source* p) { return load(p); }
  static typename P::Store one(Source x) { return P::to_store(x); }
};

// Interleaves two rows of W values, rounded to BF16.
template <class P>
inline void store_group(typename P::Store* out, const Vec<typename P::Sum>* rows) {
  static_assert(P::group == 1);
  P::store_row(out, rows[0]);
}
#if defined(__AVX512BF16__)
template <> inline void store_group<B16>(uint16_t* out, const vf* rows) {
  const __m512i low = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh((__m512)rows[0]));
  const __m512i high = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh((__m512)rows[1]));
  _mm512_storeu_si512(out, _mm512_or_si512(low, _mm512_slli_epi32(high, 16)));
}
#endif

// Packs rows [inner, columns] of a matrix whose row i begins at row(i).
template <class P, class From, class Row>
inline void pack_rows(int64_t inner, int64_t columns, Row row, typename P::Store* out) {
  for (int64_t k = 0; k < inner; k += P::group) {
    for (int64_t j = 0; j < columns; j += W) {
      Vec<typename P::Sum> values[P::group];
      for (int g = 0; g < P::group; ++g)
        values[g] = k + g < inner ? From::row(row(k + g) + j) : Vec<typename P::Sum>{};
      store_group<P>(out + (k / P::group * columns + j) * P::group, values);
    }
  }
}

// Packs the transpose of W rows [inner], of which the first is row(j).
template <class P, class From, class Row>
inline void pack_squares(int64_t j, int64_t columns, int64_t inner, Row row,
                         typename P::Store* out) {
  for (int64_t k = 0; k < inner; k += W) {
    Vec<typename P::Sum> square[W];
#pragma GCC unroll 16
    for (int i = 0; i < W; ++i) square[i] = From::row(row(j + i) + k);
    transpose(square);
#pragma GCC unroll 16
    for (int i = 0; i < W; ++i) P::store_row(out + (k + i) * columns + j, square[i]);
  }
}

// Packs the transpose of rows [columns, inner]; columns beyond `rows` become zeros.
template <class P, class From, class Row>
inline void pack_transpose(int64_t rows, int64_t columns, int64_t inner, Row row,
                           typename P::Store* out) {
  constexpr int G = P::group;
  int64_t j = 0;
  if constexpr (G == 1)
    if (inner % W == 0)
      for (; j + W <= rows; j += W) pack_squares<P, From>(j, columns, inner, row, out);
  for (; j < columns; ++j) {
    if (j >= rows) {
      for (int64_t k = 0; k < groups<P>(inner); ++k)
        for (int g = 0; g < G; ++g) out[(k * columns + j) * G + g] = 0;
      continue;
    }
    const typename From::Source* source = row(j);
    for (int64_t k = 0; k < inner; k += G)
      for (int g = 0; g < G; ++g)
        out[(k / G * columns + j) * G + g] = From::one(source[k + g]);
  }
}

}  // namespace TRINITY_ISA
}  // namespace trinity
