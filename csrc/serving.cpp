// Packing, a step's tables, and the choice of the serving layers for this CPU.
#include "serving.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <mutex>
#include <new>

#include "kernels.hpp"
#include "pool.hpp"

namespace trinity {
namespace {

uint16_t round_to_bf16(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, 4);
  return uint16_t((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

// Not below `x`, so that what it scales is not clipped.
uint16_t next_bf16(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, 4);
  return uint16_t((bits + 0xffff) >> 16);
}

float from_bf16(uint16_t x) {
  const uint32_t bits = uint32_t(x) << 16;
  float value;
  std::memcpy(&value, &bits, 4);
  return value;
}

// To the nearest integer in [-most, most]; |x| is below 2^22.
inline float rounded(float x, float most) {
  const float shift = 12582912.0f;  // 1.5 * 2^23
  const float q = (x + shift) - shift;
  return q > most ? most : q < -most ? -most : q;
}

// Rounds a group to integers in [-most, most]; returns the scale with the least squared error among
// a few that clip the largest values.
uint16_t quantise(const float* group, float most, int8_t* out) {
  float largest = 0;
  for (int64_t i = 0; i < kGroup; ++i) largest = std::max(largest, std::fabs(group[i]));
  if (largest < std::numeric_limits<float>::min() * 256) {
    std::fill(out, out + kGroup, int8_t(0));
    return 0;
  }
  uint16_t best = 0;
  float best_error = std::numeric_limits<float>::infinity();
  for (int step = 0; step < (most > 7 ? 1 : 8); ++step) {
    const uint16_t scale = next_bf16(largest * (1 - 0.04f * float(step)) / most);
    const float width = from_bf16(scale), factor = 1 / width;
    float error = 0;
    for (int64_t i = 0; i < kGroup; ++i) {
      const float lost = rounded(group[i] * factor, most) * width - group[i];
      error += lost * lost;
    }
    if (error < best_error) best_error = error, best = scale;
  }
  if (best == 0) {  // a weight that is not a number makes every product one that is not
    std::fill(out, out + kGroup, int8_t(0));
    return 0x7fc0;
  }
  const float factor = 1 / from_bf16(best);
  for (int64_t i = 0; i < kGroup; ++i) out[i] = int8_t(rounded(group[i] * factor, most));
  return best;
}

// Memory in large pieces, each given back when nothing in it is used any more. Huge pages: a step
// reads more than the page tables' caches cover.
std::shared_ptr<char> allocate(int64_t bytes) {
  constexpr int64_t piece = 64 << 20, line = 64;
  static std::mutex mutex;
  static std::weak_ptr<char> current;
  static int64_t used = 0, size = 0;
  std::lock_guard lock(mutex);
  bytes = (bytes + line - 1) / line * line;
  std::shared_ptr<char> owner = current.lock();
  if (!owner || used + bytes > size) {
    size = std::max(bytes, piece), used = 0;
    void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
#if defined(MADV_HUGEPAGE)
    madvise(memory, size, MADV_HUGEPAGE);
#endif
    const int64_t mapped = size;
    owner.reset(static_cast<char*>(memory), [mapped](char* p) { munmap(p, mapped); });
    current = owner;
  }
  used += bytes;
  return {owner, owner.get() + used - bytes};
}

void read_row(const void* weight, bool is_half, int64_t first, int64_t count, float* row) {
  if (is_half)
    for (int64_t i = 0; i < count; ++i)
      row[i] = from_bf16(static_cast<const uint16_t*>(weight)[first + i]);
  else
    std::memcpy(row, static_cast<const float*>(weight) + first, count * sizeof(float));
}

void pack_integers(const float* row, int64_t inputs, int64_t lane, bool is_four, char* words,
                   char* scales, int64_t step) {
  for (int64_t g = 0; g < inputs / kGroup; ++g, words += step, scales += step) {
    int8_t values[kGroup];
    const uint16_t scale = quantise(row + g * kGroup, is_four ? 7 : 127, values);
    std::memcpy(scales + lane * 2, &scale, 2);
    for (int64_t i = 0; i < kGroup; ++i) {
      if (!is_four) {
        words[(i / 4 * kPanel + lane) * 4 + i % 4] = char(values[i]);
      } else if (i % 8 < 4) {
        words[(i / 8 * kPanel + lane) * 4 + i % 4] =
            char((values[i] + 8) | ((values[i + 4] + 8) << 4));
      }
    }
  }
}

void pack_floats(const float* row, int64_t inputs, int64_t lane, bool is_half, char* words) {
  for (int64_t i = 0; i < inputs; ++i) {
    if (is_half)
      reinterpret_cast<uint16_t*>(words)[(i / 2 * kPanel + lane) * 2 + i % 2] =
          round_to_bf16(row[i]);
    else
      reinterpret_cast<float*>(words)[i * kPanel + lane] = row[i];
  }
}

}  // namespace

Matrix Matrix::pack(const void* weight, bool is_half, int64_t outputs, int64_t inputs,
                    WeightFormat format, bool takes_bytes) {
  Matrix m;
  m.outputs = outputs, m.inputs = inputs, m.format = format;
  if (m.is_integer() && inputs % kGroup) m.format = WeightFormat::B16;
  m.takes_bytes = takes_bytes && m.is_integer();
  m.data = allocate(m.num_bytes());
  std::memset(m.data.get(), 0, m.num_bytes());
  pool().run(int(m.panels()), [&](int panel, int) {
    const Place place = m.place(panel);
    char* words = const_cast<char*>(place.words);
    const bool to_half = m.format == WeightFormat::B16;
    std::vector<float> row(inputs);
    for (int64_t lane = 0; lane < std::min(kPanel, outputs - panel * kPanel); ++lane) {
      read_row(weight, is_half, (panel * kPanel + lane) * inputs, inputs, row.data());
      if (m.is_integer()) {
        pack_integers(row.data(), inputs, lane, m.format == WeightFormat::I4, words,
                      const_cast<char*>(place.scales), place.step);
        continue;
      }
      for (int64_t g = 0; g < inputs / kGroup; ++g)
        pack_floats(row.data() + g * kGroup, kGroup, lane, to_half, words + g * place.step);
      pack_floats(row.data() + inputs / kGroup * kGroup, inputs % kGroup, lane, to_half,
                  const_cast<char*>(place.rest));
    }
  });
  return m;
}

void Step::make_tables(const float* frequencies, int64_t rotary_width, double beta,
                       double original_context) {
  rotary = rotary_width;
  cos_TR.resize(tokens * rotary);
  sin_TR.resize(tokens * rotary);
  temperature_T.resize(tokens);
  for (int64_t t = 0; t < tokens; ++t) {
    const float position = float(positions_T[t]);
    for (int64_t pair = 0; pair < rotary / 2; ++pair) {
      const float angle = position * frequencies[pair];
      const float cosine = std::cos(angle), sine = std::sin(angle);
      float* cosines = cos_TR.data() + t * rotary + 2 * pair;
      float* sines = sin_TR.data() + t * rotary + 2 * pair;
      cosines[0] = cosines[1] = cosine;
      sines[0] = -sine, sines[1] = sine;
    }
    const double periods = std::floor(double(positions_T[t]) / original_context);
    temperature_T[t] = float(1 + beta * std::log1p(periods));
  }
}

#define TRINITY_TABLE(isa) \
  namespace isa {          \
  extern const ServingKernels serving_table; \
  }
TRINITY_TABLE(base)
#if defined(__x86_64__)
TRINITY_TABLE(avx2)
TRINITY_TABLE(avx512)
TRINITY_TABLE(avx512bf16)
#endif

const ServingKernels* serving_kernels(const char* name) {
  const Kernels* chosen = kernels(name);
  if (!chosen) return nullptr;
#if defined(__x86_64__)
  if (!std::strcmp(chosen->name, "avx512bf16")) return &avx512bf16::serving_table;
  if (!std::strcmp(chosen->name, "avx512")) return &avx512::serving_table;
  if (!std::strcmp(chosen->name, "avx2")) return &avx2::serving_table;
#endif
  return &base::serving_table;
}

}  // namespace trinity
