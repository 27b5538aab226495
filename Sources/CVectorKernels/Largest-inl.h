// The first place of a row's largest element.

#define LARGEST_BLOCK 2048

#define KVK_REAL 32
#include "Real-inl.h"
#include "LargestBody-inl.h"
#undef KVK_REAL
#define KVK_REAL 64
#include "Real-inl.h"
#include "LargestBody-inl.h"
#undef KVK_REAL

// The first place of the largest element of classes from ... to - 1; NaN is passed over.
static double first_largest(const kvk_side *side, int64_t row, int64_t from, int64_t to, double *largest) {
  double top = -INFINITY, staged[LARGEST_BLOCK];
  int64_t place = from;
  for (int64_t k = from; k < to; k += LARGEST_BLOCK) {
    const int64_t n = to - k < LARGEST_BLOCK ? to - k : LARGEST_BLOCK;
    const void *p = element_at(side, row, k);
    int64_t found;
    switch (side->type) {
    case KVK_F32: found = largest_above_f32(KVK_F32, p, n, &top); break;
    case KVK_F16: found = largest_above_f32(KVK_F16, p, n, &top); break;
    case KVK_BF16: found = largest_above_f32(KVK_BF16, p, n, &top); break;
    case KVK_F64: found = largest_above_f64(KVK_F64, p, n, &top); break;
    default: block_f64(p, side->type, n, staged); found = largest_above_f64(KVK_F64, staged, n, &top);
    }
    if (found >= 0) place = k + found;
  }
  *largest = top;
  return (double)place;
}
