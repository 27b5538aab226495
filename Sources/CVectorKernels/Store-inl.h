// Results as they are stored: Float, Double, f16 and bf16.

// Float -> f16, to the nearest, ties to even.
KVK_INLINE uint16_t float_to_f16(float x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  const uint32_t sign = bits >> 16 & 0x8000u, magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) return (uint16_t)(sign | 0x7e00u);
  if (magnitude >= 0x477ff000u) return (uint16_t)(sign | 0x7c00u);
  if (magnitude < 0x38800000u) {
    // Below the normal range: adding ½ puts the last bit of f16 at the last bit of the sum.
    float scaled;
    memcpy(&scaled, &magnitude, 4);
    scaled += 0.5f;
    memcpy(&bits, &scaled, 4);
    return (uint16_t)(sign | (bits - 0x3f000000u));
  }
  const uint32_t odd = magnitude >> 13 & 1;
  return (uint16_t)(sign | ((magnitude - 0x38000000u + 0xfffu + odd) >> 13));
}

// Float -> bf16 likewise.
KVK_INLINE uint16_t float_to_bf16(float x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return (uint16_t)(bits >> 16 | 0x40u);
  return (uint16_t)((bits + 0x7fffu + (bits >> 16 & 1)) >> 16);
}

static void store_floats(const float *from, int64_t n, void *to, int32_t type) {
  uint16_t *halves = to;
  switch (type) {
  case KVK_F32: memcpy(to, from, (size_t)n * 4); break;
  case KVK_F64:
    for (int64_t i = 0; i < n; i++) ((double *)to)[i] = (double)from[i];
    break;
  case KVK_F16:
    for (int64_t i = 0; i < n; i++) halves[i] = float_to_f16(from[i]);
    break;
  default:
    for (int64_t i = 0; i < n; i++) halves[i] = float_to_bf16(from[i]);
    break;
  }
}

static void store_doubles(const double *from, int64_t n, void *to, int32_t type) {
  if (type == KVK_F64) {
    memcpy(to, from, (size_t)n * 8);
    return;
  }
  float block[256];
  for (int64_t k = 0; k < n; k += 256) {
    const int64_t some = n - k < 256 ? n - k : 256;
    for (int64_t i = 0; i < some; i++) block[i] = (float)from[k + i];
    store_floats(block, some, (char *)to + k * element_bytes(type), type);
  }
}

// Results that went past the caches are visible to other threads after this.
KVK_INLINE void store_fence(void) {
#if defined(__x86_64__)
  __builtin_ia32_sfence();
#endif
}

static inline void *target_at(const kvk_target *target, int64_t row, int64_t k) {
  return (char *)target->base + (row * target->stride + k) * element_bytes(target->type);
}

static void store_nan(const kvk_target *target, int64_t row, int64_t n) {
  double block[256];
  for (int i = 0; i < 256; i++) block[i] = NAN;
  for (int64_t k = 0; k < n; k += 256)
    store_doubles(block, n - k < 256 ? n - k : 256, target_at(target, row, k), target->type);
}
