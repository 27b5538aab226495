// Pairs of short rows, LANES of them side by side: each lane is a row, so that nothing is added up
// across lanes and the logarithms at the end are vectors too. For the element type that Real-inl.h
// chose; the sums are those of PairLogitsBody-inl.h.

// The sums of LANES rows, in Double, and what they refer to.
typedef struct {
  double sum[PL_SUMS][LANES];
  double scale[LANES], c[LANES], top_a[LANES], top_b[LANES];
  R far[LANES];
} N(ps_sums);

// The first rows' weights, and the shift: the mean difference of each row, which leaves nothing to cancel
// where rows are alike.
KVK_INLINE void N(ps_weights)(const V *a, const V *b, int64_t n, N(pl_reference) *ref, V *weights) {
  const V zero = N(set1)(0);
  const V floor_u = N(pl_floor)(ref), magic = (R)REAL_MAGIC - ref->exponent;
  V z = zero, m = zero;
  for (int64_t k = 0; k < n; k++) {
    const V w = N(pl_weight)(0, a[k], zero, zero, zero, ref, floor_u, magic);
    weights[k] = w;
    z += w;
    m += w * (a[k] - b[k]);
  }
  ref->c_high = m / z;
}

// The sums.
KVK_INLINE void N(ps_add_up)(const int flags, const V *a, const V *b, int64_t n, const V *weights,
                             const N(pl_reference) *ref, N(ps_sums) *out) {
  const V zero = N(set1)(0);
  N(pl_lanes) acc;
  N(pl_clear)(&acc);
  N(total) total[PL_SUMS];
  memset(total, 0, sizeof total);
  for (int64_t k = 0; k < n;) {
    const int64_t stop = n - k > PL_CARRY ? k + PL_CARRY : n;
    // Class k of all rows is one vector.
    N(pl_stretch)(flags, READ_WHOLE, a, b, k * LANES, stop - k, weights + k, ref, &acc);
    k = stop;
    for (int j = 0; j < PL_SUMS; j++) {
      N(total_add)(&total[j], acc.sum[j]);
      acc.sum[j] = zero;
    }
  }
  memcpy(out->sum, total, sizeof out->sum);
  N(store)(out->far, acc.far);
}

// Evaluates LANES rows. Lanes whose bit is set in the result have to be evaluated one by one.
KVK_INLINE uint32_t N(ps_rows)(const int32_t type, const void *const a[], const void *const b[], int64_t n, V *ta,
                               V *tb, double digits, ps_results *results) {
  N(transpose_rows)(type, a, n, ta);
  N(transpose_rows)(type, b, n, tb);
  V top_a = ta[0], top_b = tb[0];
  for (int64_t k = 1; k < n; k++) {
    top_a = N(max)(ta[k], top_a);
    top_b = N(max)(tb[k], top_b);
  }
  // The reference, as pl_place_for has it for rows of its own.
  const I from_zero = (N(abs)(top_a) <= (R)PL_MODERATE) & (N(abs)(top_b) <= (R)PL_MODERATE);
  N(pl_reference) ref;
  ref.base = N(drop)(from_zero, top_a);
#if KVK_REAL == 32
  const V turns = (top_a * RC(1.44269504088896340736) + (R)REAL_MAGIC) - (R)REAL_MAGIC;
  ref.exponent = N(keep)(from_zero, turns);
#else
  ref.base = top_a;
  ref.exponent = N(set1)(0);
#endif
  ref.c_high = ref.c_low = ref.base_b = N(set1)(0);
  ref.factor_b = N(set1)(1);
  ref.largest_a = top_a;
  ref.largest_b = top_b;

  V weights[PS_CLASSES];
  N(ps_weights)(ta, tb, n, &ref, weights);
  N(ps_sums) sums;
  R exponent[LANES], base[LANES], plain_top_a[LANES], plain_top_b[LANES], c[LANES], c_low[LANES];
  N(store)(plain_top_a, top_a);
  N(store)(plain_top_b, top_b);
  N(store)(exponent, ref.exponent);
  N(store)(base, ref.base);
  for (int lane = 0; lane < LANES; lane++) {
    sums.scale[lane] = (double)base[lane] + (double)exponent[lane] * 0.69314718055994530942;
    sums.top_a[lane] = (double)plain_top_a[lane];
    sums.top_b[lane] = (double)plain_top_b[lane];
  }
  // Over few classes rounding does not average out: x is exact. Over more it is where that counts, in a
  // second look. What a lane gets does not depend on the others.
  int exact = n < PS_MANY;
  uint32_t open = (uint32_t)((1ull << LANES) - 1), alone = 0;
  for (int look = 0;; look++) {
    if (exact) N(ps_add_up)(PL_RECORD | PL_EXACT, ta, tb, n, weights, &ref, &sums);
    else N(ps_add_up)(0, ta, tb, n, weights, &ref, &sums);
    N(store)(c, ref.c_high);
    N(store)(c_low, ref.c_low);
    for (int lane = 0; lane < LANES; lane++) sums.c[lane] = (double)c[lane] + (double)c_low[lane];
    ps_results now;
    const ps_doubts doubts = ps_conclude(LANES, &sums.sum[0][0], sums.scale, sums.c, sums.top_a, sums.top_b, digits,
                                         look == 0 ? results : &now);
    const ps_results *found = look == 0 ? results : &now;
    uint32_t again = doubts.weak;
    for (int lane = 0; lane < LANES; lane++) {
      double all = (double)sums.far[lane];
      for (int j = 0; j < PL_SUMS; j++) all += sums.sum[j][lane];
      const int peaked = base[lane] != 0 && (found->h_a[lane] < PL_PEAKED || found->h_b[lane] < PL_PEAKED);
      const double nearest = found->d_ab[lane] < found->d_ba[lane] ? found->d_ab[lane] : found->d_ba[lane];
      const int shifted = nearest < sums.c[lane] * sums.c[lane] * PL_SHIFTED;
      if (!(all - all == 0) || peaked || shifted || !(sums.far[lane] <= N(PL_LIMIT)) ||
          !(fabs(sums.c[lane]) <= PL_SHIFT_SINGLE) || (doubts.faint >> lane & 1 && !(doubts.weak >> lane & 1)))
        alone |= open & 1u << lane;
      if (!exact && !(sums.far[lane] <= (R)PL_EXACT_FAR)) again |= 1u << lane;
    }
    if (!exact) again |= doubts.rounded;
    again &= open & ~alone;
    if (look > 0) ps_take(open & ~again, &now, results);
    if (!again) return alone;
    if (look == PS_LOOKS) return alone | again;
    for (int lane = 0; lane < LANES; lane++) {
      const double ratio = found->c[lane];
      if (!(doubts.weak & again & 1u << lane) || !(fabs(ratio) < 1e30)) continue;
      c[lane] = (R)ratio;
      c_low[lane] = (R)(ratio - (double)c[lane]);
    }
    ref.c_high = N(load)(c);
    ref.c_low = N(load)(c_low);
    open = again;
    exact = 1;
  }
}
