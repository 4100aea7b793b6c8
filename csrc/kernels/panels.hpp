// Products of FP32 rows with packed weights.
#pragma once

#include "../serving.hpp"
#include "simd.hpp"

namespace trinity {
namespace TRINITY_ISA {

constexpr int VP = int(kPanel) / W;  // vectors a panel row

// One instruction where the machine has it, so that every tile shape rounds alike.
inline vf fused(vf a, vf b, vf c) {
#if defined(__AVX512F__)
  return (vf)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(__FMA__)
  return (vf)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#else
  return a * b + c;
#endif
}

// The two inputs of a pair, from 32-bit lanes that hold both as BF16.
inline vf low_half(vi pair) { return (vf)(pair << 16); }
inline vf high_half(vi pair) { return (vf)(pair & int32_t(0xffff0000)); }

template <bool kBf16, int MR, int NP>
inline void panel_tile(const Matrix& m, int64_t panel, const float* const* x, float* const* y,
                       bool add) {
  vf sums[MR][NP][VP];
  for (int i = 0; i < MR; ++i)
    for (int p = 0; p < NP; ++p)
      for (int v = 0; v < VP; ++v)
        sums[i][p][v] = add ? load(y[i] + (panel + p) * kPanel + v * W) : vf{};
  const char* weights[NP];
  for (int p = 0; p < NP; ++p) weights[p] = m.panel(panel + p);
  if constexpr (kBf16) {
    for (int64_t k = 0; k < m.inputs; k += 2) {
#pragma GCC unroll 4
      for (int p = 0; p < NP; ++p)
#pragma GCC unroll 4
        for (int v = 0; v < VP; ++v) {
          vi pair;
          std::memcpy(&pair, weights[p] + (k / 2 * kPanel + v * W) * 4, sizeof pair);
          const vf low = low_half(pair), high = high_half(pair);
#pragma GCC unroll 16
          for (int i = 0; i < MR; ++i) {
            sums[i][p][v] = fused(splat(x[i][k]), low, sums[i][p][v]);
            sums[i][p][v] = fused(splat(x[i][k + 1]), high, sums[i][p][v]);
          }
        }
    }
  } else {
    for (int64_t k = 0; k < m.inputs; ++k) {
#pragma GCC unroll 4
      for (int p = 0; p < NP; ++p)
#pragma GCC unroll 4
        for (int v = 0; v < VP; ++v) {
          const vf w = load(reinterpret_cast<const float*>(weights[p]) + k * kPanel + v * W);
#pragma GCC unroll 16
          for (int i = 0; i < MR; ++i) sums[i][p][v] = fused(splat(x[i][k]), w, sums[i][p][v]);
        }
    }
  }
  for (int i = 0; i < MR; ++i)
    for (int p = 0; p < NP; ++p)
      for (int v = 0; v < VP; ++v) store(y[i] + (panel + p) * kPanel + v * W, sums[i][p][v]);
}

template <bool kBf16, int NP, int MR>
inline void panel_rows_left(const Matrix& m, int64_t panel, int64_t rows, const float* const* x,
                            float* const* y, bool add) {
  if constexpr (MR > 0) {
    if (rows == MR)
      panel_tile<kBf16, MR, NP>(m, panel, x, y, add);
    else
      panel_rows_left<kBf16, NP, MR - 1>(m, panel, rows, x, y, add);
  }
}

template <bool kBf16, int NP>
inline void panel_rows(const Matrix& m, int64_t panel, int64_t rows, const float* const* x,
                       float* const* y, bool add) {
  constexpr int MR = W == 16 ? (NP == 4 ? 6 : 12) : W == 8 ? 6 : 2;
  int64_t i = 0;
  for (; i + MR <= rows; i += MR) panel_tile<kBf16, MR, NP>(m, panel, x + i, y + i, add);
  panel_rows_left<kBf16, NP, MR - 1>(m, panel, rows - i, x + i, y + i, add);
}

template <bool kBf16>
inline void panels_of(const Matrix& m, int64_t first, int64_t stop, int64_t rows,
                      const float* const* x, float* const* y, bool add) {
  int64_t panel = first;
  if constexpr (W == 16)
    for (; panel + 4 <= stop; panel += 4) panel_rows<kBf16, 4>(m, panel, rows, x, y, add);
  for (; panel < stop; ++panel) panel_rows<kBf16, 1>(m, panel, rows, x, y, add);
}

// y[i] = m x[i], or += with `add`, for panels [first, stop); y[i] has room for whole panels.
inline void multiply(const Matrix& m, int64_t first, int64_t stop, int64_t rows,
                     const float* const* x, float* const* y, bool add = false) {
  if (m.is_bf16)
    panels_of<true>(m, first, stop, rows, x, y, add);
  else
    panels_of<false>(m, first, stop, rows, x, y, add);
}

inline void normalise(const float* x, const float* weight, float eps, int64_t width, float* y) {
  vf squares{};
  for (int64_t i = 0; i < width; i += W) squares = fused(load(x + i), load(x + i), squares);
  const float scale = 1 / std::sqrt(sum<float>(squares) / float(width) + eps);
  for (int64_t i = 0; i < width; i += W) store(y + i, load(x + i) * scale * load(weight + i));
}

}  // namespace TRINITY_ISA
}  // namespace trinity
