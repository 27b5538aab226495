// The registers that every processor of the target has: SSE2 on x86-64, and on others whatever
// 16-byte vectors become there.
#include "include/CVectorKernels.h"
#define KVK_TABLE kvk_baseline
#define KVK_NAME "baseline"
#define KVK_BYTES 16
#if defined(__aarch64__)
#define KVK_HAS_FMA 1
#else
#define KVK_HAS_FMA 0
#endif
#include "Table-inl.h"
