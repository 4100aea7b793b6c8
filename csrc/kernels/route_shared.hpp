// Routing in which tokens prefer experts that the step computes anyway: `route` with a discount in
// ops/reference.py.
#pragma once

#include <vector>

#include "route.hpp"

namespace trinity {
namespace TRINITY_ISA {

// `discount_T` multiplies the probabilities of experts outside the union for a token's choice; the
// union is all that tokens with discount 1 choose, and the likeliest expert of every other.
inline void route_shared(const RouteArgs& a, const float* discount_T) {
  route_forward<float>(a);
  std::vector<char> in_union(a.experts, 0);
  for (int64_t t = 0; t < a.tokens; ++t) {
    const int64_t needed = discount_T[t] == 1 ? a.count_T[t] : 1;
    for (int64_t k = 0; k < needed; ++k) in_union[a.expert_TK[t * a.most + k]] = 1;
  }
  pool().run(int((a.tokens + kRouteTokens - 1) / kRouteTokens), [&](int task, int) {
    std::vector<float> score(a.experts);
    const int64_t stop = std::min(a.tokens, (task + 1) * kRouteTokens);
    for (int64_t t = task * kRouteTokens; t < stop; ++t) {
      if (discount_T[t] == 1) continue;
      const float* probability = static_cast<const float*>(a.probability_TE) + t * a.experts;
      int32_t* expert = a.expert_TK + t * a.most;
      float* weight = static_cast<float*>(a.weight_TK) + t * a.most;
      for (int64_t e = 0; e < a.experts; ++e)
        score[e] = in_union[e] ? probability[e] : probability[e] * discount_T[t];
      float total = 0;
      for (int64_t k = 0; k < a.count_T[t]; ++k) {
        expert[k] = likeliest(score.data(), a.experts, expert, k);
        weight[k] = probability[expert[k]];
        total += weight[k];
      }
      for (int64_t k = 0; k < a.count_T[t]; ++k) weight[k] /= total + 1e-20f;
    }
  });
}

}  // namespace TRINITY_ISA
}  // namespace trinity
