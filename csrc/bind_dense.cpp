// The serving layers of dense models for Python. Norms come as addresses of FP32 arrays and are
// copied, as are the matrices; the arrays of a step are owned as in csrc/bind_serving.cpp.
#include "bind_serving.hpp"

#include <nanobind/stl/vector.h>

#include <cstdint>
#include <vector>

#include "serving.hpp"

namespace nb = nanobind;
using trinity::Matrix;

namespace {

using Address = uintptr_t;

float* floats(Address address) { return reinterpret_cast<float*>(address); }

// sizes: width, heads, heads of keys and values, width of a head. `project` has the rows of the
// queries, then of the keys, each head's rotary pairs as neighbours, then of the values.
trinity::GroupedAttentionLayer* make_attention(const std::vector<int64_t>& sizes, float eps,
                                               float scale, Address norm, const Matrix& project,
                                               const Matrix& out) {
  auto* a = new trinity::GroupedAttentionLayer{};
  a->width = sizes[0], a->heads = sizes[1], a->shared_heads = sizes[2], a->head = sizes[3];
  a->eps = eps, a->scale = scale;
  a->input_norm.assign(floats(norm), floats(norm) + a->width);
  a->project = project, a->out = out;
  return a;
}

// sizes: width, inner. `gate_up` alternates panels of 16 outputs of each.
trinity::MlpLayer* make_mlp(const std::vector<int64_t>& sizes, float eps, Address norm,
                            const Matrix& gate_up, const Matrix& down) {
  auto* m = new trinity::MlpLayer{};
  m->width = sizes[0], m->inner = sizes[1], m->eps = eps;
  m->input_norm.assign(floats(norm), floats(norm) + m->width);
  m->gate_up = gate_up, m->down = down;
  return m;
}

const trinity::ServingKernels* active() { return trinity::serving_kernels(active_kernels()->name); }

}  // namespace

void bind_dense(nb::module_& m) {
  const auto unlocked = nb::call_guard<nb::gil_scoped_release>();
  nb::class_<trinity::GroupedAttentionLayer>(m, "GroupedAttentionLayer")
      .def_static("make", make_attention, nb::rv_policy::take_ownership);
  nb::class_<trinity::MlpLayer>(m, "MlpLayer")
      .def_static("make", make_mlp, nb::rv_policy::take_ownership);
  m.def(
      "grouped_attention_layer",
      [](const trinity::GroupedAttentionLayer& layer, const trinity::Step& step, Address cache,
         Address x) { active()->grouped_attention(layer, step, floats(cache), floats(x)); },
      unlocked);
  m.def(
      "mlp_layer",
      [](const trinity::MlpLayer& layer, int64_t tokens, Address x) {
        active()->mlp(layer, tokens, floats(x));
      },
      unlocked);
}
