// Packing, a step's tables, and the choice of the serving layers for this CPU.
#include "serving.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "kernels.hpp"

namespace trinity {
namespace {

uint16_t round_to_bf16(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, 4);
  return uint16_t((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

}  // namespace

int64_t Matrix::panel_bytes() const {
  const int64_t groups = inputs / kGroup, scales = groups * kPanel * 4;
  switch (format) {
    case WeightFormat::F32: return inputs * kPanel * 4;
    case WeightFormat::B16: return inputs * kPanel * 2;
    case WeightFormat::I8: return scales + inputs * kPanel;
    default: return scales + inputs * kPanel / 2;
  }
}

namespace {

// Rounds a group to integers in [-most, most]; returns the scale with the least squared error among
// a few that clip the largest values.
float quantise(const float* group, int most, int8_t* out) {
  float largest = 0;
  for (int64_t i = 0; i < kGroup; ++i) largest = std::max(largest, std::fabs(group[i]));
  if (largest == 0) {
    std::fill(out, out + kGroup, int8_t(0));
    return 0;
  }
  float best_scale = 0, best_error = std::numeric_limits<float>::infinity();
  for (int step = 0; step < (most > 7 ? 1 : 8); ++step) {
    const float scale = largest * (1 - 0.04f * float(step)) / float(most);
    float error = 0;
    for (int64_t i = 0; i < kGroup; ++i) {
      const float q = std::nearbyint(group[i] / scale);
      const float kept = std::min(std::max(q, -float(most)), float(most)) * scale;
      error += (kept - group[i]) * (kept - group[i]);
    }
    if (error < best_error) best_error = error, best_scale = scale;
  }
  for (int64_t i = 0; i < kGroup; ++i) {
    const float q = std::nearbyint(group[i] / best_scale);
    out[i] = int8_t(std::min(std::max(q, -float(most)), float(most)));
  }
  return best_scale;
}

void pack_integers(const float* row, int64_t inputs, int64_t lane, WeightFormat format,
                   char* panel) {
  const bool is_four = format == WeightFormat::I4;
  const int64_t group_bytes = kPanel * 4 + kGroup * kPanel / (is_four ? 2 : 1);
  for (int64_t g = 0; g < inputs / kGroup; ++g) {
    int8_t values[kGroup];
    const float scale = quantise(row + g * kGroup, is_four ? 7 : 127, values);
    char* block = panel + g * group_bytes;
    std::memcpy(block + lane * 4, &scale, 4);
    char* weights = block + kPanel * 4;
    for (int64_t i = 0; i < kGroup; i += 2) {
      if (is_four) {
        weights[i / 2 * kPanel + lane] = char((values[i] + 8) | ((values[i + 1] + 8) << 4));
      } else {
        weights[i * kPanel + lane] = char(values[i]);
        weights[(i + 1) * kPanel + lane] = char(values[i + 1]);
      }
    }
  }
}

void pack_floats(const float* row, int64_t inputs, int64_t lane, WeightFormat format, char* panel) {
  for (int64_t i = 0; i < inputs; ++i) {
    if (format == WeightFormat::B16)
      reinterpret_cast<uint16_t*>(panel)[(i / 2 * kPanel + lane) * 2 + i % 2] =
          round_to_bf16(row[i]);
    else
      reinterpret_cast<float*>(panel)[i * kPanel + lane] = row[i];
  }
}

}  // namespace

Matrix Matrix::pack(const float* weight, int64_t outputs, int64_t inputs, int64_t output_step,
                    int64_t input_step, WeightFormat format) {
  const bool is_integer = format == WeightFormat::I8 || format == WeightFormat::I4;
  Matrix m;
  m.outputs = outputs, m.inputs = inputs;
  m.format = is_integer && inputs % kGroup ? WeightFormat::B16 : format;
  m.data.resize(m.panels() * m.panel_bytes());
  std::vector<float> row(inputs);
  for (int64_t o = 0; o < outputs; ++o) {
    for (int64_t i = 0; i < inputs; ++i) row[i] = weight[o * output_step + i * input_step];
    char* panel = m.data.data() + o / kPanel * m.panel_bytes();
    if (m.format == WeightFormat::I8 || m.format == WeightFormat::I4)
      pack_integers(row.data(), inputs, o % kPanel, m.format, panel);
    else
      pack_floats(row.data(), inputs, o % kPanel, m.format, panel);
  }
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
