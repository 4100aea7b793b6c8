// Vectors of W numbers in compiler syntax, and what intrinsics are needed beside it.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace trinity {
namespace TRINITY_ISA {

#if defined(__AVX512F__)
constexpr int W = 16;
#elif defined(__AVX2__)
constexpr int W = 8;
#else
constexpr int W = 4;
#endif

typedef float vf __attribute__((vector_size(W * 4)));
typedef int32_t vi __attribute__((vector_size(W * 4)));
typedef double vd __attribute__((vector_size(W * 8)));

template <class T> struct VecOf;
template <> struct VecOf<float> { using type = vf; };
template <> struct VecOf<double> { using type = vd; };
template <class T> using Vec = typename VecOf<T>::type;

template <class T> inline Vec<T> load(const T* p) {
  Vec<T> v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
template <class T> inline void store(T* p, Vec<T> v) { std::memcpy(p, &v, sizeof v); }
// Subtracting zero is nothing at all, and compilers know it; adding it would change -0.
template <class T> inline Vec<T> splat(T x) { return x - Vec<T>{}; }

template <class T> inline T sum(Vec<T> v) {
  T total = 0;
  for (int i = 0; i < W; ++i) total += v[i];
  return total;
}
template <class T> inline T largest(Vec<T> v) {
  T top = v[0];
  for (int i = 1; i < W; ++i) top = v[i] > top ? v[i] : top;
  return top;
}

// The largest of `count` numbers, of which there is one.
template <class T> inline T largest_of(const T* x, int64_t count) {
  T top = x[0];
  int64_t j = 0;
  if (count >= W) {
    Vec<T> tops = load(x);
    for (j = W; j + W <= count; j += W) {
      const Vec<T> v = load(x + j);
      tops = v > tops ? v : tops;
    }
    top = largest<T>(tops);
  }
  for (; j < count; ++j) top = x[j] > top ? x[j] : top;
  return top;
}

// The lanes of a comparison that hold, as bits.
inline uint32_t lanes(vi is_so) {
#if defined(__AVX512F__)
  return _mm512_test_epi32_mask((__m512i)is_so, (__m512i)is_so);
#elif defined(__AVX2__)
  return uint32_t(_mm256_movemask_ps((__m256)is_so));
#else
  uint32_t bits = 0;
  for (int i = 0; i < W; ++i) bits |= uint32_t(is_so[i] != 0) << i;
  return bits;
#endif
}

// Neighbours exchanged: (1, 0, 3, 2, ...); and two vectors' lower, or upper, halves in turns.
#if defined(__AVX512F__)
#define TRINITY_SWAPPED 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14
#define TRINITY_LOWER 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define TRINITY_UPPER 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#elif defined(__AVX2__)
#define TRINITY_SWAPPED 1, 0, 3, 2, 5, 4, 7, 6
#define TRINITY_LOWER 0, 8, 1, 9, 2, 10, 3, 11
#define TRINITY_UPPER 4, 12, 5, 13, 6, 14, 7, 15
#else
#define TRINITY_SWAPPED 1, 0, 3, 2
#define TRINITY_LOWER 0, 4, 1, 5
#define TRINITY_UPPER 2, 6, 3, 7
#endif
template <class V> inline V swap_pairs(V v) {
  return __builtin_shufflevector(v, v, TRINITY_SWAPPED);
}

// Makes rows of a square of W by W numbers its columns: each round of taking a row and that half a
// square below it in turns moves one bit of a number's row to its column.
template <class V> inline void transpose(V (&square)[W]) {
#pragma GCC unroll 4
  for (int rounds = 1; rounds < W; rounds *= 2) {
    V next[W];
#pragma GCC unroll 8
    for (int i = 0; i < W / 2; ++i) {
      next[2 * i] = __builtin_shufflevector(square[i], square[i + W / 2], TRINITY_LOWER);
      next[2 * i + 1] = __builtin_shufflevector(square[i], square[i + W / 2], TRINITY_UPPER);
    }
#pragma GCC unroll 16
    for (int i = 0; i < W; ++i) square[i] = next[i];
  }
}

// exp with a relative error of 2e-7: 2^n times a polynomial on [-ln 2 / 2, ln 2 / 2] (Cephes expf).
inline vf exp(vf x) {
  x = x < -87.0f ? splat(-87.0f) : x;
  x = x > 88.0f ? splat(88.0f) : x;
  const vf shift = splat(12582912.0f);  // 1.5 * 2^23 rounds to the nearest integer
  const vf n = (x * 1.44269504f + shift) - shift;
  const vf r = x - n * 0.693359375f + n * 2.12194440e-4f;
  vf p = splat(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  const vi bits = (__builtin_convertvector(n, vi) + 127) << 23;
  vf power;
  std::memcpy(&power, &bits, sizeof power);
  return p * power;
}
// exp for x from -708 to 709 with a relative error of 4e-16: 2^n times the Taylor polynomial.
inline vd exp(vd x) {
  typedef int64_t vl __attribute__((vector_size(W * 8)));
  x = x < -708.0 ? splat(-708.0) : x;
  const vd shift = splat(6755399441055744.0);  // 1.5 * 2^52 rounds to the nearest integer
  const vd shifted = x * 1.4426950408889634 + shift, n = shifted - shift;
  const vd r = x - n * 0.693147180369123816490 - n * 1.90821492927058770002e-10;
  vd p = splat(1 / 6227020800.0);
  const double inverse_factorials[] = {1 / 479001600.0, 1 / 39916800.0, 1 / 3628800.0,
                                       1 / 362880.0,    1 / 40320.0,    1 / 5040.0,
                                       1 / 720.0,       1 / 120.0,      1 / 24.0,
                                       1 / 6.0,         0.5,            1.0, 1.0};
  for (double c : inverse_factorials) p = p * r + c;
  // The integer stands in the low bits of `shifted`; moved up it is an exponent.
  return p * (vd)(((vl)shifted + 1023) << 52);
}

// BF16 with round to nearest even, as everywhere.
inline uint16_t to_bf16(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, 4);
  return uint16_t((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}
inline float from_bf16(uint16_t x) {
  const uint32_t bits = uint32_t(x) << 16;
  float value;
  std::memcpy(&value, &bits, 4);
  return value;
}

// A number format: what activations are stored as, what sums are kept in, and how many neighbours
// along the inner axis one product instruction takes together.
struct F32 {
  using Store = float;
  using Sum = float;
  static constexpr int group = 1;
  static vf load_row(const float* p) { return load(p); }
  static void store_row(float* p, vf v) { store(p, v); }
  static float to_store(float x) { return x; }
  static float to_sum(float x) { return x; }
};
struct F64 {
  using Store = double;
  using Sum = double;
  static constexpr int group = 1;
  static vd load_row(const double* p) { return load(p); }
  static void store_row(double* p, vd v) { store(p, v); }
  static double to_store(double x) { return x; }
  static double to_sum(double x) { return x; }
};

#if defined(__AVX512BF16__)
struct B16 {
  using Store = uint16_t;
  using Sum = float;
  static constexpr int group = 2;
  static vf load_row(const uint16_t* p) {
    const __m256i half = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    return (vf)_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(half), 16));
  }
  static void store_row(uint16_t* p, vf v) {
    const __m256bh half = _mm512_cvtneps_pbh((__m512)v);
    std::memcpy(p, &half, sizeof half);
  }
  static uint16_t to_store(float x) { return to_bf16(x); }
  static float to_sum(uint16_t x) { return from_bf16(x); }
};
#endif

}  // namespace TRINITY_ISA
}  // namespace trinity
