// Tokens drawn from logits: `choose_tokens` in ops/reference_sampling.py, without sorting a
// vocabulary: a draw looks for the few logits around the place that it is after, and sorts those.
#pragma once

#include <algorithm>
#include <limits>
#include <vector>

#include "../pool.hpp"
#include "../serving.hpp"
#include "simd.hpp"

namespace trinity {
namespace TRINITY_ISA {

constexpr float kLowest = -std::numeric_limits<float>::infinity();
constexpr int kThresholds = 4;  // that one pass over a row measures
constexpr int kPasses = 12;     // each cuts the range of logits to a fifth
constexpr int64_t kFew = 64;    // tokens that are rather sorted than told apart by another pass

// The tokens of one row from the likeliest on; equals in the order of their ids.
class Ranked {
 public:
  struct Place {
    int64_t token = -1, count = 0;  // a token, and how many are as likely as it or more
    double mass = 0;                // and their weight
  };

  // Logits plus addend, and whether all logits are finite.
  bool fill(const float* logits, const float* addend, int64_t width) {
    width_ = width;
    const int64_t padded = (width + W - 1) / W * W;
    value_.resize(padded);
    vf top = splat(kLowest), bottom = splat(-kLowest), spoilt{};
    int64_t i = 0;
    for (; i + W <= width; i += W) {
      const vf row = load(logits + i), x = row + load(addend + i);
      spoilt += row * 0;
      top = x > top ? x : top;
      bottom = x < bottom && x > kLowest ? x : bottom;
      store(value_.data() + i, x);
    }
    highest_ = largest<float>(top), lowest_ = -largest<float>(-bottom);
    float rest = 0;
    for (; i < padded; ++i) {
      value_[i] = i < width ? logits[i] + addend[i] : kLowest;
      if (i < width) rest += logits[i] * 0;
      highest_ = std::max(highest_, value_[i]);
      if (value_[i] > kLowest) lowest_ = std::min(lowest_, value_[i]);
    }
    return sum<float>(spoilt) + rest == 0;
  }

  int64_t likeliest() const {
    for (int64_t i = 0; i < int64_t(value_.size()); i += W)
      if (const uint32_t found = lanes(load(value_.data() + i) == highest_))
        return i + __builtin_ctz(found);
    return -1;
  }

  // Weights exp((logit - highest) / temperature), which the places below add up.
  void weigh(float temperature) {
    weight_.resize(value_.size());
    const vf factor = splat(1 / temperature), highest = splat(highest_);
    for (int64_t i = 0; i < int64_t(value_.size()); i += W) {
      const vf value = load(value_.data() + i);
      const vf weight = exp((value - highest) * factor);
      store(weight_.data() + i, value > kLowest ? weight : vf{});
    }
    float bottom[kThresholds];
    std::fill(bottom, bottom + kThresholds, lowest_);
    Place places[kThresholds];
    measure(bottom, places);
    all_ = places[0];
  }

  const Place& all() const { return all_; }

  // The place of the `count`-th token; without its name where that is the last.
  Place at(int64_t count) {
    if (count >= all_.count) return all_;
    return first([&](const Place& p) { return p.count >= count; });
  }

  // The first place that `stops`, or the last of all; once a place stops, all later ones do.
  template <class F> Place first(F stops) {
    float low = lowest_, high = -kLowest;  // the place is below `high`, and not below `low`
    Place before{}, after = all_;
    for (int pass = 0; pass < kPasses && after.count - before.count > kFew; ++pass) {
      const float top = std::min(high, highest_);
      float threshold[kThresholds];
      Place places[kThresholds];
      for (int n = 0; n < kThresholds; ++n)  // from the highest on
        threshold[n] = top - (top - low) * (float(n + 1) / (kThresholds + 1));
      measure(threshold, places);
      int n = 0;
      while (n < kThresholds && !stops(places[n])) ++n;
      if (n > 0) high = threshold[n - 1], before = places[n - 1];
      if (n < kThresholds) low = threshold[n], after = places[n];
    }
    return among(low, high, before, stops);
  }

  int64_t count_at_least(float weight) const {
    int64_t count = 0;
    for (float w : weight_) count += w > 0 && w >= weight;
    return count;
  }

 private:
  // Of each threshold, the place of the last token that is not below it.
  void measure(const float* threshold, Place* places) const {
    constexpr int64_t block = 8 * W;  // added up in FP32
    vi count[kThresholds]{};
    vd mass[kThresholds]{};
    for (int64_t first = 0; first < int64_t(value_.size()); first += block) {
      const int64_t stop = std::min(first + block, int64_t(value_.size()));
      vf part[kThresholds]{};
      for (int64_t i = first; i < stop; i += W) {
        const vf value = load(value_.data() + i), weight = load(weight_.data() + i);
#pragma GCC unroll 4
        for (int n = 0; n < kThresholds; ++n) {
          const vi is_reached = value >= threshold[n];
          count[n] -= is_reached;
          part[n] += (vf)((vi)weight & is_reached);
        }
      }
      for (int n = 0; n < kThresholds; ++n) mass[n] += __builtin_convertvector(part[n], vd);
    }
    for (int n = 0; n < kThresholds; ++n) {
      places[n] = Place{};
      for (int lane = 0; lane < W; ++lane) {
        places[n].count += count[n][lane];
        places[n].mass += mass[n][lane];
      }
    }
  }

  template <class F> Place among(float low, float high, Place place, F stops) {
    ids_.clear();
    for (int64_t i = 0; i < int64_t(value_.size()); i += W) {
      const vf value = load(value_.data() + i);
      for (uint32_t left = lanes((value >= low) & (value < high)); left; left &= left - 1)
        ids_.push_back(i + __builtin_ctz(left));
    }
    std::sort(ids_.begin(), ids_.end(), [&](int64_t a, int64_t b) {
      return value_[a] > value_[b] || (value_[a] == value_[b] && a < b);
    });
    for (int64_t id : ids_) {
      place = {id, place.count + 1, place.mass + weight_[id]};
      if (stops(place)) break;
    }
    return place;
  }

  int64_t width_ = 0;
  float highest_ = 0, lowest_ = 0;
  std::vector<float> value_, weight_;
  std::vector<int64_t> ids_;
  Place all_;
};

inline int64_t draw(Ranked& ranked, const DrawSettings& s) {
  using Place = Ranked::Place;
  ranked.weigh(float(s.temperature));
  const Place top = ranked.at(s.top_k);
  int64_t kept = top.count;
  // A token stays while those before it fall short of top_p; the first always does.
  if (s.top_p < 1)
    kept = std::min(kept, ranked.first([&](const Place& p) {
                                  return p.mass >= s.top_p * top.mass;
                                }).count);
  if (s.min_p > 0)
    kept = std::min(kept, std::max<int64_t>(1, ranked.count_at_least(float(s.min_p))));
  const double target = s.uniform * (kept == top.count ? top : ranked.at(kept)).mass;
  return ranked.first([&](const Place& p) { return p.mass > target || p.count >= kept; }).token;
}

inline void choose_tokens(int64_t rows, int64_t width, const float* const* logits,
                          const float* const* addends, const DrawSettings* settings,
                          int64_t* tokens) {
  pool().run(int(rows), [&](int row, int) {
    static thread_local Ranked ranked;
    const bool is_finite = ranked.fill(logits[row], addends[row], width);
    if (!is_finite)
      tokens[row] = -1;
    else
      tokens[row] =
          settings[row].temperature > 0 ? draw(ranked, settings[row]) : ranked.likeliest();
  });
}

}  // namespace TRINITY_ISA
}  // namespace trinity
