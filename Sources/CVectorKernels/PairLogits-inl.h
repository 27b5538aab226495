// Pairs of rows in log space: logits and log-probabilities, and probabilities or weights where the
// other side is in log space. See PairLogitsBody-inl.h for the sums; this file turns rows into
// blocks, chooses the reference (scale, c) of the sums, and sums into results.
//
// With Z, M, S the sums over a row divided by Σ w (M and S) and u = S - M:
//
//     D(a‖b) = S - psi(u) = M + log1p(u)        psi(u) = u - log1p(u)
//     H(a)   = log(Z / largest weight) + T
//
// and the same with the second row's sums. The reference is that of the largest logits so far,
// c = largest a - largest b, so that x is small wherever two near rows have their mass.

enum {
  PL_Z, PL_M, PL_S, PL_T,     // the first row's sums
  PL_VZ, PL_VM, PL_VS, PL_VT, // the second row's
  PL_TIES, PL_VTIES,          // classes equal to the largest, which PL_RECORD leaves out of z
  PL_SUMS,
};

// What a block call does beyond the plain sums: always a constant, each set is code of its own.
enum {
  PL_RECORD = 1, // leave classes equal to the largest out of PL_Z and count them: right near a point mass
  PL_EXACT = 2,  // carry the rounding error of a - b: right for rows that differ by a near-constant
  PL_MASK = 4,   // -inf on either side and, in Double, differences of any size
  PL_LOW = 8,    // inputs are sums high + low (Double only)
};

#define PL_BLOCK 2048   // classes of a block: both rows stay in L1
#define PL_AHEAD 1024   // classes between a load and the prefetch for a later one

#define KVK_REAL 32
#include "Real-inl.h"
#include "PairLogitsBody-inl.h"
#include "PairFamilyBody-inl.h"
#undef KVK_REAL
#define KVK_REAL 64
#include "Real-inl.h"
#include "PairLogitsBody-inl.h"
#include "PairFamilyBody-inl.h"
#undef KVK_REAL

// The sums of (a part of) a row and what they refer to. Fits a kvk_state.
typedef struct {
  double sum[PL_SUMS];
  double scale, c, c_low;      // weights are relative to exp(scale), differences to c + c_low
  double top_a, top_b;         // the largest logits so far
  double index_a, index_b;     // their first places, where asked for
  double js, tv, hellinger;
  double log_ratio;            // log Z_a - log Z_b, for the second family's pass
  double digits;               // the relative rounding of c in the element type, with its low part
  int32_t started, exact, mode, pass;
  int32_t from_zero; // weights in Float are taken from 0, not from the largest logit
  int32_t forbidden_ab, forbidden_ba;
  int32_t status_a, status_b;
} pl_row;
_Static_assert(sizeof(pl_row) <= sizeof(kvk_state), "a row's state must fit");

enum { PL_FAST = 0, PL_MASKED = 1, PL_WIDE = 2 }; // how blocks of a row have to be evaluated
enum { PL_FIRST = 0, PL_SECOND_LOOK = 1, PL_FAMILY = 2, PL_DONE = 3 };

// A pair of rows in the order in which it is evaluated: the same whichever way round it was given,
// so that exchanging the sides changes no bit.
typedef struct {
  const kvk_side *a, *b;
  int64_t row;
  int32_t type; // the type that blocks are read as: KVK_F32, KVK_F16, KVK_BF16 or KVK_F64
  int staged;   // blocks have to be staged in that type first
  int low;      // ... with a low part (Double only)
} pl_pair;

// The first class from `from` on in which stored values differ, or `to`.
static int64_t pl_first_difference(const kvk_side *a, const kvk_side *b, int64_t row, int64_t from,
                                   int64_t to) {
  for (int64_t k = from; k < to; k += 64) {
    const int64_t n = to - k < 64 ? to - k : 64;
    if (a->type == b->type && !memcmp(element_at(a, row, k), element_at(b, row, k),
                                      (size_t)(n * element_bytes(a->type))))
      continue;
    for (int64_t i = k; i < k + n; i++)
      if (side_raw(a, row, i) != side_raw(b, row, i)) return i;
  }
  return to;
}

// Whether a side's logits are numbers in Float also after they were divided by the temperature.
static int pl_is_single(const kvk_side *s) {
  int exponent;
  return side_is_log(s->form) && frexp(side_temperature(s), &exponent) == 0.5 && exponent > -30 && exponent < 30 &&
         (s->type == KVK_F32 || s->type == KVK_F16 || s->type == KVK_BF16);
}

// How two sides are read together.
static pl_pair pl_pair_of(const kvk_side *a, const kvk_side *b, int64_t row) {
  pl_pair pair = {a, b, row, a->type, 0, 0};
  const int plain = side_is_log(a->form) && side_is_log(b->form) && side_temperature(a) == 1.0 &&
                    side_temperature(b) == 1.0 && a->type == b->type && a->type <= KVK_BF16;
  if (!plain && pl_is_single(a) && pl_is_single(b)) {
    pair.type = KVK_F32;
    pair.staged = 1;
  } else if (!plain) {
    pair.type = KVK_F64;
    pair.staged = 1;
    pair.low = (a->type == KVK_F64 || b->type == KVK_F64 || a->type >= KVK_I32 || b->type >= KVK_I32);
  }
  return pair;
}

static inline pl_pair pl_order(const kvk_side *a, const kvk_side *b, int64_t row, int64_t classes,
                               int *swapped) {
  int swap;
  const int64_t k = pl_first_difference(a, b, row, 0, classes);
  if (k < classes) {
    swap = side_raw(a, row, k) < side_raw(b, row, k);
  } else {
    swap = a->form != b->form ? a->form < b->form : side_temperature(a) < side_temperature(b);
  }
  *swapped = swap;
  return swap ? pl_pair_of(b, a, row) : pl_pair_of(a, b, row);
}

// log x as high + low, by atanh: s = (m - 1) / (m + 1) with its rounding error, then the series.
static inline void pl_log_pair(double x, double x_low, double *high, double *low) {
  if (!(x > 0) || x == INFINITY) {
    *high = log(x);
    *low = 0;
    return;
  }
  int e;
  double m = frexp(x, &e);
  if (m < 0.70710678118654752440) {
    m *= 2;
    e -= 1;
  }
  const double f = m - 1.0; // exact
  const double g = m + 1.0, g_low = m - (g - 1.0);
  const double s = f / g;
  const double s_low = (fma(-s, g, f) - s * g_low) / g;
  const double z = s * s;
  double p = 2.0 / 23;
  for (int k = 21; k >= 5; k -= 2) p = p * z + 2.0 / k;
  // 2 s + 2 s³/3 + s⁵ p: the cubic term with its error, the rest is small.
  const double cube = s * z;
  const double third = cube * (2.0 / 3);
  const double third_low = fma(cube, 2.0 / 3, -third) + cube * 3.700743415417188e-17 +
                           (fma(s, z, -cube) + s * fma(s, s, -z)) * (2.0 / 3);
  const double tail = cube * z * p + third_low + 2 * s_low * (1 + z);
  const double n_high = e * 0.693147180369123816490;  // the last bits are 0: the product is exact
  const double n_low = e * 1.90821492927058770002e-10;
  const double h1 = n_high + 2 * s, l1 = 2 * s - (h1 - n_high);
  const double h2 = h1 + third, l2 = third - (h2 - h1);
  const double h3 = h2 + n_low, bb = h3 - h2, l3 = (h2 - (h3 - bb)) + (n_low - bb);
  const double rest = l1 + l2 + l3 + tail + x_low / x;
  *high = h3 + rest;
  *low = rest - (*high - h3);
}

// A stretch of a side as logits in Double, with a low part where `low` is not null.
static void pl_stage(const kvk_side *s, int64_t row, int64_t from, int64_t n, double *high,
                     double *low) {
  block_f64(element_at(s, row, from), s->type, n, high);
  if (low) memset(low, 0, (size_t)n * sizeof *low);
  if (side_is_log(s->form)) {
    const double t = side_temperature(s);
    if (t == 1.0) return;
    for (int64_t i = 0; i < n; i++) {
      const double x = high[i], y = x / t;
      high[i] = y;
      if (low && y - y == 0) low[i] = fma(-y, t, x) / t;
    }
    return;
  }
  const double alpha = s->form == KVK_WEIGHTS ? s->smoothing : 0;
  if (!low) {
    // A negative weight is refused, not smoothed away.
    for (int64_t i = 0; i < n; i++) high[i] = high[i] < 0 ? NAN : high[i] + alpha;
    log_array_f64(high, high, n);
    return;
  }
  for (int64_t i = 0; i < n; i++) {
    const double x = high[i];
    const double y = x + alpha, bb = y - x, y_low = (x - (y - bb)) + (alpha - bb);
    if (x < 0) high[i] = NAN;
    else pl_log_pair(y, y_low, &high[i], &low[i]);
  }
}

// A stretch of a side that pl_is_single, as logits in Float.
static void pl_stage_single(const kvk_side *s, int64_t row, int64_t from, int64_t n, float *to) {
  block_f32(element_at(s, row, from), s->type, n, to);
  const double t = side_temperature(s);
  if (t == 1.0) return;
  const float factor = (float)(1 / t);
  for (int64_t i = 0; i < n; i++) to[i] *= factor;
}

// psi(u) = u - log1p(u), to full relative precision for small u.
static inline double pl_psi(double u) {
  if (u > -0.1 && u < 0.1) {
    double p = 0;
    for (int k = 16; k >= 2; k--) p = (k % 2 ? -1.0 : 1.0) / k + u * p;
    return u * u * p;
  }
  return u - log1p(u);
}

static inline double pl_phi(double t) {
  if (t > -0.1 && t < 0.1) {
    double p = 0, c = 1.0 / 6227020800.0 / 14; // 1/14!
    for (int k = 14; k >= 2; k--) {
      p = c + t * p;
      c *= k;
    }
    return t * t * p;
  }
  return expm1(t) - t;
}

// log of the weight of b's largest class, top_b + c - scale, without the rounding of its large parts.
static inline double pl_offset_b(const pl_row *s) {
  const double d = s->top_b - s->scale, bb = d - s->top_b;
  const double d_low = (s->top_b - (d - bb)) - (s->scale + bb);
  return (d + s->c) + (d_low + s->c_low);
}

static inline double pl_ties_weight_a(const pl_row *s) {
  return s->sum[PL_TIES] > 0 ? s->sum[PL_TIES] * exp(s->top_a - s->scale) : 0;
}
static inline double pl_ties_weight_b(const pl_row *s) {
  return s->sum[PL_VTIES] > 0 ? s->sum[PL_VTIES] * exp(pl_offset_b(s)) : 0;
}

// Where sums are taken from: the reference without the largest logits.
typedef struct {
  double scale, c, c_low;
  int32_t from_zero;
} pl_place;

static inline void pl_refer_to(pl_row *s, const pl_place *place) {
  s->scale = place->scale;
  s->c = place->c;
  s->c_low = place->c_low;
  s->from_zero = place->from_zero;
}

// Takes over larger largest logits: those so far become classes like the others.
static void pl_raise(pl_row *s, double top_a, double top_b) {
  if (s->top_a < top_a) {
    s->sum[PL_Z] += pl_ties_weight_a(s);
    s->sum[PL_TIES] = 0;
    if (s->sum[PL_Z] > 0) s->sum[PL_T] += (top_a - s->top_a) * s->sum[PL_Z];
    s->top_a = top_a;
  }
  if (s->top_b < top_b) {
    s->sum[PL_VZ] += pl_ties_weight_b(s);
    s->sum[PL_VTIES] = 0;
    if (s->sum[PL_VZ] > 0) s->sum[PL_VT] += (top_b - s->top_b) * s->sum[PL_VZ];
    s->top_b = top_b;
  }
}

// Moves sums to another reference. Returns 0 where that would overflow or lose too much.
static int pl_rebase(pl_row *s, const pl_place *to, double top_a, double top_b) {
  const double scale = to->scale;
  const double shift = (s->c - to->c) + (s->c_low - to->c_low);
  // exp(|shift|) is what the rounding of the sums so far would be multiplied by.
  if (!(fabs(shift) <= 5) || s->scale - scale > 600) return 0;
  pl_raise(s, top_a, top_b);
  const double z = s->sum[PL_Z] + pl_ties_weight_a(s), vz = s->sum[PL_VZ] + pl_ties_weight_b(s);
  const double alpha = exp(s->scale - scale);
  if (shift != 0) {
    // phi(-x - d) = e^-d phi(-x) + phi(-d) + (1 - e^-d) x, and likewise with -x and -d.
    const double m = s->sum[PL_M], sp = s->sum[PL_S], vm = s->sum[PL_VM], vs = s->sum[PL_VS];
    s->sum[PL_S] = exp(-shift) * sp + pl_phi(-shift) * z - expm1(-shift) * m;
    s->sum[PL_M] = m + shift * z;
    s->sum[PL_VS] = exp(shift) * vs + pl_phi(shift) * vz + expm1(shift) * vm;
    s->sum[PL_VM] = vm + shift * vz;
  }
  const double beta = alpha * exp(-shift);
  for (int j = PL_Z; j <= PL_T; j++) s->sum[j] *= alpha;
  for (int j = PL_VZ; j <= PL_VT; j++) s->sum[j] *= beta;
  pl_refer_to(s, to);
  return 1;
}

// Rounds a shift to the sum of two Floats, which is what kernels for Float take it as.
static inline void pl_round_shift(double *c, double *c_low) {
  const double high = (double)(float)*c, low = (double)(float)((*c - high) + *c_low);
  const double sum = high + low, bb = sum - high;
  *c_low = (high - (sum - bb)) + (low - bb);
  *c = sum;
}

// The reference for given largest logits; `single` for blocks read as Float.
static pl_place pl_place_for(int single, int exact, double top_a, double top_b) {
  const int has_a = top_a > -INFINITY, has_b = top_b > -INFINITY;
  pl_place place = {0, has_a && has_b ? top_a - top_b : 0, 0, 0};
  if (single && !exact) {
    place.c = (double)(float)place.c;
  } else if (has_a && has_b) {
    const double bb = place.c - top_a;
    place.c_low = (top_a - (place.c - bb)) - (top_b + bb);
    if (single) pl_round_shift(&place.c, &place.c_low);
  }
  const double top = has_a ? top_a : top_b;
  place.from_zero =
      fabs(top) <= 64 && (!has_b || fabs(top_b) <= 64) && fabs(place.c) <= 40;
  // In Float the scale is a power of two where logits are moderate: taking the exponent off costs no
  // rounding, subtracting the largest logit does.
  place.scale = single && place.from_zero
                    ? rint(top * 1.44269504088896340736) * 0.69314718055994530942
                    : top;
  return place;
}

// Stays with the shift that sums have, where that is near enough.
static inline void pl_keep_shift(pl_place *place, const pl_row *s) {
  if (!(fabs(place->c - s->c) <= 20)) return;
  place->c = s->c;
  place->c_low = s->c_low;
}

static inline pl_reference_f32 pl_reference_single(const pl_row *s) {
  const int has_b = s->top_b > -INFINITY;
  const double base = s->from_zero ? 0 : s->scale;
  const double base_b = s->from_zero ? 0 : has_b ? s->top_b : s->scale;
  const double c_high = (double)(float)s->c;
  pl_reference_f32 ref;
  ref.base = set1_f32((float)base);
  ref.exponent = set1_f32((float)rint((s->scale - base) * 1.44269504088896340736));
  ref.c_high = set1_f32((float)c_high);
  ref.c_low = set1_f32((float)((s->c - c_high) + s->c_low));
  ref.base_b = set1_f32((float)base_b);
  ref.factor_b = set1_f32((float)exp(base_b - base + s->c));
  ref.largest_a = set1_f32((float)s->top_a);
  ref.largest_b = set1_f32((float)s->top_b);
  return ref;
}

static inline pl_reference_f64 pl_reference_double(const pl_row *s) {
  const double base_b = s->top_b > -INFINITY ? s->top_b : s->scale;
  pl_reference_f64 ref;
  ref.base = set1_f64(s->scale);
  ref.exponent = set1_f64(0);
  ref.c_high = set1_f64(s->c);
  ref.c_low = set1_f64(s->c_low);
  ref.base_b = set1_f64(base_b);
  ref.factor_b = set1_f64(s->top_b > -INFINITY ? exp(pl_offset_b(s)) : 1);
  ref.largest_a = set1_f64(s->top_a);
  ref.largest_b = set1_f64(s->top_b);
  return ref;
}

typedef struct {
  double sum[PL_SUMS];
  double far, top_a, top_b, c;
  int forbidden_ab, forbidden_ba;
} pl_sums;

#define PL_COPY(from)                                                                             \
  memcpy(out->sum, from.sum, sizeof out->sum);                                                    \
  out->far = (double)from.far;                                                                    \
  out->top_a = (double)from.top_a;                                                                \
  out->top_b = (double)from.top_b;                                                                \
  out->c = (double)from.c;                                                                        \
  out->forbidden_ab = from.forbidden_ab;                                                          \
  out->forbidden_ba = from.forbidden_ba

// One function per combination that is used: flags and type are constants inside.
#define PL_SINGLE(name, flags, type)                                                              \
  static __attribute__((noinline)) void name(const void *a, const void *b, int64_t n,            \
                                             const pl_reference_f32 *ref, pl_sums *out) {         \
    pl_block_sums_f32 s;                                                                          \
    pl_block_f32(flags, type, a, b, 0, 0, n, ref, &s);                                            \
    PL_COPY(s);                                                                                   \
  }
#define PL_SINGLES(suffix, type)                                                                  \
  PL_SINGLE(pl_plain_##suffix, 0, type)                                                           \
  PL_SINGLE(pl_exact_##suffix, PL_EXACT, type)                                                    \
  PL_SINGLE(pl_record_##suffix, PL_RECORD, type)                                                  \
  PL_SINGLE(pl_record_exact_##suffix, PL_RECORD | PL_EXACT, type)                                 \
  PL_SINGLE(pl_mask_##suffix, PL_MASK | PL_EXACT, type)                                           \
  PL_SINGLE(pl_record_mask_##suffix, PL_RECORD | PL_MASK | PL_EXACT, type)
PL_SINGLES(f32, KVK_F32)
PL_SINGLES(f16, KVK_F16)
PL_SINGLES(bf16, KVK_BF16)

#define PL_DOUBLE(name, flags)                                                                    \
  static __attribute__((noinline)) void name(const void *a, const void *b, const double *a_low,  \
                                             const double *b_low, int64_t n,                      \
                                             const pl_reference_f64 *ref, pl_sums *out) {         \
    pl_block_sums_f64 s;                                                                          \
    pl_block_f64(flags, KVK_F64, a, b, a_low, b_low, n, ref, &s);                                 \
    PL_COPY(s);                                                                                   \
  }
PL_DOUBLE(pl_plain_f64, 0)
PL_DOUBLE(pl_exact_f64, PL_EXACT)
PL_DOUBLE(pl_record_f64, PL_RECORD)
PL_DOUBLE(pl_record_exact_f64, PL_RECORD | PL_EXACT)
PL_DOUBLE(pl_mask_f64, PL_MASK | PL_EXACT)
PL_DOUBLE(pl_record_mask_f64, PL_RECORD | PL_MASK | PL_EXACT)
PL_DOUBLE(pl_low_f64, PL_RECORD | PL_MASK | PL_EXACT | PL_LOW)

typedef void (*pl_single_fn)(const void *, const void *, int64_t, const pl_reference_f32 *, pl_sums *);
typedef void (*pl_double_fn)(const void *, const void *, const double *, const double *, int64_t,
                             const pl_reference_f64 *, pl_sums *);

// Sums of one block in the row's reference.
static void pl_evaluate(const pl_pair *pair, const pl_row *s, int record, int chooses, const void *a,
                        const void *b, const double *a_low, const double *b_low, int64_t n,
                        pl_sums *out) {
  const int exact = s->exact != 0, mode = s->mode;
  if (mode != PL_WIDE && pair->type != KVK_F64) {
    static const pl_single_fn table[3][6] = {
        {pl_plain_f32, pl_exact_f32, pl_record_f32, pl_record_exact_f32, pl_mask_f32, pl_record_mask_f32},
        {pl_plain_f16, pl_exact_f16, pl_record_f16, pl_record_exact_f16, pl_mask_f16, pl_record_mask_f16},
        {pl_plain_bf16, pl_exact_bf16, pl_record_bf16, pl_record_exact_bf16, pl_mask_bf16, pl_record_mask_bf16},
    };
    const int type = pair->type == KVK_F32 ? 0 : pair->type == KVK_F16 ? 1 : 2;
    pl_reference_f32 ref = pl_reference_single(s);
    ref.chooses = chooses;
    table[type][mode == PL_MASKED ? 4 + record : 2 * record + exact](a, b, n, &ref, out);
    return;
  }
  static const pl_double_fn table[6] = {pl_plain_f64, pl_exact_f64, pl_record_f64,
                                        pl_record_exact_f64, pl_mask_f64, pl_record_mask_f64};
  pl_reference_f64 ref = pl_reference_double(s);
  ref.chooses = chooses;
  if (a_low) pl_low_f64(a, b, a_low, b_low, n, &ref, out);
  else table[mode != PL_FAST ? 4 + record : 2 * record + exact](a, b, a_low, b_low, n, &ref, out);
}

// A block of both rows as the kernels read it: in place, or staged.
typedef struct {
  const void *a, *b;
  float single_a[PL_BLOCK], single_b[PL_BLOCK];
  const double *a_low, *b_low;
  double high_a[PL_BLOCK], high_b[PL_BLOCK], low_a[PL_BLOCK], low_b[PL_BLOCK];
} pl_view;

static void pl_open(const pl_pair *pair, int wide, int64_t from, int64_t n, pl_view *view) {
  view->a_low = view->b_low = 0;
  const int widens = wide && pair->type != KVK_F64;
  if (!pair->staged && !widens) {
    view->a = element_at(pair->a, pair->row, from);
    view->b = element_at(pair->b, pair->row, from);
    return;
  }
  if (pair->type != KVK_F64 && !widens) {
    pl_stage_single(pair->a, pair->row, from, n, view->single_a);
    pl_stage_single(pair->b, pair->row, from, n, view->single_b);
    view->a = view->single_a;
    view->b = view->single_b;
    return;
  }
  pl_stage(pair->a, pair->row, from, n, view->high_a, pair->low ? view->low_a : 0);
  pl_stage(pair->b, pair->row, from, n, view->high_b, pair->low ? view->low_b : 0);
  view->a = view->high_a;
  view->b = view->high_b;
  if (pair->low) {
    view->a_low = view->low_a;
    view->b_low = view->low_b;
  }
}

static void pl_block_tops(const pl_pair *pair, int wide, const pl_view *view, int64_t n,
                          double *top_a, double *top_b) {
  float a, b;
  if (wide || pair->type == KVK_F64) {
    pl_tops_f64(KVK_F64, view->a, view->b, n, top_a, top_b);
    return;
  }
  if (pair->type == KVK_F32) pl_tops_f32(KVK_F32, view->a, view->b, n, &a, &b);
  else if (pair->type == KVK_F16) pl_tops_f32(KVK_F16, view->a, view->b, n, &a, &b);
  else pl_tops_f32(KVK_BF16, view->a, view->b, n, &a, &b);
  *top_a = (double)a;
  *top_b = (double)b;
}

static inline int pl_finite(const pl_sums *sums) {
  double all = 0;
  for (int j = 0; j < PL_SUMS; j++) all += sums->sum[j];
  return all - all == 0;
}

// Adds a stretch of a row to `s`. With `fixed` the reference stands; else it follows the largest
// logits. Returns 0 when the reference moved too far for the sums so far: the caller starts again
// with a fixed one.
static int pl_run(const pl_pair *pair, int64_t from, int64_t to, int fixed, pl_row *s) {
  pl_view view;
  const int single = pair->type != KVK_F64;
  s->digits = single ? 0x1p-47 : 0x1p-104;
  for (int64_t k = from; k < to; k += PL_BLOCK) {
    const int64_t n = to - k < PL_BLOCK ? to - k : PL_BLOCK;
    if (s->status_a || s->status_b) {
      const int32_t status_a = side_scan(pair->a, pair->row, k, k + n);
      const int32_t status_b = side_scan(pair->b, pair->row, k, k + n);
      if (status_a && (!s->status_a || status_a < s->status_a)) s->status_a = status_a;
      if (status_b && (!s->status_b || status_b < s->status_b)) s->status_b = status_b;
      continue;
    }
    pl_open(pair, s->mode == PL_WIDE, k, n, &view);
    // The first block chooses the shift, where nothing is masked.
    const int first = !fixed && !s->started;
    int record = fixed, known = s->started, rise = 0;
    for (;;) {
      if (!known && !fixed) {
        double top_a, top_b;
        pl_block_tops(pair, s->mode == PL_WIDE, &view, n, &top_a, &top_b);
        if (s->started) {
          top_a = top_a > s->top_a ? top_a : s->top_a;
          top_b = top_b > s->top_b ? top_b : s->top_b;
        }
        if (top_a == -INFINITY && top_b == -INFINITY) {
          const int32_t status_a = side_scan(pair->a, pair->row, k, k + n);
          const int32_t status_b = side_scan(pair->b, pair->row, k, k + n);
          s->status_a = status_a;
          s->status_b = status_b;
          break; // nothing but zero mass (or NaN)
        }
        const int infinite = top_a == INFINITY || top_b == INFINITY; // refused below
        pl_place place = pl_place_for(single, s->exact, top_a, top_b);
        if (s->started) pl_keep_shift(&place, s);
        if (!s->started || infinite) {
          pl_refer_to(s, &place);
          s->top_a = top_a;
          s->top_b = top_b;
          s->started = 1;
        } else if (!pl_rebase(s, &place, top_a, top_b)) {
          return 0;
        }
        known = 1;
        record = 1;
      }
      pl_sums sums;
      const int chooses = first && s->mode == PL_FAST && !view.a_low;
      pl_evaluate(pair, s, record, chooses, view.a, view.b, view.a_low, view.b_low, n, &sums);
      const double limit = s->mode == PL_WIDE || !single ? PL_LIMIT : 40.0;
      const int any_mode = s->mode != PL_FAST && (s->mode == PL_WIDE || !single);
      if (!pl_finite(&sums) || !(any_mode || sums.far <= limit)) {
        const int32_t status_a = side_scan(pair->a, pair->row, k, k + n);
        const int32_t status_b = side_scan(pair->b, pair->row, k, k + n);
        if (status_a || status_b) {
          s->status_a = status_a;
          s->status_b = status_b;
          break;
        }
        // Zero masses want the masks; large differences, or zero masses far off scale, want Double.
        const int far = sums.far > limit && sums.far < INFINITY;
        if (s->mode == PL_FAST && !far) s->mode = PL_MASKED;
        else s->mode = PL_WIDE;
        s->exact = 1;
        if (s->mode == PL_WIDE && single) pl_open(pair, 1, k, n, &view);
        continue;
      }
      if (!record && (sums.top_a > s->top_a || sums.top_b > s->top_b)) {
        // A far larger class wants a reference of its own. A little larger one does not: the entropy
        // is then large enough for that class to be counted with the others.
        if (!(sums.top_a <= s->top_a + 1 && sums.top_b <= s->top_b + 1)) {
          known = 0;
          continue;
        }
        rise = 1;
      }
      if (chooses) {
        s->c = sums.c;
        s->c_low = 0;
      }
      // The rounding of x counts where the shift is large beside the differences, or x is large itself.
      if (!s->exact && (sums.far > 8 || s->c * s->c * (sums.sum[PL_Z] + sums.sum[PL_TIES]) > 128 * sums.sum[PL_S])) {
        s->exact = 1;
        continue;
      }
      for (int j = 0; j < PL_SUMS; j++) s->sum[j] += sums.sum[j];
      if (rise) pl_raise(s, sums.top_a, sums.top_b);
      s->forbidden_ab |= sums.forbidden_ab;
      s->forbidden_ba |= sums.forbidden_ba;
      break;
    }
  }
  return 1;
}

// Starts again with the reference of the whole stretch.
static void pl_restart(const pl_pair *pair, int64_t from, int64_t to, pl_row *s) {
  pl_view view;
  double top_a = -INFINITY, top_b = -INFINITY;
  for (int64_t k = from; k < to; k += PL_BLOCK) {
    const int64_t n = to - k < PL_BLOCK ? to - k : PL_BLOCK;
    double a, b;
    pl_open(pair, 1, k, n, &view);
    pl_tops_f64(KVK_F64, view.a, view.b, n, &a, &b);
    top_a = a > top_a ? a : top_a;
    top_b = b > top_b ? b : top_b;
  }
  pl_row fresh = {.mode = PL_WIDE, .exact = 1, .started = 1, .top_a = top_a, .top_b = top_b};
  const pl_place place = pl_place_for(0, 1, top_a, top_b);
  pl_refer_to(&fresh, &place);
  *s = fresh;
  pl_run(pair, from, to, 1, s);
}

typedef struct {
  double d_ab, d_ba, h_a, h_b, lse_a, lse_b;
  double log_a, log_b; // the normalisers' logarithms less the largest logits
  double log_ratio;  // log Z_a - log Z_b in the units of the sums
  int look_again;    // the shift was too far off for the promised digits
} pl_result;

// D from S, M and the ratio of the normalisers; `weak` is set where D is less than `share` of the terms it
// is made of. Below `noise`, what the rounding of the shift alone would give, the rows are the same
// distribution.
static double pl_divergence(double s, double m, double ratio, double noise, double share, int *weak) {
  if (s <= noise) return 0;
  const double u = s - m;
  const int small = fabs(u) < 0.5;
  const double d = small ? s - pl_psi(u) : m + log(ratio);
  if (d < share * (small ? s : fabs(m) + 1)) *weak = 1;
  return d > 0 ? d : 0;
}

static pl_result pl_conclude(const pl_row *s) {
  pl_result r;
  const double largest_a = exp(s->top_a - s->scale);
  const double largest_b = exp(pl_offset_b(s));
  const double rest_a = s->sum[PL_Z] / largest_a + (s->sum[PL_TIES] - 1);
  const double rest_b = s->sum[PL_VZ] / largest_b + (s->sum[PL_VTIES] - 1);
  const double z = s->sum[PL_Z] + s->sum[PL_TIES] * largest_a;
  const double vz = s->sum[PL_VZ] + s->sum[PL_VTIES] * largest_b;
  const double log_a = log1p(rest_a), log_b = log1p(rest_b);
  r.log_a = log_a;
  r.log_b = log_b;
  r.lse_a = s->top_a + log_a;
  r.lse_b = s->top_b + log_b;
  r.h_a = log_a + s->sum[PL_T] / z;
  r.h_b = log_b + s->sum[PL_VT] / vz;
  const double m = s->sum[PL_M] / z, sp = s->sum[PL_S] / z;
  const double vm = -s->sum[PL_VM] / vz, vs = s->sum[PL_VS] / vz;
  int weak = 0;
  const double rounding = s->c * s->digits, noise = rounding * rounding;
  const double ratio = vz / z;
  // Over many classes of like mass the rounding of the terms averages out; over few it does not.
  const double share = r.h_a > 4 && r.h_b > 4 ? 0.3 : 0.6;
  r.d_ab = s->forbidden_ab ? INFINITY : pl_divergence(sp, m, ratio, noise, share, &weak);
  r.d_ba = s->forbidden_ba ? INFINITY : pl_divergence(vs, vm, 1 / ratio, noise, share, &weak);
  r.look_again = weak && !(s->forbidden_ab && s->forbidden_ba);
  const double u = sp - m;
  // Where S and M are not small, their rounding is not small beside the ratio's.
  r.log_ratio = fabs(u) < 0.5 && sp < 0.5 && !s->forbidden_ab ? -log1p(u) : -log(ratio);
  return r;
}
