// The tables that this build has, and which of them the processor runs.
#include "include/CVectorKernels.h"

extern const kvk_table kvk_baseline;
#if defined(__x86_64__)
extern const kvk_table kvk_avx512;
extern const kvk_table kvk_avx2;
#elif defined(__aarch64__)
extern const kvk_table kvk_neon;
#endif

const kvk_table *kvk_table_at(int32_t index) {
  static const kvk_table *const tables[] = {
#if defined(__x86_64__)
      &kvk_avx512,
      &kvk_avx2,
#elif defined(__aarch64__)
      &kvk_neon,
#endif
      &kvk_baseline,
  };
  const int32_t count = (int32_t)(sizeof tables / sizeof tables[0]);
  return index >= 0 && index < count ? tables[index] : 0;
}

int32_t kvk_table_runs(const kvk_table *table) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (table == &kvk_avx512) return __builtin_cpu_supports("x86-64-v4") != 0;
  // F16C is part of x86-64-v3.
  if (table == &kvk_avx2) return __builtin_cpu_supports("x86-64-v3") != 0;
#endif
  return table != 0;
}
