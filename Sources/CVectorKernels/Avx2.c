// AVX2, FMA and F16C: x86-64-v3.
#include "include/CVectorKernels.h"
#if defined(__x86_64__)
#define KVK_TABLE kvk_avx2
#define KVK_NAME "avx2"
#define KVK_BYTES 32
#define KVK_HAS_FMA 1
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,bmi,bmi2,lzcnt,movbe"))), apply_to = function)
#include "Table-inl.h"
#pragma clang attribute pop
#endif
