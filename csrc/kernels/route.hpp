// The router's softmax, choice and renormalisation, forward and backward.
#pragma once

#include <algorithm>

#include "../kernels.hpp"
#include "../pool.hpp"
#include "simd.hpp"

namespace trinity {
namespace TRINITY_ISA {

constexpr int64_t kRouteTokens = 64;  // tokens a task

template <class Sum> inline void softmax(const Sum* logits, int64_t experts, Sum* probability) {
  Vec<Sum> tops = load(logits);
  for (int64_t e = W; e < experts; e += W) {
    const Vec<Sum> v = load(logits + e);
    tops = v > tops ? v : tops;
  }
  const Sum top = largest<Sum>(tops);
  Vec<Sum> totals{};
  for (int64_t e = 0; e < experts; e += W) {
    const Vec<Sum> v = exp(load(logits + e) - top);
    totals += v;
    store(probability + e, v);
  }
  const Sum scale = 1 / sum<Sum>(totals);
  for (int64_t e = 0; e < experts; e += W) store(probability + e, load(probability + e) * scale);
}

// The likeliest expert that `taken` does not list; the lower index among equals.
template <class Sum>
inline int likeliest(const Sum* probability, int64_t experts, const int32_t* taken, int64_t count) {
  int best = -1;
  for (int64_t e = 0; e < experts; ++e) {
    if (best >= 0 && probability[e] <= probability[best]) continue;
    bool is_taken = false;
    for (int64_t k = 0; k < count; ++k) is_taken |= taken[k] == e;
    if (!is_taken) best = int(e);
  }
  return best;
}

template <class Sum> void route_forward(const RouteArgs& a) {
  pool().run(int((a.tokens + kRouteTokens - 1) / kRouteTokens), [&](int task, int) {
    const int64_t stop = std::min(a.tokens, (task + 1) * kRouteTokens);
    for (int64_t t = task * kRouteTokens; t < stop; ++t) {
      Sum* probability = static_cast<Sum*>(a.probability_TE) + t * a.experts;
      softmax(static_cast<const Sum*>(a.logits_TE) + t * a.experts, a.experts, probability);
      int32_t* expert = a.expert_TK + t * a.most;
      Sum* weight = static_cast<Sum*>(a.weight_TK) + t * a.most;
      Sum total = 0;
      for (int64_t k = 0; k < a.most; ++k) {
        const bool kept = k < a.count_T[t];
        expert[k] = kept ? likeliest(probability, a.experts, expert, k) : -1;
        weight[k] = kept ? probability[expert[k]] : 0;
        total += weight[k];
      }
      for (int64_t k = 0; k < a.most; ++k) weight[k] /= total + Sum(1e-20);
    }
  });
}

// weight = p / sum of kept p; p = softmax: dlogits = p (dp - sum p dp).
template <class Sum> void route_backward(const RouteArgs& a) {
  pool().run(int((a.tokens + kRouteTokens - 1) / kRouteTokens), [&](int task, int) {
    const int64_t stop = std::min(a.tokens, (task + 1) * kRouteTokens);
    for (int64_t t = task * kRouteTokens; t < stop; ++t) {
      const Sum* probability = static_cast<const Sum*>(a.probability_TE) + t * a.experts;
      const int32_t* expert = a.expert_TK + t * a.most;
      const Sum* weight = static_cast<const Sum*>(a.weight_TK) + t * a.most;
      const Sum* dweight = static_cast<const Sum*>(a.dweight_TK) + t * a.most;
      const Sum* dprobability = static_cast<const Sum*>(a.dprobability_TE);
      Sum* dlogits = static_cast<Sum*>(a.dlogits_TE) + t * a.experts;
      for (int64_t e = 0; e < a.experts; ++e)
        dlogits[e] = dprobability ? dprobability[t * a.experts + e] : 0;
      Sum kept = 0, mean = 0;
      for (int64_t k = 0; k < a.most && expert[k] >= 0; ++k) {
        kept += probability[expert[k]];
        mean += weight[k] * dweight[k];
      }
      for (int64_t k = 0; k < a.most && expert[k] >= 0; ++k)
        dlogits[expert[k]] += (dweight[k] - mean) / (kept + Sum(1e-20));
      Vec<Sum> dots{};
      for (int64_t e = 0; e < a.experts; e += W) dots += load(probability + e) * load(dlogits + e);
      const Sum dot = sum<Sum>(dots);
      for (int64_t e = 0; e < a.experts; e += W)
        store(dlogits + e, load(probability + e) * (load(dlogits + e) - dot));
    }
  });
}

}  // namespace TRINITY_ISA
}  // namespace trinity
