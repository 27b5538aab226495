// Reading a row's stored type as vectors of the element type that Real-inl.h chose, and adding vectors up
// without losing digits to long sums.

#if KVK_REAL == 32
KVK_INLINE V N(read)(const void *p, int64_t i, const int32_t type) {
  return type == KVK_F32    ? load_f32((const float *)p + i)
         : type == KVK_F16 ? load_f32_of_f16((const uint16_t *)p + i)
                           : load_f32_of_bf16((const uint16_t *)p + i);
}

KVK_INLINE R N(read_one)(const void *p, int64_t i, const int32_t type) {
  if (type != KVK_F32) {
    uint16_t half;
    memcpy(&half, (const uint16_t *)p + i, 2);
    return type == KVK_F16 ? f16_to_float(half) : bf16_to_float(half);
  }
  R x;
  memcpy(&x, (const R *)p + i, sizeof x);
  return x;
}

// Lane sums of Float in Double.
typedef double half_f64 __attribute__((ext_vector_type(KVK_BYTES / 4)));
typedef half_f64 N(total);
KVK_INLINE void N(total_add)(N(total) *total, V x) {
  *total += __builtin_convertvector(x, half_f64);
}
KVK_INLINE double N(total_sum)(const N(total) *total) {
  half_f64 t = *total;
  double s[KVK_BYTES / 4];
  memcpy(s, &t, sizeof s);
  for (int64_t half = KVK_BYTES / 8; half > 0; half /= 2)
    for (int64_t i = 0; i < half; i++) s[i] += s[i + half];
  return s[0];
}
#else
KVK_INLINE V N(read)(const void *p, int64_t i, const int32_t type) {
  (void)type;
  return N(load)((const R *)p + i);
}

KVK_INLINE R N(read_one)(const void *p, int64_t i, const int32_t type) {
  (void)type;
  R x;
  memcpy(&x, (const R *)p + i, sizeof x);
  return x;
}

typedef V N(total);
KVK_INLINE void N(total_add)(N(total) *total, V x) { *total += x; }
KVK_INLINE double N(total_sum)(const N(total) *total) { return N(sum)(*total); }
#endif

// The first `count` < LANES elements from place i on; the other lanes as in `padding`.
KVK_INLINE V N(read_part)(const void *p, int64_t i, int64_t count, const int32_t type, V padding) {
  const int64_t width = READ_WIDTH(type);
  if (width == (int64_t)sizeof(R)) {
    R whole[LANES];
    N(store)(whole, padding);
    memcpy(whole, (const char *)p + i * width, (size_t)(count * width));
    return N(load)(whole);
  }
  uint16_t halves[LANES];
  memset(halves, 0, sizeof halves);
  memcpy(halves, (const char *)p + i * width, (size_t)(count * width));
  return N(first_lanes)(count) ? N(read)(halves, 0, type) : padding;
}
