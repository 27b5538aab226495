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
//
// In Float, where y is moderate, all of them are √(pq) = p exp(-y/2) times an even function of y, which is a polynomial
// in z = y² for |y| times it: one exponential, and neither a division nor a root or a logarithm.
//
//     |p - q|            = √(pq) 2 sinh(|y|/2)               = √(pq) |y| (1 + z/24 + ...)
//     (√p - √q)²         = √(pq) 2 (cosh(y/2) - 1)           = √(pq) z (1/4 + z/192 + ...)
//     (p - q)² / (p + q) = √(pq) 2 sinh(y/2) tanh(y/2)       = √(pq) z (1/2 - z/48 + ...)
//     p log(2p/(p+q)) + q log(2q/(p+q))
//                        = √(pq) [y sinh(y/2) - 2 cosh(y/2) log cosh(y/2)] = √(pq) z (1/4 + ...)

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

// Adds what two masses of a class say, of the sums that are asked for.
KVK_INLINE void N(pf_distances)(const int asked, V g, V e, V rest, N(pf_lanes) *acc) {
  acc->sum[PF_VARIATION] += g * rest;
  if (!(asked & PF_BIT(PF_HELLINGER))) return;
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

// Adds up to PL_CARRY whole vectors of any differences, in loops whose chains are short enough for several vectors to
// be on their way at once.
KVK_INLINE void N(pf_stretch_any)(const int asked, const int32_t type, const void *a, const void *b, const R *a_low,
                                  const R *b_low, int64_t count, const N(pf_reference) *ref, N(pf_lanes) *acc) {
  const V zero = N(set1)(0);
  V y[PL_CARRY], g[PL_CARRY], e[PL_CARRY], rest[PL_CARRY];
  for (int64_t i = 0; i < count; i++) {
    const int64_t k = i * LANES;
    const V la = a_low ? N(load)(a_low + k) : zero, lb = b_low ? N(load)(b_low + k) : zero;
    const N(pf_masses) m = N(pf_compare)(N(read)(a, k, type), N(read)(b, k, type), la, lb, zero == zero, ref);
    y[i] = m.y;
    g[i] = m.g;
    e[i] = m.e;
    rest[i] = m.rest;
  }
  for (int64_t i = 0; i < count; i++) N(pf_distances)(asked, g[i], e[i], rest[i], acc);
  if (!(asked & (PF_BIT(PF_JENSEN) | PF_BIT(PF_TRIANGULAR)))) return;
  N(pf_lanes) mine = *acc;
  for (int64_t i = 0; i < count; i++) N(pf_ratios)(y[i], g[i], e[i], rest[i], &mine);
  *acc = mine;
}

#if KVK_REAL == 32
// |y| up to which the polynomials in z = y² hold.
#define PF_MODERATE 3.0f
// Weights from 2^-REAL_FLOOR on, times exp(-y/2).
#define PF_FLOOR (REAL_FLOOR - 3.0f)

// 2 sinh(y/2) / |y|, 2.5e-9.
KVK_INLINE V pf_variation_series(V z) {
  V p = set1_f32(1.1318482354e-8f);
  p = p * z + 3.09589949036e-6f;
  p = p * z + 0.000520846796041f;
  p = p * z + 0.0416666521109f;
  return p * z + 1.00000000246f;
}

// 2 (cosh(y/2) - 1) / z, 4.5e-10.
KVK_INLINE V pf_hellinger_series(V z) {
  V p = set1_f32(5.61427002555e-10f);
  p = p * z + 1.93580588382e-7f;
  p = p * z + 4.34033552008e-5f;
  p = p * z + 0.00520833269627f;
  return p * z + 0.250000000111f;
}

// [y sinh(y/2) - 2 cosh(y/2) log cosh(y/2)] / z, 9.2e-9.
KVK_INLINE V pf_jensen_series(V z) {
  V p = set1_f32(-3.14428324053e-11f);
  p = p * z + 1.54906242241e-9f;
  p = p * z + -3.78455194384e-8f;
  p = p * z + 6.71981515061e-7f;
  p = p * z + -1.07630661731e-5f;
  p = p * z + 0.000216924316428f;
  p = p * z + 3.53717740578e-8f;
  return p * z + 0.249999997699f;
}

// 2 sinh(y/2) tanh(y/2) / z, 9.5e-9.
KVK_INLINE V pf_triangular_series(V z) {
  V p = set1_f32(-9.10675360996e-12f);
  p = p * z + 4.94633714243e-10f;
  p = p * z + -1.25159720008e-8f;
  p = p * z + 2.03103353558e-7f;
  p = p * z + -2.50472497755e-6f;
  p = p * z + 2.66617705554e-5f;
  p = p * z + -0.000267499438933f;
  p = p * z + 0.00269053656176f;
  p = p * z + -0.0208332215897f;
  return p * z + 0.499999995229f;
}

// The sums of vectors whose y are given, in lanes where all of them are moderate.
KVK_INLINE void pf_stretch_moderate(const int asked, const int32_t type, const void *a, const V *y, int64_t count,
                                    const pf_reference_f32 *ref, pf_lanes_f32 *acc) {
  const V floor_u = (ref->exponent_a - PF_FLOOR) * 0.69314718055994530942f;
  const V magic = REAL_MAGIC_f32 - ref->exponent_a;
  const V base = ref->base_a;
  pf_lanes_f32 mine = *acc;
  for (int64_t i = 0; i < count; i++) {
    const V u = max_f32(read_f32(a, i * LANES, type) - base, floor_u);
    // exp(u - y/2), of which y/2 is taken where it rounds least.
    const V ku = (u - 0.5f * y[i]) * 1.44269504088896340736f + magic;
    const V ru = less_f32(u, ku - magic, 0.69314718055994530942f) - 0.5f * y[i];
    const V root = (V)((I)exp_near_f32(ru) + ((I)ku << REAL_MANTISSA));
    const V z = y[i] * y[i], square = root * z;
    mine.sum[PF_VARIATION] += (root * abs_f32(y[i])) * pf_variation_series(z);
    if (asked & PF_BIT(PF_HELLINGER)) mine.sum[PF_HELLINGER] += square * pf_hellinger_series(z);
    if (asked & PF_BIT(PF_JENSEN)) mine.sum[PF_JENSEN] += square * pf_jensen_series(z);
    if (asked & PF_BIT(PF_TRIANGULAR)) mine.sum[PF_TRIANGULAR] += square * pf_triangular_series(z);
  }
  *acc = mine;
}

// y of a vector of classes; classes where it is not moderate are far, and NaN is.
KVK_INLINE V pf_difference(V a, V b, const pf_reference_f32 *ref, I *far) {
  V low;
  const V d = two_diff_f32(a, b, &low);
  const V y = (d - ref->c_high) + (low - ref->c_low);
  *far |= ~(abs_f32(y) <= PF_MODERATE);
  return y;
}

// Adds up to PL_CARRY whole vectors. Each lane goes by its own differences: lanes may be rows.
KVK_INLINE void pf_stretch_f32(const int asked, const int32_t type, const void *a, const void *b, int64_t count,
                               const pf_reference_f32 *ref, pf_lanes_f32 *acc) {
  const V zero = set1_f32(0);
  V y[PL_CARRY];
  I far = zero != zero;
  for (int64_t i = 0; i < count; i++)
    y[i] = pf_difference(read_f32(a, i * LANES, type), read_f32(b, i * LANES, type), ref, &far);
  pf_lanes_f32 moderate, other;
  for (int j = 0; j < PF_SUMS; j++) moderate.sum[j] = other.sum[j] = zero;
  if (any_f32(~far)) pf_stretch_moderate(asked, type, a, y, count, ref, &moderate);
  if (any_f32(far)) pf_stretch_any_f32(asked, type, a, b, 0, 0, count, ref, &other);
  for (int j = 0; j < PF_SUMS; j++) acc->sum[j] += far ? other.sum[j] : moderate.sum[j] * ref->norm_a;
}

// Adds the first `rest` lanes of a vector from place i on.
KVK_INLINE void pf_rest_f32(const int32_t type, const void *a, const void *b, const float *a_low, const float *b_low,
                            int64_t i, int64_t rest, const pf_reference_f32 *ref, pf_lanes_f32 *acc) {
  (void)a_low;
  (void)b_low;
  const V zero = set1_f32(0);
  const I there = first_lanes_f32(rest);
  // Classes that are not there have no difference, and a weight that is a number.
  V pa[1] = {read_part_f32(a, i, rest, type, ref->base_a)}, y[1];
  const V pb = read_part_f32(b, i, rest, type, zero);
  I far = zero != zero;
  y[0] = keep_f32(there, pf_difference(pa[0], pb, ref, &far));
  far &= there;
  pf_lanes_f32 moderate, other;
  for (int j = 0; j < PF_SUMS; j++) moderate.sum[j] = other.sum[j] = zero;
  pf_stretch_moderate(PF_ALL, READ_WHOLE, pa, y, 1, ref, &moderate);
  if (any_f32(far)) {
    const pf_masses_f32 m = pf_compare_f32(pa[0], pb, zero, zero, there, ref);
    pf_distances_f32(PF_ALL, m.g, m.e, m.rest, &other);
    pf_ratios_f32(m.y, m.g, m.e, m.rest, &other);
  }
  for (int j = 0; j < PF_SUMS; j++) acc->sum[j] += far ? other.sum[j] : moderate.sum[j] * ref->norm_a;
}
#else
KVK_INLINE void pf_rest_f64(const int32_t type, const void *a, const void *b, const double *a_low, const double *b_low,
                            int64_t i, int64_t rest, const pf_reference_f64 *ref, pf_lanes_f64 *acc) {
  const V zero = set1_f64(0);
  const V la = a_low ? read_part_f64(a_low, i, rest, READ_WHOLE, zero) : zero;
  const V lb = b_low ? read_part_f64(b_low, i, rest, READ_WHOLE, zero) : zero;
  const pf_masses_f64 m = pf_compare_f64(read_part_f64(a, i, rest, type, zero), read_part_f64(b, i, rest, type, zero),
                                         la, lb, first_lanes_f64(rest), ref);
  pf_distances_f64(PF_ALL, m.g, m.e, m.rest, acc);
  pf_ratios_f64(m.y, m.g, m.e, m.rest, acc);
}
#endif

// One function per set of sums that is asked for, and type: constants inside.
typedef void (*N(pf_stretch_fn))(const void *a, const void *b, const R *a_low, const R *b_low, int64_t count,
                                 const N(pf_reference) *ref, N(pf_lanes) *acc);

#if KVK_REAL == 32
#define PF_STRETCH(name, asked, type)                                                                       \
  static __attribute__((noinline)) void name(const void *a, const void *b, const R *a_low, const R *b_low,  \
                                             int64_t count, const N(pf_reference) *ref, N(pf_lanes) *acc) { \
    (void)a_low;                                                                                            \
    (void)b_low;                                                                                            \
    pf_stretch_f32(asked, type, a, b, count, ref, acc);                                                     \
  }
#else
#define PF_STRETCH(name, asked, type)                                                                       \
  static __attribute__((noinline)) void name(const void *a, const void *b, const R *a_low, const R *b_low,  \
                                             int64_t count, const N(pf_reference) *ref, N(pf_lanes) *acc) { \
    N(pf_stretch_any)(asked, type, a, b, a_low, b_low, count, ref, acc);                                    \
  }
#endif
#define PF_STRETCHES(suffix, type)                                             \
  PF_STRETCH(pf_least_##suffix, 0, type)                                       \
  PF_STRETCH(pf_jensen_##suffix, PF_BIT(PF_JENSEN), type)                      \
  PF_STRETCH(pf_hellinger_##suffix, PF_BIT(PF_HELLINGER), type)                \
  PF_STRETCH(pf_both_##suffix, PF_BIT(PF_JENSEN) | PF_BIT(PF_HELLINGER), type) \
  PF_STRETCH(pf_all_##suffix, PF_ALL, type)
#define PF_CHOICES(suffix) \
  {pf_least_##suffix, pf_jensen_##suffix, pf_hellinger_##suffix, pf_both_##suffix, pf_all_##suffix}

#if KVK_REAL == 32
PF_STRETCHES(f32, KVK_F32)
PF_STRETCHES(f16, KVK_F16)
PF_STRETCHES(bf16, KVK_BF16)
#else
PF_STRETCHES(f64, KVK_F64)
#endif

static N(pf_stretch_fn) N(pf_stretch_of)(int asked, int32_t type) {
  const int both = (asked & PF_BIT(PF_JENSEN) ? 1 : 0) + (asked & PF_BIT(PF_HELLINGER) ? 2 : 0);
  const int choice = asked & PF_BIT(PF_TRIANGULAR) ? 4 : both;
#if KVK_REAL == 32
  static const N(pf_stretch_fn) table[3][5] = {PF_CHOICES(f32), PF_CHOICES(f16), PF_CHOICES(bf16)};
  return table[type == KVK_F32 ? 0 : type == KVK_F16 ? 1 : 2][choice];
#else
  (void)type;
  static const N(pf_stretch_fn) table[5] = PF_CHOICES(f64);
  return table[choice];
#endif
}

#undef PF_STRETCH
#undef PF_STRETCHES
#undef PF_CHOICES

static __attribute__((noinline)) void N(pf_block)(int asked, const int32_t type, const void *a, const void *b,
                                                  const R *a_low, const R *b_low, int64_t n, const N(pf_reference) *ref,
                                                  double sums[PF_SUMS]) {
  const V zero = N(set1)(0);
  const N(pf_stretch_fn) stretch = N(pf_stretch_of)(asked, type);
  N(total) total[PF_SUMS];
  memset(total, 0, sizeof total);
  int64_t i = 0;
  while (i < n) {
    N(pf_lanes) acc;
    for (int j = 0; j < PF_SUMS; j++) acc.sum[j] = zero;
    const int64_t stop = n - i > PL_CARRY * LANES ? i + PL_CARRY * LANES : n;
    const int64_t whole = (stop - i) / LANES;
    if (whole > 0)
      stretch((const char *)a + i * READ_WIDTH(type), (const char *)b + i * READ_WIDTH(type), a_low ? a_low + i : 0,
              b_low ? b_low + i : 0, whole, ref, &acc);
    i += whole * LANES;
    if (i < stop) {
      N(pf_rest)(type, a, b, a_low, b_low, i, stop - i, ref, &acc);
      i = stop;
    }
    for (int j = 0; j < PF_SUMS; j++) N(total_add)(&total[j], acc.sum[j]);
  }
  for (int j = 0; j < PF_SUMS; j++) sums[j] += N(total_sum)(&total[j]);
}
