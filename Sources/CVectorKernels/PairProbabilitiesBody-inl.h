// The sums of one block of a pair of rows of masses, for the element type that Real-inl.h chose.
//
// With x = a × scale_a and y = b × scale_b (both rows brought to about the same sum), the block adds up
//
//     PP_A = Σ x     PP_M = Σ (y - x)     PP_F = Σ x ψ((y - x)/x)     PP_B = Σ y ψ((x - y)/y)
//
// with ψ(u) = u - log1p(u) and the other mass where one is 0. No term of PP_F or PP_B is negative and
// none cancels. y / x = 2^n m with m near 1, n = 0 wherever x and y are; with x' = 2^n x,
// d = y - x' and t = d / (y + x'), so that log m = 2 (t + t³ α(t²)),
//
//     x ψ((y - x)/x) = 2^-n d t [1 - t (1 - t) α] + y (1 - 2^-n) - x n ln 2
//     y ψ((x - y)/y) =      d t [1 + t (1 + t) α] + x (1 - 2^n)  + y n ln 2
//
// where d is y - x' rounded once, however y is scaled: rows that differ by a factor and little else
// keep their digits. For entropies, over the classes of at most `limit_a` or `limit_b`
//
//     PP_SMALL_A = Σ x     PP_LOG_A = Σ x log x     and the same of y.

#if KVK_REAL == 32
#define PP_LEAST_f32 0x1p-126f // the least mass besides 0 whose exponents can be taken apart
#define PP_GREATEST_f32 2.0    // no block may sum to more
#define PP_LN2_f32 0.69314718055994530942f
#define PP_HALF_f32 0x00400000 // half a unit of the exponent
#define PP_UPPER_f32 ((int32_t)0xfffff000)
#else
#define PP_LEAST_f64 0x1p-920
#define PP_GREATEST_f64 0x1p100
#define PP_LN2_f64 0.69314718055994530942
#define PP_HALF_f64 0x0008000000000000
#define PP_UPPER_f64 ((int64_t)0xfffffffff8000000)
#endif

typedef struct {
  V scale_a, scale_b;
  V limit_a, limit_b;
} N(pp_reference);

typedef struct {
  V sum[PP_SUMS];
  V least, top_a, top_b; // the least mass besides 0, the largest masses
  I only_a, only_b;      // classes with mass on one side alone
} N(pp_lanes);

// s b - x, rounded once or nearly so.
KVK_INLINE V N(pp_less)(V s, V b, V x) {
#if KVK_HAS_FMA
  return __builtin_elementwise_fma(s, b, -x);
#else
  // The upper halves' product is exact.
  const V sh = (V)((I)s & N(PP_UPPER)), bh = (V)((I)b & N(PP_UPPER));
  const V sl = s - sh, bl = b - bh;
  return ((sh * bh - x) + (sh * bl + sl * bh)) + sl * bl;
#endif
}

KVK_INLINE void N(pp_step)(const int flags, V a, V b, V a_low, V b_low, const N(pp_reference) *ref, N(pp_lanes) *acc) {
  const V zero = N(set1)(0), one = N(set1)(1);
  const V x = flags & PP_SCALE ? a * ref->scale_a : a;
  const V y = flags & PP_SCALE ? b * ref->scale_b : b;
  // As stored: a mass that its scale makes 0 is out of range, not absent.
  const I no_a = a == zero, no_b = b == zero;
  const V xm = no_a ? one : x, ym = no_b ? one : y;
  acc->least = N(min)(N(min)(xm, ym), acc->least);
  acc->only_a |= no_b & ~no_a;
  acc->only_b |= no_a & ~no_b;

  // 2^n, 2^-n and n, from the difference of the two bit patterns.
  const I apart = (I)ym - (I)xm + (REAL_ONE + N(PP_HALF));
  const I power = apart & REAL_EXPONENTS;
  const V up = (V)power, down = (V)(2 * REAL_ONE - power);
  const V n = (V)(I)(((U)apart >> REAL_MANTISSA) | REAL_WHOLE_BITS) - (REAL_WHOLE + REAL_BIAS);

  const V xu = xm * up;
  V difference = y - x, d = ym - xu;
  if (flags & PP_SCALE) {
    difference = N(pp_less)(ref->scale_b, b, x);
    d = N(pp_less)(ref->scale_b, b, xu);
  }
  if (flags & PP_LOW) {
    const V bl = b_low * ref->scale_b, al = a_low * ref->scale_a;
    difference += bl - al;
    d += bl - al * up;
  }
  const V t = d / (ym + xu);
  const V z = t * t, dt = d * t;
  const V tail = N(log_tail)(z);
  acc->sum[PP_A] += x;
  acc->sum[PP_M] += difference;
  if (flags & PP_FORWARD) {
    const V near = dt * (RC(1.0) - (t - z) * tail);
    V f = down * near + ((ym - ym * down) - (xm * n) * N(PP_LN2));
    f = no_b ? zero : f;
    acc->sum[PP_F] += no_a ? y : f;
  }
  if (flags & PP_REVERSE) {
    const V near = dt * (RC(1.0) + (t + z) * tail);
    V f = near + ((xm - xu) + (ym * n) * N(PP_LN2));
    f = no_a ? zero : f;
    acc->sum[PP_B] += no_b ? x : f;
  }
  if (flags & PP_ENTROPY) {
    const I small_a = x <= ref->limit_a, small_b = y <= ref->limit_b;
    acc->sum[PP_SMALL_A] += N(keep)(small_a, x);
    acc->sum[PP_SMALL_B] += N(keep)(small_b, y);
    acc->sum[PP_LOG_A] += N(keep)(small_a, x * N(log_normal)(xm));
    acc->sum[PP_LOG_B] += N(keep)(small_b, y * N(log_normal)(ym));
    acc->top_a = N(max)(x, acc->top_a);
    acc->top_b = N(max)(y, acc->top_b);
  }
}

// Vectors that are added up in lanes before they are carried over into Double.
#define PP_CARRY 16

KVK_INLINE void N(pp_block)(const int flags, const int32_t type, const void *a, const void *b, const R *a_low,
                            const R *b_low, int64_t n, const N(pp_reference) *ref, pp_block_sums *out) {
  const V zero = N(set1)(0);
  N(pp_lanes) acc;
  memset(&acc, 0, sizeof acc);
  acc.least = N(set1)(1);
  N(total) total[PP_SUMS];
  memset(total, 0, sizeof total);
  const int64_t whole = n / LANES * LANES;
  int64_t i = 0;
  while (i < n) {
    const int64_t stop = whole - i > PP_CARRY * LANES ? i + PP_CARRY * LANES : whole;
    for (; i < stop; i += LANES) {
      __builtin_prefetch((const char *)a + (i + PP_AHEAD) * READ_WIDTH(type));
      __builtin_prefetch((const char *)b + (i + PP_AHEAD) * READ_WIDTH(type));
      const V la = flags & PP_LOW ? N(load)(a_low + i) : zero;
      const V lb = flags & PP_LOW ? N(load)(b_low + i) : zero;
      N(pp_step)(flags, N(read)(a, i, type), N(read)(b, i, type), la, lb, ref, &acc);
    }
    if (i == whole && i < n) {
      // The rest, filled up with classes without mass.
      R ta[LANES], tb[LANES], tla[LANES], tlb[LANES];
      for (int64_t j = 0; j < LANES; j++) {
        const int inside = i + j < n;
        ta[j] = inside ? N(read_one)(a, i + j, type) : 0;
        tb[j] = inside ? N(read_one)(b, i + j, type) : 0;
        tla[j] = (flags & PP_LOW) && inside ? a_low[i + j] : 0;
        tlb[j] = (flags & PP_LOW) && inside ? b_low[i + j] : 0;
      }
      N(pp_step)(flags, N(load)(ta), N(load)(tb), N(load)(tla), N(load)(tlb), ref, &acc);
      i = n;
    }
    for (int j = 0; j < PP_SUMS; j++) {
      N(total_add)(&total[j], acc.sum[j]);
      acc.sum[j] = zero;
    }
  }
  for (int j = 0; j < PP_SUMS; j++) out->sum[j] = N(total_sum)(&total[j]);
  out->top_a = (double)N(largest)(acc.top_a);
  out->top_b = (double)N(largest)(acc.top_b);
  out->only_a = N(any)(acc.only_a);
  out->only_b = N(any)(acc.only_b);
  // A NaN or an infinity makes the first sum not finite; a negative mass is the least.
  out->usable = N(smallest)(acc.least) >= N(PP_LEAST) &&out->sum[PP_A] <
                N(PP_GREATEST) &&out->sum[PP_A] + out->sum[PP_M] < N(PP_GREATEST);
}

typedef struct {
  V scale_a, scale_b, low_b;
  V even; // scale_b + low_b: y = b × even has the sum of x
} N(pp_even);

// The smaller share of x + y below it adds nothing to Jensen-Shannon beside the larger.
#define PP_NOTHING 0x1p-80

// (x + y) [(1 + t) log1p(t) + (1 - t) log1p(-t)], |y - x|, (√y - √x)² and (y - x) t of one vector, where
// t = (y - x)/(x + y).
KVK_INLINE void N(pp_family_step)(const int low, V a, V b, V a_low, V b_low, const N(pp_even) *ref, N(pf_lanes) *acc) {
  const V x = a * ref->scale_a, y = b * ref->even;
  V d = N(pp_less)(ref->scale_b, b, x) + b * ref->low_b;
  if (low) d += b_low * ref->scale_b - a_low * ref->scale_a;
  const V larger = N(max)(x, y), smaller = N(min)(x, y);
  const V sum = N(max)(x + y, N(set1)(N(PP_LEAST)));
  const V root = N(sqrt)(x) + N(sqrt)(y);
  const V apart = d / N(max)(root, N(set1)(N(PP_LEAST)));
  const V t = d / sum;
  const V z = t * t;
  const I near = z <= (R)PF_SERIES * (R)PF_SERIES;
  V h = z * N(pf_entropy_series)(near ? z : N(set1)(0));
  if (N(any)(~near)) {
    const V u = (larger + larger) / sum, v = (smaller + smaller) / sum;
    const I nothing = v < (R)PP_NOTHING;
    const V far =
        u * N(log_normal)(N(max)(u, N(set1)(1))) + N(drop)(nothing, v * N(log_normal)(nothing ? N(set1)(1) : v));
    h = near ? h : far;
  }
  acc->sum[PF_JENSEN] += sum * h;
  acc->sum[PF_VARIATION] += N(abs)(d);
  acc->sum[PF_HELLINGER] += apart * apart;
  acc->sum[PF_TRIANGULAR] += d * t;
}

KVK_INLINE void N(pp_family_block)(const int low, const int32_t type, const void *a, const void *b, const R *a_low,
                                   const R *b_low, int64_t n, const N(pp_even) *ref, double sums[PF_SUMS]) {
  const V zero = N(set1)(0);
  N(total) total[PF_SUMS];
  memset(total, 0, sizeof total);
  int64_t i = 0;
  while (i < n) {
    N(pf_lanes) acc;
    for (int j = 0; j < PF_SUMS; j++) acc.sum[j] = zero;
    const int64_t stop = n - i > PP_CARRY * LANES ? i + PP_CARRY * LANES : n;
    for (; i + LANES <= stop; i += LANES) {
      const V la = low ? N(load)(a_low + i) : zero, lb = low ? N(load)(b_low + i) : zero;
      N(pp_family_step)(low, N(read)(a, i, type), N(read)(b, i, type), la, lb, ref, &acc);
    }
    if (i < stop) {
      R ta[LANES], tb[LANES], tla[LANES], tlb[LANES];
      for (int64_t j = 0; j < LANES; j++) {
        const int inside = i + j < n;
        ta[j] = inside ? N(read_one)(a, i + j, type) : 0;
        tb[j] = inside ? N(read_one)(b, i + j, type) : 0;
        tla[j] = low && inside ? a_low[i + j] : 0;
        tlb[j] = low && inside ? b_low[i + j] : 0;
      }
      N(pp_family_step)(low, N(load)(ta), N(load)(tb), N(load)(tla), N(load)(tlb), ref, &acc);
      i = stop;
    }
    for (int j = 0; j < PF_SUMS; j++) N(total_add)(&total[j], acc.sum[j]);
  }
  for (int j = 0; j < PF_SUMS; j++) sums[j] += N(total_sum)(&total[j]);
}
