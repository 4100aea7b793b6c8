// Packing, a step's tables, and the choice of the serving layers for this CPU.
#include "serving.hpp"

#include <cmath>
#include <cstring>

#include "kernels.hpp"

namespace trinity {
namespace {

uint16_t round_to_bf16(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, 4);
  return uint16_t((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

}  // namespace

Matrix Matrix::pack(const float* weight, int64_t outputs, int64_t inputs, int64_t output_step,
                    int64_t input_step, bool is_bf16) {
  Matrix m;
  m.outputs = outputs, m.inputs = inputs, m.is_bf16 = is_bf16;
  m.data.resize(m.panels() * m.panel_bytes());
  for (int64_t o = 0; o < outputs; ++o) {
    char* panel = m.data.data() + o / kPanel * m.panel_bytes();
    for (int64_t i = 0; i < inputs; ++i) {
      const float w = weight[o * output_step + i * input_step];
      if (is_bf16)
        reinterpret_cast<uint16_t*>(panel)[(i / 2 * kPanel + o % kPanel) * 2 + i % 2] =
            round_to_bf16(w);
      else
        reinterpret_cast<float*>(panel)[i * kPanel + o % kPanel] = w;
    }
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
