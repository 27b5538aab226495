// The sums of a block of one row, for the element type that Real-inl.h chose.
//
// With the largest class so far as `top`, the block adds up
//
//     z    = Σ w          over the classes that are smaller than it, relative to a scale
//     ties                the classes that equal it
//     t    = Σ w log(top's mass / this class's mass)
//
// so that nothing cancels near a point mass.

#if KVK_REAL == 32
#define RS_LEAST_f32 0x1p-126f
#define RS_FARTHEST_f32 256.0f
#else
#define RS_LEAST_f64 0x1p-1022
#define RS_FARTHEST_f64 2048.0
#endif

// What the sums of a block refer to. Vectors, so that the lanes may belong to different rows.
typedef struct {
  V top;                // as stored
  V factor, factor_low; // logits are multiplied by 1 / T; masses by a power of two
  V base, exponent;     // logits: w = exp((x - base) factor) 2^-exponent
  V log_top;            // masses: log(top × factor)
} N(rs_reference);

typedef struct {
  V z, ties, t;
} N(rs_lanes);

// The weight of every class of a vector.
KVK_INLINE V N(rs_weight)(const int flags, V x, const N(rs_reference) *ref, V floor, V magic) {
  if (flags & RS_MASS) return x * ref->factor;
  V rest = N(set1)(0);
  V u = flags & RS_EXACT ? N(two_diff)(x, ref->base, &rest) : x - ref->base;
  if (flags & RS_SCALED) {
    const V v = u;
    V product;
    u = N(two_product)(v, ref->factor, &product);
    product += v * ref->factor_low;
    rest = flags & RS_EXACT ? product + rest * ref->factor : product;
  }
  const V k = u * RC(1.44269504088896340736) + magic;
  const V n = k - magic;
  V r = N(less)(u, n, RC(0.69314718055994530942));
#if KVK_REAL == 64
  r -= n * 2.3190468138462995584e-17;
#endif
  if (flags & (RS_SCALED | RS_EXACT)) r += rest;
  const V w = (V)((I)N(exp_near)(r) + ((I)k << REAL_MANTISSA));
  return N(drop)(u < floor, w); // -inf too
}

// log(the largest class's mass / this class's). Where it is above RS_FARTHEST, the weight is 0.
KVK_INLINE V N(rs_distance)(const int flags, V x, V w, const N(rs_reference) *ref) {
  if (flags & RS_MASS) return ref->log_top - N(log_normal)(w > N(RS_LEAST) ? w : N(set1)(N(RS_LEAST)));
  V distance = ref->top - x;
  if (flags & RS_SCALED) distance *= ref->factor;
  return N(min)(distance, N(set1)(N(RS_FARTHEST)));
}

// Adds one vector of classes. `lanes` masks those that exist.
KVK_INLINE void N(rs_count)(const int flags, V x, V w, I lanes, const N(rs_reference) *ref, N(rs_lanes) *acc) {
  const V distance = flags & RS_BARE ? w : N(rs_distance)(flags, x, w, ref);
  const I tie = (x == ref->top) & lanes;
  w = N(keep)(lanes, w);
  acc->ties += N(keep)(tie, N(set1)(1));
  w = N(drop)(tie, w);
  acc->z += w;
  if (!(flags & RS_BARE)) acc->t += w * distance;
}

// Adds up to RS_CARRY whole vectors, in two loops whose chains are short enough for several vectors to be
// on their way at once.
KVK_INLINE void N(rs_stretch)(const int flags, const int32_t type, const void *p, int64_t from, int64_t count,
                              const N(rs_reference) *ref, V floor, V magic, N(rs_lanes) *acc) {
  V weights[RS_CARRY];
  const V zero = N(set1)(0);
  for (int64_t i = 0; i < count; i++) {
    const int64_t k = from + i * LANES;
    __builtin_prefetch((const char *)p + (k + RS_AHEAD) * READ_WIDTH(type));
    weights[i] = N(rs_weight)(flags, N(read)(p, k, type), ref, floor, magic);
  }
  for (int64_t i = 0; i < count; i++)
    N(rs_count)(flags, N(read)(p, from + i * LANES, type), weights[i], zero == zero, ref, acc);
}

KVK_INLINE V N(rs_floor)(const N(rs_reference) *ref) {
  return (ref->exponent - (R)REAL_FLOOR) * RC(0.69314718055994530942);
}

// Adds the sums of n classes.
KVK_INLINE void N(rs_block)(const int flags, const int32_t type, const void *p, int64_t n, const N(rs_reference) *ref,
                            rs_sums *out) {
  const V zero = N(set1)(0);
  const V floor = N(rs_floor)(ref), magic = (R)REAL_MAGIC - ref->exponent;
  N(total) z = {0}, t = {0}, ties = {0};
  int64_t i = 0;
  while (i < n) {
    N(rs_lanes) acc = {zero, zero, zero};
    const int64_t stop = n - i > RS_CARRY * LANES ? i + RS_CARRY * LANES : n;
    const int64_t whole = (stop - i) / LANES;
    N(rs_stretch)(flags, type, p, i, whole, ref, floor, magic, &acc);
    i += whole * LANES;
    if (i < stop) {
      const V x = N(read_part)(p, i, stop - i, type, zero);
      const V w = N(rs_weight)(flags, x, ref, floor, magic);
      N(rs_count)(flags, x, w, N(first_lanes)(stop - i), ref, &acc);
      i = stop;
    }
    N(total_add)(&z, acc.z);
    if (!(flags & RS_BARE)) N(total_add)(&t, acc.t);
    N(total_add)(&ties, acc.ties);
  }
  out->z += N(total_sum)(&z);
  if (!(flags & RS_BARE)) out->t += N(total_sum)(&t);
  out->ties += N(total_sum)(&ties);
}

// The largest and, of masses, the smallest of n elements; NaN is passed over.
KVK_INLINE void N(rs_ends)(const int flags, const int32_t type, const void *p, int64_t n, double *top, double *bottom) {
  V high = N(set1)(-INFINITY), low = -high;
  int64_t i = 0;
  for (; i + LANES <= n; i += LANES) {
    const V x = N(read)(p, i, type);
    high = N(max)(x, high);
    if (flags & RS_MASS) low = N(min)(x, low);
  }
  R t = N(largest)(high), b = flags & RS_MASS ? N(smallest)(low) : 0;
  for (; i < n; i++) {
    const R x = N(read_one)(p, i, type);
    t = x > t ? x : t;
    b = x < b ? x : b;
  }
  *top = (double)t;
  *bottom = (double)b;
}

// The reference for a largest class, in every lane or in each lane by itself.
KVK_INLINE N(rs_reference) N(rs_refer)(const int flags, V top, R factor, R factor_low) {
  N(rs_reference) ref = {top, N(set1)(factor), N(set1)(factor_low), N(set1)(0), N(set1)(0), N(set1)(0)};
  if (flags & RS_MASS) {
    // 2^-e for a mass in 2^e ... 2^(e+1); at the ends of the range the nearest power there is.
    const I least = (I)N(set1)(N(RS_LEAST));
    const I power = (I){} + 2 * REAL_ONE - ((I)top & REAL_EXPONENTS);
    ref.factor = (V)(power > least ? power : least);
    ref.log_top = N(log)(top * ref.factor);
    return ref;
  }
#if KVK_REAL == 32
  const V u = flags & RS_SCALED ? top * factor : top;
  // Where logits are moderate a power of two is taken off, not the largest logit: that does not round.
  const I moderate = N(abs)(u) <= (R)RS_MODERATE;
  const V turns = (u * RC(1.44269504088896340736) + (R)REAL_MAGIC) - (R)REAL_MAGIC;
  ref.exponent = N(keep)(moderate, turns);
  ref.base = N(drop)(moderate, top);
#else
  ref.base = top;
#endif
  return ref;
}

// The largest class's weight in the units of the sums, in a lane: for logits its logarithm, for masses
// the factor that it takes.
KVK_INLINE double N(rs_unit)(const rs_plan *plan, const N(rs_reference) *ref, int lane) {
  if (plan->flags & RS_MASS) return (double)ref->factor[lane];
  return rs_logit(plan, (double)ref->top[lane] - (double)ref->base[lane]) -
         (double)ref->exponent[lane] * 0.69314718055994530942;
}

// Evaluates LANES short rows, a lane each, into a batch from place `at` on. Returns the bits of lanes that have to be
// evaluated by themselves.
KVK_INLINE uint32_t N(rs_rows)(const int flags, const int32_t type, const rs_plan *plan, const void *const from[],
                               int64_t n, rs_batch *batch, int at) {
  V x[RS_SHORT];
  N(transpose_rows)(type, from, n, x);
  V top = x[0], bottom = x[0];
  for (int64_t k = 1; k < n; k++) {
    top = N(max)(x[k], top);
    bottom = N(min)(x[k], bottom);
  }
  const N(rs_reference) ref = N(rs_refer)(flags, top, (R)plan->factor, (R)plan->factor_low);
  const V zero = N(set1)(0);
  const V floor = N(rs_floor)(&ref), magic = (R)REAL_MAGIC - ref.exponent;
  N(total) z = {0}, t = {0};
  V ties = zero;
  for (int64_t k = 0; k < n;) {
    N(rs_lanes) acc = {zero, zero, zero};
    const int64_t stop = n - k > RS_CARRY ? k + RS_CARRY : n;
    N(rs_stretch)(flags, READ_WHOLE, x, k * LANES, stop - k, &ref, floor, magic, &acc);
    k = stop;
    N(total_add)(&z, acc.z);
    if (!(flags & RS_BARE)) N(total_add)(&t, acc.t);
    ties += acc.ties;
  }
  const N(total) tops = __builtin_convertvector(top, N(total)), tied = __builtin_convertvector(ties, N(total));
  N(total) unit = __builtin_convertvector(ref.factor, N(total));
  if (!(flags & RS_MASS)) {
    unit = tops - __builtin_convertvector(ref.base, N(total));
    if (flags & RS_SCALED) unit /= side_temperature(plan->side);
    unit -= __builtin_convertvector(ref.exponent, N(total)) * 0.69314718055994530942;
  }
  memcpy(batch->z + at, &z, sizeof z);
  memcpy(batch->ties + at, &tied, sizeof tied);
  memcpy(batch->t + at, &t, sizeof t);
  memcpy(batch->top + at, &tops, sizeof tops);
  memcpy(batch->unit + at, &unit, sizeof unit);
  memset(batch->place + at, 0, sizeof z);
  memset(batch->status + at, KVK_VALID, (size_t)LANES);
  // Not a number anywhere, or no mass.
  const V sum = __builtin_convertvector(z + t, V) + top;
  I refused = ~((sum - sum == zero) & (ties > zero));
  if (flags & RS_MASS) refused |= ~(top > zero) | (bottom < zero);
  if (!N(any)(refused)) return 0;
  uint32_t alone = 0;
  for (int lane = 0; lane < LANES; lane++)
    if (refused[lane]) alone |= 1u << lane;
  return alone;
}
