// Ranks of classes in rows: 1 and how many classes are larger, or as large with a lower number.

#define KVK_REAL 32
#include "Real-inl.h"
#include "RanksBody-inl.h"
#undef KVK_REAL
#define KVK_REAL 64
#include "Real-inl.h"
#include "RanksBody-inl.h"
#undef KVK_REAL

// How many of classes from ... to - 1 are above `limit`, or with `equal` not below it. A limit that is an element of
// the row is one of its type.
static int64_t rank_count(const kvk_side *side, int64_t row, int64_t from, int64_t to, double limit, const int equal) {
  int64_t count = 0;
  double staged[LARGEST_BLOCK];
  const int64_t block = side->type == KVK_I32 || side->type == KVK_I64 ? LARGEST_BLOCK : KVK_SEGMENT;
  for (int64_t k = from; k < to; k += block) {
    const int64_t n = to - k < block ? to - k : block;
    const void *p = element_at(side, row, k);
    switch (side->type) {
    case KVK_F32: count += count_above_f32(KVK_F32, equal, p, n, (float)limit); break;
    case KVK_F16: count += count_above_f32(KVK_F16, equal, p, n, (float)limit); break;
    case KVK_BF16: count += count_above_f32(KVK_BF16, equal, p, n, (float)limit); break;
    case KVK_F64: count += count_above_f64(KVK_F64, equal, p, n, limit); break;
    default: block_f64(p, side->type, n, staged); count += count_above_f64(KVK_F64, equal, staged, n, limit);
    }
  }
  return count;
}

static double rank_of(const kvk_side *side, int64_t row, int64_t classes, int64_t wanted) {
  if (wanted < 0 || wanted >= classes) return NAN;
  const double value = side_raw(side, row, wanted);
  const int64_t before = rank_count(side, row, 0, wanted, value, 1);
  return (double)(1 + before + rank_count(side, row, wanted + 1, classes, value, 0));
}

static void rank_rows(const kvk_side *side, const int64_t *wanted, int64_t first, int64_t count, int64_t classes,
                      double *rank) {
  for (int64_t i = 0; i < count; i++) rank[i] = rank_of(side, first + i, classes, wanted[i]);
}
