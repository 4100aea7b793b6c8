// With csrc/bind_serving.cpp and csrc/bind_dense.cpp, all that knows Python. ops/native.py owns the
// arrays.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "bind_serving.hpp"
#include "kernels.hpp"
#include "pool.hpp"

namespace nb = nanobind;
using namespace nb::literals;
using trinity::Format;

namespace {

using Address = uintptr_t;

const trinity::Kernels* active = trinity::kernels();

template <class T> T* at(Address address) { return reinterpret_cast<T*>(address); }

std::vector<std::string> names() {
  std::vector<std::string> found;
  for (const char* name : {"avx512bf16", "avx512", "avx2", "base"})
    if (trinity::kernels(name)) found.emplace_back(name);
  return found;
}

void use(const std::string& name) {
  const trinity::Kernels* table = trinity::kernels(name.c_str());
  if (!table) {
    std::string allowed;
    for (const std::string& other : names()) allowed += (allowed.empty() ? "" : ", ") + other;
    throw std::invalid_argument("This machine has no kernels named '" + name +
                                "'; it can use: " + allowed + ".");
  }
  active = table;
}

void set_num_threads(int num_threads) {
  if (num_threads < 1)
    throw std::invalid_argument("The kernels cannot run on " + std::to_string(num_threads) +
                                " threads; give 1 or more.");
  trinity::set_num_threads(num_threads);
}

void norm_forward(Format format, int64_t rows, int64_t width, int64_t x_stride, double eps,
                  bool x_is_real, Address x, Address weight, Address y, Address inverse) {
  trinity::NormArgs a{};
  a.rows = rows, a.width = width, a.x_stride = x_stride, a.y_stride = width, a.eps = eps;
  a.x_is_real = x_is_real, a.x = at<void>(x), a.weight = at<void>(weight);
  a.y = at<void>(y), a.inverse = at<void>(inverse);
  active->norm_forward(format, a);
}

void norm_backward(Format format, int64_t rows, int64_t width, int64_t x_stride, bool x_is_real,
                   Address x, Address weight, Address inverse, Address dy, Address dx,
                   int64_t dx_stride, Address dweight) {
  trinity::NormArgs a{};
  a.rows = rows, a.width = width, a.x_stride = x_stride, a.y_stride = width;
  a.dx_stride = dx_stride;
  a.x_is_real = x_is_real, a.x = at<void>(x), a.weight = at<void>(weight);
  a.inverse = at<void>(inverse), a.dy = at<void>(dy), a.dx = at<void>(dx);
  a.dweight = at<void>(dweight);
  active->norm_backward(format, a);
}

void route_forward(Format format, int64_t tokens, int64_t experts, int64_t most, Address count,
                   Address logits, Address probability, Address expert, Address weight) {
  trinity::RouteArgs a{};
  a.tokens = tokens, a.experts = experts, a.most = most, a.count_T = at<int64_t>(count);
  a.logits_TE = at<void>(logits), a.probability_TE = at<void>(probability);
  a.expert_TK = at<int32_t>(expert), a.weight_TK = at<void>(weight);
  active->route_forward(format, a);
}

void route_backward(Format format, int64_t tokens, int64_t experts, int64_t most,
                    Address probability, Address expert, Address weight, Address dweight,
                    Address dprobability, Address dlogits) {
  trinity::RouteArgs a{};
  a.tokens = tokens, a.experts = experts, a.most = most;
  a.probability_TE = at<void>(probability), a.expert_TK = at<int32_t>(expert);
  a.weight_TK = at<void>(weight), a.dweight_TK = at<void>(dweight);
  a.dprobability_TE = at<void>(dprobability), a.dlogits_TE = at<void>(dlogits);
  active->route_backward(format, a);
}

trinity::ExpertsArgs experts(const std::vector<int64_t>& sizes,
                             const std::vector<Address>& arrays) {
  trinity::ExpertsArgs a{};
  a.tokens = sizes[0], a.experts = sizes[1], a.width = sizes[2], a.inner = sizes[3];
  a.most = sizes[4], a.rows = sizes[5];
  a.x_TD = at<void>(arrays[0]), a.gate_up_EFD = at<void>(arrays[1]);
  a.down_EDF = at<void>(arrays[2]), a.expert_TK = at<int32_t>(arrays[3]);
  a.weight_TK = at<void>(arrays[4]), a.first_E = at<int32_t>(arrays[5]);
  a.source_N = at<int32_t>(arrays[6]), a.row_TK = at<int32_t>(arrays[7]);
  a.gate_up_NF = at<void>(arrays[8]);
  return a;
}

void experts_forward(Format format, const std::vector<int64_t>& sizes,
                     const std::vector<Address>& arrays, Address out) {
  trinity::ExpertsArgs a = experts(sizes, arrays);
  a.out_TD = at<void>(out);
  active->experts_forward(format, a);
}

void experts_backward(Format format, const std::vector<int64_t>& sizes,
                      const std::vector<Address>& arrays, Address dout, Address dx,
                      Address dgate_up, Address ddown, Address dweight) {
  trinity::ExpertsArgs a = experts(sizes, arrays);
  a.dout_TD = at<void>(dout), a.dx_TD = at<void>(dx), a.dgate_up_EFD = at<void>(dgate_up);
  a.ddown_EDF = at<void>(ddown), a.dweight_TK = at<void>(dweight);
  active->experts_backward(format, a);
}

trinity::AttentionArgs attention(const std::vector<int64_t>& sizes, double scale, bool causal,
                                 const std::vector<Address>& arrays) {
  trinity::AttentionArgs a{};
  a.tokens = sizes[0], a.sequences = sizes[1], a.longest = sizes[2], a.heads = sizes[3];
  a.nope = sizes[4], a.rotary = sizes[5], a.value = sizes[6], a.rotary_stride = sizes[7];
  a.scale = scale, a.causal = causal;
  a.first_S = at<int32_t>(arrays[0]), a.cos_LR = at<void>(arrays[1]);
  a.sin_LR = at<void>(arrays[2]), a.temperature_L = at<void>(arrays[3]);
  a.query_THQ = at<void>(arrays[4]);
  a.key_value_THX = at<void>(arrays[5]), a.key_rotary_TR = at<void>(arrays[6]);
  a.out_THV = at<void>(arrays[7]), a.log_sum_TH = at<void>(arrays[8]);
  return a;
}

void attention_forward(Format format, const std::vector<int64_t>& sizes, double scale, bool causal,
                       const std::vector<Address>& arrays) {
  active->attention_forward(format, attention(sizes, scale, causal, arrays));
}

void attention_backward(Format format, const std::vector<int64_t>& sizes, double scale, bool causal,
                        const std::vector<Address>& arrays, Address dout, Address dquery,
                        Address dkey_value, Address dkey_rotary) {
  trinity::AttentionArgs a = attention(sizes, scale, causal, arrays);
  a.dout_THV = at<void>(dout), a.dquery_THQ = at<void>(dquery);
  a.dkey_value_THX = at<void>(dkey_value), a.dkey_rotary_TR = at<void>(dkey_rotary);
  active->attention_backward(format, a);
}

void rotate(Format format, int64_t tokens, int64_t heads, int64_t width, int64_t stride,
            double direction, Address cosines, Address sines, Address x) {
  active->rotate(format, {tokens, heads, width, stride, direction, at<void>(cosines),
                          at<void>(sines), at<void>(x)});
}

// One tuple a parameter: (matrices, rows, columns, rate, weight, grad, average).
using MuonParameter = std::tuple<int64_t, int64_t, int64_t, float, Address, Address, Address>;

}  // namespace

const trinity::Kernels* active_kernels() { return active; }

NB_MODULE(_native, m) {
  m.doc() = "Trinity's kernels for the CPU; see csrc/kernels.hpp.";
  nb::enum_<Format>(m, "Format")
      .value("F64", Format::F64)
      .value("F32", Format::F32)
      .value("B16", Format::B16);
  const auto unlocked = nb::call_guard<nb::gil_scoped_release>();
  m.def("names", names, "Instruction sets whose kernels run here, best first.");
  m.def("active", [] { return std::string(active->name); }, "The instruction set in use.");
  m.def("has_bf16", [] { return active->has_bf16; }, "Whether BF16 products are native.");
  m.def("use", use, "name"_a, "Switch to another instruction set; raises `ValueError`.");
  m.def("num_threads", trinity::num_threads, "Threads that the kernels share work among.");
  m.def("set_num_threads", set_num_threads, "num_threads"_a, unlocked,
        "Change it while no kernel runs; raises `ValueError`.");
  m.def("norm_forward", norm_forward, unlocked);
  m.def("norm_backward", norm_backward, unlocked);
  m.def("route_forward", route_forward, unlocked);
  m.def("route_backward", route_backward, unlocked);
  m.def("experts_forward", experts_forward, unlocked);
  m.def("experts_backward", experts_backward, unlocked);
  m.def("attention_forward", attention_forward, unlocked);
  m.def("attention_backward", attention_backward, unlocked);
  m.def("rotate", rotate, unlocked);
  m.def(
      "muon_step",
      [](const std::vector<MuonParameter>& parameters, float momentum, float decay) {
        std::vector<trinity::MuonArgs> args;
        for (const auto& [matrices, rows, columns, rate, weight, grad, average] : parameters)
          args.push_back({matrices, rows, columns, rate, momentum, decay, at<float>(weight),
                          at<float>(grad), at<float>(average)});
        active->muon_step(args.data(), int64_t(args.size()));
      },
      unlocked);
  bind_serving(m);
  bind_dense(m);
}
