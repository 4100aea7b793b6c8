// The serving layers for Python. Norms come as addresses of FP32 arrays and are copied, matrices are
// packed before; the arrays of a step belong to ops/native_serving.py, which keeps them alive.
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

// What weights are packed as, and whether integers multiply bytes.
struct Plan {
  WeightFormat format;
  bool takes_bytes;
};

Matrix pack(Address weight, bool is_half, int64_t outputs, int64_t inputs, const Plan& plan) {
  return Matrix::pack(reinterpret_cast<const void*>(weight), is_half, outputs, inputs, plan.format,
                      plan.takes_bytes);
}

// sizes: width, heads, nope, rotary, value, latent, query rank. norms: input, query, latent.
// `keys` and `values` are of each head.
trinity::AttentionLayer* make_attention(const std::vector<int64_t>& sizes, float eps, float scale,
                                        const std::vector<Address>& norms, const Matrix& down,
                                        const Matrix& query, const std::vector<Matrix>& keys,
                                        const std::vector<Matrix>& values, const Matrix& out) {
  auto* a = new trinity::AttentionLayer{};
  a->width = sizes[0], a->heads = sizes[1], a->nope = sizes[2], a->rotary = sizes[3];
  a->value = sizes[4], a->latent = sizes[5], a->query_rank = sizes[6];
  a->eps = eps, a->scale = scale;
  a->input_norm = copied(norms[0], a->width);
  a->query_norm = copied(norms[1], a->query_rank);
  a->latent_norm = copied(norms[2], a->latent);
  a->down = down, a->query = query, a->keys = keys, a->values = values, a->out = out;
  return a;
}

// sizes: width, inner, shared inner, experts. `gate_up` and `down` are of each expert, the shared
// one last; panels of gate and up alternate.
trinity::ExpertsLayer* make_experts(const std::vector<int64_t>& sizes, float eps, Address norm,
                                    const Matrix& router, const std::vector<Matrix>& gate_up,
                                    const std::vector<Matrix>& down) {
  auto* e = new trinity::ExpertsLayer{};
  e->width = sizes[0], e->inner = sizes[1], e->shared_inner = sizes[2], e->experts = sizes[3];
  e->eps = eps;
  e->input_norm = copied(norm, e->width);
  e->router = router, e->gate_up = gate_up, e->down = down;
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
  nb::class_<Plan>(m, "Plan")
      .def(nb::init<WeightFormat, bool>(), "format"_a, "takes_bytes"_a)
      .def_ro("format", &Plan::format)
      .def_ro("takes_bytes", &Plan::takes_bytes);
  nb::class_<Matrix>(m, "Matrix")
      .def_static("pack", pack)
      .def_static("of_shape", [](int64_t outputs, int64_t inputs, const Plan& plan) {
        return Matrix::of_shape(outputs, inputs, plan.format, plan.takes_bytes);
      })
      .def_prop_ro("address",
                   [](const Matrix& matrix) { return Address(matrix.data.get()); })
      .def_prop_ro("num_bytes", [](const Matrix& matrix) { return matrix.num_bytes(); });
  nb::class_<trinity::AttentionLayer>(m, "AttentionLayer")
      .def_static("make", make_attention, nb::rv_policy::take_ownership);
  nb::class_<trinity::ExpertsLayer>(m, "ExpertsLayer")
      .def_static("make", make_experts, nb::rv_policy::take_ownership);
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
  // settings: of each row temperature, top_k, top_p, min_p and the random number.
  m.def(
      "choose_tokens",
      [](Address logits, const std::vector<Address>& addends, int64_t width,
         const std::vector<double>& settings) {
        const auto rows = int64_t(addends.size());
        const auto* numbers = settings.data();
        std::vector<const float*> from, added;
        std::vector<trinity::DrawSettings> draws;
        for (int64_t i = 0; i < rows; ++i, numbers += 5) {
          from.push_back(floats(logits) + i * width);
          added.push_back(floats(addends[i]));
          draws.push_back({numbers[0], numbers[2], numbers[3], numbers[4], int64_t(numbers[1])});
        }
        std::vector<int64_t> tokens(rows);
        active()->choose_tokens(rows, width, from.data(), added.data(), draws.data(),
                                tokens.data());
        return tokens;
      },
      unlocked);
}
