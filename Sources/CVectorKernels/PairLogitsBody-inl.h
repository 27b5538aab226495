// The sums of one block of a pair of logit rows, for the element type that Real-inl.h chose.
//
// For classes k of the block, with a reference (scale, c) that holds for the whole call:
//
//     w = exp(a - scale)          the first row's weight
//     x = (a - b) - c             the difference of logits, less a shift that makes it small
//     v = w exp(-x)               the second row's weight, in the unit exp(scale - c)
//
// and phi(t) = exp(t) - 1 - t, the block adds up
//
//     z = Σ w      m = Σ w x      s = Σ w phi(-x)     t = Σ w (largest a - a)
//     vz = Σ v     vm = Σ v x     vs = Σ v phi(x)     vt = Σ v (largest b - b)
//
// No term of s or vs is negative and phi keeps all its digits near 0: nothing cancels, however near
// the rows are. One range reduction of -x = n ln 2 + r gives, with 2^n = e and exp(r) - 1 = r + q,
//
//     exp(-x) = e + e (r + q)
//     phi(-x) = (e - 1) - n ln 2 + (e - 1) r + e q
//     exp(-x) phi(x) = 1 - e + e (n ln 2 - q - x (r + q))
//
// where at n = 0 every term is of second order in r.

#if KVK_REAL == 32
#define PL_LIMIT_f32 40.0f // |x| above it: the block is evaluated in Double
#else
#define PL_LIMIT_f64 600.0
#endif

// (exp(r) - 1 - r) / r² for |r| <= 0.604, relative error 7.5e-8.
#if KVK_REAL == 32
KVK_INLINE V N(pl_rest)(V r) {
  // Estrin's scheme: a shorter chain than Horner's.
  const V square = r * r;
  const V low = r * 0.1666666289f + 0.5000000374f;
  const V middle = r * 0.008333587528f + 0.04166480849f;
  const V high = r * 0.0001989142124f + 0.001402501852f;
  return (high * square + middle) * square + low;
}
#else
KVK_INLINE V N(pl_rest)(V r) { return N(exp_rest)(r); }
#endif

// The reference of a block call. Vectors, so that the lanes may belong to different rows.
typedef struct {
  V base;             // scale = base + exponent × ln 2
  V exponent;         // whole numbers
  V c_high, c_low;    // the shift c = c_high + c_low
  V base_b, factor_b; // exp(b - base_b) × factor_b = exp(b + c - base)
  V largest_a, largest_b;
  int chooses; // with PL_RECORD: the block's mean difference is to be the shift
} N(pl_reference);

typedef struct {
  V sum[PL_SUMS];
  V far;                        // the largest |x|
  V top_a, top_b;               // the largest a and b
  I forbidden_ab, forbidden_ba; // p > 0 where q = 0, and the reverse
} N(pl_lanes);

// x = (a - b) - c; with PL_EXACT `rest` is what its rounding left out.
KVK_INLINE V N(pl_difference)(const int flags, V a, V b, V a_low, V b_low, const N(pl_reference) *ref, V *rest) {
  *rest = N(set1)(0);
  if (!(flags & PL_EXACT)) return (a - b) - ref->c_high;
  V low, tail;
  const V d = N(two_diff)(a, b, &low);
  if (flags & PL_LOW) low += a_low - b_low;
  const V near = N(two_diff)(d, ref->c_high, &tail);
  tail += low - ref->c_low;
  const V x = near + tail;
  *rest = (near - x) + tail;
  return x;
}

// Which classes have their mass (all but) on one side alone.
KVK_INLINE void N(pl_sides)(V a, V b, V x, I *only_a, I *only_b) {
  *only_b = a == -INFINITY;
  *only_a = b == -INFINITY;
#if KVK_REAL == 64
  const I either = *only_a | *only_b;
  *only_b |= (x < -N(PL_LIMIT))&~either;
  *only_a |= (x > N(PL_LIMIT))&~either;
#endif
}

// The first row's weights: w = 2^(n - exponent) exp(u - n ln 2) with u = a - base, 0 below the floor: what it
// multiplies may be of any size.
KVK_INLINE V N(pl_weight)(const int flags, V a, V b, V a_low, V b_low, const N(pl_reference) *ref, V floor_u, V magic) {
  V u;
  I only_b = (I)N(set1)(0);
  if (flags & PL_MASK) {
    V rest;
    const V x = N(pl_difference)(flags, a, b, a_low, b_low, ref, &rest);
    I only_a;
    N(pl_sides)(a, b, x, &only_a, &only_b);
    u = (only_b ? b : a) - (only_b ? ref->base_b : ref->base);
    if (flags & PL_LOW) u += only_b ? b_low : a_low;
  } else {
    u = a - ref->base;
    if (flags & PL_LOW) u += a_low;
  }
  const V ku = u * RC(1.44269504088896340736) + magic;
  const V nu = ku - magic;
  V ru = N(less)(u, nu, RC(0.69314718055994530942));
#if KVK_REAL == 64
  ru = ru - nu * 2.3190468138462995584e-17;
#endif
  V w = N(drop)(u < floor_u, (V)((I)N(exp_near)(ru) + ((I)ku << REAL_MANTISSA)));
  if (flags & PL_MASK) {
    w *= only_b ? ref->factor_b : N(set1)(RC(1.0));
    w = N(drop)((a == -INFINITY) & (b == -INFINITY), w);
  }
  return w;
}

// Vectors that are added up in lanes of Float before they are carried over into Double: equal terms all
// round the same way, and this many keep the worst case under 5e-7.
#define PL_CARRY 16

// In Float n = 0 up to |x| = (½ + PL_TURN) ln 2 = 0.603: where 2^n is not 1, the terms of phi cancel while it is small.
#define PL_TURN 0.37f

// -x = n ln 2 + r, with what else its companions need.
typedef struct {
  V r, e, nl; // e = 2^n, nl = n ln 2
} N(pl_turns);

// n, in the last digits of the result.
KVK_INLINE V N(pl_turns_of)(const int flags, V y) {
#if KVK_REAL == 64
  if (flags & PL_MASK) y = N(min)(N(max)(y, N(set1)(-N(PL_LIMIT))), N(set1)(N(PL_LIMIT)));
  return (R)REAL_MAGIC - y * RC(1.44269504088896340736);
#else
  const V turns = y * RC(1.44269504088896340736);
  const V held = N(min)(N(max)(turns, N(set1)(-PL_TURN)), N(set1)(PL_TURN));
  return (held - turns) + (R)REAL_MAGIC;
#endif
}

KVK_INLINE N(pl_turns) N(pl_reduce)(const int flags, V x, V rest, V kx) {
  V y = x;
#if KVK_REAL == 64
  if (flags & PL_MASK) y = N(min)(N(max)(x, N(set1)(-N(PL_LIMIT))), N(set1)(N(PL_LIMIT)));
#endif
  const V nx = kx - (R)REAL_MAGIC;
  N(pl_turns) t;
  t.r = N(less)(-y, nx, RC(0.69314718055994530942));
  if (flags & PL_EXACT) t.r -= rest;
  t.e = (V)(((I)kx << REAL_MANTISSA) + REAL_ONE);
  t.nl = nx * RC(0.69314718055994530942);
  return t;
}

// phi(-x), exp(-x) phi(x) and exp(-x).
typedef struct {
  V phi, chi, growth;
} N(pl_terms);

KVK_INLINE N(pl_terms) N(pl_expand)(V y, N(pl_turns) t) {
  const V q = (t.r * t.r) * N(pl_rest)(t.r);
  const V h = t.r + q;
  const V e1 = t.e - RC(1.0);
  N(pl_terms) terms;
  terms.phi = t.e * q + (e1 * t.r + (e1 - t.nl));
  terms.chi = t.e * ((t.nl - q) - y * h) - e1;
  terms.growth = t.e * h + t.e;
  return terms;
}

// The sums that need no exponential.
KVK_INLINE void N(pl_count)(const int flags, V a, V b, V ta, V tb, V x, V w, V v, I lanes, const N(pl_reference) *ref,
                            N(pl_lanes) *acc) {
  acc->sum[PL_T] += w * ta;
  acc->sum[PL_VT] += v * tb;
  acc->sum[PL_M] += w * x;
  acc->sum[PL_VM] += v * x;
  acc->far = N(max)(N(abs)(x), acc->far);
  if (flags & PL_RECORD) {
    const I tie_a = (a == ref->largest_a) & lanes, tie_b = (b == ref->largest_b) & lanes;
    acc->sum[PL_TIES] += N(keep)(tie_a, N(set1)(1));
    acc->sum[PL_VTIES] += N(keep)(tie_b, N(set1)(1));
    acc->sum[PL_Z] += N(drop)(tie_a, w);
    acc->sum[PL_VZ] += N(drop)(tie_b, v);
  } else {
    acc->sum[PL_Z] += w;
    acc->sum[PL_VZ] += v;
    acc->top_a = N(max)(lanes ? a : acc->top_a, acc->top_a);
    acc->top_b = N(max)(lanes ? b : acc->top_b, acc->top_b);
  }
}

// The sums of one vector of classes, their weights known. `lanes` masks the classes that exist.
KVK_INLINE void N(pl_step)(const int flags, V a, V b, V a_low, V b_low, V w, I lanes, const N(pl_reference) *ref,
                           N(pl_lanes) *acc) {
  V rest;
  V x = N(pl_difference)(flags, a, b, a_low, b_low, ref, &rest);
  I only_a, only_b, zero_a, zero_b;
  if (flags & PL_MASK) {
    N(pl_sides)(a, b, x, &only_a, &only_b);
    zero_a = a == -INFINITY;
    zero_b = b == -INFINITY;
    acc->forbidden_ba |= zero_a & ~zero_b & lanes;
    acc->forbidden_ab |= zero_b & ~zero_a & lanes;
    x = N(drop)(zero_a | zero_b, x);
    rest = N(drop)(zero_a | zero_b, rest);
  }
  V y = x;
#if KVK_REAL == 64
  if (flags & PL_MASK) y = N(min)(N(max)(x, N(set1)(-N(PL_LIMIT))), N(set1)(N(PL_LIMIT)));
#endif
  const N(pl_terms) terms = N(pl_expand)(y, N(pl_reduce)(flags, x, rest, N(pl_turns_of)(flags, x)));
  V v = w * terms.growth;
  V ta = ref->largest_a - a, tb = ref->largest_b - b;

  if (flags & PL_MASK) {
    const I none = (zero_a & zero_b) | ~lanes;
    V s = w * terms.phi, vs = w * terms.chi;
    v = only_b ? w : N(drop)(only_a, v);
    w = N(drop)(only_b | none, w);
    v = N(drop)(none, v);
    // w phi(-x) = v - w + w x and v phi(x) = w - v - v x; where a side has no mass at all the
    // divergence towards it is infinite, which `forbidden` says.
    s = only_b ? v : only_a ? w * (x - RC(1.0)) : s;
    vs = only_a ? w : only_b ? v * (RC(-1.0) - x) : vs;
    s = N(drop)(zero_b | none, s);
    vs = N(drop)(zero_a | none, vs);
    ta = N(drop)(zero_a | none, ta);
    tb = N(drop)(zero_b | none, tb);
    acc->sum[PL_S] += s;
    acc->sum[PL_VS] += vs;
  } else {
    w = N(keep)(lanes, w);
    v = N(keep)(lanes, v);
    acc->sum[PL_S] += w * terms.phi;
    acc->sum[PL_VS] += w * terms.chi;
  }
  N(pl_count)(flags, a, b, ta, tb, x, w, v, lanes, ref, acc);
}

// The sums of up to PL_CARRY whole vectors from class `from` on, without masks: in three loops, whose
// chains are short enough for several vectors to be on their way at once, and whose constants fit the
// registers.
KVK_INLINE void N(pl_stretch)(const int flags, const int32_t type, const void *a, const void *b, int64_t from,
                              int64_t count, const V *weights, const N(pl_reference) *ref, N(pl_lanes) *acc) {
  const V zero = N(set1)(0);
  V x[PL_CARRY], v[PL_CARRY], kx[PL_CARRY], rests[PL_CARRY];
  for (int64_t i = 0; i < count; i++) {
    const int64_t k = from + i * LANES;
    V rest;
    x[i] = N(pl_difference)(flags, N(read)(a, k, type), N(read)(b, k, type), zero, zero, ref, &rest);
    kx[i] = N(pl_turns_of)(flags, x[i]);
    if (flags & PL_EXACT) rests[i] = rest;
  }
  V s = acc->sum[PL_S], vs = acc->sum[PL_VS];
  for (int64_t i = 0; i < count; i++) {
    const N(pl_terms) terms = N(pl_expand)(x[i], N(pl_reduce)(flags, x[i], flags & PL_EXACT ? rests[i] : zero, kx[i]));
    s += weights[i] * terms.phi;
    vs += weights[i] * terms.chi;
    v[i] = weights[i] * terms.growth;
  }
  acc->sum[PL_S] = s;
  acc->sum[PL_VS] = vs;
  N(pl_lanes) mine = *acc;
  for (int64_t i = 0; i < count; i++) {
    const V va = N(read)(a, from + i * LANES, type), vb = N(read)(b, from + i * LANES, type);
    N(pl_count)(flags, va, vb, ref->largest_a - va, ref->largest_b - vb, x[i], weights[i], v[i], zero == zero, ref,
                &mine);
  }
  *acc = mine;
}

KVK_INLINE V N(pl_floor)(const N(pl_reference) *ref) {
  return (ref->exponent - (R)REAL_FLOOR) * RC(0.69314718055994530942);
}

KVK_INLINE void N(pl_clear)(N(pl_lanes) *acc) {
  for (int j = 0; j < PL_SUMS; j++) acc->sum[j] = N(set1)(0);
  acc->far = N(set1)(0);
  acc->top_a = acc->top_b = N(set1)(-INFINITY);
  acc->forbidden_ab = acc->forbidden_ba = (I)N(set1)(0);
}

// What a block call found beside the sums.
typedef struct {
  double sum[PL_SUMS];
  R far, top_a, top_b; // tops only without PL_RECORD
  int forbidden_ab, forbidden_ba;
  R c; // the shift that was chosen
} N(pl_block_sums);

// Weights of the whole vectors from `from` to `stop`.
KVK_INLINE void N(pl_weights)(const int flags, const int32_t type, const void *a, const void *b, const R *a_low,
                              const R *b_low, int64_t from, int64_t stop, const N(pl_reference) *ref, V *weights) {
  const V zero = N(set1)(0);
  const V floor_u = N(pl_floor)(ref), magic = (R)REAL_MAGIC - ref->exponent;
  for (int64_t i = from; i < stop; i += LANES) {
    __builtin_prefetch((const char *)a + (i + PL_AHEAD) * READ_WIDTH(type));
    __builtin_prefetch((const char *)b + (i + PL_AHEAD) * READ_WIDTH(type));
    const V va = N(read)(a, i, type);
    const V vb = flags & PL_MASK ? N(read)(b, i, type) : zero;
    const V la = flags & PL_LOW ? N(load)(a_low + i) : zero;
    const V lb = flags & PL_LOW ? N(load)(b_low + i) : zero;
    *weights++ = N(pl_weight)(flags, va, vb, la, lb, ref, floor_u, magic);
  }
}

// The mean of a - b under the first row's weights: the shift that leaves nothing to cancel where the
// rows are alike.
KVK_INLINE R N(pl_mean)(const int32_t type, const void *a, const void *b, int64_t whole, const V *weights) {
  V z = N(set1)(0), m = z;
  for (int64_t i = 0; i < whole; i += LANES) {
    const V w = *weights++;
    z += w;
    m += w * (N(read)(a, i, type) - N(read)(b, i, type));
  }
  return (R)(N(sum)(m) / N(sum)(z));
}

KVK_INLINE void N(pl_block)(const int flags, const int32_t type, const void *a, const void *b, const R *a_low,
                            const R *b_low, int64_t n, const N(pl_reference) *given, N(pl_block_sums) *out) {
  const V zero = N(set1)(0);
  const I all = zero == zero;
  N(pl_reference) ref = *given;
  N(pl_lanes) acc;
  N(pl_clear)(&acc);
  N(total) total[PL_SUMS];
  memset(total, 0, sizeof total);
  const int64_t whole = n / LANES * LANES;
  // Weights first, differences second: each half's constants fit the registers. A block that chooses
  // the shift has all its weights first.
  V weights[flags & PL_RECORD ? PL_BLOCK / LANES : PL_CARRY];
  if (flags & PL_RECORD) {
    N(pl_weights)(flags, type, a, b, a_low, b_low, 0, whole, &ref, weights);
    if (!(flags & (PL_MASK | PL_LOW)) && ref.chooses && whole > 0) {
      const R mean = N(pl_mean)(type, a, b, whole, weights);
      ref.c_high = N(set1)(mean - mean == 0 ? mean : ref.c_high[0]);
      ref.c_low = zero;
    }
  }
  out->c = ref.c_high[0];
  int64_t i = 0;
  while (i < whole) {
    const int64_t stop = whole - i > PL_CARRY * LANES ? i + PL_CARRY * LANES : whole;
    const V *w = flags & PL_RECORD ? weights + i / LANES : weights;
    if (!(flags & PL_RECORD)) N(pl_weights)(flags, type, a, b, a_low, b_low, i, stop, &ref, weights);
    if (!(flags & (PL_MASK | PL_LOW))) {
      N(pl_stretch)(flags, type, a, b, i, (stop - i) / LANES, w, &ref, &acc);
      i = stop;
    }
    for (; i < stop; i += LANES) {
      const V va = N(read)(a, i, type), vb = N(read)(b, i, type);
      const V la = flags & PL_LOW ? N(load)(a_low + i) : zero;
      const V lb = flags & PL_LOW ? N(load)(b_low + i) : zero;
      N(pl_step)(flags, va, vb, la, lb, *w++, all, &ref, &acc);
    }
    for (int j = 0; j < PL_TIES; j++) {
      N(total_add)(&total[j], acc.sum[j]);
      acc.sum[j] = zero;
    }
  }
  if (i < n) {
    // The rest, padded with classes that are masked and whose x is 0.
    const int64_t rest = n - i;
    const V va = N(read_part)(a, i, rest, type, ref.c_high);
    const V vb = N(read_part)(b, i, rest, type, zero);
    const V la = flags & PL_LOW ? N(read_part)(a_low, i, rest, READ_WHOLE, zero) : zero;
    const V lb = flags & PL_LOW ? N(read_part)(b_low, i, rest, READ_WHOLE, zero) : zero;
    const V w = N(pl_weight)(flags, va, vb, la, lb, &ref, N(pl_floor)(&ref), (R)REAL_MAGIC - ref.exponent);
    N(pl_step)(flags, va, vb, la, lb, w, N(first_lanes)(rest), &ref, &acc);
    for (int j = 0; j < PL_TIES; j++) N(total_add)(&total[j], acc.sum[j]);
  }
  // Small whole numbers, which were left in their lanes: also where there is no tail.
  for (int j = PL_TIES; j < PL_SUMS; j++) N(total_add)(&total[j], acc.sum[j]);
  for (int j = 0; j < PL_SUMS; j++) out->sum[j] = N(total_sum)(&total[j]);
  out->far = N(largest)(acc.far);
  out->top_a = N(largest)(acc.top_a);
  out->top_b = N(largest)(acc.top_b);
  out->forbidden_ab = N(any)(acc.forbidden_ab);
  out->forbidden_ba = N(any)(acc.forbidden_ba);
}

// The largest element of each row's block.
KVK_INLINE void N(pl_tops)(const int32_t type, const void *a, const void *b, int64_t n, R *top_a, R *top_b) {
  V ma = N(set1)(-INFINITY), mb = ma, ma2 = ma, mb2 = ma;
  int64_t i = 0;
  for (; i + 2 * LANES <= n; i += 2 * LANES) {
    ma = N(max)(N(read)(a, i, type), ma);
    mb = N(max)(N(read)(b, i, type), mb);
    ma2 = N(max)(N(read)(a, i + LANES, type), ma2);
    mb2 = N(max)(N(read)(b, i + LANES, type), mb2);
  }
  R ta = N(largest)(N(max)(ma, ma2)), tb = N(largest)(N(max)(mb, mb2));
  for (; i < n; i++) {
    const R xa = N(read_one)(a, i, type), xb = N(read_one)(b, i, type);
    ta = xa > ta ? xa : ta;
    tb = xb > tb ? xb : tb;
  }
  *top_a = ta;
  *top_b = tb;
}
