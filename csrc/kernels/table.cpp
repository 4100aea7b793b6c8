// The kernels of one instruction set: compiled once for each, with TRINITY_ISA as their namespace.
#include "../kernels.hpp"

#include <memory>

#include "attention.hpp"
#include "experts.hpp"
#include "muon.hpp"
#include "norm.hpp"
#include "route.hpp"

#define TRINITY_TEXT_(x) #x
#define TRINITY_TEXT(x) TRINITY_TEXT_(x)

namespace trinity {
namespace TRINITY_ISA {

#if defined(__AVX512BF16__)
constexpr bool kHasBf16 = true;
using Fast = B16;
#else
constexpr bool kHasBf16 = false;
using Fast = F32;
#endif

// Without BF16 products nobody asks for `B16`: the table says so.
#define TRINITY_BY_FORMAT(kernel)                      \
  [](Format format, const auto& args) {                \
    if (format == Format::F64)                         \
      kernel<F64>(args);                               \
    else if (format == Format::F32)                    \
      kernel<F32>(args);                               \
    else                                               \
      kernel<Fast>(args);                              \
  }

template <class P> void route_forward_of(const RouteArgs& a) { route_forward<typename P::Sum>(a); }
template <class P> void route_backward_of(const RouteArgs& a) {
  route_backward<typename P::Sum>(a);
}

extern const Kernels table;
const Kernels table = {
    TRINITY_TEXT(TRINITY_ISA),
    kHasBf16,
    TRINITY_BY_FORMAT(norm_forward),
    TRINITY_BY_FORMAT(norm_backward),
    TRINITY_BY_FORMAT(route_forward_of),
    TRINITY_BY_FORMAT(route_backward_of),
    TRINITY_BY_FORMAT(experts_forward),
    TRINITY_BY_FORMAT(experts_backward),
    TRINITY_BY_FORMAT(attention_forward),
    TRINITY_BY_FORMAT(attention_backward),
    TRINITY_BY_FORMAT(rotate_heads),
    muon_step<Fast>,
};

}  // namespace TRINITY_ISA
}  // namespace trinity
