// The table of kernels: one per instruction set, compiled from the same sources.
//
// Every training kernel exists in three number formats: `F64` for checking gradients, `F32`, and
// `B16`, whose activations are BF16 and whose sums are FP32. Weights and their gradients are
// FP32 (F64: FP64) in all of them. Shape letters as in ops/reference.py.
#pragma once

#include <cstdint>

namespace trinity {

enum class Format { F64, F32, B16 };

// Activations [.., ..] in the table's format; `Real` is double for F64 and float otherwise.
using Activations = void*;
using Real = void*;

struct NormArgs {
  int64_t rows, width;
  int64_t x_stride, y_stride, dx_stride;  // values between rows of x, of y (and dy), and of dx
  double eps;
  bool x_is_real;     // x and dx are Real, not Activations
  const void* x;      // [rows, width]
  const void* weight; // Real [width]
  void* y;            // Activations [rows, width]; null in backward
  void* inverse;      // Real [rows]: 1 / root mean square
  const void* dy;     // Activations [rows, width]; backward only
  void* dx;           // Activations or Real, like x
  void* dweight;      // Real [width]
};

struct RouteArgs {
  int64_t tokens, experts, most;   // most = largest expert count in the batch
  const int64_t* count_T;          // experts of each token
  const void* logits_TE;           // Real
  void* probability_TE;            // Real: softmax
  int32_t* expert_TK;              // chosen experts, likeliest first; -1 beyond a token's count
  void* weight_TK;                 // Real: renormalised; 0 beyond
  const void* dweight_TK;          // backward only
  const void* dprobability_TE;     // Real; may be null
  void* dlogits_TE;
};

struct ExpertsArgs {
  int64_t tokens, experts, width, inner, most, rows;
  const void* x_TD;            // Activations
  const void* gate_up_EFD;     // Real [E, 2F, D]
  const void* down_EDF;        // Real [E, D, F]
  const int32_t* expert_TK;    // as RouteArgs leaves them
  const void* weight_TK;       // Real
  int32_t* first_E;            // [E + 1]: each expert's first row; written by forward
  int32_t* source_N;           // [rows]: token * most + k, sorted by expert; written by forward
  int32_t* row_TK;             // [T, K]: its row, -1 beyond; written by forward
  void* gate_up_NF;            // Activations [rows, 2F], before SiLU; written by forward
  void* out_TD;                // Real
  const void* dout_TD;         // Real; backward only from here
  void* dx_TD;                 // Real
  void* dgate_up_EFD;          // Real; overwritten
  void* ddown_EDF;
  void* dweight_TK;            // Real
};

struct AttentionArgs {
  int64_t tokens, sequences, longest, heads, nope, rotary, value;
  int64_t rotary_stride;        // values between rows of key_rotary_TR
  double scale;
  bool causal;                  // or every token sees its whole sequence
  const int32_t* first_S;       // [S + 1]: first token of each sequence
  const void* cos_LR;           // Real [longest, rotary]: each pair's cosine twice
  const void* sin_LR;           // its sine, first negated, then as it is
  const void* temperature_L;    // Real: factor of each position's query
  const void* query_THQ;        // Activations, not yet rotated: nope first, then rotary
  const void* key_value_THX;    // Activations [T, H, nope + value]
  const void* key_rotary_TR;    // Activations, not yet rotated
  void* out_THV;                // Activations
  void* log_sum_TH;             // Real: logarithm of each softmax's denominator
  const void* dout_THV;         // backward only from here; Activations
  void* dquery_THQ;
  void* dkey_value_THX;
  void* dkey_rotary_TR;         // Activations [T, R], dense
};

// Turns pairs of neighbours of the first `width` values of each head, in place.
struct RotateArgs {
  int64_t tokens, heads, width, stride;  // values between heads
  double direction;                      // 1, or -1 for the opposite angles
  const void* cos_TR;                    // Real [tokens, width]: each pair's cosine twice
  const void* sin_TR;                    // its sine, first negated, then as it is
  void* x_THX;                           // Activations
};

struct MuonArgs {
  int64_t matrices, rows, columns;
  float rate, momentum, decay;  // decay multiplies the weight
  float* weight;                // [matrices, rows, columns]; modified
  const float* grad;
  float* average;               // momentum; modified
};

struct Kernels {
  const char* name;
  bool has_bf16;
  void (*norm_forward)(Format, const NormArgs&);
  void (*norm_backward)(Format, const NormArgs&);
  void (*route_forward)(Format, const RouteArgs&);
  void (*route_backward)(Format, const RouteArgs&);
  void (*experts_forward)(Format, const ExpertsArgs&);
  void (*experts_backward)(Format, const ExpertsArgs&);
  void (*attention_forward)(Format, const AttentionArgs&);
  void (*attention_backward)(Format, const AttentionArgs&);
  void (*rotate)(Format, const RotateArgs&);
  void (*muon_step)(const MuonArgs* parameters, int64_t count);
};

// The best table that this CPU can run, or the one named; null if there is no such name here.
const Kernels* kernels(const char* name = nullptr);

}  // namespace trinity
