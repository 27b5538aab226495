// Rows by themselves: the logarithm of the normaliser, the entropy and the largest class of each.
//
// See RowStatisticsBody-inl.h for the sums. With W = the largest class's weight and R = z / W + ties - 1,
// the others' share relative to it,
//
//     -log p(largest) = log1p(R)          H = log1p(R) + t / (z + ties W)
//
// Sums of up to RS_ROWS rows are brought to results together, in vectors.

// What a block call does: always a constant, each set is code of its own.
enum {
  RS_MASS = 1,   // probabilities or weights
  RS_SCALED = 2, // logits at a temperature other than 1
  RS_BARE = 4,   // without t, which the entropy alone needs
  RS_EXACT = 8,  // logits: with what x - top rounds, which counts where nearly all mass is in one class
  RS_KINDS = 16,
};

#define RS_PEAKED 0.5     // the share of the others, relative to the largest class, below which that is so
#define RS_FAINTEST 1e-30 // the same, below which masses may be missing that are 0 in Float
#define RS_MODERATE 64.0  // logits of Floats up to here are taken from 0, not from the largest
#define RS_FACTOR 0x1p100 // the largest 1 / T, and T, that Floats are divided by

#define RS_BLOCK 2048
#define RS_AHEAD 1024
#define RS_CARRY 16  // vectors that are added up in lanes of Float
#define RS_ROWS 64   // rows that are concluded together
#define RS_SHORT 160 // classes of rows that are evaluated side by side

typedef struct {
  double z, ties, t;
} rs_sums;

// The sums of (a part of) a row. Fits a kvk_state.
typedef struct {
  rs_sums sums;
  double top;      // the largest element so far, as stored
  double unit;     // its weight in the sums: log forms, the logarithm; masses, the factor it takes
  double place;    // where the largest element stands, if asked for
  int32_t started; // a class with mass has been seen
  int32_t status;
} rs_row;
_Static_assert(sizeof(rs_row) <= sizeof(kvk_state), "a row's state must fit");

// The sums of rows that are concluded together, an array each. Of a row that is refused they are those of a row of one
// class.
typedef struct {
  double z[RS_ROWS], ties[RS_ROWS], t[RS_ROWS], top[RS_ROWS], unit[RS_ROWS], place[RS_ROWS];
  uint8_t status[RS_ROWS];
} rs_batch;

static inline void rs_put(rs_batch *batch, int i, const rs_row *s) {
  const int32_t status = !s->status && !s->started ? KVK_NO_MASS : s->status;
  batch->z[i] = status ? 0 : s->sums.z;
  batch->ties[i] = status ? 1 : s->sums.ties;
  batch->t[i] = status ? 0 : s->sums.t;
  batch->top[i] = status ? 1 : s->top;
  batch->unit[i] = status ? 1 : s->unit;
  batch->place[i] = s->place;
  batch->status[i] = (uint8_t)status;
}

// A row of a batch that is not refused.
static inline rs_row rs_get(const rs_batch *batch, int i) {
  return (rs_row){{batch->z[i], batch->ties[i], batch->t[i]}, batch->top[i], batch->unit[i], 0, 1, KVK_VALID};
}

// How a side's rows are read.
typedef struct {
  const kvk_side *side;
  int32_t type;   // KVK_F32, KVK_F16, KVK_BF16 or KVK_F64
  int32_t staged; // blocks have to be staged as Double first
  int32_t flags;
  double factor, factor_low; // 1 / T
} rs_plan;

static inline double rs_logit(const rs_plan *plan, double x) {
  return plan->flags & RS_SCALED ? x / side_temperature(plan->side) : x;
}

#define KVK_REAL 32
#include "Real-inl.h"
#include "RowStatisticsBody-inl.h"
#undef KVK_REAL
#define KVK_REAL 64
#include "Real-inl.h"
#include "RowStatisticsBody-inl.h"
#undef KVK_REAL

// The factor 1 / T in two parts, for the type that the plan reads.
static void rs_divide(rs_plan *plan, double t) {
  plan->factor = 1 / t;
  plan->factor_low = fma(-plan->factor, t, 1.0) / t;
  if (plan->type != KVK_F64) {
    const double high = (double)(float)plan->factor;
    plan->factor_low = (plan->factor - high) + plan->factor_low;
    plan->factor = high;
  }
}

static rs_plan rs_plan_for(const kvk_side *a) {
  rs_plan plan = {a, a->type, a->type >= KVK_I32 || side_alpha(a) > 0, 0, 1, 0};
  if (plan.staged) plan.type = KVK_F64;
  if (!side_is_log(a->form)) plan.flags = RS_MASS;
  const double t = side_temperature(a);
  if (t != 1.0) {
    plan.flags = RS_SCALED;
    if (!(1 / t <= RS_FACTOR && t <= RS_FACTOR)) {
      plan.staged = 1;
      plan.type = KVK_F64;
    }
    rs_divide(&plan, t);
  }
  return plan;
}

// The plan for what is wanted of the rows.
static rs_plan rs_plan_to(const kvk_side *a, const kvk_row_out *wanted) {
  rs_plan plan = rs_plan_for(a);
  if (!wanted->column[KVK_ENTROPY]) plan.flags |= RS_BARE;
  return plan;
}

// A block as the kernels read it.
static const void *rs_open(const rs_plan *plan, int64_t row, int64_t from, int64_t n, double *staged) {
  const void *p = element_at(plan->side, row, from);
  if (!plan->staged) return p;
  block_f64(p, plan->side->type, n, staged);
  const double alpha = side_alpha(plan->side);
  // A negative weight is refused, not smoothed away.
  if (alpha > 0)
    for (int64_t i = 0; i < n; i++) staged[i] = staged[i] < 0 ? NAN : staged[i] + alpha;
  return staged;
}

// One function per combination that is used: flags and type are constants inside.
#define RS_BLOCK_FUNCTION(name, flags, real, type)                                                              \
  static __attribute__((noinline)) void name##_##real(const void *p, int64_t n, const rs_reference_##real *ref, \
                                                      rs_sums *sums) {                                          \
    rs_block_##real(flags, type, p, n, ref, sums);                                                              \
  }
#define RS_BLOCK_FUNCTIONS(suffix, real, type)                                                 \
  RS_BLOCK_FUNCTION(rs_plain_##suffix, 0, real, type)                                          \
  RS_BLOCK_FUNCTION(rs_mass_##suffix, RS_MASS, real, type)                                     \
  RS_BLOCK_FUNCTION(rs_scaled_##suffix, RS_SCALED, real, type)                                 \
  RS_BLOCK_FUNCTION(rs_exact_plain_##suffix, RS_EXACT, real, type)                             \
  RS_BLOCK_FUNCTION(rs_exact_scaled_##suffix, RS_EXACT | RS_SCALED, real, type)                \
  RS_BLOCK_FUNCTION(rs_bare_exact_plain_##suffix, RS_BARE | RS_EXACT, real, type)              \
  RS_BLOCK_FUNCTION(rs_bare_exact_scaled_##suffix, RS_BARE | RS_EXACT | RS_SCALED, real, type) \
  RS_BLOCK_FUNCTION(rs_bare_plain_##suffix, RS_BARE, real, type)                               \
  RS_BLOCK_FUNCTION(rs_bare_mass_##suffix, RS_BARE | RS_MASS, real, type)                      \
  RS_BLOCK_FUNCTION(rs_bare_scaled_##suffix, RS_BARE | RS_SCALED, real, type)
RS_BLOCK_FUNCTIONS(whole, f32, KVK_F32)
RS_BLOCK_FUNCTIONS(half, f32, KVK_F16)
RS_BLOCK_FUNCTIONS(brain, f32, KVK_BF16)
RS_BLOCK_FUNCTIONS(whole, f64, KVK_F64)

#define RS_TABLE(suffix, real)                                                \
  {[0] = rs_plain_##suffix##_##real,                                          \
   [RS_MASS] = rs_mass_##suffix##_##real,                                     \
   [RS_SCALED] = rs_scaled_##suffix##_##real,                                 \
   [RS_EXACT] = rs_exact_plain_##suffix##_##real,                             \
   [RS_EXACT | RS_SCALED] = rs_exact_scaled_##suffix##_##real,                \
   [RS_BARE | RS_EXACT] = rs_bare_exact_plain_##suffix##_##real,              \
   [RS_BARE | RS_EXACT | RS_SCALED] = rs_bare_exact_scaled_##suffix##_##real, \
   [RS_BARE] = rs_bare_plain_##suffix##_##real,                               \
   [RS_BARE | RS_MASS] = rs_bare_mass_##suffix##_##real,                      \
   [RS_BARE | RS_SCALED] = rs_bare_scaled_##suffix##_##real}

// The sums of n classes with the row's largest as it stands.
static void rs_add(const rs_plan *plan, const void *p, int64_t n, const rs_row *s, rs_sums *sums) {
  if (plan->type == KVK_F64) {
    typedef void (*fn)(const void *, int64_t, const rs_reference_f64 *, rs_sums *);
    static const fn table[RS_KINDS] = RS_TABLE(whole, f64);
    const rs_reference_f64 ref = rs_refer_f64(plan->flags, set1_f64(s->top), plan->factor, plan->factor_low);
    table[plan->flags](p, n, &ref, sums);
    return;
  }
  typedef void (*fn)(const void *, int64_t, const rs_reference_f32 *, rs_sums *);
  static const fn table[3][RS_KINDS] = {RS_TABLE(whole, f32), RS_TABLE(half, f32), RS_TABLE(brain, f32)};
  const rs_reference_f32 ref =
      rs_refer_f32(plan->flags, set1_f32((float)s->top), (float)plan->factor, (float)plan->factor_low);
  table[plan->type == KVK_F32 ? 0 : plan->type == KVK_F16 ? 1 : 2][plan->flags](p, n, &ref, sums);
}

static double rs_unit_for(const rs_plan *plan, double top) {
  if (plan->type == KVK_F64) {
    const rs_reference_f64 ref = rs_refer_f64(plan->flags, set1_f64(top), plan->factor, plan->factor_low);
    return rs_unit_f64(plan, &ref, 0);
  }
  const rs_reference_f32 ref =
      rs_refer_f32(plan->flags, set1_f32((float)top), (float)plan->factor, (float)plan->factor_low);
  return rs_unit_f32(plan, &ref, 0);
}

// Takes over a larger largest class: those so far become classes like the others.
static void rs_raise(const rs_plan *plan, rs_row *s, double top) {
  const double unit = rs_unit_for(plan, top);
  if (s->started) {
    const int mass = plan->flags & RS_MASS;
    s->sums.z += s->sums.ties * (mass ? s->top * s->unit : exp(s->unit));
    s->sums.ties = 0;
    const double distance = mass ? log(top / s->top) : rs_logit(plan, top - s->top);
    if (s->sums.z > 0) s->sums.t += distance * s->sums.z;
    const double ratio = mass ? unit / s->unit : exp(unit - s->unit - distance);
    s->sums.z *= ratio;
    s->sums.t *= ratio;
    if (!(s->sums.z > 0)) s->sums.t = 0; // so far below that nothing is left
  }
  s->top = top;
  s->unit = unit;
  s->started = 1;
}

static void rs_run(const rs_plan *plan, int64_t row, int64_t from, int64_t to, rs_row *s) {
  double staged[RS_BLOCK];
  const int mass = plan->flags & RS_MASS;
  for (int64_t k = from; k < to; k += RS_BLOCK) {
    const int64_t n = to - k < RS_BLOCK ? to - k : RS_BLOCK;
    const void *p = rs_open(plan, row, k, n, staged);
    double top, bottom;
    if (plan->type == KVK_F64) rs_ends_f64(plan->flags, KVK_F64, p, n, &top, &bottom);
    else if (plan->type == KVK_F32) rs_ends_f32(plan->flags, KVK_F32, p, n, &top, &bottom);
    else if (plan->type == KVK_F16) rs_ends_f32(plan->flags, KVK_F16, p, n, &top, &bottom);
    else rs_ends_f32(plan->flags, KVK_BF16, p, n, &top, &bottom);
    const int empty = mass ? !(top > 0) : !(top > -INFINITY);
    rs_sums sums = s->sums;
    if (!empty && top < INFINITY && !s->status) {
      if (!s->started || top > s->top) rs_raise(plan, s, top);
      sums = s->sums;
      rs_add(plan, p, n, s, &sums);
    }
    const double all = sums.z + sums.t;
    if (empty || top == INFINITY || s->status || all - all != 0 || (mass && bottom < 0)) {
      const int32_t status = side_scan(plan->side, row, k, k + n);
      if (status && (!s->status || status < s->status)) s->status = status;
    }
    if (!s->status) s->sums = sums;
  }
}

// The sums of the first `count` rows of a batch into the results from `at` on.
static void rs_conclude(const rs_plan *plan, rs_batch *batch, int count, const kvk_row_out *out, int64_t at) {
  const kvk_side *side = plan->side;
  const int lanes = KVK_BYTES / 8, mass = plan->flags & RS_MASS;
  for (int i = count; i % lanes; i++) rs_put(batch, i, &(rs_row){.status = KVK_NAN});
  double lse[RS_ROWS], entropy[RS_ROWS], rest[RS_ROWS];
  for (int i = 0; i < count; i += lanes) {
    const v_f64 largest = load_f64(batch->top + i), unit = load_f64(batch->unit + i);
    const v_f64 w = mass ? largest * unit : exp_f64(unit);
    v_f64 top = mass ? log_f64(largest) : largest;
    if (plan->flags & RS_SCALED) top /= side_temperature(side);
    v_f64 unused;
    const v_f64 z = load_f64(batch->z + i), ties = load_f64(batch->ties + i);
    const v_f64 log_rest = log1p_f64(z / w + (ties - 1.0), &unused);
    store_f64(rest + i, log_rest);
    store_f64(lse + i, top + log_rest);
    store_f64(entropy + i, log_rest + load_f64(batch->t + i) / (z + ties * w));
  }
  const double *found[KVK_ROW_COUNT] = {lse, entropy, batch->place, batch->top, rest};
  for (int j = 0; j < KVK_ROW_COUNT; j++)
    if (out->column[j]) memcpy(out->column[j] + at, found[j], (size_t)count * sizeof(double));
  for (int i = 0; i < count; i++) {
    int32_t status = batch->status[i];
    side_check(side, batch->top[i], lse[i], &status);
    out->status[at + i] = (uint8_t)status;
    if (!status) continue;
    for (int j = 0; j < KVK_ROW_COUNT; j++)
      if (out->column[j]) out->column[j][at + i] = NAN;
  }
}

// Whether -log p of the largest class is wanted, and logits less the largest are rounded: not from 0, as moderate
// Floats are taken.
static inline int rs_is_rounded(const rs_plan *plan, const kvk_row_out *wanted, double top) {
  return wanted->column[KVK_LOG_REST] && (plan->type == KVK_F64 || plan->flags & RS_SCALED || fabs(top) > RS_MODERATE);
}

// Whether a row of logits may have to be looked at again, which is seen without an exponential: its logits are rounded,
// or masses may be missing that are 0 in Float. The largest class's weight is 1, or near it.
static inline int rs_is_in_doubt(const rs_plan *plan, const kvk_row_out *wanted, double z, double top) {
  if (plan->flags & (RS_MASS | RS_EXACT)) return 0;
  return (plan->type != KVK_F64 && z < 2 * RS_FAINTEST) || rs_is_rounded(plan, wanted, top);
}

// How a row has to be looked at again for what is wanted of it: not at all, or as the plan that is returned says. Where
// the others have little mass beside the largest class, its own -log p is about theirs.
static inline int rs_look_again(const rs_plan *plan, const kvk_row_out *wanted, const rs_row *s, rs_plan *again) {
  if (!rs_is_in_doubt(plan, wanted, s->sums.z, s->top) || !s->started || s->status) return 0;
  const double others = s->sums.z / exp(s->unit) + (s->sums.ties - 1);
  *again = *plan;
  again->flags |= RS_EXACT;
  if (plan->type != KVK_F64 && others < RS_FAINTEST) {
    again->staged = 1;
    again->type = KVK_F64;
    if (again->flags & RS_SCALED) rs_divide(again, side_temperature(plan->side));
    return 1;
  }
  return rs_is_rounded(plan, wanted, s->top) && others < RS_PEAKED;
}

static rs_row rs_row_of(const rs_plan *plan, int64_t row, int64_t from, int64_t to, const kvk_row_out *wanted) {
  rs_row s = {.status = KVK_VALID};
  rs_plan again;
  rs_run(plan, row, from, to, &s);
  if (rs_look_again(plan, wanted, &s, &again)) {
    s = (rs_row){.status = KVK_VALID};
    rs_run(&again, row, from, to, &s);
  }
  double top;
  if (wanted->column[KVK_LARGEST]) s.place = first_largest(plan->side, row, from, to, &top);
  return s;
}

#define RS_SIDE_BY_SIDE(suffix, real, type)                                                               \
  static __attribute__((noinline)) uint32_t rs_side_by_side_##suffix##_##real(                            \
      const rs_plan *plan, const void *const from[], int64_t n, rs_batch *batch, int at) {                \
    switch (plan->flags) {                                                                                \
    case RS_MASS: return rs_rows_##real(RS_MASS, type, plan, from, n, batch, at);                         \
    case RS_SCALED: return rs_rows_##real(RS_SCALED, type, plan, from, n, batch, at);                     \
    case RS_BARE: return rs_rows_##real(RS_BARE, type, plan, from, n, batch, at);                         \
    case RS_BARE | RS_MASS: return rs_rows_##real(RS_BARE | RS_MASS, type, plan, from, n, batch, at);     \
    case RS_BARE | RS_SCALED: return rs_rows_##real(RS_BARE | RS_SCALED, type, plan, from, n, batch, at); \
    default: return rs_rows_##real(0, type, plan, from, n, batch, at);                                    \
    }                                                                                                     \
  }
RS_SIDE_BY_SIDE(whole, f32, KVK_F32)
RS_SIDE_BY_SIDE(half, f32, KVK_F16)
RS_SIDE_BY_SIDE(brain, f32, KVK_BF16)
RS_SIDE_BY_SIDE(whole, f64, KVK_F64)

// Up to RS_ROWS short rows, as many side by side as a vector has lanes.
static void rs_short_rows(const rs_plan *plan, int64_t first, int count, int64_t classes, const kvk_row_out *wanted,
                          rs_batch *batch) {
  const int lanes = plan->type == KVK_F64 ? KVK_BYTES / 8 : KVK_BYTES / 4;
  for (int i = 0; i < count; i += lanes) {
    const void *from[KVK_BYTES / 4];
    // Lanes beyond the last row repeat it.
    for (int lane = 0; lane < lanes; lane++)
      from[lane] = element_at(plan->side, first + (i + lane < count ? i + lane : count - 1), 0);
    uint32_t alone;
    if (plan->type == KVK_F64) alone = rs_side_by_side_whole_f64(plan, from, classes, batch, i);
    else if (plan->type == KVK_F32) alone = rs_side_by_side_whole_f32(plan, from, classes, batch, i);
    else if (plan->type == KVK_F16) alone = rs_side_by_side_half_f32(plan, from, classes, batch, i);
    else alone = rs_side_by_side_brain_f32(plan, from, classes, batch, i);
    for (int lane = 0; lane < lanes && i + lane < count; lane++) {
      const int64_t row = first + i + lane;
      const int refused = alone >> lane & 1;
      if (!refused && !rs_is_in_doubt(plan, wanted, batch->z[i + lane], batch->top[i + lane])) continue;
      rs_plan again = *plan;
      const rs_row found = rs_get(batch, i + lane);
      if (!refused && !rs_look_again(plan, wanted, &found, &again)) continue;
      const rs_row s = rs_row_of(&again, row, 0, classes, wanted);
      rs_put(batch, i + lane, &s);
    }
    double top;
    for (int lane = 0; wanted->column[KVK_LARGEST] && lane < lanes && i + lane < count; lane++)
      batch->place[i + lane] = first_largest(plan->side, first + i + lane, 0, classes, &top);
  }
}

static void row_statistics(const kvk_side *a, int64_t first, int64_t count, int64_t classes, const kvk_row_out *out) {
  const rs_plan plan = rs_plan_to(a, out);
  rs_batch batch;
  for (int64_t i = 0; i < count; i += RS_ROWS) {
    const int some = count - i < RS_ROWS ? (int)(count - i) : RS_ROWS;
    if (classes <= RS_SHORT && !plan.staged) {
      rs_short_rows(&plan, first + i, some, classes, out, &batch);
    } else {
      for (int j = 0; j < some; j++) {
        const rs_row s = rs_row_of(&plan, first + i + j, 0, classes, out);
        rs_put(&batch, j, &s);
      }
    }
    rs_conclude(&plan, &batch, some, out, i);
  }
}

static void row_segment(const kvk_side *a, int64_t row, int64_t from, int64_t to, const kvk_row_out *wanted,
                        kvk_state *partial) {
  rs_plan plan = rs_plan_to(a, wanted);
  // Whether the whole row is peaked is not known here.
  if (wanted->column[KVK_LOG_REST] && !(plan.flags & RS_MASS)) plan.flags |= RS_EXACT;
  const rs_row s = rs_row_of(&plan, row, from, to, wanted);
  memset(partial, 0, sizeof *partial);
  memcpy(partial, &s, sizeof s);
}

static void row_merge(const kvk_side *a, kvk_state *state, const kvk_state *partials, int64_t count) {
  const rs_plan plan = rs_plan_for(a);
  rs_row all = {.status = KVK_VALID}, s;
  for (int64_t i = 0; i < count; i++) {
    memcpy(&s, &partials[i], sizeof s);
    if (s.status && (!all.status || s.status < all.status)) all.status = s.status;
    if (!s.started) continue;
    if (!all.started || s.top > all.top) {
      all.place = s.place;
      rs_raise(&plan, &all, s.top);
    }
    const double ties = s.sums.ties;
    const int same = s.top == all.top;
    if (!same) rs_raise(&plan, &s, all.top);
    all.sums.z += s.sums.z;
    all.sums.t += s.sums.t;
    if (same) all.sums.ties += ties;
  }
  memcpy(state, &all, sizeof all);
}

static void row_finish(const kvk_side *a, const kvk_state *state, const kvk_row_out *out, int64_t index) {
  const rs_plan plan = rs_plan_for(a);
  rs_row s;
  memcpy(&s, state, sizeof s);
  rs_batch batch;
  rs_put(&batch, 0, &s);
  rs_conclude(&plan, &batch, 1, out, index);
}
