// NEON: 16-byte vectors with fused multiply-add, on every aarch64 processor.
#include "include/CVectorKernels.h"
#if defined(__aarch64__)
#define KVK_TABLE kvk_neon
#define KVK_NAME "neon"
#define KVK_BYTES 16
#define KVK_HAS_FMA 1
#include "Table-inl.h"
#endif
