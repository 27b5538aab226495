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
  PL_Z,
  PL_M,
  PL_S,
  PL_T, // the first row's sums
  PL_VZ,
  PL_VM,
  PL_VS,
  PL_VT, // the second row's
  PL_TIES,
  PL_VTIES, // classes equal to the largest, which PL_RECORD leaves out of z
  PL_SUMS,
};

// What a block call does beyond the plain sums: always a constant, each set is code of its own.
enum {
  PL_RECORD = 1, // leave classes equal to the largest out of PL_Z and count them: right near a point mass
  PL_EXACT = 2,  // carry the rounding error of a - b: right for rows that differ by a near-constant
  PL_MASK = 4,   // -inf on either side and, in Double, differences of any size
  PL_LOW = 8,    // inputs are sums high + low (Double only)
};

#define PL_BLOCK 2048 // classes of a block: both rows stay in L1
#define PL_AHEAD 1024 // classes between a load and the prefetch for a later one

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

// The passes over a row; pl_next says which is the next. Each is further down this list than the one before, but that
// PL_FAMILY may send sums in Float back to PL_LEVEL, after which they are wide for good, and that PL_WIDE is taken
// once more where its sums overflow, after which they are crowded for good: at most nine. README.md has the table.
enum {
  PL_FIRST,     // the sums in the elements' type, their reference following the largest logits
  PL_LOOK,      // the same with the shift A - B, where D was far below the terms it is made of
  PL_LEVEL,     // the largest logits of the whole row, where the type could not hold the sums
  PL_WIDE,      // the sums in Double, of logits less the row's largest: no level is too far
  PL_WIDE_LOOK, // the same with the shift A - B
  PL_FAMILY,    // Jensen-Shannon, total variation and Hellinger
  PL_DONE,
};

// The largest |c| of PL_FIRST: beyond it c, held in two Floats or Doubles, is rounded too much.
#define PL_SHIFT_SINGLE 4096.0
#define PL_SHIFT_DOUBLE 0x1p40
// The largest logit of PL_FIRST where staging has rounded it.
#define PL_DIVIDED 256.0
// The largest |x| of PL_FIRST in Double: beyond it a temperature may have made a logit infinite.
#define PL_FARTHEST 1e300
// Logits less their level are at most 0, so that their differences stay in range. Those that do not fit themselves
// become PL_BEYOND; what the other side's mass in such a class comes to is out of range.
#define PL_BEYOND (-0x1.fffffffffffffp1023)
#define PL_LOWEST (-0x1.ffffffffffffep1023)
// Classes that may be as far away as numbers go before their sums overflow: 2^40.
#define PL_CROWD 40.0
#define PL_CROWD_LOG (PL_CROWD * 0.69314718055994530942)
// Entropies of Floats below it may have lost masses that are 0 in Float.
#define PL_FAINTEST 1e-30
// Entropies of Floats below it are those of masses so small that the rounding of their logits less the scale counts,
// where the scale is not 0.
#define PL_PEAKED 1e-5
// D of Floats below this share of the squared shift is made of differences that the shift's low part has rounded.
#define PL_SHIFTED 0x1p-51
// The largest logit in Float that a temperature may have put at the end of the range.
#define PL_LEAST_SINGLE (-0x1.fffffep127)
// What c, held in two Floats or Doubles, is rounded by, relative to it.
#define PL_DIGITS_f32 0x1p-47
#define PL_DIGITS_f64 0x1p-104
// Logits and shifts up to here are moderate: weights may be taken from 0.
#define PL_MODERATE 64.0
#define PL_MODERATE_SHIFT 40.0
// A new reference's shift this near to the one that the sums have is not taken.
#define PL_KEEP_SHIFT 20.0
// Sums are moved to another shift no farther than this, and to no scale that is farther below.
#define PL_REBASE_SHIFT 5.0
#define PL_REBASE_SCALE 600.0
// A class this much above the largest so far does not want a reference of its own.
#define PL_RISE 1.0
// The rounding of x counts where one is above PL_EXACT_FAR, and where the squared shift is above PL_EXACT_SHIFT times
// the mean of phi(-x).
#define PL_EXACT_FAR 8.0
#define PL_EXACT_SHIFT 128.0
// The farthest that A - B may be from the shift of sums in Float for these to be looked at again in Float.
#define PL_LOOK_SHIFT 30.0
// u and S below it are small: D is S - psi(u), and A - B follows from u.
#define PL_SMALL 0.5
// D that is less than this share of the terms it is made of wants another look: of many classes of like mass, both
// entropies being above PL_EVEN, and of others.
#define PL_SHARE_EVEN 0.3
#define PL_SHARE 0.6
#define PL_EVEN 4.0
// Logits below it have no mass in Double.
#define PL_MASSLESS (-750.0)
// Temperatures that are powers of two above 2^-PL_POWER and below 2^PL_POWER divide Floats as Floats.
#define PL_POWER 30

// The sums of (a part of) a row and what they refer to. Fits a kvk_state.
typedef struct {
  double sum[PL_SUMS];
  double scale, c, c_low;      // weights are relative to exp(scale), differences to c + c_low
  double level_a, level_b;     // what is subtracted from logits, as stored, before anything else
  double top_a, top_b;         // the largest logits so far, less the levels
  double index_a, index_b;     // the first places of the largest elements, where asked for
  double largest_a, largest_b; // and these, as stored
  double family[PF_SUMS];
  double log_ratio; // log Z_a - log Z_b, for the second family's pass
  double digits;    // the relative rounding of c in the element type, with its low part
  int32_t started, exact, masked, pass;
  int32_t lost;      // the pass could not hold the sums: PL_LEVEL is next
  int32_t wide;      // the sums are those of PL_WIDE
  int32_t crowded;   // ... in weights of 2^-PL_CROWD, as several differences may be as large as numbers are
  int32_t from_zero; // weights in Float are taken from 0, not from the largest logit
  int32_t forbidden_ab, forbidden_ba;
  int32_t status_a, status_b;
} pl_row;
_Static_assert(sizeof(pl_row) <= sizeof(kvk_state), "a row's state must fit");

// A pair of rows in the order in which it is evaluated: the same whichever way round it was given,
// so that exchanging the sides changes no bit.
typedef struct {
  const kvk_side *a, *b;
  int64_t row;
  int32_t type;            // the type that blocks are read as: KVK_F32, KVK_F16, KVK_BF16 or KVK_F64
  int staged;              // blocks have to be staged in that type first
  int low;                 // ... with a low part (Double only)
  double level_a, level_b; // what PL_LEVEL found; 0 before
} pl_pair;

// The first class from `from` on in which stored values differ, or `to`.
static int64_t pl_first_difference(const kvk_side *a, const kvk_side *b, int64_t row, int64_t from, int64_t to) {
  for (int64_t k = from; k < to; k += 64) {
    const int64_t n = to - k < 64 ? to - k : 64;
    if (a->type == b->type &&
        !memcmp(element_at(a, row, k), element_at(b, row, k), (size_t)(n * element_bytes(a->type))))
      continue;
    for (int64_t i = k; i < k + n; i++)
      if (side_raw(a, row, i) != side_raw(b, row, i)) return i;
  }
  return to;
}

// Whether a side's logits are numbers in Float also after they were divided by the temperature.
static int pl_is_single(const kvk_side *s) {
  int exponent;
  return side_is_log(s->form) && frexp(side_temperature(s), &exponent) == 0.5 && exponent > -PL_POWER &&
         exponent < PL_POWER && (s->type == KVK_F32 || s->type == KVK_F16 || s->type == KVK_BF16);
}

// How two sides are read together.
static pl_pair pl_pair_of(const kvk_side *a, const kvk_side *b, int64_t row) {
  pl_pair pair = {.a = a, .b = b, .row = row, .type = a->type};
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

static inline int pl_has_levels(const pl_pair *pair) { return pair->level_a != 0 || pair->level_b != 0; }

// The same less the levels that were found.
static inline pl_pair pl_pair_with(const kvk_side *a, const kvk_side *b, int64_t row, const kvk_pair_norms *norms) {
  pl_pair pair = pl_pair_of(a, b, row);
  pair.level_a = norms->level_a;
  pair.level_b = norms->level_b;
  return pair;
}

static inline pl_pair pl_order(const kvk_side *a, const kvk_side *b, int64_t row, int64_t classes, int *swapped) {
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

// log x as high + low, by atanh: s = (m - 1) / (m + 1) with its rounding error, then the series. Largest error
// measured, over 2e6 numbers: 2.6e-27 of the larger of the result and 1.
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
  double g_low, z_low;
  const double g = fast_two_sum(1.0, m, &g_low);
  const double s = f / g;
  const double s_low = (fma(-s, g, f) - s * g_low) / g;
  const double z = two_product(s, s, &z_low);
  // 2 s + s³ p with p = 2/3 + 2/5 s² + ...: the first five terms of p in two parts, the rest is small.
  double p = 2.0 / 37, p_low = 0;
  for (int k = 35; k >= 13; k -= 2) p = p * z + 2.0 / k;
  for (int k = 11; k >= 3; k -= 2) {
    const double c = 2.0 / k, c_low = fma(-c, k, 2.0) / k;
    double t_low, rest;
    const double t = two_product(z, p, &t_low);
    t_low += z * p_low + z_low * p;
    p = fast_two_sum(c, t, &rest);
    p_low = rest + (t_low + c_low);
  }
  double cube_low, third_low, n_rest, l1, l2, l3;
  const double cube = two_product(s, z, &cube_low);
  cube_low += s * z_low;
  const double third = two_product(cube, p, &third_low);
  third_low += cube * p_low + cube_low * p;
  const double tail = third_low + 2 * s_low / (1 - z);
  const double n_high = e * 0.693147180369123816490; // the last bits are 0: the product is exact
  const double n_low = two_product(e, 0x1.a39ef35793c76p-33, &n_rest);
  n_rest += e * 0x1.cc01f97b57a08p-87;
  const double h1 = fast_two_sum(n_high, 2 * s, &l1);
  const double h2 = fast_two_sum(h1, third, &l2);
  const double h3 = two_sum(h2, n_low, &l3);
  *high = fast_two_sum(h3, l1 + l2 + l3 + n_rest + tail + x_low / x, low);
}

// log(x + alpha) as high + low.
static inline void pl_log_mass(double x, double alpha, double *high, double *low) {
  double rest;
  const double y = two_sum(x, alpha, &rest);
  pl_log_pair(y, rest, high, low);
}

// A stretch of a side as logits in Double, with a low part where `low` is not null. A level is as stored: logits
// are taken less it, masses over it.
static void pl_stage(const kvk_side *s, int64_t row, int64_t from, int64_t n, double level, double *high, double *low) {
  block_f64(element_at(s, row, from), s->type, n, high);
  if (low) memset(low, 0, (size_t)n * sizeof *low);
  if (side_is_log(s->form)) {
    const double t = side_temperature(s);
    if (t == 1.0 && level == 0) return;
    for (int64_t i = 0; i < n; i++) {
      double rest;
      const double x = high[i], d = two_diff(x, level, &rest);
      const double y = t == 1.0 ? d : d / t;
      high[i] = y >= PL_LOWEST || x == -INFINITY || y != y ? y : y == -INFINITY ? PL_BEYOND : PL_LOWEST;
      // With what the division leaves.
      if (low && y >= PL_LOWEST && y < INFINITY) low[i] = t == 1.0 ? rest : (fma(-y, t, d) + rest) / t;
    }
    return;
  }
  const double alpha = side_alpha(s);
  if (!low) {
    const double unit = level == 0 ? 1 : level + alpha;
    // A negative weight is refused, not smoothed away.
    for (int64_t i = 0; i < n; i++) high[i] = high[i] < 0 ? NAN : (high[i] + alpha) / unit;
    log_array_f64(high, high, n);
    return;
  }
  double whole = 0, whole_low = 0;
  if (level != 0) pl_log_mass(level, alpha, &whole, &whole_low);
  for (int64_t i = 0; i < n; i++) {
    if (high[i] < 0) {
      high[i] = NAN;
      continue;
    }
    pl_log_mass(high[i], alpha, &high[i], &low[i]);
    if (level == 0 || high[i] == -INFINITY) continue;
    double rest;
    const double d = two_diff(high[i], whole, &rest);
    high[i] = fast_two_sum(d, rest + (low[i] - whole_low), &low[i]);
  }
}

// A stretch of a side that pl_is_single, as logits in Float.
static void pl_stage_single(const kvk_side *s, int64_t row, int64_t from, int64_t n, float *to) {
  block_f32(element_at(s, row, from), s->type, n, to);
  const double t = side_temperature(s);
  if (t == 1.0) return;
  const float factor = (float)(1 / t);
  // What the temperature makes too low for Float is not absent.
  for (int64_t i = 0; i < n; i++) {
    const float y = to[i] * factor;
    to[i] = y == -INFINITY && to[i] > -INFINITY ? -0x1.fffffep127f : y;
  }
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
  double d_low;
  const double d = two_diff(s->top_b, s->scale, &d_low);
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
  if (!(fabs(shift) <= PL_REBASE_SHIFT) || s->scale - scale > PL_REBASE_SCALE) return 0;
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
  *c = two_sum(high, low, c_low);
}

// The reference for given largest logits; `single` for blocks read as Float.
static pl_place pl_place_for(int single, int exact, double top_a, double top_b) {
  const int has_a = top_a > -INFINITY, has_b = top_b > -INFINITY;
  pl_place place = {0, 0, 0, 0};
  if (has_a && has_b) place.c = two_diff(top_a, top_b, &place.c_low);
  if (single && !exact) {
    place.c = (double)(float)place.c;
    place.c_low = 0;
  } else if (single) {
    pl_round_shift(&place.c, &place.c_low);
  }
  const double top = has_a ? top_a : top_b;
  place.from_zero =
      fabs(top) <= PL_MODERATE && (!has_b || fabs(top_b) <= PL_MODERATE) && fabs(place.c) <= PL_MODERATE_SHIFT;
  // In Float the scale is a power of two where logits are moderate: taking the exponent off costs no
  // rounding, subtracting the largest logit does.
  place.scale = single && place.from_zero ? rint(top * 1.44269504088896340736) * 0.69314718055994530942 : top;
  return place;
}

// Stays with the shift that sums have, where that is near enough.
static inline void pl_keep_shift(pl_place *place, const pl_row *s) {
  if (!(fabs(place->c - s->c) <= PL_KEEP_SHIFT)) return;
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
  const double base = s->crowded ? s->scale - PL_CROWD_LOG : s->scale;
  const double base_b = s->top_b > -INFINITY ? s->top_b : base;
  pl_reference_f64 ref;
  ref.base = set1_f64(base);
  ref.exponent = set1_f64(s->crowded ? PL_CROWD : 0);
  ref.c_high = set1_f64(s->c);
  ref.c_low = set1_f64(s->c_low);
  ref.base_b = set1_f64(base_b);
  ref.factor_b = set1_f64(s->top_b > -INFINITY ? exp(pl_offset_b(s) + (s->scale - base)) : 1);
  ref.largest_a = set1_f64(s->top_a);
  ref.largest_b = set1_f64(s->top_b);
  return ref;
}

typedef struct {
  double sum[PL_SUMS];
  double far, top_a, top_b, c;
  int forbidden_ab, forbidden_ba;
} pl_sums;

#define PL_COPY(from)                          \
  memcpy(out->sum, from.sum, sizeof out->sum); \
  out->far = (double)from.far;                 \
  out->top_a = (double)from.top_a;             \
  out->top_b = (double)from.top_b;             \
  out->c = (double)from.c;                     \
  out->forbidden_ab = from.forbidden_ab;       \
  out->forbidden_ba = from.forbidden_ba

// One function per combination that is used: flags and type are constants inside.
#define PL_SINGLE(name, flags, type)                                                                               \
  static __attribute__((noinline)) void name(const void *a, const void *b, int64_t n, const pl_reference_f32 *ref, \
                                             pl_sums *out) {                                                       \
    pl_block_sums_f32 s;                                                                                           \
    pl_block_f32(flags, type, a, b, 0, 0, n, ref, &s);                                                             \
    PL_COPY(s);                                                                                                    \
  }
#define PL_SINGLES(suffix, type)                                  \
  PL_SINGLE(pl_plain_##suffix, 0, type)                           \
  PL_SINGLE(pl_exact_##suffix, PL_EXACT, type)                    \
  PL_SINGLE(pl_record_##suffix, PL_RECORD, type)                  \
  PL_SINGLE(pl_record_exact_##suffix, PL_RECORD | PL_EXACT, type) \
  PL_SINGLE(pl_mask_##suffix, PL_MASK | PL_EXACT, type)           \
  PL_SINGLE(pl_record_mask_##suffix, PL_RECORD | PL_MASK | PL_EXACT, type)
PL_SINGLES(f32, KVK_F32)
PL_SINGLES(f16, KVK_F16)
PL_SINGLES(bf16, KVK_BF16)

#define PL_DOUBLE(name, flags)                                                                                       \
  static __attribute__((noinline)) void name(const void *a, const void *b, const double *a_low, const double *b_low, \
                                             int64_t n, const pl_reference_f64 *ref, pl_sums *out) {                 \
    pl_block_sums_f64 s;                                                                                             \
    pl_block_f64(flags, KVK_F64, a, b, a_low, b_low, n, ref, &s);                                                    \
    PL_COPY(s);                                                                                                      \
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

// A block of both rows as the kernels read it: in place, or staged.
typedef struct {
  const void *a, *b;
  float single_a[PL_BLOCK], single_b[PL_BLOCK];
  const double *a_low, *b_low;
  double high_a[PL_BLOCK], high_b[PL_BLOCK], low_a[PL_BLOCK], low_b[PL_BLOCK];
} pl_view;

// Sums of one block in the row's reference.
static void pl_evaluate(const pl_pair *pair, const pl_row *s, int record, int chooses, const pl_view *view, int64_t n,
                        pl_sums *out) {
  const int exact = s->exact != 0;
  if (!s->wide && pair->type != KVK_F64) {
    static const pl_single_fn table[3][6] = {
        {pl_plain_f32, pl_exact_f32, pl_record_f32, pl_record_exact_f32, pl_mask_f32, pl_record_mask_f32},
        {pl_plain_f16, pl_exact_f16, pl_record_f16, pl_record_exact_f16, pl_mask_f16, pl_record_mask_f16},
        {pl_plain_bf16, pl_exact_bf16, pl_record_bf16, pl_record_exact_bf16, pl_mask_bf16, pl_record_mask_bf16},
    };
    const int type = pair->type == KVK_F32 ? 0 : pair->type == KVK_F16 ? 1 : 2;
    pl_reference_f32 ref = pl_reference_single(s);
    ref.chooses = chooses;
    table[type][s->masked ? 4 + record : 2 * record + exact](view->a, view->b, n, &ref, out);
    return;
  }
  static const pl_double_fn table[6] = {pl_plain_f64,        pl_exact_f64, pl_record_f64,
                                        pl_record_exact_f64, pl_mask_f64,  pl_record_mask_f64};
  pl_reference_f64 ref = pl_reference_double(s);
  ref.chooses = chooses;
  const pl_double_fn evaluate = view->a_low ? pl_low_f64 : table[s->masked ? 4 + record : 2 * record + exact];
  evaluate(view->a, view->b, view->a_low, view->b_low, n, &ref, out);
}

// `wide`: in Double, whatever the type. Without a level that is what F64 has anyway.
static void pl_open(const pl_pair *pair, int wide, int64_t from, int64_t n, pl_view *view) {
  view->a_low = view->b_low = 0;
  const int levels = pl_has_levels(pair);
  const int widens = wide && (pair->type != KVK_F64 || levels);
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
  // Differences of Floats and their level are exact in Double, or their rounding is far below the Floats'.
  const int low = pair->low || (levels && !pair->staged && pair->type == KVK_F64);
  pl_stage(pair->a, pair->row, from, n, pair->level_a, view->high_a, low ? view->low_a : 0);
  pl_stage(pair->b, pair->row, from, n, pair->level_b, view->high_b, low ? view->low_b : 0);
  view->a = view->high_a;
  view->b = view->high_b;
  if (low) {
    view->a_low = view->low_a;
    view->b_low = view->low_b;
  }
}

static void pl_block_tops(const pl_pair *pair, const pl_view *view, int64_t n, double *top_a, double *top_b) {
  float a, b;
  if (pair->type == KVK_F64) {
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
  // One by one: two of them may be as large as numbers are.
  int finite = 1;
  for (int j = 0; j < PL_SUMS; j++) finite &= sums->sum[j] - sums->sum[j] == 0;
  return finite;
}

// Why a stretch of a row is refused on either side, if it is; the first reason wins.
static void pl_scan(const pl_pair *pair, int64_t from, int64_t to, pl_row *s) {
  s->status_a = side_worse(s->status_a, side_scan(pair->a, pair->row, from, to));
  s->status_b = side_worse(s->status_b, side_scan(pair->b, pair->row, from, to));
}

// Whether the type holds logits around the largest so far, and their difference, closely enough.
static int pl_holds(const pl_pair *pair, const pl_row *s) {
  if (!(fabs(s->c) <= (pair->type == KVK_F64 ? PL_SHIFT_DOUBLE : PL_SHIFT_SINGLE))) return 0;
  if (pair->type != KVK_F64 && pair->staged &&
      ((s->top_a <= PL_LEAST_SINGLE && s->top_a > -INFINITY) || (s->top_b <= PL_LEAST_SINGLE && s->top_b > -INFINITY)))
    return 0;
  // The division by a temperature rounds.
  const int divided = pair->staged && pair->type == KVK_F64;
  return !divided || (!(fabs(s->top_a) > PL_DIVIDED && s->top_a > -INFINITY) &&
                      !(fabs(s->top_b) > PL_DIVIDED && s->top_b > -INFINITY));
}

// Takes a reference that fits a block's largest logits, and moves the sums so far to it. Returns 0 where the block
// is done with: nothing of it has mass, it is refused, or the type cannot hold the sums.
static int pl_take_reference(const pl_pair *pair, const pl_view *view, int64_t from, int64_t n, pl_row *s) {
  double top_a, top_b;
  pl_block_tops(pair, view, n, &top_a, &top_b);
  if (s->started) {
    top_a = top_a > s->top_a ? top_a : s->top_a;
    top_b = top_b > s->top_b ? top_b : s->top_b;
  }
  if ((top_a == -INFINITY && top_b == -INFINITY) || top_a == INFINITY || top_b == INFINITY) {
    // Nothing but zero mass (or NaN), or something that is refused or too large for the type.
    pl_scan(pair, from, from + n, s);
    if (top_a == INFINITY || top_b == INFINITY) s->lost = s->started = 1;
    return 0;
  }
  pl_place place = pl_place_for(pair->type != KVK_F64, s->exact, top_a, top_b);
  if (s->started) {
    pl_keep_shift(&place, s);
    s->lost |= !pl_rebase(s, &place, top_a, top_b);
    return !s->lost;
  }
  pl_refer_to(s, &place);
  s->top_a = top_a;
  s->top_b = top_b;
  s->started = 1;
  return 1;
}

// What becomes of a block's sums.
enum {
  PL_TURN_ADD,   // they are right, and are added
  PL_TURN_REFER, // again with a reference of the block's own: only without `record`, which that sets
  PL_TURN_MASK,  // again with masks, and exact: only without `masked`, which that sets
  PL_TURN_EXACT, // again exact: only without `exact`, which that sets
  PL_TURN_STOP,  // they are not wanted: the block is refused, or the type cannot hold them
};

static int pl_judge(const pl_pair *pair, int64_t from, int64_t n, int record, int chooses, const pl_sums *sums,
                    pl_row *s) {
  const int single = pair->type != KVK_F64;
  // Differences of any size are what the masks in Double are made for.
  const double limit = !single ? (s->masked ? PL_FARTHEST : PL_LIMIT_f64) : (double)PL_LIMIT_f32;
  if (!pl_finite(sums) || !(sums->far <= limit)) {
    pl_scan(pair, from, from + n, s);
    if (s->status_a || s->status_b) return PL_TURN_STOP;
    // Zero masses want the masks; large differences, or zero masses far off scale, want Double.
    const int far = single && sums->far > limit && sums->far < INFINITY;
    if (!s->masked && !far) return PL_TURN_MASK;
    s->lost = 1;
    return PL_TURN_STOP;
  }
  // A far larger class wants a reference of its own. A little larger one does not: the entropy
  // is then large enough for that class to be counted with the others.
  if (!record && !(sums->top_a <= s->top_a + PL_RISE && sums->top_b <= s->top_b + PL_RISE)) return PL_TURN_REFER;
  if (chooses) {
    s->c = sums->c;
    s->c_low = 0;
  }
  // The rounding of x counts where the shift is large beside the differences, or x is large itself.
  const double square = s->c * s->c * (sums->sum[PL_Z] + sums->sum[PL_TIES]);
  if (!s->exact && (sums->far > PL_EXACT_FAR || square > PL_EXACT_SHIFT * sums->sum[PL_S])) return PL_TURN_EXACT;
  return PL_TURN_ADD;
}

// Adds a block to `s` in PL_FIRST and PL_LOOK. With `fixed` the reference stands; else it follows the largest
// logits.
static void pl_run_block(const pl_pair *pair, const pl_view *view, int64_t from, int64_t n, int fixed, pl_row *s) {
  // The first block chooses the shift, where nothing is masked.
  const int first = !fixed && !s->started;
  // Blocks with a low part do not report the largest logits beside the sums.
  int known = fixed || (s->started && !view->a_low), record = fixed;
  // Ends: every turn but the last sets `record`, `masked` or `exact`, and none is unset in the block.
  for (;;) {
    if (!known) {
      if (!pl_take_reference(pair, view, from, n, s)) return;
      known = record = 1;
    }
    pl_sums sums;
    const int chooses = first && !s->masked && !view->a_low;
    pl_evaluate(pair, s, record, chooses, view, n, &sums);
    switch (pl_judge(pair, from, n, record, chooses, &sums, s)) {
    case PL_TURN_REFER: known = 0; break;
    case PL_TURN_MASK: s->masked = s->exact = 1; break;
    case PL_TURN_EXACT: s->exact = 1; break;
    case PL_TURN_STOP: return;
    default:
      for (int j = 0; j < PL_SUMS; j++) s->sum[j] += sums.sum[j];
      // With `record` there are none to be larger.
      pl_raise(s, sums.top_a, sums.top_b);
      s->forbidden_ab |= sums.forbidden_ab;
      s->forbidden_ba |= sums.forbidden_ba;
      return;
    }
  }
}

// Adds a stretch of a row to `s` in PL_FIRST and, with `fixed`, in PL_LOOK. Sets `lost` where the type cannot hold
// the sums.
static void pl_run(const pl_pair *pair, int64_t from, int64_t to, int fixed, pl_row *s) {
  pl_view view;
  s->digits = pair->type != KVK_F64 ? PL_DIGITS_f32 : PL_DIGITS_f64;
  for (int64_t k = from; k < to; k += PL_BLOCK) {
    const int64_t n = to - k < PL_BLOCK ? to - k : PL_BLOCK;
    if (s->status_a || s->status_b) {
      pl_scan(pair, k, k + n, s);
      continue;
    }
    pl_open(pair, 0, k, n, &view);
    pl_run_block(pair, &view, k, n, fixed, s);
    if (!pl_holds(pair, s)) s->lost = 1;
    if (s->lost && !s->status_a && !s->status_b) return;
  }
}

// The largest elements of a stretch, as stored.
static void pl_find_levels(const pl_pair *pair, int64_t from, int64_t to, pl_row *s) {
  pl_view view;
  s->level_a = s->level_b = -INFINITY;
  for (int64_t k = from; k < to; k += PL_BLOCK) {
    const int64_t n = to - k < PL_BLOCK ? to - k : PL_BLOCK;
    double a, b;
    block_f64(element_at(pair->a, pair->row, k), pair->a->type, n, view.high_a);
    block_f64(element_at(pair->b, pair->row, k), pair->b->type, n, view.high_b);
    pl_tops_f64(KVK_F64, view.high_a, view.high_b, n, &a, &b);
    s->level_a = a > s->level_a ? a : s->level_a;
    s->level_b = b > s->level_b ? b : s->level_b;
  }
  if (s->level_a == INFINITY || s->level_b == INFINITY) pl_scan(pair, from, to, s);
}

// The largest logit less the level, of a side whose largest element is known.
static inline double pl_level_top(const kvk_side *s, double largest) {
  if (side_is_log(s->form)) return largest > -INFINITY ? 0 : -INFINITY;
  return largest > 0 ? 0 : log(side_alpha(s));
}

// What a level adds to the logarithm of the normaliser.
static inline double pl_level_log(const kvk_side *s, double level) {
  return level == 0 ? 0 : side_is_log(s->form) ? level / side_temperature(s) : log(level + side_alpha(s));
}

// Prepares PL_WIDE, the largest elements of the row being known.
static void pl_begin_wide(const pl_pair *pair, pl_row *s) {
  const double largest_a = s->level_a, largest_b = s->level_b;
  memset(s->sum, 0, sizeof s->sum);
  s->forbidden_ab = s->forbidden_ba = 0;
  s->lost = 0;
  s->wide = s->exact = s->masked = s->started = 1;
  s->digits = PL_DIGITS_f64;
  s->level_a = largest_a > -INFINITY ? largest_a : 0;
  s->level_b = largest_b > -INFINITY ? largest_b : 0;
  s->top_a = pl_level_top(pair->a, largest_a);
  s->top_b = pl_level_top(pair->b, largest_b);
  const pl_place place = pl_place_for(0, 1, s->top_a, s->top_b);
  pl_refer_to(s, &place);
}

// Prepares PL_WIDE once more, in smaller weights: once, as it stays crowded.
static void pl_begin_crowded(pl_row *s) {
  memset(s->sum, 0, sizeof s->sum);
  s->forbidden_ab = s->forbidden_ba = 0;
  s->lost = 0;
  s->crowded = 1;
  s->scale += PL_CROWD_LOG;
}

// Whether staging may have put a side's logits out of range: as stored none is.
static inline int pl_may_be_beyond(const kvk_side *s, double level) {
  return side_is_log(s->form) && (level != 0 || side_temperature(s) != 1.0);
}

// Whether one side has mass in a class where the other's logit, less its level, is out of range.
static int pl_is_beyond(const pl_pair *pair, const pl_view *view, int64_t n) {
  const double *a = view->a, *b = view->b;
  const int may_a = pl_may_be_beyond(pair->a, pair->level_a), may_b = pl_may_be_beyond(pair->b, pair->level_b);
  int beyond = 0;
  for (int64_t i = 0; i < n; i++)
    beyond |=
        (may_a & (a[i] == PL_BEYOND) & (b[i] > PL_MASSLESS)) | (may_b & (b[i] == PL_BEYOND) & (a[i] > PL_MASSLESS));
  return beyond;
}

// Adds a stretch of a row to `s` in PL_WIDE and PL_WIDE_LOOK: one evaluation a block, whatever it holds.
static void pl_run_wide(const pl_pair *pair, int64_t from, int64_t to, pl_row *s) {
  pl_view view;
  for (int64_t k = from; k < to; k += PL_BLOCK) {
    const int64_t n = to - k < PL_BLOCK ? to - k : PL_BLOCK;
    if (s->status_a || s->status_b) {
      pl_scan(pair, k, k + n, s);
      continue;
    }
    pl_open(pair, 1, k, n, &view);
    pl_sums sums;
    pl_evaluate(pair, s, 1, 0, &view, n, &sums);
    const int finite = pl_finite(&sums);
    if (!finite && !s->crowded) {
      s->lost = 1;
      continue;
    }
    if (!finite || (sums.far >= -PL_LOWEST / 2 && pl_is_beyond(pair, &view, n))) {
      pl_scan(pair, k, k + n, s);
      if (!s->status_a && !s->status_b) s->status_a = s->status_b = KVK_OUT_OF_RANGE;
      continue;
    }
    for (int j = 0; j < PL_SUMS; j++) s->sum[j] += sums.sum[j];
    s->forbidden_ab |= sums.forbidden_ab;
    s->forbidden_ba |= sums.forbidden_ba;
  }
}

typedef struct {
  double d_ab, d_ba, h_a, h_b, lse_a, lse_b;
  double log_a, log_b; // the normalisers' logarithms less the largest logits
  double log_ratio;    // log Z_a - log Z_b in the units of the sums
  double ratio_size;   // what its rounding is relative to
  int look_again;      // the shift was too far off for the promised digits
  int faint;           // what is left may be the rounding of the shift, or of masses that are 0 in Float
} pl_result;

// What a divergence comes from, beside its value.
typedef struct {
  int weak;  // it is less than its share of the terms it is made of
  int faint; // they are not above what the rounding of the shift alone would give
} pl_doubts;

// D from S, M and the ratio of the normalisers. Below `noise`, what the rounding of the shift alone would give,
// the rows are the same distribution.
static double pl_divergence(double s, double m, double ratio, double noise, double share, pl_doubts *doubts) {
  if (s <= noise) {
    doubts->faint |= s > 0;
    return 0;
  }
  const double u = s - m;
  const int small = fabs(u) < PL_SMALL;
  const double d = small ? s - pl_psi(u) : m + log(ratio);
  if (d < share * (small ? s : fabs(m) + 1)) doubts->weak = 1;
  return d < 0 ? 0 : d;
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
  pl_doubts doubts = {0, 0};
  const double rounding = s->c * s->digits, noise = rounding * rounding;
  const double ratio = vz / z;
  // Over many classes of like mass the rounding of the terms averages out; over few it does not.
  const double share = r.h_a > PL_EVEN && r.h_b > PL_EVEN ? PL_SHARE_EVEN : PL_SHARE;
  r.d_ab = s->forbidden_ab ? INFINITY : pl_divergence(sp, m, ratio, noise, share, &doubts);
  r.d_ba = s->forbidden_ba ? INFINITY : pl_divergence(vs, vm, 1 / ratio, noise, share, &doubts);
  r.look_again = doubts.weak && !(s->forbidden_ab && s->forbidden_ba);
  const double faintest = s->from_zero ? PL_FAINTEST : PL_PEAKED;
  const double nearest = r.d_ab < r.d_ba ? r.d_ab : r.d_ba;
  r.faint = doubts.faint || r.h_a < faintest || r.h_b < faintest || nearest < s->c * s->c * PL_SHIFTED;
  const double u = sp - m;
  // Where S and M are not small, their rounding is not small beside the ratio's.
  const int small = fabs(u) < PL_SMALL && sp < PL_SMALL && !s->forbidden_ab;
  r.log_ratio = small ? -log1p(u) : -log(ratio);
  r.ratio_size = small ? sp + fabs(m) : 1;
  return r;
}

static inline int pl_is_number(double x) { return x - x == 0; }

// Whether everything that is not infinite for want of mass is a number. One by one: both divergences may be as large
// as numbers are, so that only their sum is none.
static inline int pl_is_finite(const pl_row *s, const pl_result *r) {
  return (s->forbidden_ab || pl_is_number(r->d_ab)) && (s->forbidden_ba || pl_is_number(r->d_ba)) &&
         pl_is_number(r->h_a + r->h_b + r->log_ratio);
}
