// The serving layers for Python. Weights come as addresses of FP32 arrays and are copied; the
// arrays of a step belong to ops/native_serving.py, which keeps them alive.
#include "bind_serving.hpp"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cstdint>
#include <string>
#include <vector>

#include "kernels.hpp"
#include "serving.hpp"

namespace nb = nanobind;
using namespace nb::literals;
using trinity::Matrix;
using trinity::WeightFormat;

namespace {

using Address = uintptr_t;

const float* floats(Address address) { return reinterpret_cast<const float*>(address); }
std::vector<float> copied(Address address, int64_t count) {
  return {floats(address), floats(address) + count};
}
Matrix packed(Address weight, int64_t outputs, int64_t inputs, WeightFormat format) {
  return Matrix::pack(floats(weight), outputs, inputs, inputs, 1, format);
}

// sizes: width, heads, nope, rotary, value, latent, query rank.
// arrays: input norm, query norm, latent norm, down, query, kv_b, out.
trinity::AttentionLayer* make_attention(const std::vector<int64_t>& sizes, float eps, float scale,
                                        const std::vector<Address>& arrays, WeightFormat format) {
  auto* a = new trinity::AttentionLayer{};
  a->width = sizes[0], a->heads = sizes[1], a->nope = sizes[2], a->rotary = sizes[3];
  a->value = sizes[4], a->latent = sizes[5], a->query_rank = sizes[6];
  a->eps = eps, a->scale = scale;
  a->input_norm = copied(arrays[0], a->width);
  a->query_norm = copied(arrays[1], a->query_rank);
  a->latent_norm = copied(arrays[2], a->latent);
  a->down = packed(arrays[3], a->query_rank + a->latent + a->rotary, a->width, format);
  a->query = packed(arrays[4], a->heads * (a->nope + a->rotary), a->query_rank, format);
  for (int64_t h = 0; h < a->heads; ++h) {
    const float* kv = floats(arrays[5]) + h * (a->nope + a->value) * a->latent;
    a->keys.push_back(Matrix::pack(kv, a->latent, a->nope, 1, a->latent, format));
    a->values.push_back(
        Matrix::pack(kv + a->nope * a->latent, a->value, a->latent, a->latent, 1, format));
  }
  a->out = packed(arrays[6], a->width, a->heads * a->value, format);
  return a;
}

// Gate and up rows of [2 inner, width], gate first, as alternating panels.
Matrix alternate(const float* gate, const float* up, int64_t inner, int64_t width,
                 WeightFormat format) {
  std::vector<float> rows(2 * inner * width);
  for (int64_t row = 0; row < inner; ++row) {
    const int64_t place = row / trinity::kPanel * 2 * trinity::kPanel + row % trinity::kPanel;
    std::copy(gate + row * width, gate + (row + 1) * width, rows.begin() + place * width);
    std::copy(up + row * width, up + (row + 1) * width,
              rows.begin() + (place + trinity::kPanel) * width);
  }
  return Matrix::pack(rows.data(), 2 * inner, width, width, 1, format);
}

// sizes: width, inner, shared inner, experts.
// arrays: input norm, router, gate_up [E, 2F, D], down [E, D, F], shared gate, up and down.
trinity::ExpertsLayer* make_experts(const std::vector<int64_t>& sizes, float eps,
                                    const std::vector<Address>& arrays, WeightFormat routed,
                                    WeightFormat shared) {
  auto* e = new trinity::ExpertsLayer{};
  e->width = sizes[0], e->inner = sizes[1], e->shared_inner = sizes[2], e->experts = sizes[3];
  e->eps = eps;
  e->input_norm = copied(arrays[0], e->width);
  e->router = packed(arrays[1], e->experts, e->width, WeightFormat::F32);  // always FP32
  const int64_t size = e->inner * e->width;
  for (int64_t i = 0; i < e->experts; ++i) {
    const float* gate = floats(arrays[2]) + i * 2 * size;
    e->gate_up.push_back(alternate(gate, gate + size, e->inner, e->width, routed));
    e->down.push_back(Matrix::pack(floats(arrays[3]) + i * size, e->width, e->inner, e->inner, 1,
                                   routed));
  }
  e->gate_up.push_back(
      alternate(floats(arrays[4]), floats(arrays[5]), e->shared_inner, e->width, shared));
  e->down.push_back(packed(arrays[6], e->width, e->shared_inner, shared));
  return e;
}

// sizes: tokens, groups, group width, block size, table width, rotary.
// arrays: positions, slots, table, group tokens, group sequences, contexts, all int64; frequencies.
trinity::Step* make_step(const std::vector<int64_t>& sizes, const std::vector<Address>& arrays,
                         double beta, double original_context) {
  const auto ints = [&](int i) { return reinterpret_cast<const int64_t*>(arrays[i]); };
  auto* s = new trinity::Step{};
  s->tokens = sizes[0], s->groups = sizes[1], s->group_width = sizes[2];
  s->block_size = sizes[3], s->table_width = sizes[4];
  s->positions_T = ints(0), s->slots_T = ints(1), s->table_SB = ints(2);
  s->group_tokens_GQ = ints(3), s->group_sequence_G = ints(4), s->context_G = ints(5);
  s->make_tables(floats(arrays[6]), sizes[5], beta, original_context);
  return s;
}

const trinity::ServingKernels* active() { return trinity::serving_kernels(active_kernels()->name); }

}  // namespace

void bind_serving(nb::module_& m) {
  const auto unlocked = nb::call_guard<nb::gil_scoped_release>();
  nb::enum_<WeightFormat>(m, "WeightFormat")
      .value("F32", WeightFormat::F32)
      .value("B16", WeightFormat::B16)
      .value("I8", WeightFormat::I8)
      .value("I4", WeightFormat::I4);
  nb::class_<Matrix>(m, "Matrix")
      .def_static("pack", packed, "weight"_a, "outputs"_a, "inputs"_a, "weights"_a)
      .def_prop_ro("num_bytes", [](const Matrix& matrix) { return matrix.data.size(); });
  nb::class_<trinity::AttentionLayer>(m, "AttentionLayer")
      .def_static("pack", make_attention, nb::rv_policy::take_ownership);
  nb::class_<trinity::ExpertsLayer>(m, "ExpertsLayer")
      .def_static("pack", make_experts, nb::rv_policy::take_ownership);
  nb::class_<trinity::Step>(m, "Step").def_static("make", make_step, nb::rv_policy::take_ownership);
  m.def(
      "attention_layer",
      [](const trinity::AttentionLayer& layer, const trinity::Step& step, Address cache,
         Address x) {
        active()->attention(layer, step, reinterpret_cast<float*>(cache),
                            reinterpret_cast<float*>(x));
      },
      unlocked);
  m.def(
      "experts_layer",
      [](const trinity::ExpertsLayer& layer, int64_t tokens, Address counts, Address discounts,
         Address x) {
        return active()->experts(layer, tokens, reinterpret_cast<const int64_t*>(counts),
                                 floats(discounts), reinterpret_cast<float*>(x));
      },
      unlocked);
  m.def(
      "linear_layer",
      [](const Matrix& matrix, Address norm, float eps, int64_t rows, Address x, Address y) {
        active()->linear(matrix, floats(norm), eps, rows, floats(x), reinterpret_cast<float*>(y));
      },
      unlocked);
}
