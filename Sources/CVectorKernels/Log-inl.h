// The natural logarithm, for the element type that Real-inl.h chose. No tables.
//
// Largest error measured: 0.905 ulp over every positive Float, subnormals included; 0.994 ulp over
// 2e7 Doubles (all exponents, and dense around 1).
//
// x = 2^k m with m in [√½, √2); f = m - 1, t = f / (2 + f), and log m = 2 atanh t, arranged so that
// its large part f is exact: log m = f - (f²/2 - t (f²/2 + 2 t² α(t²))).

#if KVK_REAL == 32
#define LOG_ROOT_f32 0x3f3504f3       // √½
#define LOG_LN2_HIGH_f32 0.693138123f // whole multiples are exact
#define LOG_LN2_LOW_f32 9.0580006145e-06f
#define LOG_NORMAL_f32 0x1p-126f
#define LOG_LIFT_f32 24.0f

// α(z) = (atanh t - t) / t³ with z = t², for |t| <= 0.201; relative error 7.3e-7.
KVK_INLINE V N(log_tail)(V z) {
  V p = N(set1)(0.149855324f);
  p = p * z + 0.199892709f;
  return p * z + 0.333333575f;
}
#else
#define LOG_ROOT_f64 0x3fe6a09e667f3bcd
#define LOG_LN2_HIGH_f64 6.93147180369123816490e-01
#define LOG_LN2_LOW_f64 1.90821492927058770002e-10
#define LOG_NORMAL_f64 0x1p-1022
#define LOG_LIFT_f64 54.0

// Relative error 4.0e-17.
KVK_INLINE V N(log_tail)(V z) {
  V p = N(set1)(0.068124408579858528936);
  p = p * z + 0.066038138813021347927;
  p = p * z + 0.076944872508845201177;
  p = p * z + 0.090908674650028831524;
  p = p * z + 0.11111111541534992636;
  p = p * z + 0.14285714283532472022;
  p = p * z + 0.20000000000004208336;
  return p * z + 0.33333333333333332003;
}
#endif

// log(x) - less × ln 2 for positive normal finite x; `less` holds whole numbers.
KVK_INLINE V N(log_reduced)(V x, V less) {
  const I offset = (I)x + (REAL_ONE - N(LOG_ROOT));
  const V k = (V)(I)(((U)offset >> REAL_MANTISSA) | REAL_WHOLE_BITS) - (REAL_WHOLE + REAL_BIAS) - less;
  const V f = (V)((I)x - (offset & REAL_EXPONENTS) + REAL_ONE) - RC(1.0);
  const V t = f / (RC(2.0) + f);
  const V z = t * t;
  const V half = RC(0.5) * f * f;
  const V rest = t * (half + (z + z) * N(log_tail)(z)) + k * N(LOG_LN2_LOW);
  return k * N(LOG_LN2_HIGH) - ((half - rest) - f);
}

// log(x) for positive normal finite x.
KVK_INLINE V N(log_normal)(V x) { return N(log_reduced)(x, N(set1)(0)); }

// log(x 2^-power) for every x, also where that product is too small for a number: -inf at 0, NaN below 0. `power` holds
// whole numbers.
KVK_INLINE V N(log_over)(V x, V power) {
  const I small = x < N(LOG_NORMAL);
  const R lift = KVK_REAL == 32 ? RC(0x1p24) : RC(0x1p54);
  V y = N(log_reduced)(small ? x * lift : x, power + N(keep)(small, N(set1)(N(LOG_LIFT))));
  y = x == RC(0.0) ? N(set1)(-INFINITY) : y;
  y = x == INFINITY ? x : y;
  return (x >= RC(0.0)) ? y : N(set1)(NAN);
}

// log(x) for every x.
KVK_INLINE V N(log)(V x) { return N(log_over)(x, N(set1)(0)); }

static void N(log_array)(const R *x, R *y, int64_t count) {
  int64_t i = 0;
  for (; i + LANES <= count; i += LANES) N(store)(y + i, N(log)(N(load)(x + i)));
  for (; i < count; i++) y[i] = N(log)(N(set1)(x[i]))[0];
}
