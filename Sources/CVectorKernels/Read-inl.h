// Reading a row's stored type as vectors of the element type that Real-inl.h chose.

#if KVK_REAL == 32
KVK_INLINE V N(read)(const void *p, int64_t i, const int32_t type) {
  const void *from = (const char *)p + i * READ_WIDTH(type);
  return type == KVK_F32 ? load_f32(from) : type == KVK_F16 ? load_f32_of_f16(from) : load_f32_of_bf16(from);
}

KVK_INLINE R N(read_one)(const void *p, int64_t i, const int32_t type) {
  if (type != KVK_F32) {
    uint16_t half;
    memcpy(&half, (const char *)p + i * 2, 2);
    return type == KVK_F16 ? f16_to_float(half) : bf16_to_float(half);
  }
  R x;
  memcpy(&x, (const char *)p + i * (int64_t)sizeof x, sizeof x);
  return x;
}
#else
KVK_INLINE V N(read)(const void *p, int64_t i, const int32_t type) {
  (void)type;
  return N(load)((const char *)p + i * (int64_t)sizeof(R));
}

KVK_INLINE R N(read_one)(const void *p, int64_t i, const int32_t type) {
  (void)type;
  R x;
  memcpy(&x, (const char *)p + i * (int64_t)sizeof x, sizeof x);
  return x;
}
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
