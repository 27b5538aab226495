// Pairs of short rows of logits or log-probabilities, many at a time.

// Rows up to this long are evaluated side by side.
#define PS_CLASSES 256
#define PS_MANY 64 // from so many classes on, the first look takes x as it rounds
#define PS_LANES (KVK_BYTES / 4)

typedef struct {
  double d_ab[PS_LANES], d_ba[PS_LANES], h_a[PS_LANES], h_b[PS_LANES];
  double top_a[PS_LANES], top_b[PS_LANES], log_a[PS_LANES], log_b[PS_LANES]; // lse = top + log
  double lse_a[PS_LANES], lse_b[PS_LANES];
  double c[PS_LANES];    // A - B
  double size[PS_LANES]; // what its rounding is relative to
} ps_results;

// The bits of lanes whose digits are in doubt: `weak` where they cancelled, `rounded` where the rounding
// of x, or of the sum of a row whose mass is nearly all in one class, would count, `faint` where what is left may
// be the rounding of the shift, or of masses that are 0 in Float.
typedef struct {
  uint32_t weak, rounded, faint;
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

// Sums of `count` rows (a multiple of a Double vector) into results. The formulas are those of pl_conclude.
static inline ps_doubts ps_conclude(int count, const double *sum, const double *scale, const double *c,
                                    const double *top_a, const double *top_b, double digits, ps_results *r) {
  ps_doubts doubts = {0, 0, 0};
  const int lanes = KVK_BYTES / 8;
  for (int i = 0; i < count; i += lanes) {
#define PS_SUM(j) load_f64(sum + (j) * count + i)
    const v_f64 offset_a = load_f64(top_a + i) - load_f64(scale + i);
    const v_f64 offset_b = (load_f64(top_b + i) - load_f64(scale + i)) + load_f64(c + i);
    const v_f64 largest_a = exp_near_f64(offset_a), largest_b = exp_f64(offset_b);
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
    const v_f64 rounding = load_f64(c + i) * digits, noise = rounding * rounding;
    const v_f64 h_a = log_a + PS_SUM(PL_T) * per_z, h_b = log_b + PS_SUM(PL_VT) * per_vz;
    i_f64 weak = (i_f64)set1_f64(0), faint = (h_a < PL_FAINTEST) | (h_b < PL_FAINTEST);
    store_f64(r->d_ab + i, ps_divergence(s, m, log_ratio, noise, &weak, &faint));
    store_f64(r->d_ba + i, ps_divergence(vs, vm, -log_ratio, noise, &weak, &faint));
    store_f64(r->h_a + i, h_a);
    store_f64(r->h_b + i, h_b);
    store_f64(r->top_a + i, load_f64(top_a + i));
    store_f64(r->top_b + i, load_f64(top_b + i));
    store_f64(r->log_a + i, log_a);
    store_f64(r->log_b + i, log_b);
    store_f64(r->lse_a + i, load_f64(top_a + i) + log_a);
    store_f64(r->lse_b + i, load_f64(top_b + i) + log_b);
    const v_f64 u = s - m;
    const v_f64 near = log1p_f64(max_f64(u, set1_f64(-0.75)), &unused);
    // Where S and M are not small, their rounding is not small beside the ratio's.
    const i_f64 small = (abs_f64(u) < PL_SMALL) & (s < PL_SMALL);
    store_f64(r->c + i, load_f64(c + i) - (small ? near : log_ratio));
    store_f64(r->size + i, small ? s + abs_f64(m) : set1_f64(1));
    const v_f64 shift = load_f64(c + i);
    const i_f64 rounded = (others_a < PS_PEAKED) | (others_b < PS_PEAKED) | (shift * shift > PL_EXACT_SHIFT * s);
    for (int lane = 0; lane < lanes; lane++) {
      if (weak[lane]) doubts.weak |= 1u << (i + lane);
      if (faint[lane]) doubts.faint |= 1u << (i + lane);
      if (rounded[lane]) doubts.rounded |= 1u << (i + lane);
    }
#undef PS_SUM
  }
  return doubts;
}

#define KVK_REAL 32
#include "Real-inl.h"
#include "PairShortBody-inl.h"
#undef KVK_REAL

// The second family's sums of rows that lie side by side, from what ps_rows found. Lanes whose bit is set in the result
// have to be evaluated by themselves: pl_family_widens and pl_family_is_rough say when.
static __attribute__((noinline)) uint32_t ps_family(const v_f32 *a, const v_f32 *b, int64_t n, const ps_results *r,
                                                    double family[PF_SUMS][PS_LANES]) {
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
  total_f32 total[PF_SUMS];
  memset(total, 0, sizeof total);
  for (int64_t k = 0; k < n; k += PL_CARRY) {
    pf_lanes_f32 acc;
    for (int j = 0; j < PF_SUMS; j++) acc.sum[j] = set1_f32(0);
    pf_stretch_f32(KVK_F32, a, b, 0, 0, k * PS_LANES, n - k < PL_CARRY ? n - k : PL_CARRY, &ref, &acc);
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

// What pair_store makes of one pair, of all lanes: `used` of them, to places `at` on.
static void ps_store(const ps_results *r, double family[PF_SUMS][PS_LANES], uint32_t swapped, int used,
                     const kvk_pair_out *out, int64_t at) {
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
  for (int j = 0; j < KVK_PAIR_COUNT; j++)
    if (out->column[j]) memcpy(out->column[j] + at, v[j], (size_t)used * sizeof(double));
  memset(out->status_a + at, KVK_VALID, (size_t)used);
  memset(out->status_b + at, KVK_VALID, (size_t)used);
  if (!out->norms) return;
  for (int lane = 0; lane < used; lane++) {
    const kvk_pair_norms norms = {0, 0, r->top_a[lane], r->top_b[lane], r->log_a[lane], r->log_b[lane], r->c[lane], 0};
    out->norms[at + lane] = swapped >> lane & 1 ? norms_swapped(&norms) : norms;
  }
}
