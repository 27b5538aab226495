// Elements of any stored type, as vectors of Float or Double.
//
// f16 and bf16 widen exactly to Float, everything but large 64-bit integers exactly to Double.
// `block_f32` and `block_f64` stage a few hundred elements in a caller's buffer that stays in L1,
// for the paths that do not read the stored type directly.

typedef uint16_t kvk_half __attribute__((ext_vector_type(KVK_BYTES / 4)));

// f16 -> Float by integers, where no instruction does it: the exponent is moved and the rest scaled.
KVK_INLINE float f16_to_float(uint16_t h) {
  const uint32_t sign = (uint32_t)(h & 0x8000u) << 16;
  const uint32_t magnitude = (uint32_t)(h & 0x7fffu) << 13;
  uint32_t bits;
  if (magnitude >= 0x0f800000u) {
    bits = magnitude | 0x7f800000u; // infinity, NaN
  } else {
    float scaled;
    __builtin_memcpy(&scaled, &magnitude, 4);
    scaled *= 0x1p112f; // exact, subnormals included
    __builtin_memcpy(&bits, &scaled, 4);
  }
  bits |= sign;
  float x;
  __builtin_memcpy(&x, &bits, 4);
  return x;
}

// Stored elements, which may lie anywhere.
typedef float stored_f32 __attribute__((aligned(1), may_alias));
typedef uint16_t stored_u16 __attribute__((aligned(1), may_alias));
typedef int32_t stored_i32 __attribute__((aligned(1), may_alias));
typedef int64_t stored_i64 __attribute__((aligned(1), may_alias));

KVK_INLINE float bf16_to_float(uint16_t h) {
  const uint32_t bits = (uint32_t)h << 16;
  float x;
  __builtin_memcpy(&x, &bits, 4);
  return x;
}

KVK_INLINE v_f32 load_f32_of_bf16(const void *p) {
  kvk_half h;
  __builtin_memcpy(&h, p, sizeof h);
  return (v_f32)(__builtin_convertvector(h, u_f32) << 16);
}

KVK_INLINE v_f32 load_f32_of_f16(const void *p) {
  kvk_half h;
  __builtin_memcpy(&h, p, sizeof h);
#if KVK_HAS_FMA // the instruction sets with FMA here all convert f16 too
  typedef _Float16 kvk_f16 __attribute__((ext_vector_type(KVK_BYTES / 4)));
  return __builtin_convertvector((kvk_f16)h, v_f32);
#else
  const u_f32 wide = __builtin_convertvector(h, u_f32);
  const u_f32 magnitude = (wide & 0x7fffu) << 13;
  const u_f32 finite = (u_f32)((v_f32)magnitude * 0x1p112f);
  const i_f32 special = magnitude >= 0x0f800000u;
  const u_f32 bits = ((u_f32)special & (magnitude | 0x7f800000u)) | (~(u_f32)special & finite);
  return (v_f32)(bits | ((wide & 0x8000u) << 16));
#endif
}

KVK_INLINE int64_t element_bytes(int32_t type) {
  return type == KVK_F32 || type == KVK_I32 ? 4 : type == KVK_F16 || type == KVK_BF16 ? 2 : 8;
}

KVK_INLINE const void *element_at(const kvk_side *side, int64_t row, int64_t k) {
  const int64_t place = side->rows ? side->rows[row] : row;
  return (const char *)side->base + (place * side->stride + k) * element_bytes(side->type);
}

// n elements from `from`, as Float. Only for f32, f16 and bf16.
static inline void block_f32(const void *from, int32_t type, int64_t n, float *to) {
  const int64_t lanes = KVK_BYTES / 4;
  int64_t i = 0;
  if (type == KVK_F32) {
    __builtin_memcpy(to, from, (size_t)n * 4);
  } else if (type == KVK_F16) {
    const stored_u16 *p = from;
    for (; i + lanes <= n; i += lanes) store_f32(to + i, load_f32_of_f16(p + i));
    for (; i < n; i++) to[i] = f16_to_float(p[i]);
  } else {
    const stored_u16 *p = from;
    for (; i + lanes <= n; i += lanes) store_f32(to + i, load_f32_of_bf16(p + i));
    for (; i < n; i++) to[i] = bf16_to_float(p[i]);
  }
}

// n elements from `from`, of any type, as Double.
static inline void block_f64(const void *from, int32_t type, int64_t n, double *to) {
  switch (type) {
  case KVK_F64: __builtin_memcpy(to, from, (size_t)n * 8); break;
  case KVK_F32:
    for (int64_t i = 0; i < n; i++) to[i] = (double)((const stored_f32 *)from)[i];
    break;
  case KVK_F16:
    for (int64_t i = 0; i < n; i++) to[i] = (double)f16_to_float(((const stored_u16 *)from)[i]);
    break;
  case KVK_BF16:
    for (int64_t i = 0; i < n; i++) to[i] = (double)bf16_to_float(((const stored_u16 *)from)[i]);
    break;
  case KVK_I32:
    for (int64_t i = 0; i < n; i++) to[i] = (double)((const stored_i32 *)from)[i];
    break;
  default:
    for (int64_t i = 0; i < n; i++) to[i] = (double)((const stored_i64 *)from)[i];
    break;
  }
}
