// The exponential, for the element type that Real-inl.h chose. No tables.
//
// x = n ln 2 + r with n whole and |r| <= ln 2 / 2, and exp(r) = 1 + r + r² g(r).
// Largest error measured: 0.775 ulp over every Float, 0.82 ulp over 6e7 Doubles, where
// the result is normal. Below that it is 0; exp(-inf) = 0, exp(+inf) = +inf.

#if KVK_REAL == 32
#define EXP_LARGEST_f32 88.7228317f   // of the x whose exp is finite
#define EXP_SMALLEST_f32 -87.3365402f // of the x whose exp is normal
#define EXP_LN2_HIGH_f32 0.693138123f // whole multiples are exact
#define EXP_LN2_LOW_f32 9.0580006145e-06f

// (exp(r) - 1 - r) / r² for |r| <= ln 2 / 2, relative error 1.3e-7.
KVK_INLINE V N(exp_rest)(V r) {
  V p = N(set1)(0.001390133457f);
  p = p * r + 0.008363259796f;
  p = p * r + 0.04166685485f;
  p = p * r + 0.166665766f;
  return p * r + 0.4999999955f;
}

// The same, chosen so that exp(r) has the least error: 3.1e-9 of it.
KVK_INLINE V N(exp_tail)(V r) {
  V p = N(set1)(0.001381446706f);
  p = p * r + 0.008368780411f;
  p = p * r + 0.04166839421f;
  p = p * r + 0.1666652011f;
  return p * r + 0.4999999341f;
}

// exp(r) for |r| <= ln 2 / 2, relative error 1.1e-7: cheaper than the sum above, where that will do.
KVK_INLINE V N(exp_near)(V r) {
  const V square = r * r;
  const V high = r * 0.008312429986f + 0.04189098711f;
  const V middle = r * 0.1666711817f + 0.4999922585f;
  return (high * square + middle) * square + (r + 1.0f);
}
#else
#define EXP_LARGEST_f64 709.78271289338397
#define EXP_SMALLEST_f64 -708.39641853226408
#define EXP_LN2_HIGH_f64 6.93147180369123816490e-01
#define EXP_LN2_LOW_f64 1.90821492927058770002e-10

// Relative error 2.1e-16.
KVK_INLINE V N(exp_rest)(V r) {
  V p = N(set1)(2.506823075667612433e-8);
  p = p * r + 2.7620285318928877923e-7;
  p = p * r + 2.7557355780278622563e-6;
  p = p * r + 0.000024801520894110284074;
  p = p * r + 0.0001984126978402269792;
  p = p * r + 0.001388888891746179179;
  p = p * r + 0.0083333333333565474519;
  p = p * r + 0.041666666666623661195;
  p = p * r + 0.16666666666666643497;
  return p * r + 0.50000000000000010348;
}

// The same, chosen so that exp(r) has the least error: 3.8e-18 of it.
KVK_INLINE V N(exp_tail)(V r) {
  V p = N(set1)(2.499782212883251288e-8);
  p = p * r + 2.7629811251716391169e-7;
  p = p * r + 2.75575925655236412e-6;
  p = p * r + 0.000024801494540734564524;
  p = p * r + 0.00019841269501261971351;
  p = p * r + 0.0013888888941956270167;
  p = p * r + 0.0083333333334957077982;
  p = p * r + 0.041666666666538103603;
  p = p * r + 0.16666666666666413729;
  return p * r + 0.50000000000000093678;
}

KVK_INLINE V N(exp_near)(V r) { return 1.0 + (r + (r * r) * N(exp_rest)(r)); }
#endif

// exp(x + rest) 2^-exponent, for whole numbers `exponent` and small `rest`, where that is normal.
KVK_INLINE V N(exp_scaled)(V x, V rest, V exponent) {
  const V magic = (R)REAL_MAGIC - exponent;
  const V k = x * RC(1.44269504088896340736) + magic;
  const V n = k - magic;
  const V r = ((x - n * N(EXP_LN2_HIGH))-n * N(EXP_LN2_LOW))+rest;
  // 1 + r with its rounding error: one rounding less in the sum.
  const V s = RC(1.0) + r;
  const V y = s + ((r * r) * N(exp_tail)(r) + (r - (s - RC(1.0))));
  return (V)((I)y + ((I)k << REAL_MANTISSA));
}

// exp(x) for every x.
KVK_INLINE V N(exp)(V x) {
  V y = N(exp_scaled)(x, N(set1)(0), N(set1)(0));
  y = x > N(EXP_LARGEST) ? N(set1)(INFINITY) : y;
  y = x < N(EXP_SMALLEST) ? N(set1)(0) : y;
  return x == x ? y : x;
}

static void N(exp_array)(const R *x, R *y, int64_t count) {
  int64_t i = 0;
  for (; i + LANES <= count; i += LANES) N(store)(y + i, N(exp)(N(load)(x + i)));
  for (; i < count; i++) y[i] = N(exp)(N(set1)(x[i]))[0];
}
