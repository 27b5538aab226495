// Power sums of pairs of rows whose normalisers are known: L = log Σ p^α q^(1-α). See PowerSumBody-inl.h and
// PowerSumPlain-inl.h for the terms, which are in Double whatever the rows' type; this file turns rows into
// blocks and sums into results.
//
// With Z = Σ q, δ = log(Σ p / Σ q) and T = Σ of the terms as the reference has them,
//
//     Σ p^α q^(1-α) - 1 = exp(-αδ) [T / Z - f(δ)]     f(δ) = exp(δ) [φ(βδ) + β φ(-δ)]
//
// exactly; δ is a rounding error, and what is subtracted of second order in it. Where the result is near
// -1 or too large, the powers are added up in a second pass, relative to the largest.
//
// The skew divergence is T / Σ p - ψ(α (exp(-δ) - 1)), but for δ relative to it.

#include "PowerSumBody-inl.h"
#include "PowerSumPlain-inl.h"

// The sums of (a part of) a row. Fits a kvk_state.
typedef struct {
  double t, z, m, top;
  double powers; // of the second pass
  int32_t pass;
  int32_t only_a, over;
} pw_row;
_Static_assert(sizeof(pw_row) <= sizeof(kvk_state), "a row's state must fit");

enum { PW_FIRST = 0, PW_SECOND = 1, PW_DONE = 2 };

// Rows of masses whose normalisers' logarithms, and the difference of these, are below it are taken as masses, others
// by their logarithms.
#define PW_REST 600.0
// Of |βd| in plain blocks: exp of it and its products with masses stay in range.
#define PW_EXPONENT 600.0
// Power sums less 1 outside of these want the second pass.
#define PW_LEAST -0.5
#define PW_GREATEST 1e300

// A pair of rows in the order in which it is evaluated, so that a power's α is at least ½. Exchanging the sides and
// α for 1 - α gives the same bits.
typedef struct {
  pl_pair pair;
  int32_t quantity;
  double order, less; // α and α - 1
  kvk_pair_norms norms;
} pw_pair;

static pw_pair pw_pair_of(const kvk_power *power, const kvk_side *a, const kvk_side *b, int64_t row, int64_t classes,
                          int64_t i) {
  pw_pair p = {.quantity = power->quantity, .order = power->order, .less = power->order - 1, .norms = power->norms[i]};
  int swapped = power->quantity == KVK_POWER && power->order < 0.5;
  if (power->quantity == KVK_POWER && power->order == 0.5) p.pair = pl_order(a, b, row, classes, &swapped);
  else p.pair = swapped ? pl_pair_of(b, a, row) : pl_pair_of(a, b, row);
  if (swapped) {
    p.order = 1 - power->order;
    p.less = -power->order;
    p.norms = norms_swapped(&power->norms[i]);
  }
  p.pair.level_a = p.norms.level_a;
  p.pair.level_b = p.norms.level_b;
  return p;
}

static inline int pw_is_valid(const pw_pair *p) { return p->norms.ratio - p->norms.ratio == 0; }

static inline int pw_are_masses(const pw_pair *p) {
  return !side_is_log(p->pair.a->form) && !side_is_log(p->pair.b->form) && fabs(p->norms.rest_a) < PW_REST &&
         fabs(p->norms.rest_b) < PW_REST && fabs(p->norms.ratio) < PW_REST;
}

static pw_reference pw_refer(const pw_pair *p) {
  const kvk_pair_norms *norms = &p->norms;
  double c = norms->ratio, c_low = norms->ratio_low, ratio = 1;
  if (pw_are_masses(p)) {
    // What masses are multiplied by says what logarithms are less by.
    ratio = exp(c);
    pl_log_pair(ratio, 0, &c, &c_low);
  }
  // The tops' and the rests' difference is off c by rounding, which q makes up for.
  double tops_low;
  const double tops = two_diff(norms->top_a, norms->top_b, &tops_low);
  const int largest = p->order == INFINITY;
  pw_reference ref;
  ref.top_a = set1_f64(norms->top_a);
  ref.top_b = set1_f64(norms->top_b);
  ref.rest_a = set1_f64(norms->rest_a);
  ref.rest_b = set1_f64(norms->rest_b);
  ref.factor_b = set1_f64(exp(((c - tops) - (norms->rest_a - norms->rest_b)) + (c_low - tops_low)));
  ref.c = set1_f64(c);
  ref.c_low = set1_f64(c_low);
  ref.mass = set1_f64(exp(-(norms->top_a + norms->rest_a)));
  ref.ratio = set1_f64(ratio);
  ref.order = set1_f64(largest ? 1 : p->order);
  ref.less = set1_f64(largest ? 0 : p->less);
  return ref;
}

static __attribute__((noinline)) void pw_terms(const double *a, const double *b, const double *a_low,
                                               const double *b_low, int64_t n, const pw_reference *ref, pw_lanes *acc) {
  pw_block(PW_TERMS, a, b, a_low, b_low, n, ref, acc);
}

static __attribute__((noinline)) void pw_ratios(const double *a, const double *b, const double *a_low,
                                                const double *b_low, int64_t n, const pw_reference *ref,
                                                pw_lanes *acc) {
  pw_block(PW_RATIO, a, b, a_low, b_low, n, ref, acc);
}

static __attribute__((noinline)) void pw_skews(const double *a, const double *b, const double *a_low,
                                               const double *b_low, int64_t n, const pw_reference *ref, pw_lanes *acc) {
  pw_block(PW_SKEW, a, b, a_low, b_low, n, ref, acc);
}

typedef void (*pw_block_fn)(const double *, const double *, const double *, const double *, int64_t,
                            const pw_reference *, pw_lanes *);

static pw_block_fn pw_block_of(const pw_pair *p) {
  if (p->quantity == KVK_SKEW) return pw_skews;
  return p->order == INFINITY ? pw_ratios : pw_terms;
}

static __attribute__((noinline)) double pw_sum_powers(const double *a, const double *b, const double *a_low,
                                                      const double *b_low, int64_t n, const pw_reference *ref,
                                                      double top) {
  return sum_f64(pw_powers(a, b, a_low, b_low, n, ref, set1_f64(top)));
}

typedef int (*pw_plain_fn)(const double *, const double *, const double *, const double *, int64_t, double,
                           const pw_reference *, pw_lanes *);

#define PW_PLAIN_BLOCK(name, kind, holds)                                                                          \
  static __attribute__((noinline)) int name(const double *a, const double *b, const double *a_low,                 \
                                            const double *b_low, int64_t n, double limit, const pw_reference *ref, \
                                            pw_lanes *acc) {                                                       \
    return pw_plain_block(kind, holds, a, b, a_low, b_low, n, limit, ref, acc);                                    \
  }
#define PW_PLAIN_BLOCKS(name, kind)                \
  PW_PLAIN_BLOCK(name##_singles, kind, PW_SINGLES) \
  PW_PLAIN_BLOCK(name##_doubles, kind, PW_DOUBLES) \
  PW_PLAIN_BLOCK(name##_masses, kind, PW_MASSES)
PW_PLAIN_BLOCKS(pw_any, PW_ANY)
PW_PLAIN_BLOCKS(pw_square, PW_SQUARE)
PW_PLAIN_BLOCKS(pw_root, PW_ROOT)

// A block of both rows as masses, smoothing and all, with its rounding where there is smoothing.
static void pw_open_masses(const pl_pair *pair, int64_t from, int64_t n, pl_view *view) {
  const double alpha_a = side_alpha(pair->a), alpha_b = side_alpha(pair->b);
  const int low = alpha_a > 0 || alpha_b > 0;
  view->a = view->high_a;
  view->b = view->high_b;
  view->a_low = low ? view->low_a : 0;
  view->b_low = low ? view->low_b : 0;
  if (low) {
    pp_stage(pair->a, alpha_a, pair->row, from, n, 1, view->high_a, view->low_a);
    pp_stage(pair->b, alpha_b, pair->row, from, n, 1, view->high_b, view->low_b);
  } else {
    block_f64(element_at(pair->a, pair->row, from), pair->a->type, n, view->high_a);
    block_f64(element_at(pair->b, pair->row, from), pair->b->type, n, view->high_b);
  }
}

// The sums of a block all of whose differences are moderate. Returns 0 where they are not.
static int pw_run_plain(const pw_pair *p, int64_t from, int64_t n, const pw_reference *ref, pl_view *view,
                        pw_lanes *acc) {
  static const pw_plain_fn table[3][3] = {{pw_any_singles, pw_any_doubles, pw_any_masses},
                                          {pw_square_singles, pw_square_doubles, pw_square_masses},
                                          {pw_root_singles, pw_root_doubles, pw_root_masses}};
  const pw_plain_fn *blocks = table[p->order == 2 ? PW_SQUARE : p->order == 0.5 ? PW_ROOT : PW_ANY];
  const double largest = PW_EXPONENT / fabs(p->less), limit = largest < PW_PLAIN ? largest : PW_PLAIN;
  if (pw_are_masses(p)) {
    pw_open_masses(&p->pair, from, n, view);
    return blocks[PW_MASSES](view->a, view->b, view->a_low, view->b_low, n, exp(limit), ref, acc);
  }
  pl_open(&p->pair, 1, from, n, view);
  const int exact = p->pair.low || (p->pair.type == KVK_F64 && !p->pair.staged);
  return blocks[exact ? PW_DOUBLES : PW_SINGLES](view->a, view->b, view->a_low, view->b_low, n, limit, ref, acc);
}

// One pass over a stretch of a row; `s` starts with sums of zero.
static void pw_pass(const pw_pair *p, int64_t from, int64_t to, pw_row *s) {
  pl_view view;
  const pw_reference ref = pw_refer(p);
  const v_f64 zero = set1_f64(0);
  const pw_block_fn block = pw_block_of(p);
  int plain = block == pw_terms;
  for (int64_t k = from; k < to; k += PL_BLOCK) {
    const int64_t n = to - k < PL_BLOCK ? to - k : PL_BLOCK;
    if (s->pass == PW_SECOND) {
      pl_open(&p->pair, 1, k, n, &view);
      s->powers += pw_sum_powers(view.a, view.b, view.a_low, view.b_low, n, &ref, s->top);
      continue;
    }
    pw_lanes acc = {zero, zero, zero, zero, zero != zero, zero != zero};
    // A row with one block that is not plain is likely to have more.
    if (plain) plain = pw_run_plain(p, k, n, &ref, &view, &acc);
    if (!plain) {
      acc.top = set1_f64(-INFINITY);
      pl_open(&p->pair, 1, k, n, &view);
      block(view.a, view.b, view.a_low, view.b_low, n, &ref, &acc);
    }
    s->t += sum_f64(acc.t);
    s->z += sum_f64(acc.z);
    s->m += sum_f64(acc.m);
    const double top = plain ? log(largest_f64(acc.top)) : largest_f64(acc.top);
    s->top = top > s->top ? top : s->top;
    s->only_a |= any_f64(acc.only_a);
    s->over |= any_f64(acc.over);
  }
}

// The power sum less 1.
static double pw_excess(const pw_pair *p, const pw_row *s) {
  const double delta = log1p(s->m / s->z);
  const double shift = exp(delta) * (pl_phi(p->less * delta) + p->less * pl_phi(-delta));
  const double u = exp(-p->order * delta) * (s->t / s->z - shift);
  // Rounding must not turn the sign.
  return p->order > 1 ? (u < 0 ? 0 : u) : u > 0 ? 0 : u;
}

// What the next pass is, after the one that `s` says.
static int32_t pw_next(const pw_pair *p, pw_row *s) {
  // Of a skew divergence there is no largest power.
  if (s->pass == PW_SECOND || p->order == INFINITY || (s->only_a && p->order > 1) || !(fabs(s->top) < INFINITY))
    return s->pass = PW_DONE;
  const double u = pw_excess(p, s);
  return s->pass = s->over || !(u >= PW_LEAST && u < PW_GREATEST) ? PW_SECOND : PW_DONE;
}

// The skew divergence, which no rounding takes out of its range.
static double pw_skew(const pw_pair *p, const pw_row *s) {
  const double delta = log1p(s->m / s->z);
  const double d = s->t / (s->z + s->m) - pl_psi(p->order * expm1(-delta));
  return pair_at_most(d < 0 ? 0 : d, -log1p(-p->order));
}

static double pw_conclude(const pw_pair *p, const pw_row *s) {
  if (p->quantity == KVK_SKEW) return pw_skew(p, s);
  if (s->only_a && p->order > 1) return INFINITY;
  const double delta = log1p(s->m / s->z);
  // Logits that did not fit were cut off.
  if (s->top >= PW_VASTEST) return INFINITY;
  if (p->order == INFINITY) return s->top - delta < 0 ? 0 : s->top - delta;
  if (!(fabs(s->top) < INFINITY)) return s->top;
  if (s->powers > 0) return (s->top + log(s->powers)) - (p->order * delta + log(s->z));
  return log1p(pw_excess(p, s)) + 0.0;
}

static void power_rows(const kvk_side *a, const kvk_side *b, int64_t first, int64_t count, int64_t classes,
                       const kvk_power *power, double *value) {
  if (top_is_quantity(power->quantity)) {
    for (int64_t i = 0; i < count; i++) value[i] = top_quantity(a, b, first + i, classes, power, i);
    return;
  }
  for (int64_t i = 0; i < count; i++) {
    const pw_pair p = pw_pair_of(power, a, b, first + i, classes, i);
    value[i] = NAN;
    if (!pw_is_valid(&p)) continue;
    pw_row s = {.top = -INFINITY};
    do pw_pass(&p, 0, classes, &s);
    while (pw_next(&p, &s) != PW_DONE);
    value[i] = pw_conclude(&p, &s);
  }
}

static void power_segment(const kvk_side *a, const kvk_side *b, int64_t row, int64_t from, int64_t to, int64_t classes,
                          const kvk_power *power, const kvk_state *state, kvk_state *partial) {
  if (top_is_quantity(power->quantity)) return;
  const pw_pair p = pw_pair_of(power, a, b, row, classes, 0);
  pw_row before, s = {.top = -INFINITY};
  memcpy(&before, state, sizeof before);
  if (before.pass == PW_SECOND) s = (pw_row){.pass = PW_SECOND, .top = before.top};
  if (pw_is_valid(&p)) pw_pass(&p, from, to, &s);
  memset(partial, 0, sizeof *partial);
  memcpy(partial, &s, sizeof s);
}

static int32_t power_merge(const kvk_side *a, const kvk_side *b, int64_t row, int64_t classes, const kvk_power *power,
                           kvk_state *state, const kvk_state *partials, int64_t count) {
  if (top_is_quantity(power->quantity)) return 0;
  const pw_pair p = pw_pair_of(power, a, b, row, classes, 0);
  pw_row s, part;
  memcpy(&s, state, sizeof s);
  if (s.pass == PW_FIRST) s.top = -INFINITY;
  for (int64_t i = 0; i < count; i++) {
    memcpy(&part, &partials[i], sizeof part);
    s.t += part.t;
    s.z += part.z;
    s.m += part.m;
    s.powers += part.powers;
    s.top = part.top > s.top ? part.top : s.top;
    s.only_a |= part.only_a;
    s.over |= part.over;
  }
  const int32_t next = pw_is_valid(&p) ? pw_next(&p, &s) : PW_DONE;
  memcpy(state, &s, sizeof s);
  return next != PW_DONE;
}

static void power_finish(const kvk_side *a, const kvk_side *b, int64_t row, int64_t classes, const kvk_power *power,
                         const kvk_state *state, double *value) {
  if (top_is_quantity(power->quantity)) {
    *value = top_quantity(a, b, row, classes, power, 0);
    return;
  }
  const pw_pair p = pw_pair_of(power, a, b, row, classes, 0);
  pw_row s;
  memcpy(&s, state, sizeof s);
  *value = pw_is_valid(&p) ? pw_conclude(&p, &s) : NAN;
}
