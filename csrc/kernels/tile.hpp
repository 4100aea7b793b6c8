// A tile of a product: what it adds up, and the instruction that every format adds with.
#pragma once

#include "../serving.hpp"
#include "simd.hpp"

namespace trinity {
namespace TRINITY_ISA {

constexpr int VP = int(kPanel) / W;  // vectors a panel row

typedef int8_t vb __attribute__((vector_size(W)));

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

// What a tile fetches for what is worked on later: `step` bytes with each group of inputs. Strips are
// worked off faster than the hardware fetches by itself.
struct Ahead {
  const char* from = nullptr;
  int64_t step = 0;

  void fetch(int64_t group) const {
    for (int64_t line = 0; line < step; line += 64)
      __builtin_prefetch(from + group * step + line);
  }
};

// What a tile of MR rows and NP panels adds up; every output is one sum in the order of the inputs.
template <int MR, int NP> struct Sums {
  vf value[MR][NP][VP];
};

}  // namespace TRINITY_ISA
}  // namespace trinity
