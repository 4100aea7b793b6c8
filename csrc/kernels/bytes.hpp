// Products of integer weights with rows of bytes. Sums within a group of inputs are exact integers.
#pragma once

#include <limits>

#include "tile.hpp"

namespace trinity {
namespace TRINITY_ISA {

// op over all lanes.
template <class F> inline int32_t folded(vi v, F op) {
#if defined(__AVX512F__)
  const auto eight = op(__builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7),
                        __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15));
#else
  const vi eight = v;
#endif
#if defined(__AVX2__)
  auto four = op(__builtin_shufflevector(eight, eight, 0, 1, 2, 3),
                 __builtin_shufflevector(eight, eight, 4, 5, 6, 7));
#else
  auto four = eight;
#endif
  four = op(four, __builtin_shufflevector(four, four, 2, 3, 0, 1));
  return op(four, __builtin_shufflevector(four, four, 1, 0, 3, 2))[0];
}

// Rounds a row to groups of bytes, each with the scale of its largest value. A number that is not
// finite makes its group's scale NaN, so that what is computed of it is NaN too.
inline void to_bytes(const float* x, int64_t inputs, Group* groups) {
  constexpr int32_t infinity = 0x7f800000;
  const vf shift = splat(12582912.0f);  // 1.5 * 2^23 rounds to the nearest integer
  for (int64_t g = 0; g < inputs / kGroup; ++g, x += kGroup) {
    // Sizes compare like their bits, and what is not finite is above all others.
    vi top{};
    for (int64_t i = 0; i < kGroup; i += W) {
      const vi size = (vi)load(x + i) & 0x7fffffff;
      top = size > top ? size : top;
    }
    const int32_t bits = folded(top, [](auto a, auto b) { return a > b ? a : b; });
    float most;
    std::memcpy(&most, &bits, 4);
    if (bits >= infinity) most = std::numeric_limits<float>::quiet_NaN();
    const vf factor = splat(most > 0 ? 127 / most : 0.0f);
    vi total{};
    for (int64_t i = 0; i < kGroup; i += W) {
      const vi rounded = __builtin_convertvector(load(x + i) * factor + shift - shift, vi);
      total += rounded;
      const auto bytes = __builtin_convertvector(rounded, vb);
      std::memcpy(groups[g].value + i, &bytes, sizeof bytes);
    }
    groups[g].scale = most / 127;
    groups[g].sum = folded(total, [](auto a, auto b) { return a + b; });
  }
}

// The products below take W outputs at a time: of each output 4 neighbouring inputs, in one lane.

// What a signed weight has too much as `operand` gives it.
#if defined(__AVX512VNNI__)
constexpr int32_t kExcess = 128;
inline vi operand(vi weights) { return weights ^ int32_t(0x80808080); }
#else
constexpr int32_t kExcess = 0;
inline vi operand(vi weights) { return weights; }
#endif

// sum + weights x, for weights from `operand`.
inline vi dot(vi sum, vi weights, vi x) {
#if defined(__AVX512VNNI__)
  return (vi)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)weights, (__m512i)x);
#elif defined(__AVX512BW__)
  const __m512i w = (__m512i)weights, zero = _mm512_setzero_si512();
  const __m512i turned =
      _mm512_mask_sub_epi8((__m512i)x, _mm512_movepi8_mask(w), zero, (__m512i)x);
  const __m512i pairs = _mm512_maddubs_epi16(_mm512_abs_epi8(w), turned);
  return sum + (vi)_mm512_madd_epi16(pairs, _mm512_set1_epi16(1));
#elif defined(__AVX2__)
  const __m256i w = (__m256i)weights;
  const __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(w), _mm256_sign_epi8((__m256i)x, w));
  return sum + (vi)_mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
#else
  for (int shift = 24; shift >= 0; shift -= 8)
    sum += ((weights << shift) >> 24) * ((x << shift) >> 24);
  return sum;
#endif
}

// The same for weights from 0 to 15.
inline vi dot_small(vi sum, vi weights, vi x) {
#if defined(__AVX512VNNI__)
  return (vi)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)weights, (__m512i)x);
#elif defined(__AVX512BW__)
  const __m512i pairs = _mm512_maddubs_epi16((__m512i)weights, (__m512i)x);
  return sum + (vi)_mm512_madd_epi16(pairs, _mm512_set1_epi16(1));
#elif defined(__AVX2__)
  const __m256i pairs = _mm256_maddubs_epi16((__m256i)weights, (__m256i)x);
  return sum + (vi)_mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
#else
  return dot(sum, weights, x);
#endif
}

inline vi load_words(const char* p) {
  vi words;
  std::memcpy(&words, p, sizeof words);
  return words;
}
// Four bytes of a row in every lane.
inline vi splat_word(const int8_t* p) {
  int32_t word;
  std::memcpy(&word, p, 4);
  return vi{} + word;
}
// W scales of a group, from BF16.
inline vf load_scales(const char* p) {
  typedef uint16_t vh __attribute__((vector_size(W * 2)));
  vh halves;
  std::memcpy(&halves, p, sizeof halves);
  return (vf)(__builtin_convertvector(halves, vi) << 16);
}

template <bool kFour, int MR, int NP>
inline void add_bytes(const Place* weights, int64_t inputs, const Group* const* x,
                      const Ahead& ahead, Sums<MR, NP>& sums) {
  for (int64_t g = 0; g < inputs / kGroup; ++g) {
    ahead.fetch(g);
    vi part[MR][NP][VP];
#pragma GCC unroll 16
    for (int i = 0; i < MR; ++i)
#pragma GCC unroll 4
      for (int p = 0; p < NP; ++p)
#pragma GCC unroll 4
        for (int v = 0; v < VP; ++v) part[i][p][v] = vi{} - (kFour ? 8 : kExcess) * x[i][g].sum;
    constexpr int64_t step = kFour ? 8 : 4;  // inputs whose weights share a word
#pragma GCC unroll 8
    for (int64_t k = 0; k < kGroup; k += step)
#pragma GCC unroll 4
      for (int p = 0; p < NP; ++p)
#pragma GCC unroll 4
        for (int v = 0; v < VP; ++v) {
          const char* words = weights[p].words + g * weights[p].step;
          const vi word = load_words(words + (k / step * kPanel + v * W) * 4);
          if constexpr (kFour) {
            const vi low = word & 0x0f0f0f0f, high = (word >> 4) & 0x0f0f0f0f;
#pragma GCC unroll 16
            for (int i = 0; i < MR; ++i) {
              part[i][p][v] = dot_small(part[i][p][v], low, splat_word(x[i][g].value + k));
              part[i][p][v] = dot_small(part[i][p][v], high, splat_word(x[i][g].value + k + 4));
            }
          } else {
            const vi signed_word = operand(word);
#pragma GCC unroll 16
            for (int i = 0; i < MR; ++i)
              part[i][p][v] = dot(part[i][p][v], signed_word, splat_word(x[i][g].value + k));
          }
        }
#pragma GCC unroll 4
    for (int p = 0; p < NP; ++p)
#pragma GCC unroll 4
      for (int v = 0; v < VP; ++v) {
        const vf scale = load_scales(weights[p].scales + g * weights[p].step + v * W * 2);
#pragma GCC unroll 16
        for (int i = 0; i < MR; ++i)
          sums.value[i][p][v] = fused(__builtin_convertvector(part[i][p][v], vf) * scale,
                                      splat(x[i][g].scale), sums.value[i][p][v]);
      }
  }
}

// One of the four inputs in each lane, as floats.
template <bool kFour> inline vf widen(vi words, int64_t which) {
  const vi value = kFour ? ((words >> int32_t(8 * which)) & 15) - 8
                         : (words << int32_t(24 - 8 * which)) >> 24;
  return __builtin_convertvector(value, vf);
}

// The same products with rows of floats.
template <bool kFour, int MR, int NP>
inline void add_integers(const Place* weights, int64_t inputs, const float* const* x,
                         const Ahead& ahead, Sums<MR, NP>& sums) {
  for (int64_t g = 0; g < inputs / kGroup; ++g) {
    ahead.fetch(g);
    Sums<MR, NP> part{};
    constexpr int64_t step = kFour ? 8 : 4;
    for (int64_t k = 0; k < kGroup; k += 4)
#pragma GCC unroll 4
      for (int p = 0; p < NP; ++p)
#pragma GCC unroll 4
        for (int v = 0; v < VP; ++v) {
          const char* words = weights[p].words + g * weights[p].step;
          vi word = load_words(words + (k / step * kPanel + v * W) * 4);
          if (kFour && k % 8) word >>= 4;
#pragma GCC unroll 4
          for (int64_t j = 0; j < 4; ++j) {
            const vf weight = widen<kFour>(word, j);
#pragma GCC unroll 16
            for (int i = 0; i < MR; ++i)
              part.value[i][p][v] =
                  fused(splat(x[i][g * kGroup + k + j]), weight, part.value[i][p][v]);
          }
        }
    for (int p = 0; p < NP; ++p)
      for (int v = 0; v < VP; ++v) {
        const vf scale = load_scales(weights[p].scales + g * weights[p].step + v * W * 2);
        for (int i = 0; i < MR; ++i)
          sums.value[i][p][v] = fused(part.value[i][p][v], scale, sums.value[i][p][v]);
      }
  }
}

}  // namespace TRINITY_ISA
}  // namespace trinity
