// Attention over packed sequences for training, keys and values already expanded from the
// latents. One task a sequence and head; scores live for one block of rows at a time, and backward
// makes them again from the saved logarithm of the softmax's sum (arXiv 2205.14135).
#pragma once

#include <vector>

#include "../kernels.hpp"
#include "../pool.hpp"
#include "gemm.hpp"

namespace trinity {
namespace TRINITY_ISA {

constexpr int64_t kQueryRows = 48;  // rows of scores a block

// x turned by the angles whose cosines and signed sines are given; by their opposites with -1.
template <class Sum>
inline Vec<Sum> rotate(Vec<Sum> x, const Sum* cosines, const Sum* sines, Sum direction) {
  return x * load(cosines) + swap_pairs(x) * load(sines) * direction;
}

template <class P> struct AttentionHead {
  using Store = typename P::Store;
  using Sum = typename P::Sum;
  const AttentionArgs& a;
  int64_t head, first, length, padded, Q, V;

  AttentionHead(const AttentionArgs& args, int task)
      : a(args),
        head(task % args.heads),
        first(args.first_S[task / args.heads]),
        length(args.first_S[task / args.heads + 1] - first),
        padded(round_up(length, W)),
        Q(args.nope + args.rotary),
        V(args.value) {}

  template <class T> T* at(const void* base, int64_t i, int64_t width) const {
    return static_cast<T*>(const_cast<void*>(base)) + ((first + i) * a.heads + head) * width;
  }
  const Store* query(int64_t i) const { return at<Store>(a.query_THQ, i, Q); }
  const Store* key_value(int64_t i) const { return at<Store>(a.key_value_THX, i, a.nope + V); }
  const Sum* cosines(int64_t i) const { return static_cast<const Sum*>(a.cos_LR) + i * a.rotary; }
  const Sum* sines(int64_t i) const { return static_cast<const Sum*>(a.sin_LR) + i * a.rotary; }
  Sum query_scale(int64_t i) const {
    return static_cast<const Sum*>(a.temperature_L)[i] * Sum(a.scale);
  }

  // Rotated queries times scale and temperature, [length, Q].
  void make_query(Store* out) const {
    for (int64_t i = 0; i < length; ++i) {
      const Store* x = query(i);
      const Sum scale = query_scale(i);
      for (int64_t j = 0; j < a.nope; j += W)
        P::store_row(out + i * Q + j, P::load_row(x + j) * scale);
      for (int64_t j = 0; j < a.rotary; j += W) {
        const Vec<Sum> part = P::load_row(x + a.nope + j) * scale;
        P::store_row(out + i * Q + a.nope + j,
                     rotate<Sum>(part, cosines(i) + j, sines(i) + j, 1));
      }
    }
  }
  // Keys, their rotary half taken from `rotated_TR`, [length, Q].
  void make_key(const Store* rotated_TR, Store* out) const {
    for (int64_t i = 0; i < length; ++i) {
      std::copy_n(key_value(i), a.nope, out + i * Q);
      std::copy_n(rotated_TR + (first + i) * a.rotary, a.rotary, out + i * Q + a.nope);
    }
  }
  // How many keys the query at `i` sees.
  int64_t seen(int64_t i) const { return a.causal ? i + 1 : length; }
  // Scores of rows [from, from + rows) against the keys that any of them sees; the first `columns`.
  void scores(int64_t from, int64_t rows, int64_t columns, const Store* q, const Store* key,
              Sum* out) const {
    gemm<P>(rows, columns, groups<P>(Q), rows_of<P>(q + from * Q, Q), key, padded, out, padded,
            false);
  }
  // Packs `length` rows, and zeros up to `padded`: columns of scores beyond the end stand for them.
  template <class Row> void pack_padded(int64_t columns, Row row, std::vector<Store>& out) const {
    pack_rows<P, FromStore<P>>(length, columns, row, out.data());
    std::fill(out.begin() + round_up(length, P::group) * columns, out.begin() + padded * columns,
              Store(0));
  }
};

template <class P> struct AttentionWorkspace {
  using Store = typename P::Store;
  using Sum = typename P::Sum;
  std::vector<Store> query, key, key_columns, key_rows, value, probability, dscore, left, right;
  std::vector<Sum> score, dprobability, block, dkey, dvalue;

  AttentionWorkspace(const AttentionArgs& a, bool backward) {
    const int64_t padded = round_up(a.longest, W), Q = a.nope + a.rotary, V = a.value;
    const int64_t both = backward ? 1 : 0, widest = std::max(Q, V);
    query.resize(padded * Q);
    key.resize(padded * Q);
    key_columns.resize(padded * Q);
    key_rows.resize(both * padded * Q);
    value.resize(padded * V);
    probability.resize(kQueryRows * padded);
    dscore.resize(both * kQueryRows * padded);
    left.resize(both * kQueryRows * padded);
    right.resize(both * kQueryRows * widest);
    score.resize(kQueryRows * padded);
    dprobability.resize(both * kQueryRows * padded);
    block.resize(kQueryRows * widest);
    dkey.resize(both * padded * Q);
    dvalue.resize(both * padded * V);
  }
};

// The shared rotary keys, turned: [T, R].
template <class P> std::vector<typename P::Store> rotated_keys(const AttentionArgs& a) {
  using Store = typename P::Store;
  using Sum = typename P::Sum;
  std::vector<Store> out(a.tokens * a.rotary);
  pool().run(int(a.sequences), [&](int s, int) {
    for (int64_t t = a.first_S[s]; t < a.first_S[s + 1]; ++t) {
      const int64_t position = t - a.first_S[s];
      const Store* x = static_cast<const Store*>(a.key_rotary_TR) + t * a.rotary_stride;
      for (int64_t j = 0; j < a.rotary; j += W)
        P::store_row(out.data() + t * a.rotary + j,
                     rotate<Sum>(P::load_row(x + j),
                                 static_cast<const Sum*>(a.cos_LR) + position * a.rotary + j,
                                 static_cast<const Sum*>(a.sin_LR) + position * a.rotary + j, 1));
    }
  });
  return out;
}

// exp(score - top) of the first `seen` columns, zeros up to `columns`; returns their sum.
template <class P>
inline typename P::Sum exponentials(const typename P::Sum* score, typename P::Sum top, int64_t seen,
                                    int64_t columns, typename P::Store* out) {
  using Sum = typename P::Sum;
  Vec<Sum> totals{};
  int64_t j = 0;
  for (; j + W <= seen; j += W) {
    const Vec<Sum> v = exp(load(score + j) - top);
    totals += v;
    P::store_row(out + j, v);
  }
  if (j < seen) {
    Vec<Sum> v = exp(load(score + j) - top);
    for (int i = 0; i < W; ++i)
      if (j + i >= seen) v[i] = 0;
    totals += v;
    P::store_row(out + j, v);
    j += W;
  }
  for (; j < columns; j += W) P::store_row(out + j, Vec<Sum>{});
  return sum<Sum>(totals);
}

// Softmax of rows [from, from + rows), as exponentials in w.probability and their sums in `totals`.
template <class P>
inline void softmax_rows(const AttentionHead<P>& head, AttentionWorkspace<P>& w, int64_t from,
                         int64_t rows, int64_t columns, typename P::Sum* totals) {
  using Sum = typename P::Sum;
  head.scores(from, rows, columns, w.query.data(), w.key_columns.data(), w.score.data());
  for (int64_t i = 0; i < rows; ++i) {
    const Sum* score = w.score.data() + i * head.padded;
    const int64_t seen = head.seen(from + i);
    const Sum top = largest_of(score, seen);
    totals[i] =
        exponentials<P>(score, top, seen, columns, w.probability.data() + i * head.padded);
    *head.template at<Sum>(head.a.log_sum_TH, from + i, 1) = top + std::log(totals[i]);
  }
}

template <class P> void attention_forward(const AttentionArgs& a) {
  using Store = typename P::Store;
  using Sum = typename P::Sum;
  const std::vector<Store> rotated_TR = rotated_keys<P>(a);
  std::vector<AttentionWorkspace<P>> workspaces(pool().num_threads(), {a, false});
  pool().run(int(a.sequences * a.heads), [&](int task, int worker) {
    const AttentionHead<P> head(a, task);
    AttentionWorkspace<P>& w = workspaces[worker];
    const int64_t L = head.length, padded = head.padded, Q = head.Q, V = head.V;
    head.make_query(w.query.data());
    head.make_key(rotated_TR.data(), w.key.data());
    pack_transpose<P, FromStore<P>>(L, padded, Q, [&](int64_t j) { return w.key.data() + j * Q; },
                                    w.key_columns.data());
    head.pack_padded(V, [&](int64_t k) { return head.key_value(k) + a.nope; }, w.value);
    for (int64_t from = 0; from < L; from += kQueryRows) {
      const int64_t rows = std::min(kQueryRows, L - from);
      const int64_t columns = round_up(head.seen(from + rows - 1), W);
      Sum totals[kQueryRows];
      softmax_rows(head, w, from, rows, columns, totals);
      gemm<P>(rows, V, groups<P>(columns), rows_of<P>(w.probability.data(), padded),
              w.value.data(), V, w.block.data(), V, false);
      for (int64_t i = 0; i < rows; ++i)
        for (int64_t j = 0; j < V; j += W)
          P::store_row(head.template at<Store>(a.out_THV, from + i, V) + j,
                       load(w.block.data() + i * V + j) / totals[i]);
    }
  });
}

// The steps of backward, for rows [from, from + rows) of one head. With S = q k, P = softmax S and
// dP = dO v: dS = P (dP - dO . O), dq = dS k, dk = dS^T q, dv = P^T dO.

// P into w.probability and dS into w.dscore.
template <class P>
inline void score_gradients(const AttentionHead<P>& head, AttentionWorkspace<P>& w, int64_t from,
                            int64_t rows, int64_t columns, const typename P::Store* dout) {
  using Store = typename P::Store;
  using Sum = typename P::Sum;
  const int64_t padded = head.padded, V = head.V, stride = head.a.heads * V;
  head.scores(from, rows, columns, w.query.data(), w.key_columns.data(), w.score.data());
  gemm<P>(rows, columns, groups<P>(V), rows_of<P>(dout, stride), w.value.data(), padded,
          w.dprobability.data(), padded, false);
  for (int64_t i = 0; i < rows; ++i) {
    Store* probability = w.probability.data() + i * padded;
    const Sum log_sum = *head.template at<Sum>(head.a.log_sum_TH, from + i, 1);
    exponentials<P>(w.score.data() + i * padded, log_sum, head.seen(from + i), columns,
                    probability);
    const Store* o = head.template at<Store>(head.a.out_THV, from + i, V);
    Vec<Sum> dots{};
    for (int64_t j = 0; j < V; j += W)
      dots += P::load_row(o + j) * P::load_row(dout + i * stride + j);
    const Sum dot = sum<Sum>(dots);
    const Sum* dprobability = w.dprobability.data() + i * padded;
    for (int64_t j = 0; j < columns; j += W)
      P::store_row(w.dscore.data() + i * padded + j,
                   P::load_row(probability + j) * (load(dprobability + j) - dot));
  }
}

template <class P>
inline void query_gradients(const AttentionHead<P>& head, AttentionWorkspace<P>& w, int64_t from,
                            int64_t rows, int64_t columns) {
  using Store = typename P::Store;
  using Sum = typename P::Sum;
  const int64_t Q = head.Q, nope = head.a.nope;
  gemm<P>(rows, Q, groups<P>(columns), rows_of<P>(w.dscore.data(), head.padded),
          w.key_rows.data(), Q, w.block.data(), Q, false);
  for (int64_t i = 0; i < rows; ++i) {
    const Sum scale = head.query_scale(from + i);
    const Sum* dq = w.block.data() + i * Q;
    const Sum *cosines = head.cosines(from + i), *sines = head.sines(from + i);
    Store* out = head.template at<Store>(head.a.dquery_THQ, from + i, Q);
    for (int64_t j = 0; j < nope; j += W) P::store_row(out + j, load(dq + j) * scale);
    for (int64_t j = 0; j < head.a.rotary; j += W)
      P::store_row(out + nope + j,
                   rotate<Sum>(load(dq + nope + j) * scale, cosines + j, sines + j, -1));
  }
}

template <class P>
inline void add_key_value_gradients(const AttentionHead<P>& head, AttentionWorkspace<P>& w,
                                    int64_t from, int64_t rows, int64_t columns,
                                    const typename P::Store* dout) {
  const int64_t padded = head.padded, Q = head.Q, V = head.V, stride = head.a.heads * V;
  const auto left = transpose_of<P>(w.left.data(), columns);
  pack_rows<P, FromStore<P>>(rows, columns,
                             [&](int64_t k) { return w.dscore.data() + k * padded; },
                             w.left.data());
  pack_rows<P, FromStore<P>>(rows, Q, [&](int64_t k) { return w.query.data() + (from + k) * Q; },
                             w.right.data());
  gemm<P>(columns, Q, groups<P>(rows), left, w.right.data(), Q, w.dkey.data(), Q, true);
  pack_rows<P, FromStore<P>>(rows, columns,
                             [&](int64_t k) { return w.probability.data() + k * padded; },
                             w.left.data());
  pack_rows<P, FromStore<P>>(rows, V, [&](int64_t k) { return dout + k * stride; },
                             w.right.data());
  gemm<P>(columns, V, groups<P>(rows), left, w.right.data(), V, w.dvalue.data(), V, true);
}

// The shared rotary key's gradient: that of all heads, [H, T, R], added up and turned back.
template <class P>
void sum_rotary_gradients(const AttentionArgs& a, const typename P::Sum* drotated_HTR) {
  using Store = typename P::Store;
  using Sum = typename P::Sum;
  pool().run(int(a.sequences), [&](int s, int) {
    for (int64_t t = a.first_S[s]; t < a.first_S[s + 1]; ++t) {
      const int64_t position = t - a.first_S[s];
      for (int64_t j = 0; j < a.rotary; j += W) {
        Vec<Sum> total{};
        for (int64_t h = 0; h < a.heads; ++h)
          total += load(drotated_HTR + (h * a.tokens + t) * a.rotary + j);
        P::store_row(static_cast<Store*>(a.dkey_rotary_TR) + t * a.rotary + j,
                     rotate<Sum>(total, static_cast<const Sum*>(a.cos_LR) + position * a.rotary + j,
                                 static_cast<const Sum*>(a.sin_LR) + position * a.rotary + j, -1));
      }
    }
  });
}

template <class P> void attention_backward(const AttentionArgs& a) {
  using Store = typename P::Store;
  using Sum = typename P::Sum;
  const std::vector<Store> rotated_TR = rotated_keys<P>(a);
  std::unique_ptr<Sum[]> drotated_HTR(new Sum[a.heads * a.tokens * a.rotary]);
  std::vector<AttentionWorkspace<P>> workspaces(pool().num_threads(), {a, true});
  pool().run(int(a.sequences * a.heads), [&](int task, int worker) {
    const AttentionHead<P> head(a, task);
    AttentionWorkspace<P>& w = workspaces[worker];
    const int64_t L = head.length, padded = head.padded, Q = head.Q, V = head.V;
    const auto key_row = [&](int64_t i) { return w.key.data() + i * Q; };
    const auto value_row = [&](int64_t i) { return head.key_value(i) + a.nope; };
    head.make_query(w.query.data());
    head.make_key(rotated_TR.data(), w.key.data());
    pack_transpose<P, FromStore<P>>(L, padded, Q, key_row, w.key_columns.data());
    head.pack_padded(Q, key_row, w.key_rows);
    pack_transpose<P, FromStore<P>>(L, padded, V, value_row, w.value.data());
    std::fill(w.dkey.begin(), w.dkey.begin() + padded * Q, Sum(0));
    std::fill(w.dvalue.begin(), w.dvalue.begin() + padded * V, Sum(0));
    for (int64_t from = 0; from < L; from += kQueryRows) {
      const int64_t rows = std::min(kQueryRows, L - from);
      const int64_t columns = round_up(head.seen(from + rows - 1), W);
      const Store* dout = head.template at<Store>(a.dout_THV, from, V);
      score_gradients(head, w, from, rows, columns, dout);
      query_gradients(head, w, from, rows, columns);
      add_key_value_gradients(head, w, from, rows, columns, dout);
    }
    for (int64_t i = 0; i < L; ++i) {
      Store* out = head.template at<Store>(a.dkey_value_THX, i, a.nope + V);
      const Sum *dkey = w.dkey.data() + i * Q, *dvalue = w.dvalue.data() + i * V;
      for (int64_t j = 0; j < a.nope; j += W) P::store_row(out + j, load(dkey + j));
      for (int64_t j = 0; j < V; j += W) P::store_row(out + a.nope + j, load(dvalue + j));
      std::copy_n(dkey + a.nope, a.rotary,
                  drotated_HTR.get() + (head.head * a.tokens + head.first + i) * a.rotary);
    }
  });
  sum_rotary_gradients<P>(a, drotated_HTR.get());
}

template <class P> void rotate_heads(const RotateArgs& a) {
  using Store = typename P::Store;
  using Sum = typename P::Sum;
  constexpr int64_t step = 64;
  pool().run(int((a.tokens + step - 1) / step), [&](int task, int) {
    const int64_t stop = std::min(a.tokens, (task + 1) * step);
    for (int64_t t = task * step; t < stop; ++t)
      for (int64_t h = 0; h < a.heads; ++h) {
        Store* x = static_cast<Store*>(a.x_THX) + (t * a.heads + h) * a.stride;
        for (int64_t j = 0; j < a.width; j += W)
          P::store_row(x + j, rotate<Sum>(P::load_row(x + j),
                                          static_cast<const Sum*>(a.cos_TR) + t * a.width + j,
                                          static_cast<const Sum*>(a.sin_TR) + t * a.width + j,
                                          Sum(a.direction)));
      }
  });
}

}  // namespace TRINITY_ISA
}  // namespace trinity
