// Decoder layers as serving runs them: weights packed once, FP32 activations, a paged latent cache.
//
// A row's result depends on that row alone, but for discounted routing: each output is one sum in the order of the inner axis,
// whatever else is in the batch and however work is shared among threads.
#pragma once

#include <cstdint>
#include <vector>

namespace trinity {

constexpr int64_t kPanel = 16;  // outputs whose weights stand together

constexpr int64_t kGroup = 32;  // inputs that share a scale where weights are integers

enum class WeightFormat { F32, B16, I8, I4 };

// Weights [outputs, inputs] as panels of 16 outputs; missing outputs are zeros.
//   F32: [inputs][16]
//   B16: [inputs / 2][16][2], pairs of inputs together
//   I8:  for each group of 32 inputs 16 scales (FP32), then [32][16] signed bytes
//   I4:  for each group 16 scales, then [16][16] bytes: inputs 2i (low half) and 2i + 1, plus 8
// An integer weight is its value times its output's scale in the group.
struct Matrix {
  int64_t outputs = 0, inputs = 0;
  WeightFormat format = WeightFormat::F32;
  std::vector<char> data;

  int64_t panels() const { return (outputs + kPanel - 1) / kPanel; }
  int64_t panel_bytes() const;
  const char* panel(int64_t index) const { return data.data() + index * panel_bytes(); }

  // Output o, input i is weight[o * output_step + i * input_step]; `inputs` must be even. Where it
  // is no multiple of 32, B16 takes the place of integers.
  static Matrix pack(const float* weight, int64_t outputs, int64_t inputs, int64_t output_step,
                     int64_t input_step, WeightFormat format);
};

// One step's tokens: see PagedBatch in ops/batch.py.
struct Step {
  int64_t tokens, groups, group_width, block_size, table_width;
  const int64_t* positions_T;
  const int64_t* slots_T;
  const int64_t* table_SB;
  const int64_t* group_tokens_GQ;
  const int64_t* group_sequence_G;
  const int64_t* context_G;
  // Made once a step for all layers.
  int64_t rotary;
  std::vector<float> cos_TR, sin_TR, temperature_T;

  // `frequencies` has rotary / 2 values; the temperature is Llama 4's, see ops/rope.py.
  void make_tables(const float* frequencies, int64_t rotary, double beta, double original_context);
};

struct AttentionLayer {
  int64_t width, heads, nope, rotary, value, latent, query_rank;
  float eps, scale;
  std::vector<float> input_norm, query_norm, latent_norm;
  Matrix down;                  // query rank, then latent and rotary key, from the width
  Matrix query;                 // heads * (nope + rotary) from the query rank
  std::vector<Matrix> keys;     // of each head: latent from nope
  std::vector<Matrix> values;   // of each head: value from latent
  Matrix out;                   // width from heads * value
};

struct ExpertsLayer {
  int64_t width, inner, shared_inner, experts;
  float eps;
  std::vector<float> input_norm;
  Matrix router;
  // Of each expert, the shared one last: gate and up panels alternate.
  std::vector<Matrix> gate_up, down;
};

// x_TD is the residual stream and is added to.
struct ServingKernels {
  void (*attention)(const AttentionLayer&, const Step&, float* cache_BLC, float* x_TD);
  // Returns the number of routed rows. `discount_T`, which may be null, makes tokens share experts:
  // see `route` in ops/reference.py.
  int64_t (*experts)(const ExpertsLayer&, int64_t tokens, const int64_t* count_T,
                     const float* discount_T, float* x_TD);
  // y = norm(x) matrix, whose outputs are whole panels; no norm where `norm` is null.
  void (*linear)(const Matrix&, const float* norm, float eps, int64_t rows, const float* x,
                 float* y);
};

// The best table here, or the one named as in kernels.hpp; null if there is none.
const ServingKernels* serving_kernels(const char* name = nullptr);

}  // namespace trinity
