// Pairs of short rows, LANES of them side by side: each lane is a row, so that nothing is added up
// across lanes and the logarithms at the end are vectors too. For the element type that Real-inl.h
// chose; the sums are those of PairLogitsBody-inl.h.

// The first rows' weights, and the shift: the mean difference of each row, which leaves nothing to cancel
// where rows are alike. Meanwhile what follows the first line of the next group's rows is fetched.
KVK_INLINE void N(ps_weights)(const V *a, const V *b, int64_t n, const ps_group *next, int64_t bytes,
                              N(pl_reference) *ref, V *weights) {
  const int64_t lines = next ? (bytes - 1) / 64 * LANES : 0;
  const V zero = N(set1)(0);
  const V floor_u = N(pl_floor)(ref), magic = (R)REAL_MAGIC - ref->exponent;
  V z = zero, m = zero;
  for (int64_t k = 0; k < n; k++) {
    const V w = N(pl_weight)(0, a[k], zero, zero, zero, ref, floor_u, magic);
    weights[k] = w;
    z += w;
    m += w * (a[k] - b[k]);
    if (k < lines) {
      __builtin_prefetch((const char *)next->a[k % LANES] + (k / LANES + 1) * 64, 0, 2);
      __builtin_prefetch((const char *)next->b[k % LANES] + (k / LANES + 1) * 64, 0, 2);
    }
  }
  ref->c_high = m / z;
}

// The sums.
KVK_INLINE void N(ps_add_up)(const int flags, const V *a, const V *b, int64_t n, const V *weights,
                             const N(pl_reference) *ref, ps_sums *out) {
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
  N(widen)(acc.far, out->far);
}

// The largest logits, and the reference as pl_place_for has it for rows of its own.
KVK_INLINE void N(ps_refer)(const V *a, const V *b, int64_t n, N(pl_reference) *ref, ps_sums *of) {
  V top_a = a[0], top_b = b[0];
  for (int64_t k = 1; k < n; k++) {
    top_a = N(max)(a[k], top_a);
    top_b = N(max)(b[k], top_b);
  }
  const I from_zero = (N(abs)(top_a) <= (R)PL_MODERATE) & (N(abs)(top_b) <= (R)PL_MODERATE);
  const V turns = (top_a * RC(1.44269504088896340736) + (R)REAL_MAGIC) - (R)REAL_MAGIC;
  ref->base = N(drop)(from_zero, top_a);
  ref->exponent = N(keep)(from_zero, turns);
  ref->c_high = ref->c_low = ref->base_b = N(set1)(0);
  ref->factor_b = N(set1)(1);
  ref->largest_a = top_a;
  ref->largest_b = top_b;
  double exponent[LANES];
  N(widen)(top_a, of->top_a);
  N(widen)(top_b, of->top_b);
  N(widen)(ref->base, of->base);
  N(widen)(ref->exponent, exponent);
  for (int lane = 0; lane < LANES; lane++) of->scale[lane] = of->base[lane] + exponent[lane] * 0.69314718055994530942;
}
