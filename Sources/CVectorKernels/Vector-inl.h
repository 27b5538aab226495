// The vector operations that every kernel uses, for the element type that Real-inl.h chose.

KVK_INLINE V N(set1)(R x) { return (V){} + x; }

KVK_INLINE V N(load)(const void *p) {
  V v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

KVK_INLINE void N(store)(R *p, V v) { __builtin_memcpy(p, &v, sizeof v); }

// Where a lane of `x` is NaN the result is `y`: the operand order of the machine's own instruction.
KVK_INLINE V N(max)(V x, V y) { return x > y ? x : y; }
KVK_INLINE V N(min)(V x, V y) { return x < y ? x : y; }

KVK_INLINE V N(select)(I mask, V x, V y) { return mask ? x : y; }
KVK_INLINE V N(keep)(I mask, V x) { return (V)(mask & (I)x); }  // x where the mask is set, else 0
KVK_INLINE V N(drop)(I mask, V x) { return (V)(~mask & (I)x); } // 0 where the mask is set, else x

KVK_INLINE V N(abs)(V x) { return __builtin_elementwise_abs(x); }
KVK_INLINE V N(sqrt)(V x) { return __builtin_elementwise_sqrt(x); }

// x - n k, rounded once, for whole numbers n; without the instruction k is split so that the large
// part's product is exact.
KVK_INLINE V N(less)(V x, V n, R k) {
#if KVK_HAS_FMA
  return __builtin_elementwise_fma(-n, N(set1)(k), x);
#elif KVK_REAL == 32
  const R high = (R)((int32_t)(k * 2048)) / 2048;
  return (x - n * high) - n * (k - high);
#else
  const R high = (R)((int64_t)(k * 0x1p32)) / 0x1p32;
  return (x - n * high) - n * (k - high);
#endif
}

// The mask of the first `count` lanes.
KVK_INLINE I N(first_lanes)(int64_t count) {
  I place;
  for (int64_t i = 0; i < LANES; i++) place[i] = i;
  return place < (I){} + count;
}

// Bit i is set where lane i of the mask is.
KVK_INLINE uint32_t N(bits)(I mask) {
  typedef _Bool set __attribute__((ext_vector_type(KVK_BYTES * 8 / KVK_REAL)));
  const set lanes = __builtin_convertvector(mask, set);
  uint32_t bits = 0;
  __builtin_memcpy(&bits, &lanes, (size_t)(LANES + 7) / 8);
  return bits & (uint32_t)((1ull << LANES) - 1);
}

KVK_INLINE int N(any)(I mask) { return __builtin_reduce_or(mask) != 0; }

// Lane i of the result is lane i + by, all around: a shuffle, where `by` is a constant.
KVK_INLINE V N(turn)(V x, const int by) {
  V y = x;
  for (int i = 0; i < LANES; i++) y[i] = x[(i + by) % LANES];
  return y;
}

KVK_INLINE R N(largest)(V x) {
  if (LANES > 8) x = N(max)(N(turn)(x, 8), x);
  if (LANES > 4) x = N(max)(N(turn)(x, 4), x);
  if (LANES > 2) x = N(max)(N(turn)(x, 2), x);
  return N(max)(N(turn)(x, 1), x)[0];
}

KVK_INLINE R N(smallest)(V x) {
  if (LANES > 8) x = N(min)(N(turn)(x, 8), x);
  if (LANES > 4) x = N(min)(N(turn)(x, 4), x);
  if (LANES > 2) x = N(min)(N(turn)(x, 2), x);
  return N(min)(N(turn)(x, 1), x)[0];
}

// Lane sums of this type in Double: a Double for every lane, added in one fixed order.
typedef double N(total) __attribute__((ext_vector_type(KVK_BYTES * 8 / KVK_REAL)));

KVK_INLINE void N(total_add)(N(total) *total, V x) { *total += __builtin_convertvector(x, N(total)); }

KVK_INLINE double N(total_sum)(const N(total) *total) {
  N(total) x = *total;
  for (int half = LANES / 2; half > 0; half /= 2) {
    N(total) y = x;
    for (int i = 0; i < LANES; i++) y[i] = x[(i + half) % LANES];
    x += y;
  }
  return x[0];
}

// Doubles of their own, as many as there are lanes.
KVK_INLINE void N(widen)(V x, double *to) {
  const N(total) wide = __builtin_convertvector(x, N(total));
  __builtin_memcpy(to, &wide, sizeof wide);
}

KVK_INLINE V N(narrow)(const double *from) {
  N(total) wide;
  __builtin_memcpy(&wide, from, sizeof wide);
  return __builtin_convertvector(wide, V);
}

// The sum of the lanes, added in Double.
KVK_INLINE double N(sum)(V x) {
  const N(total) total = __builtin_convertvector(x, N(total));
  return N(total_sum)(&total);
}
