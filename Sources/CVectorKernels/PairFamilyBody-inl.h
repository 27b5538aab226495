// Jensen-Shannon, total variation, Hellinger and triangular discrimination of a pair of logit rows whose normalisers A
// and B are known: a further look at the rows, for the element type that Real-inl.h chose.
//
// With y = log p - log q = (a - b) - (A - B), the larger of p and q called g and e = exp(-|y|):
//
//     |p - q|            = g (1 - e)
//     (√p - √q)²         = g ((1 - e) / (1 + √e))²
//     (p - q)² / (p + q) = g (1 - e) t
//     p log(2p/(p+q)) + q log(2q/(p+q))
//                        = g (1 + e)/2 H(t),  t = (1 - e)/(1 + e),  H(t) = (1+t) log1p(t) + (1-t) log1p(-t)
//                        = g [(1 + e)(ln 2 - log1p(e)) - e |y|]     for t above 1/2, where nothing cancels
//
// 1 - e comes from the range reduction of exp, with all its digits for small y.

typedef struct {
  V base_a, exponent_a, norm_a; // p = exp(a - base_a) 2^-exponent_a norm_a
  V base_b, exponent_b, norm_b;
  V c_high, c_low; // A - B
} N(pf_reference);

typedef struct {
  V sum[PF_SUMS];
} N(pf_lanes);

// |t| up to which H is taken from its series.
#define PF_SERIES 0.5

#if KVK_REAL == 32
KVK_INLINE V N(pf_entropy_series)(V y) { // H(t) / t² in y = t², 0...1/4, 1.65e-11
  V p = N(set1)(0.0198762188998072026f);
  p = p * y + 0.00544797409365550448f;
  p = p * y + 0.0164289857157217981f;
  p = p * y + 0.0220640779404730147f;
  p = p * y + 0.0357247557083659317f;
  p = p * y + 0.0666663291012325935f;
  p = p * y + 0.16666667079345715f;
  return p * y + 1.0f;
}
KVK_INLINE V N(pf_atanh_series)(V y) { // atanh(z) / z in y = z², 0...0.0206, 3.25e-10
  V p = N(set1)(0.147546254981326309f);
  p = p * y + 0.199939138245121774f;
  p = p * y + 0.333333585133478259f;
  return p * y + 1.0f;
}
#define PF_FARTHEST_f32 87.0f
#else
KVK_INLINE V N(pf_entropy_series)(V y) { // 7.95e-19
  V p = N(set1)(0.0143123356067261726);
  p = p * y + -0.00883019335182413068;
  p = p * y + 0.00988938921383390446;
  p = p * y + 0.00227926796110088882;
  p = p * y + 0.00571201584923665742;
  p = p * y + 0.00646798983806435968;
  p = p * y + 0.00834051330037918641;
  p = p * y + 0.0109884857039636649;
  p = p * y + 0.0151515411197404815;
  p = p * y + 0.0222222213931999144;
  p = p * y + 0.0357142857301027503;
  p = p * y + 0.0666666666665094523;
  p = p * y + 0.166666666666667281;
  return p * y + 1.0;
}
KVK_INLINE V N(pf_atanh_series)(V y) { // 6.3e-20
  V p = N(set1)(0.071735338940276238);
  p = p * y + 0.0767508760659736672;
  p = p * y + 0.0909121149327573239;
  p = p * y + 0.111111081777799987;
  p = p * y + 0.142857143011431638;
  p = p * y + 0.1999999999996018;
  p = p * y + 0.333333333333333725;
  return p * y + 1.0;
}
#define PF_FARTHEST_f64 700.0
#endif

// Two masses of a class: y, the larger mass g, e = exp(-|y|) and 1 - e. Beyond PF_FARTHEST the
// smaller one is 0.
typedef struct {
  V y, g, e, rest;
  I first, nothing; // whether the first side's is the larger; whether e is 0
} N(pf_masses);

KVK_INLINE N(pf_masses) N(pf_compare)(V a, V b, V a_low, V b_low, I lanes, const N(pf_reference) *ref) {
  V low;
  const V d = N(two_diff)(a, b, &low);
  low += a_low - b_low;
  V y = (d - ref->c_high) + (low - ref->c_low);
  const I zero_a = a == -INFINITY, zero_b = b == -INFINITY;
  y = zero_a ? N(set1)(-N(PF_FARTHEST)) : y;
  y = zero_b ? N(set1)(N(PF_FARTHEST)) : y;
  const I first = y >= RC(0.0);

  // g, the larger mass.
  V u = first ? (a - ref->base_a) + a_low : (b - ref->base_b) + b_low;
  const V exponent = first ? ref->exponent_a : ref->exponent_b;
  u = N(max)(u, (exponent - (R)REAL_FLOOR) * RC(0.69314718055994530942));
  const V magic = (R)REAL_MAGIC - exponent;
  const V ku = u * RC(1.44269504088896340736) + magic;
  const V nu = ku - magic;
  V ru = N(less)(u, nu, RC(0.69314718055994530942));
#if KVK_REAL == 64
  ru = ru - nu * 2.3190468138462995584e-17;
#endif
  V g = (V)((I)N(exp_near)(ru) + ((I)ku << REAL_MANTISSA));
  g *= first ? ref->norm_a : ref->norm_b;
  g = N(drop)((zero_a & zero_b) | ~lanes, g);

  // e = exp(-|y|) and 1 - e.
  const V magnitude = N(abs)(y);
  const V w = N(min)(magnitude, N(set1)(N(PF_FARTHEST)));
  const V k = (R)REAL_MAGIC - w * RC(1.44269504088896340736);
  const V n = k - (R)REAL_MAGIC;
  const V r = N(less)(-w, n, RC(0.69314718055994530942));
  const V s = (V)(((I)k << REAL_MANTISSA) + REAL_ONE);
  const V h = r + (r * r) * N(exp_rest)(r);
  const I nothing = magnitude >= N(PF_FARTHEST);
  const V e = N(drop)(nothing, s * h + s);
  const V rest = nothing ? N(set1)(1) : (RC(1.0) - s) - s * h;
  return (N(pf_masses)){y, g, e, rest, first, nothing};
}

// Adds what two masses of a class say.
KVK_INLINE void N(pf_distances)(V g, V e, V rest, N(pf_lanes) *acc) {
  acc->sum[PF_VARIATION] += g * rest;
  const V root = rest / (RC(1.0) + N(sqrt)(e));
  acc->sum[PF_HELLINGER] += g * (root * root);
}

KVK_INLINE void N(pf_ratios)(V y, V g, V e, V rest, N(pf_lanes) *acc) {
  const V sum = RC(1.0) + e, more = RC(1.0) + sum;
  // One division for both.
  const V inverse = RC(1.0) / (sum * more);
  const V t = rest * (more * inverse), z = e * (sum * inverse);
  const V log_sum = RC(2.0) * z * N(pf_atanh_series)(z * z);
  const V square = t * t;
  const V near = RC(0.5) * sum * square * N(pf_entropy_series)(square);
  const V magnitude = N(abs)(y);
  const V far = sum * (RC(0.69314718055994530942) - log_sum) - N(drop)(magnitude >= N(PF_FARTHEST), e * magnitude);
  acc->sum[PF_JENSEN] += g * (t < (R)PF_SERIES ? near : far);
  acc->sum[PF_TRIANGULAR] += g * (rest * t);
}

// Adds up to PL_CARRY whole vectors, in loops whose chains are short enough for several vectors to be on
// their way at once.
KVK_INLINE void N(pf_stretch)(const int32_t type, const void *a, const void *b, const R *a_low, const R *b_low,
                              int64_t from, int64_t count, const N(pf_reference) *ref, N(pf_lanes) *acc) {
  const V zero = N(set1)(0);
  V y[PL_CARRY], g[PL_CARRY], e[PL_CARRY], rest[PL_CARRY];
  for (int64_t i = 0; i < count; i++) {
    const int64_t k = from + i * LANES;
    const V la = a_low ? N(load)(a_low + k) : zero, lb = b_low ? N(load)(b_low + k) : zero;
    const N(pf_masses) m = N(pf_compare)(N(read)(a, k, type), N(read)(b, k, type), la, lb, zero == zero, ref);
    y[i] = m.y;
    g[i] = m.g;
    e[i] = m.e;
    rest[i] = m.rest;
  }
  for (int64_t i = 0; i < count; i++) N(pf_distances)(g[i], e[i], rest[i], acc);
  N(pf_lanes) mine = *acc;
  for (int64_t i = 0; i < count; i++) N(pf_ratios)(y[i], g[i], e[i], rest[i], &mine);
  *acc = mine;
}

KVK_INLINE void N(pf_block)(const int32_t type, const void *a, const void *b, const R *a_low, const R *b_low, int64_t n,
                            const N(pf_reference) *ref, double sums[PF_SUMS]) {
  const V zero = N(set1)(0);
  N(total) total[PF_SUMS];
  memset(total, 0, sizeof total);
  int64_t i = 0;
  while (i < n) {
    N(pf_lanes) acc;
    for (int j = 0; j < PF_SUMS; j++) acc.sum[j] = zero;
    const int64_t stop = n - i > PL_CARRY * LANES ? i + PL_CARRY * LANES : n;
    const int64_t whole = (stop - i) / LANES;
    N(pf_stretch)(type, a, b, a_low, b_low, i, whole, ref, &acc);
    i += whole * LANES;
    if (i < stop) {
      const int64_t rest = stop - i;
      const V la = a_low ? N(read_part)(a_low, i, rest, READ_WHOLE, zero) : zero;
      const V lb = b_low ? N(read_part)(b_low, i, rest, READ_WHOLE, zero) : zero;
      const N(pf_masses) m = N(pf_compare)(N(read_part)(a, i, rest, type, zero), N(read_part)(b, i, rest, type, zero),
                                           la, lb, N(first_lanes)(rest), ref);
      N(pf_distances)(m.g, m.e, m.rest, &acc);
      N(pf_ratios)(m.y, m.g, m.e, m.rest, &acc);
      i = stop;
    }
    for (int j = 0; j < PF_SUMS; j++) N(total_add)(&total[j], acc.sum[j]);
  }
  for (int j = 0; j < PF_SUMS; j++) sums[j] += N(total_sum)(&total[j]);
}
