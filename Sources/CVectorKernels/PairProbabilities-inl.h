// Pairs of rows of masses: probabilities and weights on both sides. See PairProbabilitiesBody-inl.h
// for the sums; this file chooses the scales, turns rows into blocks, and sums into results.
//
// With x = a × scale_a and y = b × scale_b, s = Σ x and u = Σ (y - x) / s,
//
//     D(a‖b) = PP_F / s - ψ(u)        ψ(u) = u - log1p(u)
//
// whatever the scales are; digits cancel only where ψ(u) is not far below the first term, and then the
// row is looked at again, in Double, with scales that make u the rounding of the scale alone.
// Probabilities start with scales of 1. Weights are added up first: their sums choose the scales.

enum {
  PP_A,
  PP_M,
  PP_F,
  PP_B,
  PP_SMALL_A,
  PP_SMALL_B,
  PP_LOG_A,
  PP_LOG_B,
  PP_SUMS,
};

// What a block call does: always a constant, each set is code of its own.
enum {
  PP_FORWARD = 1,
  PP_REVERSE = 2,
  PP_ENTROPY = 4,
  PP_SCALE = 8, // masses are multiplied by the reference's scales
  PP_LOW = 16,  // inputs are sums high + low (Double only)
  PP_ALL = PP_FORWARD | PP_REVERSE | PP_ENTROPY,
};

#define PP_BLOCK 2048
#define PP_STAGE 512    // classes staged as Double at a time
#define PP_AHEAD 1024   // classes between a load and the prefetch for a later one
#define PP_NEAREST 1e-8 // D of Floats below it needs more digits of y - x than 36
#define PP_SMALL 0.65   // of the sum: at most one class can be larger
#define PP_LOOKS 3      // at a row after the first
// D that is less than this share of its first term wants another look, and so does a |u| that is above PP_APART.
#define PP_WEAK 0.5
#define PP_APART 0.25
// ... and sums farther than this from what was expected of them, of which PP_SMALL is a share.
#define PP_UNEXPECTED 0.2
// The second family's pass wants a |u| below it, and the looks end where |u| is below PP_ROUNDING.
#define PP_EVEN 1e-3
#define PP_ROUNDING 1e-14
// After a look, D below this share of its first term is rounding: the rows are proportional.
#define PP_SETTLED 1e-5
// Sums in Float whose |p - q| is below this multiple of |u| are added up once more in Double, for the second family.
#define PP_ROUGH 0x1p12
// ... and without a fused multiply-add, those of scaled Floats whose |p - q| is below this share of the sum.
#define PP_ROUGH_SPLIT 0x1p-14
// Factors between the rows' sums that are this near to a power of two are that power.
#define PP_POWER_f32 1e-6
#define PP_POWER_f64 1e-12
// Binary exponents of sums beyond which masses of a type do not stay in range when scaled, and the largest of a scale.
#define PP_RANGE_f32 40
#define PP_RANGE_f64 700
#define PP_EXPONENT 1000
// Masses in Double that the vectors take; others are added up one by one.
#define PP_FAINTEST 0x1p-900
#define PP_LARGEST 0x1p90

typedef struct {
  double sum[PP_SUMS];
  double top_a, top_b;
  int only_a, only_b;
  int usable; // every mass was in the range in which the sums are right
} pp_block_sums;

#define KVK_REAL 32
#include "Real-inl.h"
#include "PairProbabilitiesBody-inl.h"
#undef KVK_REAL
#define KVK_REAL 64
#include "Real-inl.h"
#include "PairProbabilitiesBody-inl.h"
#undef KVK_REAL

enum { PP_ADD_UP = 0, PP_FIRST = 1, PP_AGAIN = 2, PP_FAMILY = 3, PP_DONE = 4 };

// The sums of (a part of) a row and what they refer to. Fits a kvk_state.
typedef struct {
  double sum[PP_SUMS];
  double plain_a, plain_b, shrunk_a, shrunk_b; // Σ a and Σ a 2^-64: one of them is in range
  double scale_a, scale_b;                     // x = a × scale_a, y = b × scale_b
  double low_b;                                // y = b × (scale_b + low_b) has the sum of x
  double expected;                             // of Σ x and Σ y
  double lse_a, lse_b;                         // logarithms of the rows' own sums
  double top_a, top_b;                         // the largest x and y
  double family[PF_SUMS];
  double index_a, index_b, largest_a, largest_b;
  int32_t begun, pass, looks;
  int32_t scaled, wide, only_a, only_b;
  int32_t status_a, status_b;
} pp_row;
_Static_assert(sizeof(pp_row) <= sizeof(kvk_state), "a row's state must fit");

// A pair of rows in the order in which it is evaluated: the same whichever way round it was given,
// so that exchanging the sides changes no bit.
typedef struct {
  const kvk_side *a, *b;
  int64_t row;
  double alpha_a, alpha_b;
  int swapped, weights;
  int staged; // blocks have to be staged as Double
  int what;   // PP_FORWARD, PP_REVERSE or PP_ALL
} pp_pair;

static pp_pair pp_order(const kvk_side *a, const kvk_side *b, int64_t row, int64_t classes,
                        const kvk_pair_out *wanted) {
  int swap = 0;
  int64_t k = 0;
  for (; k < classes; k++) {
    const double x = side_raw(a, row, k), y = side_raw(b, row, k);
    if (x == y) continue;
    swap = x < y;
    break;
  }
  if (k == classes) swap = side_alpha(a) < side_alpha(b);
  pp_pair pair = {.a = swap ? b : a, .b = swap ? a : b, .row = row};
  pair.alpha_a = side_alpha(pair.a);
  pair.alpha_b = side_alpha(pair.b);
  pair.swapped = swap;
  pair.weights = a->form == KVK_WEIGHTS || b->form == KVK_WEIGHTS;
  pair.staged = a->type != b->type || a->type > KVK_BF16 || pair.alpha_a != 0 || pair.alpha_b != 0;
  double *const *c = wanted->column;
  const int both =
      c[KVK_H_A] || c[KVK_H_B] || c[KVK_H_AB] || c[KVK_H_BA] || c[KVK_JEFFREYS] || (c[KVK_D_AB] && c[KVK_D_BA]);
  pair.what = both ? PP_ALL : (c[KVK_D_BA] != 0) == swap ? PP_FORWARD : PP_REVERSE;
  return pair;
}

// One function per combination that is used.
#define PP_KIND(name, N_, R_, flags, type)                                                                   \
  static __attribute__((noinline)) void name(const void *a, const void *b, const R_ *a_low, const R_ *b_low, \
                                             int64_t n, const pp_reference_##N_ *ref, pp_block_sums *out) {  \
    pp_block_##N_(flags, type, a, b, a_low, b_low, n, ref, out);                                             \
  }                                                                                                          \
  _Static_assert(1, "")
#define PP_KINDS(name, N_, R_, flags, type)                    \
  PP_KIND(name##_forward, N_, R_, (flags) | PP_FORWARD, type); \
  PP_KIND(name##_reverse, N_, R_, (flags) | PP_REVERSE, type); \
  PP_KIND(name##_all, N_, R_, (flags) | PP_ALL, type)
PP_KINDS(pp_plain_f32, f32, float, 0, KVK_F32);
PP_KINDS(pp_plain_f16, f32, float, 0, KVK_F16);
PP_KINDS(pp_plain_bf16, f32, float, 0, KVK_BF16);
PP_KINDS(pp_plain_f64, f64, double, 0, KVK_F64);
PP_KINDS(pp_scale_f32, f32, float, PP_SCALE, KVK_F32);
PP_KINDS(pp_scale_f64, f64, double, PP_SCALE, KVK_F64);
PP_KINDS(pp_staged, f64, double, PP_SCALE | PP_LOW, KVK_F64);

#define PP_CALL(name)                                             \
  (what == PP_FORWARD   ? name##_forward(a, b, 0, 0, n, ref, out) \
   : what == PP_REVERSE ? name##_reverse(a, b, 0, 0, n, ref, out) \
                        : name##_all(a, b, 0, 0, n, ref, out))

static void pp_direct_f32(int32_t type, int scaled, int what, const void *a, const void *b, int64_t n,
                          const pp_reference_f32 *ref, pp_block_sums *out) {
  if (scaled) PP_CALL(pp_scale_f32);
  else if (type == KVK_F32) PP_CALL(pp_plain_f32);
  else if (type == KVK_F16) PP_CALL(pp_plain_f16);
  else PP_CALL(pp_plain_bf16);
}

static void pp_direct_f64(int scaled, int what, const void *a, const void *b, int64_t n, const pp_reference_f64 *ref,
                          pp_block_sums *out) {
  if (scaled) PP_CALL(pp_scale_f64);
  else PP_CALL(pp_plain_f64);
}

// A stretch of both rows in Double: masses with their smoothing, x scaled, y not.
typedef struct {
  double a[PP_STAGE], b[PP_STAGE], a_low[PP_STAGE], b_low[PP_STAGE];
} pp_view;

static void pp_stage(const kvk_side *side, double alpha, int64_t row, int64_t from, int64_t n, double scale,
                     double *high, double *low) {
  block_f64(element_at(side, row, from), side->type, n, high);
  for (int64_t i = 0; i < n; i++) {
    const double y = two_sum(high[i] * scale, alpha * scale, &low[i]);
    // A mass stays one, however small its scale makes it.
    high[i] = y == 0 && high[i] > 0 ? 0x1p-1074 : y;
  }
}

static inline int pp_in_range(double x) { return x == 0 || (x >= PP_FAINTEST && x <= PP_LARGEST); }

// One class with masses a and b outside the range of the vectors.
static void pp_lone(double a, double b, const pp_row *s, pp_block_sums *out) {
  const double x = a * s->scale_a, y = b * s->scale_b;
  out->sum[PP_A] += x;
  out->sum[PP_M] += y - x;
  out->only_a |= a > 0 && b == 0;
  out->only_b |= b > 0 && a == 0;
  if (a > 0 && b > 0) {
    const double ratio = (log(b) - log(a)) + (log(s->scale_b) - log(s->scale_a));
    const double f = (y - x) - x * ratio, b = y * ratio - (y - x);
    out->sum[PP_F] += f > 0 ? f : 0;
    out->sum[PP_B] += b > 0 ? b : 0;
  } else {
    out->sum[PP_F] += y;
    out->sum[PP_B] += x;
  }
  const double limit = PP_SMALL * s->expected;
  if (x > 0 && x <= limit) {
    out->sum[PP_SMALL_A] += x;
    out->sum[PP_LOG_A] += x * log(x);
  }
  if (y > 0 && y <= limit) {
    out->sum[PP_SMALL_B] += y;
    out->sum[PP_LOG_B] += y * log(y);
  }
  out->top_a = x > out->top_a ? x : out->top_a;
  out->top_b = y > out->top_b ? y : out->top_b;
}

static void pp_add(pp_row *s, const pp_block_sums *sums) {
  for (int j = 0; j < PP_SUMS; j++) s->sum[j] += sums->sum[j];
  s->top_a = sums->top_a > s->top_a ? sums->top_a : s->top_a;
  s->top_b = sums->top_b > s->top_b ? sums->top_b : s->top_b;
  s->only_a |= sums->only_a;
  s->only_b |= sums->only_b;
}

// A stretch through Double. Returns 0 where a mass is refused.
static int pp_run_staged(const pp_pair *pair, int64_t from, int64_t to, pp_row *s) {
  pp_view view;
  const double limit = PP_SMALL * s->expected;
  pp_reference_f64 reference;
  reference.scale_a = set1_f64(1);
  reference.scale_b = set1_f64(s->scale_b);
  reference.limit_a = reference.limit_b = set1_f64(limit);
  const pp_reference_f64 *ref = &reference;
  for (int64_t k = from; k < to; k += PP_STAGE) {
    const int64_t n = to - k < PP_STAGE ? to - k : PP_STAGE;
    pp_stage(pair->a, pair->alpha_a, pair->row, k, n, s->scale_a, view.a, view.a_low);
    pp_stage(pair->b, pair->alpha_b, pair->row, k, n, 1, view.b, view.b_low);
    pp_block_sums lone = {0}, sums, *out = &sums;
    for (int64_t i = 0; i < n; i++) {
      const double x = view.a[i], y = view.b[i] * s->scale_b;
      if (!(x >= 0 && x < INFINITY && view.b[i] >= 0 && view.b[i] < INFINITY)) return 0;
      if (pp_in_range(x) && pp_in_range(y) && (y > 0 || view.b[i] == 0)) continue;
      pp_lone(side_raw(pair->a, pair->row, k + i) + pair->alpha_a, side_raw(pair->b, pair->row, k + i) + pair->alpha_b,
              s, &lone);
      view.a[i] = view.b[i] = view.a_low[i] = view.b_low[i] = 0;
    }
    const double *a = view.a, *b = view.b, *la = view.a_low, *lb = view.b_low;
    if (pair->what == PP_FORWARD) pp_staged_forward(a, b, la, lb, n, ref, out);
    else if (pair->what == PP_REVERSE) pp_staged_reverse(a, b, la, lb, n, ref, out);
    else pp_staged_all(a, b, la, lb, n, ref, out);
    pp_add(s, &sums);
    pp_add(s, &lone);
  }
  return 1;
}

// The first and second look at a stretch. Returns 0 where a mass is refused.
static int pp_run(const pp_pair *pair, int64_t from, int64_t to, pp_row *s) {
  if (s->wide) return pp_run_staged(pair, from, to, s);
  const double limit = PP_SMALL * s->expected;
  pp_reference_f32 f = {set1_f32((float)s->scale_a), set1_f32((float)s->scale_b), set1_f32((float)limit),
                        set1_f32((float)limit)};
  pp_reference_f64 d = {set1_f64(s->scale_a), set1_f64(s->scale_b), set1_f64(limit), set1_f64(limit)};
  for (int64_t k = from; k < to; k += PP_BLOCK) {
    const int64_t n = to - k < PP_BLOCK ? to - k : PP_BLOCK;
    const void *a = element_at(pair->a, pair->row, k), *b = element_at(pair->b, pair->row, k);
    pp_block_sums sums;
    if (pair->a->type == KVK_F64) pp_direct_f64(s->scaled, pair->what, a, b, n, &d, &sums);
    else pp_direct_f32(pair->a->type, s->scaled, pair->what, a, b, n, &f, &sums);
    if (sums.usable) pp_add(s, &sums);
    else if (!pp_run_staged(pair, k, k + n, s)) return 0;
  }
  return 1;
}

// The sums of a stretch of a side, plain and shrunk.
static void pp_add_up(const kvk_side *side, double alpha, int64_t row, int64_t from, int64_t to, double *plain,
                      double *shrunk) {
  double block[PP_STAGE];
  for (int64_t k = from; k < to; k += PP_STAGE) {
    const int64_t n = to - k < PP_STAGE ? to - k : PP_STAGE;
    block_f64(element_at(side, row, k), side->type, n, block);
    const int64_t lanes = KVK_BYTES / 8;
    v_f64 s0 = set1_f64(0), s1 = s0, least = s0;
    int64_t i = 0;
    double rest = 0, rest_shrunk = 0, smallest = 0;
    for (; i + lanes <= n; i += lanes) {
      const v_f64 x = load_f64(block + i);
      s0 += x + alpha;
      s1 += x * 0x1p-64 + alpha * 0x1p-64;
      least = min_f64(x, least);
    }
    for (; i < n; i++) {
      rest += block[i] + alpha;
      rest_shrunk += block[i] * 0x1p-64 + alpha * 0x1p-64;
      smallest = block[i] < smallest ? block[i] : smallest;
    }
    // A negative mass must not hide behind the others.
    const double below = smallest_f64(least) + smallest;
    *plain += below < 0 ? NAN : sum_f64(s0) + rest;
    *shrunk += below < 0 ? NAN : sum_f64(s1) + rest_shrunk;
  }
}

static void pp_family_run(const pp_pair *pair, int64_t from, int64_t to, pp_row *s) {
  double *sums = s->family;
  const double even = s->scale_b + s->low_b;
  pp_even_f64 d = {set1_f64(s->scale_a), set1_f64(s->scale_b), set1_f64(s->low_b), set1_f64(even)};
  const int32_t type = pair->a->type;
  if (s->wide) {
    pp_view view;
    d.scale_a = set1_f64(1);
    for (int64_t k = from; k < to; k += PP_STAGE) {
      const int64_t n = to - k < PP_STAGE ? to - k : PP_STAGE;
      pp_stage(pair->a, pair->alpha_a, pair->row, k, n, s->scale_a, view.a, view.a_low);
      pp_stage(pair->b, pair->alpha_b, pair->row, k, n, 1, view.b, view.b_low);
      pp_family_block_f64(1, KVK_F64, view.a, view.b, view.a_low, view.b_low, n, &d, sums);
    }
  } else {
    const void *a = element_at(pair->a, pair->row, from), *b = element_at(pair->b, pair->row, from);
    const int64_t n = to - from;
    const pp_even_f32 f = {set1_f32((float)s->scale_a), set1_f32((float)s->scale_b), set1_f32((float)s->low_b),
                           set1_f32((float)even)};
    if (type == KVK_F64) pp_family_block_f64(0, KVK_F64, a, b, 0, 0, n, &d, sums);
    else if (type == KVK_F32) pp_family_block_f32(0, KVK_F32, a, b, 0, 0, n, &f, sums);
    else if (type == KVK_F16) pp_family_block_f32(0, KVK_F16, a, b, 0, 0, n, &f, sums);
    else pp_family_block_f32(0, KVK_BF16, a, b, 0, 0, n, &f, sums);
  }
}

// One pass over a stretch of a row.
static void pp_pass(const pp_pair *pair, int64_t from, int64_t to, const kvk_pair_out *wanted, pp_row *s) {
  int fine = 1;
  if (s->pass == PP_ADD_UP) {
    pp_add_up(pair->a, pair->alpha_a, pair->row, from, to, &s->plain_a, &s->shrunk_a);
    pp_add_up(pair->b, pair->alpha_b, pair->row, from, to, &s->plain_b, &s->shrunk_b);
    fine = s->shrunk_a < INFINITY && s->shrunk_b < INFINITY;
  } else if (s->pass == PP_FAMILY) {
    pp_family_run(pair, from, to, s);
  } else {
    fine = pp_run(pair, from, to, s);
    if (wanted->column[KVK_SAME_LARGEST]) {
      s->index_a = first_largest(pair->a, pair->row, from, to, &s->largest_a);
      s->index_b = first_largest(pair->b, pair->row, from, to, &s->largest_b);
    }
  }
  if (!fine) {
    s->status_a = side_scan(pair->a, pair->row, from, to);
    s->status_b = side_scan(pair->b, pair->row, from, to);
  }
}

// Before the first pass.
static void pp_begin(const pp_pair *pair, pp_row *s) {
  memset(s, 0, sizeof *s);
  s->begun = 1;
  s->pass = pair->weights ? PP_ADD_UP : PP_FIRST;
  s->scale_a = s->scale_b = s->expected = 1;
  s->wide = pair->staged;
}

typedef struct {
  double d_ab, d_ba, h_a, h_b;
  int look_again; // the scales were too far off for the promised digits
} pp_result;

// H = log Σ x - Σ x log x / Σ x; near a point mass, with the one large class x' left out of the sums,
// H = log1p(Σ x / x') + (Σ x log x' - Σ x log x) / (x' + Σ x), whose terms are all right.
static double pp_entropy_of(double s, double small, double logs, double top, double limit) {
  const double h = top > limit ? log1p(small / top) + (small * log(top) - logs) / s : log(s) - logs / s;
  return h < 0 ? 0 : h;
}

static double pp_divergence(double mean, double u, int settled, int *weak) {
  const double d = mean - pl_psi(u);
  if (d < PP_WEAK * mean || !(fabs(u) < PP_APART)) *weak = 1;
  // What is left of so much is rounding: the rows are proportional.
  if (settled && d < PP_SETTLED * mean) return 0;
  return d < 0 ? 0 : d;
}

static pp_result pp_conclude(const pp_pair *pair, const pp_row *s) {
  pp_result r = {0};
  const double sx = s->sum[PP_A], sy = sx + s->sum[PP_M];
  int weak = !(sx > 0 && sy > 0);
  const int settled = s->looks > 0;
  if (pair->what & PP_FORWARD)
    r.d_ab = s->only_a ? INFINITY : pp_divergence(s->sum[PP_F] / sx, s->sum[PP_M] / sx, settled, &weak);
  if (pair->what & PP_REVERSE)
    r.d_ba = s->only_b ? INFINITY : pp_divergence(s->sum[PP_B] / sy, -s->sum[PP_M] / sy, settled, &weak);
  if (pair->what & PP_ENTROPY) {
    const double limit = PP_SMALL * s->expected;
    if (!(fabs(sx / s->expected - 1) < PP_UNEXPECTED && fabs(sy / s->expected - 1) < PP_UNEXPECTED)) weak = 1;
    r.h_a = pp_entropy_of(sx, s->sum[PP_SMALL_A], s->sum[PP_LOG_A], s->top_a, limit);
    r.h_b = pp_entropy_of(sy, s->sum[PP_SMALL_B], s->sum[PP_LOG_B], s->top_b, limit);
  }
  // Without a fused multiply-add, scaled Floats keep 36 digits of their differences.
  const double nearest = pair->what == PP_REVERSE ? r.d_ba : r.d_ab;
  const int few = !KVK_HAS_FMA && s->scaled && !s->wide && nearest < PP_NEAREST;
  r.look_again = weak || few;
  return r;
}

static void pp_clear(pp_row *s) {
  memset(s->sum, 0, sizeof s->sum);
  s->top_a = s->top_b = 0;
  s->only_a = s->only_b = 0;
}

// log of a sum known plain and shrunk, and its significand and exponent.
static double pp_take_sum(double plain, double shrunk, double *m, int *e) {
  if (plain < INFINITY) {
    *m = frexp(plain, e);
  } else {
    *m = frexp(shrunk, e);
    *e += 64;
  }
  return *e > PP_EXPONENT || *e < -PP_EXPONENT ? log(*m) + *e * 0.69314718055994530942 : log(ldexp(*m, *e));
}

static inline int pp_limit(int e) { return e > PP_EXPONENT ? PP_EXPONENT : e < -PP_EXPONENT ? -PP_EXPONENT : e; }

static void pp_scale_from_sums(const pp_pair *pair, pp_row *s) {
  double ma, mb;
  int ea, eb;
  s->lse_a = pp_take_sum(s->plain_a, s->shrunk_a, &ma, &ea);
  s->lse_b = pp_take_sum(s->plain_b, s->shrunk_b, &mb, &eb);
  // Both scales have to be numbers: where the other row's sum is far smaller, this row's becomes small too.
  const int room = PP_EXPONENT - ea + eb;
  const int down = pp_limit(-ea) < room ? pp_limit(-ea) : room;
  s->scale_a = ldexp(1, down);
  s->expected = ldexp(ma, ea + down);
  // A power of two keeps masses whole; another factor only where the sums ask for it.
  double ratio = ma / mb;
  int power;
  const double significand = frexp(ratio, &power);
  const double near = pair->a->type == KVK_F64 || pair->staged ? PP_POWER_f64 : PP_POWER_f32;
  if (fabs(significand - 0.5) <= near) ratio = ldexp(0.5, power);
  else if (fabs(significand - 1) <= near) ratio = ldexp(1, power);
  s->scale_b = ldexp(ratio, ea + down - eb);
  s->scaled = 1;
  // Sums that are further apart than numbers are.
  if (ea + down - eb < -PP_EXPONENT || down < -PP_EXPONENT) s->status_a = s->status_b = KVK_OUT_OF_RANGE;
  const int largest = ea * ea > eb * eb ? ea * ea : eb * eb;
  const int32_t type = pair->a->type;
  if (type != KVK_F64 && (largest > PP_RANGE_f32 * PP_RANGE_f32 || type != KVK_F32)) s->wide = 1;
  if (largest > PP_RANGE_f64 * PP_RANGE_f64) s->wide = 1;
  if (!s->wide && type == KVK_F32) s->scale_b = (double)(float)s->scale_b;
}

// Prepares another look: in Double, with new scales.
static int32_t pp_look_again(pp_row *s) {
  const double sx = s->sum[PP_A], u = s->sum[PP_M] / sx;
  s->looks += 1;
  s->expected = sx;
  s->scale_b /= 1 + u;
  s->scaled = s->wide = 1;
  pp_clear(s);
  return s->pass = PP_AGAIN;
}

// Whether the rounding of sums in Float is not far below the distance that was found.
static int pp_family_is_rough(const pp_pair *pair, const pp_row *s) {
  if (s->wide || pair->a->type == KVK_F64) return 0;
  const double distance = s->family[PF_VARIATION];
  if (!KVK_HAS_FMA && s->scaled && distance < PP_ROUGH_SPLIT * s->sum[PP_A]) return 1;
  return distance < PP_ROUGH * fabs(s->sum[PP_M]);
}

// What the next pass over a row is, after the one that `s` says.
static int32_t pp_next(const pp_pair *pair, const kvk_pair_out *wanted, pp_row *s) {
  if (s->status_a || s->status_b) return s->pass = PP_DONE;
  if (s->pass == PP_FAMILY) {
    if (!pp_family_is_rough(pair, s)) return s->pass = PP_DONE;
    // u as well: it says how far the sums are apart.
    pair_clear_family(s->family);
    return pp_look_again(s);
  }
  if (s->pass == PP_ADD_UP) {
    pp_scale_from_sums(pair, s);
    side_check(pair->a, s->lse_a, s->lse_a, &s->status_a);
    side_check(pair->b, s->lse_b, s->lse_b, &s->status_b);
    return s->pass = s->status_a || s->status_b ? PP_DONE : PP_FIRST;
  }
  const double sx = s->sum[PP_A], sy = sx + s->sum[PP_M];
  if (s->pass == PP_FIRST && !pair->weights) {
    s->lse_a = log(sx);
    s->lse_b = log(sy > 0 ? sy : 0);
    side_check(pair->a, s->lse_a, s->lse_a, &s->status_a);
    side_check(pair->b, s->lse_b, s->lse_b, &s->status_b);
    if (s->status_a || s->status_b) return s->pass = PP_DONE;
  }
  const double u = s->sum[PP_M] / sx;
  const pp_result r = pp_conclude(pair, s);
  const int uneven = pair_wants_family(wanted) && !(fabs(u) < PP_EVEN);
  if ((r.look_again || uneven) && s->looks < PP_LOOKS && !(s->looks > 0 && fabs(u) < PP_ROUNDING))
    return pp_look_again(s);
  s->low_b = -s->scale_b * (u / (1 + u));
  return s->pass = pair_wants_family(wanted) ? PP_FAMILY : PP_DONE;
}

static void pp_write(const pp_pair *pair, const pp_row *s, const kvk_pair_out *out, int64_t i) {
  const pp_result r = pp_conclude(pair, s);
  const double known = (s->only_a ? 0 : r.d_ab) + (s->only_b ? 0 : r.d_ba) + r.h_a + r.h_b;
  const double s_x = s->sum[PP_A], scales = s->scale_b / s->scale_a;
  const int whole = scales > 0 && scales < INFINITY;
  const double log_scales = whole ? log(scales) : log(s->scale_b) - log(s->scale_a);
  pair_result result = {.d_ab = r.d_ab,
                        .d_ba = r.d_ba,
                        .h_a = r.h_a,
                        .h_b = r.h_b,
                        .lse_a = s->lse_a,
                        .lse_b = s->lse_b,
                        .log_ratio = log_scales - log1p(s->sum[PP_M] / s_x),
                        .same = pair->what == PP_REVERSE ? r.d_ba == 0 : r.d_ab == 0,
                        .same_largest = s->index_a == s->index_b,
                        .status_a = s->status_a,
                        .status_b = s->status_b};
  for (int j = 0; j < PF_SUMS; j++) result.family[j] = s->family[j] / s_x;
  // That of 1 ± t is twice that of the mean.
  result.family[PF_JENSEN] *= 0.5;
  result.norms = (kvk_pair_norms){0, 0, 0, 0, s->lse_a, s->lse_b, result.log_ratio, 0};
  if (!s->status_a && !s->status_b && known - known != 0) result.status_a = result.status_b = KVK_OUT_OF_RANGE;
  pair_store(&result, pair->swapped, out, i);
}

static void pp_rows(const kvk_side *a, const kvk_side *b, int64_t first, int64_t count, int64_t classes,
                    const kvk_pair_out *out) {
  for (int64_t i = 0; i < count; i++) {
    const pp_pair pair = pp_order(a, b, first + i, classes, out);
    pp_row s;
    pp_begin(&pair, &s);
    do pp_pass(&pair, 0, classes, out, &s);
    while (pp_next(&pair, out, &s) != PP_DONE);
    pp_write(&pair, &s, out, i);
  }
}

static void pp_segment(const kvk_side *a, const kvk_side *b, int64_t row, int64_t from, int64_t to, int64_t classes,
                       const kvk_pair_out *wanted, const kvk_state *state, kvk_state *partial) {
  const pp_pair pair = pp_order(a, b, row, classes, wanted);
  pp_row s;
  memcpy(&s, state, sizeof s);
  if (!s.begun) pp_begin(&pair, &s);
  if (s.pass != PP_FAMILY) pp_clear(&s);
  s.plain_a = s.plain_b = s.shrunk_a = s.shrunk_b = 0;
  pair_clear_family(s.family);
  pp_pass(&pair, from, to, wanted, &s);
  memset(partial, 0, sizeof *partial);
  memcpy(partial, &s, sizeof s);
}

static int32_t pp_merge(const kvk_side *a, const kvk_side *b, int64_t row, int64_t classes, const kvk_pair_out *wanted,
                        kvk_state *state, const kvk_state *partials, int64_t count) {
  const pp_pair pair = pp_order(a, b, row, classes, wanted);
  pp_row s, p;
  memcpy(&s, state, sizeof s);
  if (!s.begun) pp_begin(&pair, &s);
  for (int64_t i = 0; i < count; i++) {
    memcpy(&p, &partials[i], sizeof p);
    s.status_a = side_worse(s.status_a, p.status_a);
    s.status_b = side_worse(s.status_b, p.status_b);
    if (s.pass == PP_ADD_UP) {
      s.plain_a += p.plain_a;
      s.plain_b += p.plain_b;
      s.shrunk_a += p.shrunk_a;
      s.shrunk_b += p.shrunk_b;
    } else if (s.pass == PP_FAMILY) {
      pair_add_family(p.family, s.family);
    } else {
      pp_block_sums sums;
      memcpy(sums.sum, p.sum, sizeof sums.sum);
      sums.top_a = p.top_a;
      sums.top_b = p.top_b;
      sums.only_a = p.only_a;
      sums.only_b = p.only_b;
      pp_add(&s, &sums);
      if (i == 0 || p.largest_a > s.largest_a) {
        s.largest_a = p.largest_a;
        s.index_a = p.index_a;
      }
      if (i == 0 || p.largest_b > s.largest_b) {
        s.largest_b = p.largest_b;
        s.index_b = p.index_b;
      }
    }
  }
  const int32_t next = pp_next(&pair, wanted, &s);
  memcpy(state, &s, sizeof s);
  return next != PP_DONE;
}

static void pp_finish(const kvk_side *a, const kvk_side *b, int64_t row, int64_t classes, const kvk_state *state,
                      const kvk_pair_out *out, int64_t index) {
  const pp_pair pair = pp_order(a, b, row, classes, out);
  pp_row s;
  memcpy(&s, state, sizeof s);
  pp_write(&pair, &s, out, index);
}
