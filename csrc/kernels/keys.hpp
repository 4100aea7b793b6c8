// Attention over the paged cache, whose numbers are read where they stand.
//
// Each result is one sum in an order that the width alone decides, whatever the tile.
#pragma once

#include <algorithm>
#include <limits>
#include <type_traits>
#include <vector>

#include "attention.hpp"
#include "tile.hpp"

namespace trinity {
namespace TRINITY_ISA {

constexpr int64_t kKeys = 64;  // cached tokens a tile

// Addresses of the cached tokens of a tile, `width` numbers each; those beyond the last block of
// the sequence are of block 0.
inline void find_cached(const Step& step, int64_t group, int64_t first, int64_t count,
                        const float* cache, int64_t width, const float** found) {
  const int64_t* table = step.table_SB + step.group_sequence_G[group] * step.table_width;
  for (int64_t j = 0; j < count; ++j) {
    const int64_t block = (first + j) / step.block_size;
    const int64_t index = block < step.table_width ? table[block] : 0;
    found[j] = cache + (index * step.block_size + (first + j) % step.block_size) * width;
  }
}

// The running maximum and sum of each row, tile by tile (arXiv 1805.02867).
struct OnlineSoftmax {
  std::vector<int64_t> position;  // of each row: the last token that it sees
  std::vector<float> top, total;

  void start(int64_t rows) {
    position.resize(rows);
    top.assign(rows, -std::numeric_limits<float>::infinity());
    total.assign(rows, 0.0f);
  }

  // Turns a tile's scores into weights, and fades what was mixed before. What a row does not see
  // has the weight zero, which changes no bit of its sums.
  void weigh(int64_t rows, int64_t first, int64_t count, int64_t width, float* score,
             float* mixed) {
    for (int64_t i = 0; i < rows; ++i, score += kKeys, mixed += width) {
      const int64_t seen = std::min(count, position[i] + 1 - first);
      if (seen <= 0) {
        std::fill(score, score + kKeys, 0.0f);
        continue;
      }
      const float highest = std::max(top[i], largest_of(score, seen));
      const float fade = std::exp(top[i] - highest);
      total[i] = total[i] * fade + exponentials<F32>(score, highest, seen, kKeys, score);
      top[i] = highest;
      for (int64_t j = 0; j < width; j += W) store(mixed + j, load(mixed + j) * fade);
    }
  }
  void divide(int64_t rows, int64_t width, float* mixed) const {
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < width; j += W, mixed += W) store(mixed, load(mixed) / total[i]);
  }
};

typedef float v4 __attribute__((vector_size(16)));

template <class V> inline auto halves_added(V v) {
  if constexpr (sizeof(V) == 64)
    return __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7) +
           __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
  else
    return __builtin_shufflevector(v, v, 0, 1, 2, 3) + __builtin_shufflevector(v, v, 4, 5, 6, 7);
}
template <class V> inline v4 to_four(V v) {
  if constexpr (sizeof(V) == 16)
    return v;
  else
    return to_four(halves_added(v));
}

// The sums of four vectors.
inline v4 four_sums(vf a, vf b, vf c, vf d) {
  const v4 e = to_four(a), f = to_four(b), g = to_four(c), h = to_four(d);
  const v4 ef = __builtin_shufflevector(e, f, 0, 1, 4, 5) + __builtin_shufflevector(e, f, 2, 3, 6, 7);
  const v4 gh = __builtin_shufflevector(g, h, 0, 1, 4, 5) + __builtin_shufflevector(g, h, 2, 3, 6, 7);
  return __builtin_shufflevector(ef, gh, 0, 2, 4, 6) + __builtin_shufflevector(ef, gh, 1, 3, 5, 7);
}

template <int MR>
inline void dot_tile(const float* rows, int64_t width, const float* const* keys, float* score,
                     int64_t score_stride) {
  vf sums[MR][4]{};
  for (int64_t c = 0; c < width; c += W) {
    vf key[4];
#pragma GCC unroll 4
    for (int j = 0; j < 4; ++j) key[j] = load(keys[j] + c);
#pragma GCC unroll 4
    for (int i = 0; i < MR; ++i) {
      const vf row = load(rows + i * width + c);
#pragma GCC unroll 4
      for (int j = 0; j < 4; ++j) sums[i][j] = fused(row, key[j], sums[i][j]);
    }
  }
  for (int i = 0; i < MR; ++i) {
    const v4 four = four_sums(sums[i][0], sums[i][1], sums[i][2], sums[i][3]);
    std::memcpy(score + i * score_stride, &four, sizeof four);
  }
}

// Calls call(first, count) for rows in tiles as high as the registers allow; `count` is a constant.
template <class F> inline void for_tiles(int64_t rows, F call) {
  int64_t i = 0;
  if constexpr (W >= 16)
    for (; i + 4 <= rows; i += 4) call(i, std::integral_constant<int, 4>());
  for (; i + 2 <= rows; i += 2) call(i, std::integral_constant<int, 2>());
  if (i < rows) call(i, std::integral_constant<int, 1>());
}

// score[i][j] = rows[i] . keys[j]; there are addresses, and room, for a multiple of four keys.
inline void dot_rows(int64_t rows, const float* x, int64_t width, const float* const* keys,
                     int64_t count, float* score, int64_t score_stride) {
  for_tiles(rows, [&](int64_t i, auto tile) {
    for (int64_t j = 0; j < count; j += 4)
      dot_tile<tile>(x + i * width, width, keys + j, score + i * score_stride + j, score_stride);
  });
}

template <int MR, int NV>
inline void mix_tile(const float* weight, int64_t weight_stride, const float* const* keys,
                     int64_t count, float* y, int64_t y_stride) {
  vf sums[MR][NV];
  for (int i = 0; i < MR; ++i)
    for (int v = 0; v < NV; ++v) sums[i][v] = load(y + i * y_stride + v * W);
  for (int64_t j = 0; j < count; ++j)
#pragma GCC unroll 4
    for (int v = 0; v < NV; ++v) {
      const vf key = load(keys[j] + v * W);
#pragma GCC unroll 4
      for (int i = 0; i < MR; ++i)
        sums[i][v] = fused(splat(weight[i * weight_stride + j]), key, sums[i][v]);
    }
  for (int i = 0; i < MR; ++i)
    for (int v = 0; v < NV; ++v) store(y + i * y_stride + v * W, sums[i][v]);
}

template <int MR>
inline void mix_some(const float* weight, int64_t weight_stride, const float* const* keys,
                     int64_t count, int64_t width, float* y) {
  constexpr int NV = W >= 16 ? 4 : 2;
  const float* from[64];
  std::copy(keys, keys + count, from);
  int64_t c = 0;
  for (; c + NV * W <= width; c += NV * W) {
    mix_tile<MR, NV>(weight, weight_stride, from, count, y + c, width);
    for (int64_t j = 0; j < count; ++j) from[j] += NV * W;
  }
  for (; c < width; c += W) {
    mix_tile<MR, 1>(weight, weight_stride, from, count, y + c, width);
    for (int64_t j = 0; j < count; ++j) from[j] += W;
  }
}

// y[i] += sum over j of weight[i][j] keys[j], whose first `width` numbers count; 64 keys at most.
inline void mix_rows(int64_t rows, const float* weight, int64_t weight_stride,
                     const float* const* keys, int64_t count, int64_t width, float* y) {
  for_tiles(rows, [&](int64_t i, auto tile) {
    mix_some<tile>(weight + i * weight_stride, weight_stride, keys, count, width, y + i * width);
  });
}

}  // namespace TRINITY_ISA
}  // namespace trinity
