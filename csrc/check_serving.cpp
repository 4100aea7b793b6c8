// Calls the serving layers of every table in every weight format, for sanitizers to watch. Results
// must be finite, and the same bits on any number of threads and however a batch is cut.
// tests/parity compares values with the reference ops.
#include "check.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include "pool.hpp"
#include "serving.hpp"

namespace {

using trinity::Matrix;
using trinity::WeightFormat;

struct Format {
  WeightFormat weights;
  bool takes_bytes;
};

constexpr int64_t kWidth = 64, kHeads = 3, kNope = 32, kRotary = 32, kValue = 32, kLatent = 64;
constexpr int64_t kQueryRank = 32, kBlock = 4, kTable = 4;

std::vector<float> numbers(int64_t count, float scale, uint64_t seed) {
  std::vector<float> values(count);
  uint64_t state = seed;
  for (auto& value : values) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    value = float(double(state >> 11) * 0x1p-52 - 1) * scale;
  }
  return values;
}

Matrix matrix(int64_t outputs, int64_t inputs, Format format, uint64_t seed) {
  const auto values = numbers(outputs * inputs, 0.3f, seed);
  return Matrix::pack(values.data(), false, outputs, inputs, format.weights, format.takes_bytes);
}

trinity::AttentionLayer attention_layer(Format format) {
  trinity::AttentionLayer a{};
  a.width = kWidth, a.heads = kHeads, a.nope = kNope, a.rotary = kRotary, a.value = kValue;
  a.latent = kLatent, a.query_rank = kQueryRank, a.eps = 1e-6f, a.scale = 0.2f;
  a.input_norm.assign(kWidth, 1), a.query_norm.assign(kQueryRank, 1);
  a.latent_norm.assign(kLatent, 1);
  a.down = matrix(kQueryRank + kLatent + kRotary, kWidth, format, 1);
  a.query = matrix(kHeads * (kNope + kRotary), kQueryRank, format, 2);
  for (int64_t h = 0; h < kHeads; ++h) {
    a.keys.push_back(matrix(kLatent, kNope, format, 3 + h));
    a.values.push_back(matrix(kValue, kLatent, format, 13 + h));
  }
  a.out = matrix(kWidth, kHeads * kValue, format, 23);
  return a;
}

constexpr int64_t kSharing = 3, kSharedHeads = 2, kHead = 32, kInner = 96;

trinity::GroupedAttentionLayer grouped_layer(Format format) {
  trinity::GroupedAttentionLayer a{};
  a.width = kWidth, a.heads = kSharing * kSharedHeads, a.shared_heads = kSharedHeads;
  a.head = kHead, a.eps = 1e-5f, a.scale = 0.2f;
  a.input_norm.assign(kWidth, 1);
  a.project = matrix((a.heads + 2 * kSharedHeads) * kHead, kWidth, format, 24);
  a.out = matrix(kWidth, a.heads * kHead, format, 25);
  return a;
}

// Some tokens of two sequences; the group of a sequence's tokens is filled up with its last.
struct Tokens {
  std::vector<int64_t> sequence, position;

  int64_t size() const { return int64_t(position.size()); }
  Tokens only(int64_t token) const { return {{sequence[token]}, {position[token]}}; }
};

using Attention = std::function<void(const trinity::Step&, float* cache, float* x_TD)>;

void run_attention(const Attention& layer, const Tokens& tokens, int64_t group_width,
                   std::vector<float>& cache, float* x_TD) {
  std::vector<int64_t> blocks(2 * kTable), slots, group_tokens, group_sequence, context;
  std::iota(blocks.begin(), blocks.end(), 1);  // block 0 belongs to nobody
  for (int64_t t = 0; t < tokens.size(); ++t) {
    const int64_t at = tokens.position[t];
    slots.push_back(blocks[tokens.sequence[t] * kTable + at / kBlock] * kBlock + at % kBlock);
  }
  for (int64_t first = 0; first < tokens.size();) {
    const int64_t sequence = tokens.sequence[first];
    int64_t last = first;
    for (int64_t q = 0; q < group_width; ++q) {
      const int64_t next = first + q;
      if (next < tokens.size() && tokens.sequence[next] == sequence) last = next;
      group_tokens.push_back(last);
    }
    group_sequence.push_back(sequence);
    context.push_back(tokens.position[last] + 1);
    first = last + 1;
  }
  trinity::Step step{};
  step.tokens = tokens.size(), step.groups = int64_t(context.size());
  step.group_width = group_width, step.block_size = kBlock, step.table_width = kTable;
  step.positions_T = tokens.position.data(), step.slots_T = slots.data();
  step.table_SB = blocks.data(), step.group_tokens_GQ = group_tokens.data();
  step.group_sequence_G = group_sequence.data(), step.context_G = context.data();
  const auto frequencies = numbers(kRotary / 2, 1, 5);
  step.make_tables(frequencies.data(), kRotary, 0.1, 8);
  layer(step, cache.data(), x_TD);
}

// The same tokens in one step and each alone, over a cache of `cache_width` numbers a token.
Results attention(const Attention& layer, int64_t cache_width) {
  Tokens tokens;
  for (int64_t at = 3; at < 14; ++at) tokens.sequence.push_back(0), tokens.position.push_back(at);
  tokens.sequence.push_back(1), tokens.position.push_back(9);
  // What was computed before: the first three tokens of one sequence, nine of the other.
  const auto before = numbers((2 * kTable + 1) * kBlock * cache_width, 1, 7);
  const auto start = numbers(tokens.size() * kWidth, 1, 9);
  auto cache = before, x = start, lone_cache = before, lone_x = start;
  run_attention(layer, tokens, 4, cache, x.data());
  for (int64_t t = 0; t < tokens.size(); ++t)
    run_attention(layer, tokens.only(t), 1, lone_cache, lone_x.data() + t * kWidth);
  expect(x == lone_x && cache == lone_cache, "tokens together differ from each alone");
  Results results(x.begin(), x.end());
  results.insert(results.end(), cache.begin(), cache.end());
  return results;
}

Results latent_attention(const trinity::ServingKernels& table, Format format) {
  const auto layer = attention_layer(format);
  return attention(
      [&](const trinity::Step& step, float* cache, float* x_TD) {
        table.attention(layer, step, cache, x_TD);
      },
      kLatent + kRotary);
}

Results grouped_attention(const trinity::ServingKernels& table, Format format) {
  const auto layer = grouped_layer(format);
  return attention(
      [&](const trinity::Step& step, float* cache, float* x_TD) {
        table.grouped_attention(layer, step, cache, x_TD);
      },
      2 * kSharedHeads * kHead);
}

Results mlp(const trinity::ServingKernels& table, Format format, int64_t tokens) {
  trinity::MlpLayer layer{};
  layer.width = kWidth, layer.inner = kInner, layer.eps = 1e-5f;
  layer.input_norm.assign(kWidth, 1);
  layer.gate_up = matrix(2 * kInner, kWidth, format, 26);
  layer.down = matrix(kWidth, kInner, format, 27);
  auto x = numbers(tokens * kWidth, 1, 17), lone = x;
  table.mlp(layer, tokens, x.data());
  for (int64_t t = 0; t < tokens; ++t) table.mlp(layer, 1, lone.data() + t * kWidth);
  expect(x == lone, "tokens together differ from each alone");
  return {x.begin(), x.end()};
}

Results experts(const trinity::ServingKernels& table, Format format, int64_t tokens) {
  constexpr int64_t E = 16, F = 32, shared = 64;
  trinity::ExpertsLayer layer{};
  layer.width = kWidth, layer.inner = F, layer.shared_inner = shared, layer.experts = E;
  layer.eps = 1e-6f, layer.input_norm.assign(kWidth, 1);
  layer.router = matrix(E, kWidth, {WeightFormat::F32, false}, 31);
  for (int64_t e = 0; e <= E; ++e) {
    const int64_t inner = e < E ? F : shared;
    layer.gate_up.push_back(matrix(2 * inner, kWidth, format, 41 + e));
    layer.down.push_back(matrix(kWidth, inner, format, 71 + e));
  }
  std::vector<int64_t> counts(tokens);
  for (int64_t t = 0; t < tokens; ++t) counts[t] = 1 + t % 6;
  auto x = numbers(tokens * kWidth, 1, 17), lone = x;
  const int64_t rows = table.experts(layer, tokens, counts.data(), nullptr, x.data());
  expect(rows == std::accumulate(counts.begin(), counts.end(), int64_t(0)), "rows were lost");
  for (int64_t t = 0; t < tokens; ++t)
    table.experts(layer, 1, counts.data() + t, nullptr, lone.data() + t * kWidth);
  expect(x == lone, "tokens together differ from each alone");
  auto sharing = numbers(tokens * kWidth, 1, 17);
  const std::vector<float> discounts(tokens, 0.25f);
  expect(table.experts(layer, tokens, counts.data(), discounts.data(), sharing.data()) == rows,
         "rows that share experts were lost");
  Results results(x.begin(), x.end());
  results.insert(results.end(), sharing.begin(), sharing.end());
  return results;
}

Results linear(const trinity::ServingKernels& table, Format format, int64_t rows) {
  constexpr int64_t outputs = 48;
  const auto weight = matrix(outputs, kWidth, format, 91);
  const std::vector<float> norm(kWidth, 1);
  const auto x = numbers(rows * kWidth, 1, 93);
  std::vector<float> y(rows * outputs), plain(rows * outputs);
  table.linear(weight, norm.data(), 1e-6f, rows, x.data(), y.data());
  table.linear(weight, nullptr, 0, rows, x.data(), plain.data());
  Results results(y.begin(), y.end());
  results.insert(results.end(), plain.begin(), plain.end());
  return results;
}

Results drawn(const trinity::ServingKernels& table, int64_t width) {
  constexpr int64_t rows = 9;
  const auto logits = numbers(rows * width, 4, 95);
  std::vector<float> mask(width, 0.0f);
  for (int64_t i = 1; i < width; i += 3) mask[i] = -std::numeric_limits<float>::infinity();
  std::vector<const float*> from, masks(rows, mask.data());
  std::vector<trinity::DrawSettings> settings;
  for (int64_t row = 0; row < rows; ++row) {
    from.push_back(logits.data() + row * width);
    settings.push_back({row % 3 ? 0.7 : 0.0, row % 2 ? 0.9 : 1.0, row % 4 ? 0.0 : 0.05,
                        double(row) / rows, row == 5 ? 2 : width});
  }
  std::vector<int64_t> tokens(rows);
  table.choose_tokens(rows, width, from.data(), masks.data(), settings.data(), tokens.data());
  for (int64_t token : tokens)
    expect(token >= 0 && token < width && mask[token] == 0, "a token is not allowed");
  return {tokens.begin(), tokens.end()};
}

}  // namespace

void check_serving(const char* name) {
  const auto* table = trinity::serving_kernels(name);
  const std::pair<const char*, Format> formats[] = {
      {"F32", {WeightFormat::F32, false}},          {"B16", {WeightFormat::B16, false}},
      {"I8", {WeightFormat::I8, false}},            {"I4", {WeightFormat::I4, false}},
      {"I8 of bytes", {WeightFormat::I8, true}},    {"I4 of bytes", {WeightFormat::I4, true}}};
  for (const auto& entry : formats) {
    const Format format = entry.second;
    const auto named = [&](const std::string& kernel, const std::function<Results()>& run) {
      where = std::string(name) + " " + entry.first + " serving " + kernel;
      check(run);
    };
    named("attention", [&] { return latent_attention(*table, format); });
    named("grouped attention", [&] { return grouped_attention(*table, format); });
    for (int64_t tokens : {1, 3, 70}) {
      named("experts", [&] { return experts(*table, format, tokens); });
      named("mlp", [&] { return mlp(*table, format, tokens); });
      named("linear", [&] { return linear(*table, format, tokens); });
    }
  }
  for (int64_t width : {5, 37, 3000}) {
    where = std::string(name) + " drawing";
    check([&] { return drawn(*table, width); });
  }
}
