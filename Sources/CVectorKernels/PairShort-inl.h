// Pairs of short rows of logits or log-probabilities, many at a time.

// Rows up to this long are evaluated side by side.
#define PS_CLASSES 256
#define PS_MANY 64 // from so many classes on, the first look takes x as it rounds
#define PS_LANES (KVK_BYTES / 4)

// Rows that are evaluated together. A second look waits for enough of them: what a row gets does not depend on the
// rows beside it.
typedef struct {
  const void *a[2 * PS_LANES], *b[2 * PS_LANES]; // in the order in which each pair is evaluated
  uint32_t swapped;                              // whether that is not the order in which it was given
  int64_t place[2 * PS_LANES];                   // in the range of rows
  double c[2 * PS_LANES], c_low[2 * PS_LANES];   // the shift of a second look
  int count;
} ps_group;

// The sums of the rows of a group, and what they refer to.
typedef struct {
  double sum[PL_SUMS][PS_LANES];
  double base[PS_LANES], scale[PS_LANES], c[PS_LANES], c_low[PS_LANES], top_a[PS_LANES], top_b[PS_LANES];
  double far[PS_LANES];
} ps_sums;

typedef struct {
  double d_ab[PS_LANES], d_ba[PS_LANES], h_a[PS_LANES], h_b[PS_LANES];
  double top_a[PS_LANES], top_b[PS_LANES], log_a[PS_LANES], log_b[PS_LANES]; // lse = top + log
  double lse_a[PS_LANES], lse_b[PS_LANES];
  double c[PS_LANES];    // A - B
  double size[PS_LANES]; // what its rounding is relative to
} ps_results;

// The bits of lanes that are in doubt: `again` wants an exact look, where `weak` at the shift A - B, as digits
// cancelled; `alone` is beyond what the lanes can hold, or may be the rounding of the shift, or of masses that are 0
// in Float.
typedef struct {
  uint32_t weak, again, alone;
} ps_doubts;

static inline void ps_take(uint32_t lanes, const ps_results *from, ps_results *to) {
  for (int lane = 0; lane < PS_LANES; lane++) {
    if (!(lanes >> lane & 1)) continue;
    const double *source = from->d_ab + lane;
    double *target = to->d_ab + lane;
    for (size_t j = 0; j < sizeof *from / sizeof from->d_ab; j++) target[j * PS_LANES] = source[j * PS_LANES];
  }
}

// Rows whose D is less than this share of the terms it is made of are added up once more, with a shift at
// which D is the sum of its terms: over few classes their rounding does not average out.
#define PS_SHARE 0.8
// The others' share relative to the largest class, below which the rounding of logits less the scale counts.
#define PS_PEAKED 0.5
// Looks at lanes in doubt before they are evaluated by themselves.
#define PS_LOOKS 2

// D from S, M and the ratio of the normalisers, as pl_divergence; `weak` where digits cancelled.
KVK_INLINE v_f64 ps_divergence(v_f64 s, v_f64 m, v_f64 log_ratio, v_f64 noise, i_f64 *weak, i_f64 *faint) {
  const v_f64 u = s - m;
  v_f64 psi;
  (void)log1p_f64(max_f64(u, set1_f64(-0.75)), &psi);
  const i_f64 small = abs_f64(u) < PL_SMALL;
  const v_f64 d = small ? s - psi : m + log_ratio;
  const i_f64 nothing = s <= noise;
  *faint |= nothing & (s > 0.0);
  *weak |= (d < PS_SHARE * (small ? s : abs_f64(m) + 1.0)) & ~nothing;
  return drop_f64(nothing, max_f64(d, set1_f64(0)));
}

// Sums into results. The formulas are those of pl_conclude.
static __attribute__((noinline)) ps_doubts ps_conclude(int exact, const ps_sums *of, ps_results *r) {
  ps_doubts doubts = {0, 0, 0};
  for (int i = 0; i < PS_LANES; i += KVK_BYTES / 8) {
#define PS_SUM(j) load_f64(of->sum[j] + i)
    const v_f64 scale = load_f64(of->scale + i), shift = load_f64(of->c + i) + load_f64(of->c_low + i);
    const v_f64 top_a = load_f64(of->top_a + i), top_b = load_f64(of->top_b + i);
    const v_f64 largest_a = exp_near_f64(top_a - scale), largest_b = exp_f64((top_b - scale) + shift);
    const v_f64 z = PS_SUM(PL_Z) + PS_SUM(PL_TIES) * largest_a;
    const v_f64 vz = PS_SUM(PL_VZ) + PS_SUM(PL_VTIES) * largest_b;
    v_f64 unused;
    const v_f64 others_a = PS_SUM(PL_Z) / largest_a + (PS_SUM(PL_TIES) - 1.0);
    const v_f64 others_b = PS_SUM(PL_VZ) / largest_b + (PS_SUM(PL_VTIES) - 1.0);
    const v_f64 log_a = log1p_f64(others_a, &unused), log_b = log1p_f64(others_b, &unused);
    const v_f64 per_z = 1.0 / z, per_vz = 1.0 / vz;
    const v_f64 m = PS_SUM(PL_M) * per_z, s = PS_SUM(PL_S) * per_z;
    const v_f64 vm = -PS_SUM(PL_VM) * per_vz, vs = PS_SUM(PL_VS) * per_vz;
    const v_f64 log_ratio = log1p_f64((vz - z) * per_z, &unused);
    const v_f64 rounding = shift * PL_DIGITS_f32, noise = rounding * rounding;
    const v_f64 h_a = log_a + PS_SUM(PL_T) * per_z, h_b = log_b + PS_SUM(PL_VT) * per_vz;
    i_f64 weak = (i_f64)set1_f64(0), faint = (h_a < PL_FAINTEST) | (h_b < PL_FAINTEST);
    const v_f64 d_ab = ps_divergence(s, m, log_ratio, noise, &weak, &faint);
    const v_f64 d_ba = ps_divergence(vs, vm, -log_ratio, noise, &weak, &faint);
    const v_f64 u = s - m;
    const v_f64 near = log1p_f64(max_f64(u, set1_f64(-0.75)), &unused);
    // Where S and M are not small, their rounding is not small beside the ratio's.
    const i_f64 small = (abs_f64(u) < PL_SMALL) & (s < PL_SMALL);
    store_f64(r->d_ab + i, d_ab);
    store_f64(r->d_ba + i, d_ba);
    store_f64(r->h_a + i, h_a);
    store_f64(r->h_b + i, h_b);
    store_f64(r->top_a + i, top_a);
    store_f64(r->top_b + i, top_b);
    store_f64(r->log_a + i, log_a);
    store_f64(r->log_b + i, log_b);
    store_f64(r->lse_a + i, top_a + log_a);
    store_f64(r->lse_b + i, top_b + log_b);
    store_f64(r->c + i, shift - (small ? near : log_ratio));
    store_f64(r->size + i, small ? s + abs_f64(m) : set1_f64(1));

    // What is not finite leaves a NaN.
    const v_f64 far = load_f64(of->far + i);
    v_f64 all = far;
    for (int j = 0; j < PL_SUMS; j++) all += PS_SUM(j);
    const i_f64 based = load_f64(of->base + i) != 0.0;
    const i_f64 peaked = based & ((h_a < PL_PEAKED) | (h_b < PL_PEAKED));
    const i_f64 shifted = (d_ab < d_ba ? d_ab : d_ba) < shift * shift * PL_SHIFTED;
    const i_f64 held = (all - all == 0.0) & (far <= PL_LIMIT_f32) & (abs_f64(shift) <= PL_SHIFT_SINGLE);
    const i_f64 rounded =
        (others_a < PS_PEAKED) | (others_b < PS_PEAKED) | (shift * shift > PL_EXACT_SHIFT * s) | ~(far <= PL_EXACT_FAR);
    const uint32_t is_weak = bits_f64(weak);
    doubts.weak |= is_weak << i;
    doubts.again |= (is_weak | (exact ? 0 : bits_f64(rounded))) << i;
    doubts.alone |= bits_f64(~held | peaked | shifted | (faint & ~weak)) << i;
#undef PS_SUM
  }
  doubts.again &= ~doubts.alone;
  return doubts;
}

// The shift at which lanes are looked at again: A - B where their digits cancelled.
static void ps_shift(uint32_t weak, const ps_results *found, ps_sums *of) {
  for (; weak; weak &= weak - 1) {
    const int lane = __builtin_ctz(weak);
    const double ratio = found->c[lane];
    if (!(fabs(ratio) < 1e30)) continue;
    of->c[lane] = (double)(float)ratio;
    of->c_low[lane] = (double)(float)(ratio - of->c[lane]);
  }
}

// The next rows of a range that begins with row `first`, of which some were taken. They are on their way to the caches
// from here on: so many streams the processor does not foresee. Of the shortest rows it does, as many share a line.
static void ps_gather(const kvk_side *a, const kvk_side *b, int64_t first, int64_t *taken, int64_t count,
                      int64_t classes, ps_group *group) {
  const int64_t from = *taken;
  const int fetches = classes * element_bytes(a->type) >= 32;
  group->count = count - from < PS_LANES ? (int)(count - from) : PS_LANES;
  *taken += group->count;
  for (int lane = 0; lane < group->count; lane++) {
    group->a[lane] = element_at(a, first + from + lane, 0);
    group->b[lane] = element_at(b, first + from + lane, 0);
    group->place[lane] = from + lane;
    if (!fetches) continue;
    __builtin_prefetch(group->a[lane]);
    __builtin_prefetch(group->b[lane]);
  }
}

// Brings each pair into the order in which it is evaluated, as pl_order.
static void ps_order(int32_t type, int64_t classes, ps_group *group) {
  uint32_t swapped = 0;
  for (int lane = 0; lane < group->count; lane++) {
    const void *x = group->a[lane], *y = group->b[lane];
    float p = read_one_f32(x, 0, type), q = read_one_f32(y, 0, type);
    for (int64_t k = 1; p == q && k < classes; k++) {
      p = read_one_f32(x, k, type);
      q = read_one_f32(y, k, type);
    }
    // Without a branch: which side is the larger nobody can foretell.
    const uint32_t swap = p < q;
    swapped |= swap << lane;
    group->a[lane] = swap ? y : x;
    group->b[lane] = swap ? x : y;
  }
  group->swapped = swapped;
}

// Puts lanes of a group, as its first look left them, to those that wait for a second one.
static void ps_wait(uint32_t lanes, const ps_group *group, const ps_sums *of, ps_group *waiting) {
  for (; lanes; lanes &= lanes - 1) {
    const int lane = __builtin_ctz(lanes), to = waiting->count++;
    waiting->a[to] = group->a[lane];
    waiting->b[to] = group->b[lane];
    waiting->place[to] = group->place[lane];
    waiting->swapped |= (group->swapped >> lane & 1) << to;
    waiting->c[to] = of->c[lane];
    waiting->c_low[to] = of->c_low[lane];
  }
}

// Takes a full group's rows away.
static void ps_served(ps_group *waiting) {
  const int left = waiting->count > PS_LANES ? waiting->count - PS_LANES : 0;
  for (int to = 0; to < left; to++) {
    const int lane = to + PS_LANES;
    waiting->a[to] = waiting->a[lane];
    waiting->b[to] = waiting->b[lane];
    waiting->place[to] = waiting->place[lane];
    waiting->c[to] = waiting->c[lane];
    waiting->c_low[to] = waiting->c_low[lane];
  }
  waiting->swapped = (uint32_t)((uint64_t)waiting->swapped >> PS_LANES);
  waiting->count = left;
}

#define KVK_REAL 32
#include "Real-inl.h"
#include "PairShortBody-inl.h"
#undef KVK_REAL

static __attribute__((noinline)) void ps_add_plain(const v_f32 *a, const v_f32 *b, int64_t n, const v_f32 *weights,
                                                   const pl_reference_f32 *ref, ps_sums *out) {
  ps_add_up_f32(0, a, b, n, weights, ref, out);
}

static __attribute__((noinline)) void ps_add_exact(const v_f32 *a, const v_f32 *b, int64_t n, const v_f32 *weights,
                                                   const pl_reference_f32 *ref, ps_sums *out) {
  ps_add_up_f32(PL_RECORD | PL_EXACT, a, b, n, weights, ref, out);
}

static void ps_transpose(int32_t type, const void *const a[], const void *const b[], int64_t n, v_f32 *ta, v_f32 *tb) {
  if (type == KVK_F32) {
    transpose_rows_f32(KVK_F32, a, n, ta);
    transpose_rows_f32(KVK_F32, b, n, tb);
  } else if (type == KVK_F16) {
    transpose_rows_f32(KVK_F16, a, n, ta);
    transpose_rows_f32(KVK_F16, b, n, tb);
  } else {
    transpose_rows_f32(KVK_BF16, a, n, ta);
    transpose_rows_f32(KVK_BF16, b, n, tb);
  }
}

// The second family's sums of rows that lie side by side, from what ps_rows found. Lanes whose bit is set in the result
// have to be evaluated by themselves: pl_family_widens and pl_family_is_rough say when.
static __attribute__((noinline)) uint32_t ps_family(int asked, const v_f32 *a, const v_f32 *b, int64_t n,
                                                    const ps_results *r, double family[PF_SUMS][PS_LANES]) {
  float numbers[8][PS_LANES];
  for (int i = 0; i < PS_LANES; i += KVK_BYTES / 8) {
    for (int side = 0; side < 2; side++) {
      const v_f64 lse = load_f64((side ? r->lse_b : r->lse_a) + i), top = load_f64((side ? r->top_b : r->top_a) + i);
      const i_f64 zero =
          (abs_f64(load_f64(r->top_a + i)) <= PL_MODERATE) & (abs_f64(load_f64(r->top_b + i)) <= PL_MODERATE);
      const v_f64 magic = set1_f64(REAL_MAGIC_f64);
      const v_f64 turns = keep_f64(zero, (lse * 1.44269504088896340736 + magic) - magic);
      const v_f64 log_norm =
          zero ? turns * 0.69314718055994530942 - lse : 0.0 - load_f64((side ? r->log_b : r->log_a) + i);
      const v_f64 norm = exp_f64(log_norm), base = drop_f64(zero, top);
      for (int lane = 0; lane < KVK_BYTES / 8; lane++) {
        numbers[3 * side][i + lane] = (float)base[lane];
        numbers[3 * side + 1][i + lane] = (float)turns[lane];
        numbers[3 * side + 2][i + lane] = (float)norm[lane];
      }
    }
    for (int lane = i; lane < i + KVK_BYTES / 8; lane++) {
      numbers[6][lane] = (float)r->c[lane];
      numbers[7][lane] = (float)(r->c[lane] - (double)(float)r->c[lane]);
    }
  }
  const pf_reference_f32 ref = {.base_a = load_f32(numbers[0]),
                                .exponent_a = load_f32(numbers[1]),
                                .norm_a = load_f32(numbers[2]),
                                .base_b = load_f32(numbers[3]),
                                .exponent_b = load_f32(numbers[4]),
                                .norm_b = load_f32(numbers[5]),
                                .c_high = load_f32(numbers[6]),
                                .c_low = load_f32(numbers[7])};
  const pf_stretch_fn_f32 stretch = pf_stretch_of_f32(asked, KVK_F32);
  total_f32 total[PF_SUMS];
  memset(total, 0, sizeof total);
  for (int64_t k = 0; k < n; k += PL_CARRY) {
    pf_lanes_f32 acc;
    for (int j = 0; j < PF_SUMS; j++) acc.sum[j] = set1_f32(0);
    stretch(a + k, b + k, 0, 0, n - k < PL_CARRY ? n - k : PL_CARRY, &ref, &acc);
    for (int j = 0; j < PF_SUMS; j++) total_add_f32(&total[j], acc.sum[j]);
  }
  memcpy(family, total, sizeof total);
  uint32_t alone = 0;
  for (int lane = 0; lane < PS_LANES; lane++) {
    const double c = r->c[lane];
    const int wide = r->d_ab[lane] < PF_NEAREST || r->d_ab[lane] < c * c * PF_SHIFTED;
    const int rough = !(family[PF_VARIATION][lane] >= PF_ROUGH * r->size[lane]);
    if (wide || rough) alone |= 1u << lane;
  }
  return alone;
}

// What pair_store makes of one pair, of all rows of a group.
static void ps_store(const ps_results *r, double family[PF_SUMS][PS_LANES], const ps_group *group, int used,
                     const kvk_pair_out *out) {
  const uint32_t swapped = group->swapped;
  double v[KVK_PAIR_COUNT][PS_LANES];
  for (int i = 0; i < PS_LANES; i += KVK_BYTES / 8) {
    i_f64 lanes;
    for (int lane = 0; lane < KVK_BYTES / 8; lane++) lanes[lane] = -(int64_t)(swapped >> (i + lane) & 1);
#define PS_GIVEN(column, own, other)                                      \
  const v_f64 own = load_f64(r->own + i), other = load_f64(r->other + i); \
  const v_f64 column##_first = lanes ? other : own, column##_second = lanes ? own : other
    PS_GIVEN(d, d_ab, d_ba);
    PS_GIVEN(h, h_a, h_b);
    PS_GIVEN(lse, lse_a, lse_b);
#undef PS_GIVEN
    const v_f64 c = load_f64(r->c + i);
    store_f64(v[KVK_D_AB] + i, d_first);
    store_f64(v[KVK_D_BA] + i, d_second);
    store_f64(v[KVK_H_A] + i, h_first);
    store_f64(v[KVK_H_B] + i, h_second);
    store_f64(v[KVK_H_AB] + i, h_first + d_first);
    store_f64(v[KVK_H_BA] + i, h_second + d_second);
    store_f64(v[KVK_JEFFREYS] + i, d_ab + d_ba);
    store_f64(v[KVK_LSE_A] + i, lse_first);
    store_f64(v[KVK_LSE_B] + i, lse_second);
    store_f64(v[KVK_LOG_RATIO] + i, lanes ? 0.0 - c : c);
    if (!family) continue;
#define PF_PLAIN(x) (x)
#define PF_ROOT(x) sqrt_f64(x)
#define PF_CONCLUDE(sum, column, factor, form, most) \
  store_f64(v[column] + i, min_f64(PF_##form((factor) * load_f64(family[sum] + i)), set1_f64(most)));
    PF_LIST(PF_CONCLUDE)
#undef PF_CONCLUDE
#undef PF_ROOT
#undef PF_PLAIN
  }
  const int64_t *place = group->place, at = place[0];
  // All places rise.
  const int together = place[used - 1] - at == used - 1;
  if (together && used == PS_LANES) {
    for (int j = 0; j < KVK_PAIR_COUNT; j++)
      if (out->column[j]) memcpy(out->column[j] + at, v[j], sizeof v[j]);
    memset(out->status_a + at, KVK_VALID, PS_LANES);
    memset(out->status_b + at, KVK_VALID, PS_LANES);
  } else if (together) {
    for (int j = 0; j < KVK_PAIR_COUNT; j++)
      if (out->column[j]) memcpy(out->column[j] + at, v[j], (size_t)used * sizeof(double));
    memset(out->status_a + at, KVK_VALID, (size_t)used);
    memset(out->status_b + at, KVK_VALID, (size_t)used);
  } else {
    for (int lane = 0; lane < used; lane++) {
      for (int j = 0; j < KVK_PAIR_COUNT; j++)
        if (out->column[j]) out->column[j][place[lane]] = v[j][lane];
      out->status_a[place[lane]] = out->status_b[place[lane]] = KVK_VALID;
    }
  }
  if (!out->norms) return;
  for (int lane = 0; lane < used; lane++) {
    const kvk_pair_norms norms = {0, 0, r->top_a[lane], r->top_b[lane], r->log_a[lane], r->log_b[lane], r->c[lane], 0};
    out->norms[place[lane]] = swapped >> lane & 1 ? norms_swapped(&norms) : norms;
  }
}

// Looks at the first PS_LANES rows of a group, of which there is one at least: `later` at those that have waited for
// it, else once, after which those in doubt wait. Rows whose bit is set in the result have to be evaluated one by one.
static __attribute__((noinline)) uint32_t ps_evaluate(const kvk_side *a, const kvk_side *b, int64_t classes, int later,
                                                      ps_group *group, const ps_group *next, const kvk_pair_out *out,
                                                      ps_group *waiting) {
  v_f32 ta[PS_CLASSES], tb[PS_CLASSES], weights[PS_CLASSES];
  const int used = group->count < PS_LANES ? group->count : PS_LANES;
  if (!later) ps_order(a->type, classes, group);
  // Lanes beyond the last row repeat it.
  for (int lane = used; lane < PS_LANES; lane++) {
    group->a[lane] = group->a[used - 1];
    group->b[lane] = group->b[used - 1];
    group->c[lane] = group->c[used - 1];
    group->c_low[lane] = group->c_low[used - 1];
  }
  const uint32_t present = (uint32_t)((1ull << used) - 1);
  ps_sums sums;
  ps_results found, now;
  pl_reference_f32 ref;
  ps_transpose(a->type, group->a, group->b, classes, ta, tb);
  ps_refer_f32(ta, tb, classes, &ref, &sums);
  ps_weights_f32(ta, tb, classes, next, classes * element_bytes(a->type), &ref, weights);
  if (later) {
    memcpy(sums.c, group->c, sizeof sums.c);
    memcpy(sums.c_low, group->c_low, sizeof sums.c_low);
  } else {
    widen_f32(ref.c_high, sums.c);
    widen_f32(ref.c_low, sums.c_low);
  }
  // Over few classes rounding does not average out: x is exact. Over more it is where that counts, in a second look.
  const int exact = later || classes < PS_MANY;
  uint32_t open = present, alone = 0, waits = 0;
  // Ends: looks are counted.
  for (int look = later;; look++) {
    ps_results *to = look == later ? &found : &now;
    ref.c_high = narrow_f32(sums.c);
    ref.c_low = narrow_f32(sums.c_low);
    (exact ? ps_add_exact : ps_add_plain)(ta, tb, classes, weights, &ref, &sums);
    const ps_doubts doubts = ps_conclude(exact, &sums, to);
    alone |= doubts.alone & open;
    const uint32_t again = doubts.again & open;
    if (look > later) ps_take(open & ~again, &now, &found);
    if (!again) break;
    if (look == PS_LOOKS) {
      alone |= again;
      break;
    }
    ps_shift(doubts.weak & again, to, &sums);
    if (!later) {
      ps_wait(again, group, &sums, waiting);
      waits = again;
      break;
    }
    open = again;
  }
  const int asked = pair_asks(out);
  double family[PF_SUMS][PS_LANES];
  if (asked && (present & ~alone)) alone |= ps_family(asked, ta, tb, classes, &found, family) & present;
  ps_store(&found, asked ? family : 0, group, used, out);
  if (a->form != KVK_LOG_PROBABILITIES && b->form != KVK_LOG_PROBABILITIES) return alone & ~waits;
  for (int lane = 0; lane < used; lane++) {
    int32_t status_a = KVK_VALID, status_b = KVK_VALID;
    const int swap = group->swapped >> lane & 1;
    side_check(a, 0, swap ? found.lse_b[lane] : found.lse_a[lane], &status_a);
    side_check(b, 0, swap ? found.lse_a[lane] : found.lse_b[lane], &status_b);
    // One by one where a row is refused: its place has more to say than numbers.
    if (status_a || status_b) alone |= 1u << lane;
  }
  return alone & ~waits;
}
