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

// What a tile of MR rows and NP panels adds up; every output is one sum in the order of the inputs.
template <int MR, int NP> struct Sums {
  vf value[MR][NP][VP];
};

template <int MR, int NP>
inline void add_floats(const char* const* weights, int64_t inputs, const float* const* x,
                       Sums<MR, NP>& sums) {
  for (int64_t k = 0; k < inputs; ++k) {
#pragma GCC unroll 4
    for (int p = 0; p < NP; ++p)
#pragma GCC unroll 4
      for (int v = 0; v < VP; ++v) {
        const vf w = load(reinterpret_cast<const float*>(weights[p]) + k * kPanel + v * W);
#pragma GCC unroll 16
        for (int i = 0; i < MR; ++i)
          sums.value[i][p][v] = fused(splat(x[i][k]), w, sums.value[i][p][v]);
      }
  }
}

template <int MR, int NP>
inline void add_halves(const char* const* weights, int64_t inputs, const float* const* x,
                       Sums<MR, NP>& sums) {
  for (int64_t k = 0; k < inputs; k += 2) {
#pragma GCC unroll 4
    for (int p = 0; p < NP; ++p)
#pragma GCC unroll 4
      for (int v = 0; v < VP; ++v) {
        vi pair;
        std::memcpy(&pair, weights[p] + (k / 2 * kPanel + v * W) * 4, sizeof pair);
        const vf low = low_half(pair), high = high_half(pair);
#pragma GCC unroll 16
        for (int i = 0; i < MR; ++i) {
          sums.value[i][p][v] = fused(splat(x[i][k]), low, sums.value[i][p][v]);
          sums.value[i][p][v] = fused(splat(x[i][k + 1]), high, sums.value[i][p][v]);
        }
      }
  }
}

typedef int8_t vb __attribute__((vector_size(W)));

inline vb load_bytes(const char* p) {
  vb v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
inline vf widen(vb bytes) { return __builtin_convertvector(bytes, vf); }

// The weights of a group are added up unscaled, then scaled once.
template <bool kFour, int MR, int NP>
inline void add_integers(const char* const* weights, int64_t inputs, const float* const* x,
                         Sums<MR, NP>& sums) {
  constexpr int64_t group_bytes = kPanel * 4 + kGroup * kPanel / (kFour ? 2 : 1);
  for (int64_t g = 0; g < inputs / kGroup; ++g) {
    Sums<MR, NP> part{};
    for (int64_t k = 0; k < kGroup; k += 2) {
#pragma GCC unroll 4
      for (int p = 0; p < NP; ++p)
#pragma GCC unroll 4
        for (int v = 0; v < VP; ++v) {
          const char* group = weights[p] + g * group_bytes + kPanel * 4 + v * W;
          vf low, high;
          if constexpr (kFour) {
            const vb both = load_bytes(group + k / 2 * kPanel);
            low = widen((both & 15) - 8);
            high = widen(((both >> 4) & 15) - 8);
          } else {
            low = widen(load_bytes(group + k * kPanel));
            high = widen(load_bytes(group + (k + 1) * kPanel));
          }
          const int64_t input = g * kGroup + k;
#pragma GCC unroll 16
          for (int i = 0; i < MR; ++i) {
            part.value[i][p][v] = fused(splat(x[i][input]), low, part.value[i][p][v]);
            part.value[i][p][v] = fused(splat(x[i][input + 1]), high, part.value[i][p][v]);
          }
        }
    }
    for (int p = 0; p < NP; ++p)
      for (int v = 0; v < VP; ++v) {
        const vf scale = load(reinterpret_cast<const float*>(weights[p] + g * group_bytes) + v * W);
        for (int i = 0; i < MR; ++i)
          sums.value[i][p][v] = fused(part.value[i][p][v], scale, sums.value[i][p][v]);
      }
  }
}

template <WeightFormat kFormat, int MR, int NP>
inline void panel_tile(const Matrix& m, int64_t panel, const float* const* x, float* const* y,
                       bool add) {
  Sums<MR, NP> sums;
  for (int i = 0; i < MR; ++i)
    for (int p = 0; p < NP; ++p)
      for (int v = 0; v < VP; ++v)
        sums.value[i][p][v] = add ? load(y[i] + (panel + p) * kPanel + v * W) : vf{};
  const char* weights[NP];
  for (int p = 0; p < NP; ++p) weights[p] = m.panel(panel + p);
  if constexpr (kFormat == WeightFormat::F32)
    add_floats<MR, NP>(weights, m.inputs, x, sums);
  else if constexpr (kFormat == WeightFormat::B16)
    add_halves<MR, NP>(weights, m.inputs, x, sums);
  else
    add_integers<kFormat == WeightFormat::I4, MR, NP>(weights, m.inputs, x, sums);
  for (int i = 0; i < MR; ++i)
    for (int p = 0; p < NP; ++p)
      for (int v = 0; v < VP; ++v)
        store(y[i] + (panel + p) * kPanel + v * W, sums.value[i][p][v]);
}

template <WeightFormat kFormat, int NP, int MR>
inline void panel_rows_left(const Matrix& m, int64_t panel, int64_t rows, const float* const* x,
                            float* const* y, bool add) {
  if constexpr (MR > 0) {
    if (rows == MR)
      panel_tile<kFormat, MR, NP>(m, panel, x, y, add);
    else
      panel_rows_left<kFormat, NP, MR - 1>(m, panel, rows, x, y, add);
  }
}

// Rows whose sums fit the registers beside what they are made of; integers need twice the sums.
template <WeightFormat kFormat> constexpr int most_tile_rows(int panels) {
  constexpr bool is_integer = kFormat == WeightFormat::I8 || kFormat == WeightFormat::I4;
  if (W == 16) return (panels == 4 ? 6 : 12) / (is_integer ? 2 : 1);
  return (W == 8 ? 6 : 2) / (is_integer ? 2 : 1);
}

template <WeightFormat kFormat, int NP>
inline void panel_rows(const Matrix& m, int64_t panel, int64_t rows, const float* const* x,
                       float* const* y, bool add) {
  constexpr int MR = most_tile_rows<kFormat>(NP);
  int64_t i = 0;
  for (; i + MR <= rows; i += MR) panel_tile<kFormat, MR, NP>(m, panel, x + i, y + i, add);
  panel_rows_left<kFormat, NP, MR - 1>(m, panel, rows - i, x + i, y + i, add);
}

template <WeightFormat kFormat>
inline void panels_of(const Matrix& m, int64_t first, int64_t stop, int64_t rows,
                      const float* const* x, float* const* y, bool add) {
  int64_t panel = first;
  if constexpr (W == 16)
    for (; panel + 4 <= stop; panel += 4) panel_rows<kFormat, 4>(m, panel, rows, x, y, add);
  for (; panel < stop; ++panel) panel_rows<kFormat, 1>(m, panel, rows, x, y, add);
}

// y[i] = m x[i], or += with `add`, for panels [first, stop); y[i] has room for whole panels.
inline void multiply(const Matrix& m, int64_t first, int64_t stop, int64_t rows,
                     const float* const* x, float* const* y, bool add = false) {
  switch (m.format) {
    case WeightFormat::F32: return panels_of<WeightFormat::F32>(m, first, stop, rows, x, y, add);
    case WeightFormat::B16: return panels_of<WeightFormat::B16>(m, first, stop, rows, x, y, add);
    case WeightFormat::I8: return panels_of<WeightFormat::I8>(m, first, stop, rows, x, y, add);
    case WeightFormat::I4: return panels_of<WeightFormat::I4>(m, first, stop, rows, x, y, add);
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
