// Calls every training kernel of every table with small and odd sizes, for sanitizers to watch:
// `make check-native`.
//
// Results must be finite, the same bits on any number of threads, and obey what holds whatever the
// weights are. tests/parity compares values with PyTorch.
#include "check.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <functional>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "kernels.hpp"
#include "pool.hpp"

using trinity::Format;

std::string where;

namespace {

int failures = 0;

}  // namespace

void expect(bool holds, const std::string& what) {
  if (holds) return;
  ++failures;
  std::printf("%s: %s\n", where.c_str(), what.c_str());
}

namespace {

void expect_near(double value, double wanted, double tolerance, const std::string& what) {
  const double allowed = tolerance * std::max(1.0, std::fabs(wanted));
  expect(std::fabs(value - wanted) <= allowed,
         what + " is " + std::to_string(value) + ", not " + std::to_string(wanted));
}

// --- number formats ------------------------------------------------------------------------------

struct F64 {
  using Store = double;
  using Sum = double;
  static constexpr Format format = Format::F64;
  static constexpr double tolerance = 1e-9;
  static double store(double x) { return x; }
  static double read(double x) { return x; }
};
struct F32 {
  using Store = float;
  using Sum = float;
  static constexpr Format format = Format::F32;
  static constexpr double tolerance = 1e-3;
  static float store(double x) { return float(x); }
  static double read(float x) { return x; }
};
struct B16 {
  using Store = uint16_t;
  using Sum = float;
  static constexpr Format format = Format::B16;
  static constexpr double tolerance = 6e-2;
  static uint16_t store(double x) {  // cut off: any BF16 number will do as an input
    const float narrow = float(x);
    uint32_t bits;
    std::memcpy(&bits, &narrow, 4);
    return uint16_t(bits >> 16);
  }
  static double read(uint16_t x) {
    const uint32_t bits = uint32_t(x) << 16;
    float value;
    std::memcpy(&value, &bits, 4);
    return value;
  }
};

// Numbers between -1 and 1 that do not depend on the platform.
struct Random {
  uint64_t state = 1;
  double operator()() {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return double(state >> 11) * 0x1p-52 - 1;
  }
  // Each array is one allocation of just its size, so that a step beyond its end is seen.
  template <class P> std::vector<typename P::Store> activations(int64_t count, double scale = 1) {
    std::vector<typename P::Store> values(count);
    for (auto& value : values) value = P::store((*this)() * scale);
    return values;
  }
  template <class P> std::vector<typename P::Sum> reals(int64_t count, double scale = 1) {
    std::vector<typename P::Sum> values(count);
    for (auto& value : values) value = typename P::Sum((*this)() * scale);
    return values;
  }
};

template <class P> void add(Results& results, const std::vector<typename P::Store>& values) {
  for (auto value : values) results.push_back(P::read(value));
}
template <class T> void add_plain(Results& results, const std::vector<T>& values) {
  results.insert(results.end(), values.begin(), values.end());
}

template <class P, class A, class B> double dot(const A& a, const B& b) {
  const auto value = [](auto x) {
    if constexpr (std::is_same_v<decltype(x), uint16_t>) return B16::read(x);
    else return double(x);
  };
  double total = 0;
  for (size_t i = 0; i < a.size(); ++i) total += value(a[i]) * value(b[i]);
  return total;
}

}  // namespace

void check(const std::function<Results()>& kernel) {
  trinity::set_num_threads(1);
  const Results alone = kernel();
  bool finite = true;
  for (double value : alone) finite &= std::isfinite(value);
  expect(finite, "a result is not finite");
  for (int threads : {2, 3}) {
    trinity::set_num_threads(threads);
    const Results together = kernel();
    expect(together.size() == alone.size() &&
               !std::memcmp(together.data(), alone.data(), alone.size() * sizeof(double)),
           "results differ on " + std::to_string(threads) + " threads");
  }
}

namespace {

// --- norm, routing -------------------------------------------------------------------------------

template <class P> Results norm(const trinity::Kernels& table, int64_t rows, bool is_real) {
  const int64_t width = 48, stride = is_real ? width : width + 16;
  Random random;
  auto x = random.activations<P>(rows * stride);
  auto wide = random.reals<P>(rows * stride);
  auto dy = random.activations<P>(rows * width);
  auto weight = std::vector<typename P::Sum>(width, 1);
  std::fill_n(x.begin(), width, P::store(0.5));  // a constant row becomes ones
  std::fill_n(wide.begin(), width, 0.5);
  std::vector<typename P::Store> y(rows * width), dx(rows * width);
  std::vector<typename P::Sum> inverse(rows), dwide(rows * width), dweight(width);
  trinity::NormArgs a{};
  a.rows = rows, a.width = width, a.x_stride = stride, a.y_stride = a.dx_stride = width;
  a.eps = 1e-12, a.x_is_real = is_real, a.weight = weight.data(), a.inverse = inverse.data();
  a.x = is_real ? static_cast<void*>(wide.data()) : x.data(), a.y = y.data();
  table.norm_forward(P::format, a);
  expect_near(P::read(y[0]), 1, P::tolerance, "the norm of a constant row");
  a.dy = dy.data(), a.dx = is_real ? static_cast<void*>(dwide.data()) : dx.data();
  a.dweight = dweight.data();
  table.norm_backward(P::format, a);
  // y does not change when a row is stretched, and it is linear in the weight.
  const double radial = is_real ? dot<P>(dwide, wide) : 0;
  expect_near(radial, 0, P::tolerance, "the gradient along a row");
  expect_near(dot<P>(dweight, weight), dot<P>(dy, y), P::tolerance, "dweight . weight");
  Results results;
  add<P>(results, y), add<P>(results, dx), add_plain(results, inverse);
  add_plain(results, dwide), add_plain(results, dweight);
  return results;
}

template <class P> Results route(const trinity::Kernels& table, int64_t tokens, int64_t most) {
  const int64_t experts = 32;
  Random random;
  auto logits = random.reals<P>(tokens * experts, 4);
  auto dprobability = random.reals<P>(tokens * experts), dweight = random.reals<P>(tokens * most);
  std::vector<typename P::Sum> probability(tokens * experts), weight(tokens * most);
  std::vector<typename P::Sum> dlogits(tokens * experts);
  std::vector<int32_t> expert(tokens * most);
  std::vector<int64_t> count(tokens);
  for (int64_t t = 0; t < tokens; ++t) count[t] = 1 + t % most;
  trinity::RouteArgs a{};
  a.tokens = tokens, a.experts = experts, a.most = most, a.count_T = count.data();
  a.logits_TE = logits.data(), a.probability_TE = probability.data();
  a.expert_TK = expert.data(), a.weight_TK = weight.data();
  table.route_forward(P::format, a);
  a.dweight_TK = dweight.data(), a.dlogits_TE = dlogits.data();
  a.dprobability_TE = tokens == 1 ? nullptr : dprobability.data();
  table.route_backward(P::format, a);
  for (int64_t t = 0; t < tokens; ++t) {
    double total = 0, gradient = 0;
    for (int64_t k = 0; k < most; ++k) {
      total += weight[t * most + k];
      expect((expert[t * most + k] >= 0) == (k < count[t]), "a token has too many or few experts");
      if (k && k < count[t])
        expect(probability[t * experts + expert[t * most + k - 1]] >=
                   probability[t * experts + expert[t * most + k]],
               "the likeliest expert is not first");
    }
    // A constant added to all scores changes nothing.
    for (int64_t e = 0; e < experts; ++e) gradient += dlogits[t * experts + e];
    expect_near(total, 1, 1e-5, "the sum of a token's weights");
    expect_near(gradient, 0, 1e-5, "the gradient along all scores");
  }
  Results results;
  add_plain(results, probability), add_plain(results, expert), add_plain(results, weight);
  add_plain(results, dlogits);
  return results;
}

// --- experts -------------------------------------------------------------------------------------

template <class P> Results experts(const trinity::Kernels& table, int64_t tokens, int64_t most) {
  const int64_t E = 5, D = 48, F = 16, unused = 3;
  Random random;
  auto x = random.activations<P>(tokens * D);
  auto gate_up = random.reals<P>(E * 2 * F * D, 0.3), down = random.reals<P>(E * D * F, 0.3);
  auto weight = random.reals<P>(tokens * most), dout = random.reals<P>(tokens * D);
  std::vector<int32_t> expert(tokens * most, -1), first(E + 1), row(tokens * most);
  int64_t rows = 0;
  for (int64_t t = 0; t < tokens; ++t)  // everybody's first is expert 0, and 3 is nobody's
    for (int64_t k = 0; k <= t % most; ++k, ++rows)
      expert[t * most + k] = int32_t(k < unused ? k : k + 1);
  std::vector<int32_t> source(rows);
  std::vector<typename P::Store> saved(rows * 2 * F);
  std::vector<typename P::Sum> out(tokens * D), dx(tokens * D), dweight(tokens * most);
  std::vector<typename P::Sum> dgate_up(E * 2 * F * D, 7), ddown(E * D * F, 7);
  trinity::ExpertsArgs a{};
  a.tokens = tokens, a.experts = E, a.width = D, a.inner = F, a.most = most, a.rows = rows;
  a.x_TD = x.data(), a.gate_up_EFD = gate_up.data(), a.down_EDF = down.data();
  a.expert_TK = expert.data(), a.weight_TK = weight.data(), a.first_E = first.data();
  a.source_N = source.data(), a.row_TK = row.data(), a.gate_up_NF = saved.data();
  a.out_TD = out.data(), a.dout_TD = dout.data(), a.dx_TD = dx.data();
  a.dgate_up_EFD = dgate_up.data(), a.ddown_EDF = ddown.data(), a.dweight_TK = dweight.data();
  table.experts_forward(P::format, a);
  table.experts_backward(P::format, a);
  expect(first[E] == rows, "rows were lost in sorting");
  for (int64_t i = 0; i < 2 * F * D; ++i)
    expect(dgate_up[unused * 2 * F * D + i] == 0, "an unused expert has a gradient");
  for (int64_t i = 0; i < D * F; ++i)
    expect(ddown[unused * D * F + i] == 0, "an unused expert has a gradient");
  // The result is linear in the last matrices and in the weights.
  const double along = dot<P>(dout, out), tolerance = P::tolerance * std::sqrt(double(tokens));
  expect_near(dot<P>(ddown, down), along, tolerance, "ddown . down");
  expect_near(dot<P>(dweight, weight), along, tolerance, "dweight . weight");
  Results results;
  add<P>(results, saved), add_plain(results, out), add_plain(results, dx);
  add_plain(results, dgate_up), add_plain(results, ddown), add_plain(results, dweight);
  return results;
}

// --- attention -----------------------------------------------------------------------------------

template <class P>
Results attention(const trinity::Kernels& table, const std::vector<int>& lengths, bool causal) {
  const int64_t H = 3, nope = 32, V = 16, R = causal ? 16 : 0, Q = nope + R, stride = R + 16;
  const int64_t S = int64_t(lengths.size()), X = nope + V;
  std::vector<int32_t> first(S + 1, 0);
  int64_t longest = 0;
  for (int64_t s = 0; s < S; ++s) {
    first[s + 1] = first[s] + lengths[s];
    longest = std::max<int64_t>(longest, lengths[s]);
  }
  const int64_t T = first[S];
  Random random;
  auto query = random.activations<P>(T * H * Q), key_value = random.activations<P>(T * H * X);
  auto rotary = random.activations<P>(T * stride), dout = random.activations<P>(T * H * V);
  std::vector<typename P::Sum> cosines(longest * R), sines(longest * R), temperature(longest, 1);
  for (int64_t i = 0; i < longest * R; ++i) {
    cosines[i] = typename P::Sum(std::cos(i / R * 0.1));
    sines[i] = typename P::Sum(std::sin(i / R * 0.1) * (i % 2 ? 1 : -1));
  }
  for (int64_t t = first[S - 1]; t < T; ++t)  // the last sequence's values are all 0.75
    for (int64_t i = 0; i < H * X; ++i)
      if (i % X >= nope) key_value[t * H * X + i] = P::store(0.75);
  std::vector<typename P::Store> out(T * H * V), dquery(T * H * Q), dkey_value(T * H * X);
  std::vector<typename P::Store> drotary(T * R);
  std::vector<typename P::Sum> log_sum(T * H);
  trinity::AttentionArgs a{};
  a.tokens = T, a.sequences = S, a.longest = longest, a.heads = H, a.nope = nope, a.rotary = R;
  a.value = V, a.rotary_stride = stride, a.scale = 0.25, a.causal = causal;
  a.first_S = first.data(), a.cos_LR = cosines.data(), a.sin_LR = sines.data();
  a.temperature_L = temperature.data(), a.query_THQ = query.data();
  a.key_value_THX = key_value.data(), a.key_rotary_TR = rotary.data(), a.out_THV = out.data();
  a.log_sum_TH = log_sum.data(), a.dout_THV = dout.data(), a.dquery_THQ = dquery.data();
  a.dkey_value_THX = dkey_value.data(), a.dkey_rotary_TR = drotary.data();
  table.attention_forward(P::format, a);
  table.attention_backward(P::format, a);
  for (int64_t i = first[S - 1] * H * V; i < T * H * V; ++i)
    expect_near(P::read(out[i]), 0.75, P::tolerance, "the mean of constant values");
  double along_values = 0;  // the result is linear in the values
  for (int64_t i = 0; i < T * H * X; ++i)
    if (i % X >= nope) along_values += P::read(key_value[i]) * P::read(dkey_value[i]);
  expect_near(along_values, dot<P>(dout, out), P::tolerance * std::sqrt(double(T)), "dv . v");
  Results results;
  add<P>(results, out), add<P>(results, dquery), add<P>(results, dkey_value);
  add<P>(results, drotary), add_plain(results, log_sum);
  return results;
}

template <class P> Results rotate(const trinity::Kernels& table, int64_t tokens) {
  const int64_t heads = 2, width = 16, stride = 48;
  Random random;
  const auto before = random.activations<P>(tokens * heads * stride);
  auto x = before;
  std::vector<typename P::Sum> cosines(tokens * width), sines(tokens * width);
  for (int64_t i = 0; i < tokens * width; ++i) {
    cosines[i] = typename P::Sum(std::cos(i / 2 * 0.7));
    sines[i] = typename P::Sum(std::sin(i / 2 * 0.7) * (i % 2 ? 1 : -1));
  }
  trinity::RotateArgs a{tokens, heads, width, stride, 1, cosines.data(), sines.data(), x.data()};
  table.rotate(P::format, a);
  Results results;
  add<P>(results, x);
  a.direction = -1;
  table.rotate(P::format, a);
  for (size_t i = 0; i < x.size(); ++i)
    expect_near(P::read(x[i]), P::read(before[i]), P::tolerance, "a number turned there and back");
  return results;
}

// --- Muon ----------------------------------------------------------------------------------------

Results muon(const trinity::Kernels& table) {
  const int64_t stack = 3, rows = 16, columns = 48, count = rows * columns;
  Random random;
  auto grad = random.reals<F32>(stack * count);
  std::vector<float> weight(stack * count), average(stack * count);
  std::vector<float> turned(count), tall(count), tall_average(count);
  for (int64_t i = 0; i < rows; ++i)  // the transpose of the first matrix is the last parameter
    for (int64_t j = 0; j < columns; ++j) turned[j * rows + i] = grad[i * columns + j];
  const trinity::MuonArgs parameters[] = {
      {stack, rows, columns, 1, 0.95f, 0.5f, weight.data(), grad.data(), average.data()},
      {1, columns, rows, 1, 0.95f, 0.5f, tall.data(), turned.data(), tall_average.data()},
  };
  table.muon_step(parameters, 2);
  for (int64_t m = 0; m < stack; ++m) {
    double squares = 0;
    for (int64_t i = 0; i < count; ++i) squares += std::pow(weight[m * count + i], 2);
    expect(squares > 0.4 * rows && squares < 1.6 * rows, "an update is far from orthogonal");
  }
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j)
      expect_near(tall[j * rows + i], weight[i * columns + j], 1e-4, "a tall matrix's update");
  Results results;
  add_plain(results, weight), add_plain(results, average), add_plain(results, tall);
  add_plain(results, tall_average);
  return results;
}

// --- all of them ---------------------------------------------------------------------------------

template <class P> void check_format(const trinity::Kernels& table, const char* format) {
  const auto named = [&](const std::string& kernel, const std::function<Results()>& run) {
    where = std::string(table.name) + " " + format + " " + kernel;
    check(run);
  };
  for (int64_t rows : {1, 63, 20001})
    for (bool is_real : {false, true})
      named("norm", [&] { return norm<P>(table, rows, is_real); });
  for (int64_t tokens : {1, 7, 130}) {
    // The router is never BF16.
    if (P::format != Format::B16) named("route", [&] { return route<P>(table, tokens, 6); });
    named("experts", [&] { return experts<P>(table, tokens, tokens == 1 ? 1 : 4); });
    named("rotate", [&] { return rotate<P>(table, tokens); });
  }
  for (const std::vector<int>& lengths : {std::vector{1}, {17, 1, 49, 97}, {48, 3}})
    for (bool causal : {true, false})
      named("attention", [&] { return attention<P>(table, lengths, causal); });
}

// Two threads that train at once take turns in the pool.
void check_callers(const trinity::Kernels& table) {
  where = std::string(table.name) + " two callers";
  trinity::set_num_threads(2);
  const Results alone = experts<F32>(table, 130, 4);
  Results results[2];
  std::thread other([&] {
    for (int i = 0; i < 20; ++i) results[0] = experts<F32>(table, 130, 4);
  });
  for (int i = 0; i < 20; ++i) results[1] = experts<F32>(table, 130, 4);
  other.join();
  expect(results[0] == alone && results[1] == alone, "results differ");
}

// A child has none of its parent's threads: it must make its own.
void check_fork(const trinity::Kernels& table) {
#if !defined(__SANITIZE_THREAD__)  // which does not allow threads in the child of a threaded parent
  where = std::string(table.name) + " fork";
  trinity::set_num_threads(2);
  const Results before = norm<F32>(table, 200, true);
  const pid_t child = fork();
  if (child == 0) {
    const bool same = norm<F32>(table, 200, true) == before;
    trinity::set_num_threads(3);
    _exit(same && norm<F32>(table, 200, true) == before ? 0 : 1);
  }
  int status = 1;
  waitpid(child, &status, 0);
  expect(status == 0, "the child's results differ");
#else
  (void)table;
#endif
}

}  // namespace

int main() {
  for (const char* name : {"base", "avx2", "avx512", "avx512bf16"}) {
    const trinity::Kernels* table = trinity::kernels(name);
    if (!table) continue;
    check_format<F64>(*table, "F64");
    check_format<F32>(*table, "F32");
    if (table->has_bf16) check_format<B16>(*table, "B16");
    where = std::string(name) + " muon";
    check([&] { return muon(*table); });
    check_serving(name);
    check_callers(*table);
    check_fork(*table);
    std::printf("%s: checked\n", name);
  }
  where = "kernels";
  expect(trinity::kernels("nonsense") == nullptr, "there are kernels named nonsense");
  trinity::set_num_threads(1);  // joins the pool's threads
  std::printf("%d failures\n", failures);
  return failures != 0;
}
