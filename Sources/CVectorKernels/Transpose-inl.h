// Rows side by side: element k of LANES rows as one vector, for the element type that Real-inl.h chose.

// Exchanges the off-diagonal blocks of `stride` lanes of two registers: one step of a transposition.
#if KVK_REAL == 32
#define KVK_PERMUTE_16(stride)                                                                        \
  const V even = __builtin_shufflevector(                                                             \
      x, y, 0 & stride ? 16 - stride : 0, 1 & stride ? 17 - stride : 1, 2 & stride ? 18 - stride : 2, \
      3 & stride ? 19 - stride : 3, 4 & stride ? 20 - stride : 4, 5 & stride ? 21 - stride : 5,       \
      6 & stride ? 22 - stride : 6, 7 & stride ? 23 - stride : 7, 8 & stride ? 24 - stride : 8,       \
      9 & stride ? 25 - stride : 9, 10 & stride ? 26 - stride : 10, 11 & stride ? 27 - stride : 11,   \
      12 & stride ? 28 - stride : 12, 13 & stride ? 29 - stride : 13, 14 & stride ? 30 - stride : 14, \
      15 & stride ? 31 - stride : 15);                                                                \
  const V odd = __builtin_shufflevector(                                                              \
      x, y, 0 & stride ? 16 : 0 + stride, 1 & stride ? 17 : 1 + stride, 2 & stride ? 18 : 2 + stride, \
      3 & stride ? 19 : 3 + stride, 4 & stride ? 20 : 4 + stride, 5 & stride ? 21 : 5 + stride,       \
      6 & stride ? 22 : 6 + stride, 7 & stride ? 23 : 7 + stride, 8 & stride ? 24 : 8 + stride,       \
      9 & stride ? 25 : 9 + stride, 10 & stride ? 26 : 10 + stride, 11 & stride ? 27 : 11 + stride,   \
      12 & stride ? 28 : 12 + stride, 13 & stride ? 29 : 13 + stride, 14 & stride ? 30 : 14 + stride, \
      15 & stride ? 31 : 15 + stride)
#endif
#define KVK_PERMUTE_8(stride)                                                                            \
  const V even = __builtin_shufflevector(x, y, 0 & stride ? 8 - stride : 0, 1 & stride ? 9 - stride : 1, \
                                         2 & stride ? 10 - stride : 2, 3 & stride ? 11 - stride : 3,     \
                                         4 & stride ? 12 - stride : 4, 5 & stride ? 13 - stride : 5,     \
                                         6 & stride ? 14 - stride : 6, 7 & stride ? 15 - stride : 7);    \
  const V odd = __builtin_shufflevector(x, y, 0 & stride ? 8 : 0 + stride, 1 & stride ? 9 : 1 + stride,  \
                                        2 & stride ? 10 : 2 + stride, 3 & stride ? 11 : 3 + stride,      \
                                        4 & stride ? 12 : 4 + stride, 5 & stride ? 13 : 5 + stride,      \
                                        6 & stride ? 14 : 6 + stride, 7 & stride ? 15 : 7 + stride)
#define KVK_PERMUTE_4(stride)                                                                                   \
  const V even = __builtin_shufflevector(x, y, 0, 1 & stride ? 5 - stride : 1, 2 & stride ? 6 - stride : 2,     \
                                         3 & stride ? 7 - stride : 3);                                          \
  const V odd = __builtin_shufflevector(x, y, stride, 1 & stride ? 5 : 1 + stride, 2 & stride ? 6 : 2 + stride, \
                                        3 & stride ? 7 : 3 + stride)
#define KVK_PERMUTE_2(stride)                         \
  const V even = __builtin_shufflevector(x, y, 0, 2); \
  const V odd = __builtin_shufflevector(x, y, 1, 3)

// Unrolled, or else the rows live in memory.
#define KVK_STEP(count, stride)                                                           \
  _Pragma("clang loop unroll(full)") for (int i = 0; i < LANES; i++) if (!(i & stride)) { \
    const V x = rows[i], y = rows[i + stride];                                            \
    KVK_PERMUTE_##count(stride);                                                          \
    rows[i] = even;                                                                       \
    rows[i + stride] = odd;                                                               \
  }

// A square of LANES × LANES elements in registers.
KVK_INLINE void N(transpose_square)(V rows[]){
#if KVK_REAL == 32 && KVK_BYTES == 64
    KVK_STEP(16, 1) KVK_STEP(16, 2) KVK_STEP(16, 4) KVK_STEP(16, 8)
#elif (KVK_REAL == 32 && KVK_BYTES == 32) || (KVK_REAL == 64 && KVK_BYTES == 64)
    KVK_STEP(8, 1) KVK_STEP(8, 2) KVK_STEP(8, 4)
#elif (KVK_REAL == 32 && KVK_BYTES == 16) || (KVK_REAL == 64 && KVK_BYTES == 32)
    KVK_STEP(4, 1) KVK_STEP(4, 2)
#else
    KVK_STEP(2, 1)
#endif
}

#undef KVK_STEP
#undef KVK_PERMUTE_16
#undef KVK_PERMUTE_8
#undef KVK_PERMUTE_4
#undef KVK_PERMUTE_2

// The first `count` < LANES lanes from memory that may end behind them; the others are 0. Where the instruction set
// loads under a mask; MASKED_LOADS says so.
#undef MASKED_LOADS
#if defined(__x86_64__) && KVK_BYTES == 64
#define MASKED_LOADS 1
KVK_INLINE V N(read_first)(const void *p, int64_t count) {
  typedef __attribute__((__vector_size__(64))) R plain;
#if KVK_REAL == 32
  return (V)__builtin_ia32_loadups512_mask(p, (plain){}, (uint16_t)((1u << count) - 1));
#else
  return (V)__builtin_ia32_loadupd512_mask(p, (plain){}, (uint8_t)((1u << count) - 1));
#endif
}
#elif defined(__x86_64__) && KVK_BYTES == 32
#define MASKED_LOADS 1
KVK_INLINE V N(read_first)(const void *p, int64_t count) {
#if KVK_REAL == 32
  typedef __attribute__((__vector_size__(32))) int mask;
  return (V)__builtin_ia32_maskloadps256(p, (mask)N(first_lanes)(count));
#else
  typedef __attribute__((__vector_size__(32))) long long mask;
  return (V)__builtin_ia32_maskloadpd256(p, (mask)N(first_lanes)(count));
#endif
}
#else
#define MASKED_LOADS 0
#endif

// Element k of LANES rows of n elements to `to[k]`. The rows lie at from[lane].
KVK_INLINE void N(transpose_rows)(const int32_t type, const void *const from[], int64_t n, V *to) {
  if (n < LANES) {
#if MASKED_LOADS
    if (type == READ_WHOLE) {
      V rows[LANES];
#pragma clang loop unroll(full)
      for (int lane = 0; lane < LANES; lane++) rows[lane] = N(read_first)(from[lane], n);
      N(transpose_square)(rows);
      for (int64_t i = 0; i < n; i++) to[i] = rows[i];
      return;
    }
#endif
    for (int64_t k = 0; k < n; k++)
      for (int lane = 0; lane < LANES; lane++) ((R *)to)[k * LANES + lane] = N(read_one)(from[lane], k, type);
    return;
  }
  for (int64_t k = 0; k < n; k += LANES) {
    // The last square overlaps the one before it.
    const int64_t start = k + LANES <= n ? k : n - LANES;
    V rows[LANES];
#pragma clang loop unroll(full)
    for (int lane = 0; lane < LANES; lane++) rows[lane] = N(read)(from[lane], start, type);
    N(transpose_square)(rows);
#pragma clang loop unroll(full)
    for (int i = 0; i < LANES; i++) N(store)((R *)(to + start + i), rows[i]);
  }
}
