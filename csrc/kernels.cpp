// Which instruction sets this CPU has, and the table of kernels for each.
#include "kernels.hpp"

#include <cstring>

namespace trinity {

#if defined(__x86_64__)
namespace base { extern const Kernels table; }
namespace avx2 { extern const Kernels table; }
namespace avx512 { extern const Kernels table; }
namespace avx512bf16 { extern const Kernels table; }

namespace {

bool has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
bool has_avx512() {
  return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}
bool has_avx512bf16() {
  return has_avx512() && __builtin_cpu_supports("avx512vnni") &&
         __builtin_cpu_supports("avx512bf16");
}
bool always() { return true; }

struct Choice {
  const Kernels* table;
  bool (*runs_here)();
};
const Choice choices[] = {  // best first
    {&avx512bf16::table, has_avx512bf16},
    {&avx512::table, has_avx512},
    {&avx2::table, has_avx2},
    {&base::table, always},
};

}  // namespace
#else
namespace base { extern const Kernels table; }
namespace {
bool always() { return true; }
struct Choice {
  const Kernels* table;
  bool (*runs_here)();
};
const Choice choices[] = {{&base::table, always}};
}  // namespace
#endif

const Kernels* kernels(const char* name) {
  for (const Choice& choice : choices)
    if (choice.runs_here() && (!name || !std::strcmp(name, choice.table->name)))
      return choice.table;
  return nullptr;
}

}  // namespace trinity
