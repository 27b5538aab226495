// AVX-512 with the F, VL, BW, DQ and CD groups: x86-64-v4.
// The groups are named one by one: `arch=x86-64-v4` also asks for 256-bit registers.
#include "include/CVectorKernels.h"
#if defined(__x86_64__)
#define KVK_TABLE kvk_avx512
#define KVK_NAME "avx512"
#define KVK_BYTES 64
#define KVK_HAS_FMA 1
#pragma clang attribute push(                                                                                  \
    __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx512cd,avx2,fma,f16c,bmi,bmi2,lzcnt,movbe"))), \
    apply_to = function)
#include "Table-inl.h"
#pragma clang attribute pop
#endif
