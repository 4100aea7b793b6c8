// Decoder layers as serving runs them: weights packed once, FP32 activations that are rounded to
// bytes where integer weights multiply them, a paged cache.
//
// A row's result depends on that row alone, unless its routing is discounted: each output is one sum
// in the order of the inner axis, whatever else is in the batch and however work is shared among
// threads.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

namespace trinity {

constexpr int64_t kPanel = 16;  // outputs whose weights stand together

constexpr int64_t kStrip = 4;  // panels that are read together

constexpr int64_t kGroup = 32;  // inputs that share a scale where weights are integers

// 32 inputs of a row as bytes: each is about its value times the scale.
struct Group {
  float scale;
  int32_t sum;
  int8_t value[kGroup];
};

enum class WeightFormat { F32, B16, I8, I4 };

// Where a panel's weights stand: group g of 32 inputs at words + g * step, and what is left over at
// `rest`; the scales of integers at scales + g * step.
struct Place {
  const char *words, *rest, *scales;
  int64_t step;
};

// Weights [outputs, inputs] as panels of 16 outputs; missing outputs are zeros. Of a panel's group of
// 32 inputs the words are
//   F32: [32][16]
//   B16: [16][16][2], pairs of inputs together
//   I8:  [8][16][4] signed bytes
//   I4:  [4][16][4] bytes: of each 8 inputs the first 4 in the low halves and the last 4 in the high
//        ones, plus 8
// and its scales are 16 BF16 numbers: an integer weight is its value times its output's scale. The
// panels of a strip of four, or fewer at the end, stand together group by group, scales first, so
// that a strip is read from its first byte to its last.
struct Matrix {
  int64_t outputs = 0, inputs = 0;
  WeightFormat format = WeightFormat::F32;
  bool takes_bytes = false;  // multiplies rows of `Group`s, not of floats
  std::shared_ptr<char> data;

  bool is_integer() const { return format == WeightFormat::I8 || format == WeightFormat::I4; }
  int64_t panels() const { return (outputs + kPanel - 1) / kPanel; }
  int64_t panel_bytes() const { return (inputs * word_bits() / 8 + scale_bytes()) * kPanel; }
  int64_t num_bytes() const { return panels() * panel_bytes(); }
  Place place(int64_t panel) const;

  // From `weight` [outputs, inputs], FP32 or (`is_half`) BF16; `inputs` must be even. Where it is no
  // multiple of 32, B16 takes the place of integers. Only integers take bytes.
  static Matrix pack(const void* weight, bool is_half, int64_t outputs, int64_t inputs,
                     WeightFormat format, bool takes_bytes);
  // Without weights yet: `num_bytes` are to be written to `data`.
  static Matrix of_shape(int64_t outputs, int64_t inputs, WeightFormat format, bool takes_bytes);

 private:
  int64_t word_bits() const;  // of a weight
  int64_t scale_bytes() const { return is_integer() ? inputs / kGroup * 2 : 0; }  // of an output
};

inline int64_t Matrix::word_bits() const {
  switch (format) {
    case WeightFormat::F32: return 32;
    case WeightFormat::B16: return 16;
    case WeightFormat::I8: return 8;
    default: return 4;
  }
}

inline Place Matrix::place(int64_t panel) const {
  const int64_t first = panel / kStrip * kStrip, width = std::min(kStrip, panels() - first);
  const int64_t scales = is_integer() ? kPanel * 2 : 0, words = kGroup * kPanel * word_bits() / 8;
  const int64_t rest = inputs % kGroup * kPanel * word_bits() / 8;
  const char* strip = data.get() + first * panel_bytes();
  const int64_t step = width * (scales + words), index = panel - first;
  return {strip + width * scales + index * words, strip + inputs / kGroup * step + index * rest,
          strip + index * scales, step};
}

// One step's tokens: see PagedBatch in ops/batch.py.
struct Step {
  int64_t tokens, groups, group_width, block_size, table_width;
  const int64_t* positions_T;
  const int64_t* slots_T;
  const int64_t* table_SB;
  const int64_t* group_tokens_GQ;
  const int64_t* group_sequence_G;
  const int64_t* context_G;

  // The tokens of a group stand together; the last is repeated where the group is short.
  int64_t first_token(int64_t group) const { return group_tokens_GQ[group * group_width]; }
  int64_t num_tokens(int64_t group) const {
    return group_tokens_GQ[(group + 1) * group_width - 1] - first_token(group) + 1;
  }

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

struct GroupedAttentionLayer {
  int64_t width, heads, shared_heads, head;  // shared: of keys and values; head: its width
  float eps, scale;
  std::vector<float> input_norm;
  Matrix project;  // heads queries, then shared keys and values, from the width
  Matrix out;      // width from heads * head
};

struct MlpLayer {
  int64_t width, inner;
  float eps;
  std::vector<float> input_norm;
  Matrix gate_up;  // panels alternate
  Matrix down;
};

// How a token is drawn; at temperature 0 it is the likeliest.
struct DrawSettings {
  double temperature, top_p, min_p, uniform;
  int64_t top_k;
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
  // A cached token is the keys of all shared heads, then their values.
  void (*grouped_attention)(const GroupedAttentionLayer&, const Step&, float* cache_BLX,
                            float* x_TD);
  void (*mlp)(const MlpLayer&, int64_t tokens, float* x_TD);
  // An addend is added to a row first: minus infinity where a token is not allowed, elsewhere its
  // bias. A row with a logit that is not finite gets the token -1.
  void (*choose_tokens)(int64_t rows, int64_t width, const float* const* logits,
                        const float* const* addends, const DrawSettings*, int64_t* tokens);
};

// The best table here, or the one named as in kernels.hpp; null if there is none.
const ServingKernels* serving_kernels(const char* name = nullptr);

}  // namespace trinity
