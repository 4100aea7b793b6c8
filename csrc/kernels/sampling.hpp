// Tokens drawn from logits: `choose_tokens` in ops/reference_sampling.py, without sorting a
// vocabulary: what a draw needs to know of the order is found in bins of like logits.
#pragma once

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "../pool.hpp"
#include "../serving.hpp"
#include "simd.hpp"

namespace trinity {
namespace TRINITY_ISA {

constexpr int kBins = 1024;
constexpr float kBinsPerNat = 64;

// The tokens of one row from the likeliest on; equals in the order of their ids.
class Ranked {
 public:
  struct Place {
    int64_t token = -1, count = 0;  // a token, and how many are as likely as it or more
    double mass = 0;                // and their weight
  };

  // Weights exp((logit - highest) / temperature) of what is allowed, summed up bin by bin.
  void fill(const float* logits, const float* mask, int64_t width, float highest,
            double temperature) {
    weight_.resize(width);
    bin_.resize(width);
    std::fill(mass_, mass_ + kBins, 0.0);
    std::fill(count_, count_ + kBins, int64_t(0));
    all_ = Place{};
    const double factor = 1 / temperature;
    const float bins = float(factor) * kBinsPerNat;
    int64_t i = 0;
    for (; i + W <= width; i += W) {
      const vf below = splat(highest) - (load(logits + i) + load(mask + i));
      const vf place = below * bins;
      const vi bin = __builtin_convertvector(
          place < float(kBins - 1) ? place : splat(float(kBins - 1)), vi);
      const vd power = -__builtin_convertvector(below, vd) * factor;
      add(i, W, mask, exp(power), bin);
    }
    if (i < width) {
      vd power{};
      vi bin{};
      for (int64_t lane = 0; i + lane < width; ++lane) {
        const float below = highest - (logits[i + lane] + mask[i + lane]);
        power[lane] = -double(below) * factor;
        bin[lane] = below * bins < kBins - 1 ? int32_t(below * bins) : kBins - 1;
      }
      add(i, width - i, mask, exp(power), bin);
    }
    for (int bin = 0; bin < kBins; ++bin) all_.count += count_[bin], all_.mass += mass_[bin];
  }

  const Place& all() const { return all_; }

  // The place of the `count`-th token; without its name where that is the last.
  Place at(const float* logits, int64_t count) {
    if (count >= all_.count) return all_;
    return first(logits, [&](const Place& p) { return p.count >= count; });
  }

  // The first place that `stops`, or the last of all; once a place stops, all later ones do.
  template <class F> Place first(const float* logits, F stops) {
    Place place;
    for (int bin = 0; bin < kBins; ++bin) {
      if (!count_[bin]) continue;
      Place after{-1, place.count + count_[bin], place.mass + mass_[bin]};
      if (stops(after) || after.count == all_.count)
        return first_in(bin, logits, place, stops);
      place = after;
    }
    return place;
  }

  int64_t count_at_least(double weight) const {
    int64_t count = 0;
    for (double w : weight_) count += w > 0 && w >= weight;
    return count;
  }

 private:
  void add(int64_t first, int64_t lanes, const float* mask, vd weight, vi bin) {
    for (int64_t lane = 0; lane < lanes; ++lane) {
      const bool is_allowed = mask[first + lane] == 0;
      weight_[first + lane] = is_allowed ? weight[lane] : 0;
      bin_[first + lane] = is_allowed ? uint16_t(bin[lane]) : uint16_t(kBins);
      mass_[bin[lane]] += is_allowed ? weight[lane] : 0;
      count_[bin[lane]] += is_allowed;
    }
  }

  template <class F> Place first_in(int bin, const float* logits, Place place, F stops) {
    ids_.clear();
    for (int64_t i = 0; i < int64_t(bin_.size()); ++i)
      if (bin_[i] == bin) ids_.push_back(i);
    std::sort(ids_.begin(), ids_.end(), [&](int64_t a, int64_t b) {
      return logits[a] > logits[b] || (logits[a] == logits[b] && a < b);
    });
    for (int64_t id : ids_) {
      place = {id, place.count + 1, place.mass + weight_[id]};
      if (stops(place)) break;
    }
    return place;
  }

  std::vector<double> weight_;
  std::vector<uint16_t> bin_;
  std::vector<int64_t> ids_;
  double mass_[kBins];
  int64_t count_[kBins];
  Place all_;
};

inline int64_t draw(const float* logits, const float* mask, int64_t width, float highest,
                    const DrawSettings& s) {
  static thread_local Ranked ranked;
  using Place = Ranked::Place;
  ranked.fill(logits, mask, width, highest, s.temperature);
  const Place top = ranked.at(logits, s.top_k);
  int64_t kept = top.count;
  // A token stays while those before it fall short of top_p; the first always does.
  if (s.top_p < 1)
    kept = std::min(kept, ranked.first(logits, [&](const Place& p) {
                                  return p.mass >= s.top_p * top.mass;
                                }).count);
  if (s.min_p > 0) kept = std::min(kept, std::max<int64_t>(1, ranked.count_at_least(s.min_p)));
  const double target = s.uniform * (kept == top.count ? top : ranked.at(logits, kept)).mass;
  return ranked
      .first(logits, [&](const Place& p) { return p.mass > target || p.count >= kept; })
      .token;
}

// The likeliest allowed token and its logit; the token is -1 where a logit is not finite.
inline std::pair<int64_t, float> likeliest_allowed(const float* logits, const float* mask,
                                                   int64_t width) {
  vf top = splat(-std::numeric_limits<float>::infinity()), spoilt{};
  int64_t i = 0;
  for (; i + W <= width; i += W) {
    const vf row = load(logits + i), x = row + load(mask + i);
    spoilt += row * 0;
    top = x > top ? x : top;
  }
  float highest = largest<float>(top), rest = 0;
  for (; i < width; ++i) {
    rest += logits[i] * 0;
    highest = std::max(highest, logits[i] + mask[i]);
  }
  if (sum<float>(spoilt) + rest != 0) return {-1, highest};
  int64_t token = 0;
  while (token < width && logits[token] + mask[token] != highest) ++token;
  return {token < width ? token : -1, highest};
}

inline void choose_tokens(int64_t rows, int64_t width, const float* const* logits,
                          const float* const* masks, const DrawSettings* settings,
                          int64_t* tokens) {
  pool().run(int(rows), [&](int row, int) {
    const auto [token, highest] = likeliest_allowed(logits[row], masks[row], width);
    tokens[row] = token >= 0 && settings[row].temperature > 0
                      ? draw(logits[row], masks[row], width, highest, settings[row])
                      : token;
  });
}

}  // namespace TRINITY_ISA
}  // namespace trinity
