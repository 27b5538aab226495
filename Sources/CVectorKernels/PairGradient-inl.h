// Gradients of divergences with respect to the second side's logits, once the divergences are known.

#define KVK_REAL 32
#include "Real-inl.h"
#include "PairGradientBody-inl.h"
#undef KVK_REAL
#define KVK_REAL 64
#include "Real-inl.h"
#include "PairGradientBody-inl.h"
#undef KVK_REAL

// One function per combination: which gradient and the type are constants inside.
#define PG_FUNCTION(name, which, real, R, type)                                                                      \
  static __attribute__((noinline)) void name(const void *a, const void *b, const double *a_low, const double *b_low, \
                                             int64_t n, const pg_reference_##real *ref, R *to, int streams) {        \
    pg_block_##real(which, type, a, b, PG_LOW_##real(a_low), PG_LOW_##real(b_low), n, ref, to, streams);             \
  }
#define PG_LOW_f32(low) ((void)(low), (const float *)0)
#define PG_LOW_f64(low) (low)
#define PG_FUNCTIONS(suffix, real, R, type)                             \
  PG_FUNCTION(pg_forward_##suffix, KVK_GRADIENT_FORWARD, real, R, type) \
  PG_FUNCTION(pg_reverse_##suffix, KVK_GRADIENT_REVERSE, real, R, type)
PG_FUNCTIONS(f32, f32, float, KVK_F32)
PG_FUNCTIONS(f16, f32, float, KVK_F16)
PG_FUNCTIONS(bf16, f32, float, KVK_BF16)
PG_FUNCTIONS(f64, f64, double, KVK_F64)

// What the masses of a row refer to, its normalisers being known: p = exp(a - base) 2^-exponent norm.
static pf_reference_f32 pg_masses_single(const kvk_pair_norms *norms) {
  const double lse_a = norms->top_a + norms->rest_a, lse_b = norms->top_b + norms->rest_b;
  // Where logits are moderate a power of two is taken off, which does not round.
  const int zero = fabs(lse_a) <= PL_MODERATE && fabs(lse_b) <= PL_MODERATE;
  const double log2e = 1.44269504088896340736, ln2 = 0.69314718055994530942;
  const double base_a = zero ? 0 : norms->top_a, exponent_a = zero ? rint(lse_a * log2e) : 0;
  const double base_b = zero ? 0 : norms->top_b, exponent_b = zero ? rint(lse_b * log2e) : 0;
  pf_reference_f32 f;
  f.base_a = set1_f32((float)base_a);
  f.base_b = set1_f32((float)base_b);
  f.exponent_a = set1_f32((float)exponent_a);
  f.exponent_b = set1_f32((float)exponent_b);
  f.norm_a = set1_f32((float)exp(zero ? exponent_a * ln2 - lse_a : -norms->rest_a));
  f.norm_b = set1_f32((float)exp(zero ? exponent_b * ln2 - lse_b : -norms->rest_b));
  f.c_high = set1_f32((float)norms->ratio);
  f.c_low = set1_f32((float)((norms->ratio - (double)(float)norms->ratio) + norms->ratio_low));
  return f;
}

static pf_reference_f64 pg_masses_double(const kvk_pair_norms *norms) {
  const v_f64 zero = set1_f64(0);
  return (pf_reference_f64){set1_f64(norms->top_a),
                            zero,
                            set1_f64(exp(-norms->rest_a)),
                            set1_f64(norms->top_b),
                            zero,
                            set1_f64(exp(-norms->rest_b)),
                            set1_f64(norms->ratio),
                            set1_f64(norms->ratio_low)};
}

static void pair_gradient(const kvk_side *a, const kvk_side *b, int64_t first, int64_t count, int64_t from, int64_t to,
                          int32_t which, const kvk_pair_norms *norms, const double *d_ba, const kvk_target *result) {
  typedef void (*single)(const void *, const void *, const double *, const double *, int64_t, const pg_reference_f32 *,
                         float *, int);
  static const single singles[3][2] = {
      {pg_forward_f32, pg_reverse_f32}, {pg_forward_f16, pg_reverse_f16}, {pg_forward_bf16, pg_reverse_bf16}};
  const double scale = 1 / side_temperature(b);
  for (int64_t i = 0; i < count; i++) {
    const double divergence = which == KVK_GRADIENT_REVERSE ? d_ba[i] : 0;
    const double known = norms[i].ratio + divergence;
    if (known - known != 0) { // not valid, or a reverse divergence that is infinite
      kvk_target part = *result;
      part.base = target_at(result, 0, from);
      store_nan(&part, i, to - from);
      continue;
    }
    const pl_pair pair = pl_pair_with(a, b, first + i, &norms[i]);
    // Far from 0, two Floats do not hold A - B closely enough.
    const int wide = pair.type == KVK_F64 || pl_has_levels(&pair) || fabs(norms[i].ratio) > PL_SHIFT_SINGLE;
    pg_reference_f32 f;
    pg_reference_f64 d;
    if (wide) {
      d = (pg_reference_f64){pg_masses_double(&norms[i]), set1_f64(divergence), set1_f64(scale)};
    } else {
      f = (pg_reference_f32){pg_masses_single(&norms[i]), set1_f32((float)divergence), set1_f32((float)scale)};
    }
    for (int64_t k = from; k < to; k += PL_BLOCK) {
      const int64_t n = to - k < PL_BLOCK ? to - k : PL_BLOCK;
      pl_view view;
      double doubles[PL_BLOCK];
      float floats[PL_BLOCK];
      pl_open(&pair, wide, k, n, &view);
      void *at = target_at(result, i, k);
      if (wide) {
        const int direct = result->type == KVK_F64;
        (which == KVK_GRADIENT_FORWARD ? pg_forward_f64 : pg_reverse_f64)(
            view.a, view.b, view.a_low, view.b_low, n, &d, direct ? at : doubles, direct && result->streams);
        if (!direct) store_doubles(doubles, n, at, result->type);
      } else {
        const int type = pair.type == KVK_F32 ? 0 : pair.type == KVK_F16 ? 1 : 2;
        const int direct = result->type == KVK_F32;
        singles[type][which](view.a, view.b, 0, 0, n, &f, direct ? at : floats, direct && result->streams);
        if (!direct) store_floats(floats, n, at, result->type);
      }
    }
  }
  if (result->streams) store_fence();
}
