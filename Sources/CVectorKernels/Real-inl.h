// Chooses the element type that the next included bodies are written for.
//
// A translation unit has chosen an instruction set and with it KVK_BYTES, the width of a register.
// Define KVK_REAL as 32 or 64 and include this file; it may be included as often as wanted. Set are:
//
//     R, V, I, U       the scalar, its vector, and the signed and unsigned integer vectors of equal width
//     LANES            elements in a vector
//     N(name)          the name with the element type's suffix: N(load) is load_f32 or load_f64
//     RC(1.5)          a constant of the scalar type
//     REAL_MANTISSA    bits of the significand; REAL_ONE the bits of 1, REAL_EXPONENTS the mask of
//                      sign and exponent, REAL_BIAS the exponent of 1
//     REAL_WHOLE       2^REAL_MANTISSA, where the last bit is worth 1; REAL_WHOLE_BITS its bits
//     REAL_MAGIC       1.5 × 2^REAL_MANTISSA: adding it rounds to an integer
//     REAL_FLOOR       weights stop at 2^-REAL_FLOOR of their scale
//
// A constant that differs between the types has two names, and a body writes N(PL_LIMIT) for PL_LIMIT_f32 or
// PL_LIMIT_f64. All of the above is for bodies alone: outside them it depends on what was included last.
//
// A comparison of two V gives an I whose lanes are -1 or 0: the mask of every `select`.

#undef R
#undef V
#undef I
#undef U
#undef LANES
#undef N
#undef RC
#undef REAL_MANTISSA
#undef REAL_ONE
#undef REAL_EXPONENTS
#undef REAL_BIAS
#undef REAL_WHOLE
#undef REAL_WHOLE_BITS
#undef REAL_FLOOR
#undef READ_WIDTH
#undef READ_WHOLE

#if KVK_REAL == 32
#define R float
#define V v_f32
#define I i_f32
#define U u_f32
#define N(name) name##_f32
#define RC(number) number##f
#define REAL_MANTISSA 23
#define REAL_ONE 0x3f800000
#define REAL_EXPONENTS ((int32_t)0xff800000)
#define REAL_BIAS 127.0f
#define REAL_WHOLE 0x1p23f
#define REAL_WHOLE_BITS 0x4b000000
#define REAL_FLOOR 125.0f
#define READ_WIDTH(type) ((type) == KVK_F32 ? 4 : 2) // bytes of a stored element
#define READ_WHOLE KVK_F32                           // the stored type that is R itself
#elif KVK_REAL == 64
#define R double
#define V v_f64
#define I i_f64
#define U u_f64
#define N(name) name##_f64
#define RC(number) number
#define REAL_MANTISSA 52
#define REAL_ONE 0x3ff0000000000000
#define REAL_EXPONENTS ((int64_t)0xfff0000000000000)
#define REAL_BIAS 1023.0
#define REAL_WHOLE 0x1p52
#define REAL_WHOLE_BITS 0x4330000000000000
#define REAL_FLOOR 1021.0
#define READ_WIDTH(type) 8
#define READ_WHOLE KVK_F64
#else
#error "KVK_REAL must be 32 or 64"
#endif
#define LANES ((int64_t)(sizeof(V) / sizeof(R)))

#ifndef KVK_INLINE
#define REAL_MAGIC N(REAL_MAGIC)
#define REAL_MAGIC_f32 12582912.0f
#define REAL_MAGIC_f64 6755399441055744.0
#define KVK_INLINE static inline __attribute__((always_inline, unused))
typedef float v_f32 __attribute__((ext_vector_type(KVK_BYTES / 4)));
typedef int32_t i_f32 __attribute__((ext_vector_type(KVK_BYTES / 4)));
typedef uint32_t u_f32 __attribute__((ext_vector_type(KVK_BYTES / 4)));
typedef double v_f64 __attribute__((ext_vector_type(KVK_BYTES / 8)));
typedef int64_t i_f64 __attribute__((ext_vector_type(KVK_BYTES / 8)));
typedef uint64_t u_f64 __attribute__((ext_vector_type(KVK_BYTES / 8)));
#endif
