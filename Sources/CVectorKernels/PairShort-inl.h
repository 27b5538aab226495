// Pairs of short rows of logits or log-probabilities, many at a time.

// Rows up to this long are evaluated side by side.
#define PS_CLASSES 256
#define PS_MANY 64 // from so many classes on, the first look takes x as it rounds
#define PS_LANES (KVK_BYTES / 4)

typedef struct {
  double d_ab[PS_LANES], d_ba[PS_LANES], h_a[PS_LANES], h_b[PS_LANES];
  double top_a[PS_LANES], top_b[PS_LANES], log_a[PS_LANES], log_b[PS_LANES]; // lse = top + log
  double lse_a[PS_LANES], lse_b[PS_LANES];
  double c[PS_LANES]; // A - B
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
    store_f64(r->c + i, load_f64(c + i) - (((abs_f64(u) < PL_SMALL) & (s < PL_SMALL)) ? near : log_ratio));
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
