// The k largest classes of rows, which of them two rows share, and the rank of one row's largest class in another.
//
// The k largest are kept in a heap whose root is the first to go: an element takes its place if it is larger, so that
// of equal ones those with lower numbers stay. A row costs one read, and for every element that is kept log k steps.

#define KVK_REAL 32
#include "Real-inl.h"
#include "TopClassesBody-inl.h"
#undef KVK_REAL
#define KVK_REAL 64
#include "Real-inl.h"
#include "TopClassesBody-inl.h"
#undef KVK_REAL

typedef struct {
  double value;
  int64_t place;
} top_entry;

// Whether x goes before y: it is smaller, or as large with a higher number.
static inline int top_goes_first(top_entry x, top_entry y) {
  return x.value < y.value || (x.value == y.value && x.place > y.place);
}

// Moves the entry at i down to where those below go after it.
static void top_settle(top_entry *heap, int64_t k, int64_t i) {
  const top_entry entry = heap[i];
  // Ends: i at least doubles.
  for (int64_t child = 2 * i + 1; child < k; child = 2 * i + 1) {
    if (child + 1 < k && top_goes_first(heap[child + 1], heap[child])) child++;
    if (!top_goes_first(heap[child], entry)) break;
    heap[i] = heap[child];
    i = child;
  }
  heap[i] = entry;
}

// Takes n classes, the first of which has the number `first`.
static void top_take(int32_t type, const void *p, int64_t first, int64_t n, top_entry *heap, int64_t k) {
  double x = 0;
  for (int64_t i = 0;; i++) {
    const double limit = heap[0].value;
    // A limit is an element of the row, and so one of its type.
    switch (type) {
    case KVK_F32: i = next_above_f32(KVK_F32, p, i, n, (float)limit); break;
    case KVK_F16: i = next_above_f32(KVK_F16, p, i, n, (float)limit); break;
    case KVK_BF16: i = next_above_f32(KVK_BF16, p, i, n, (float)limit); break;
    default: i = next_above_f64(KVK_F64, p, i, n, limit);
    }
    if (i >= n) return;
    block_f64((const char *)p + i * element_bytes(type), type, 1, &x);
    heap[0] = (top_entry){x, first + i};
    top_settle(heap, k, 0);
  }
}

// The k <= classes largest classes of a row, as a heap.
static void top_classes(const kvk_side *side, int64_t row, int64_t classes, top_entry *heap, int64_t k) {
  double staged[LARGEST_BLOCK];
  for (int64_t i = 0; i < k; i++) heap[i] = (top_entry){side_raw(side, row, i), i};
  for (int64_t i = k / 2 - 1; i >= 0; i--) top_settle(heap, k, i);
  if (side->type != KVK_I32 && side->type != KVK_I64) {
    top_take(side->type, element_at(side, row, k), k, classes - k, heap, k);
    return;
  }
  for (int64_t from = k; from < classes; from += LARGEST_BLOCK) {
    const int64_t n = classes - from < LARGEST_BLOCK ? classes - from : LARGEST_BLOCK;
    block_f64(element_at(side, row, from), side->type, n, staged);
    top_take(KVK_F64, staged, from, n, heap, k);
  }
}

// The share of the k largest classes of a that are among those of b; of all classes where there are fewer.
static double top_overlap(const kvk_side *a, const kvk_side *b, int64_t row, int64_t classes, int64_t k) {
  top_entry first[KVK_TOP_MOST], second[KVK_TOP_MOST];
  if (k > classes) k = classes;
  top_classes(a, row, classes, first, k);
  top_classes(b, row, classes, second, k);
  int64_t shared = 0;
  for (int64_t i = 0; i < k; i++) {
    const top_entry entry = {side_raw(b, row, first[i].place), first[i].place};
    shared += !top_goes_first(entry, second[0]);
  }
  return (double)shared / (double)k;
}

static inline int top_is_quantity(int32_t quantity) { return quantity == KVK_TOP_OVERLAP || quantity == KVK_TOP_RANK; }

// A quantity of the largest classes of a pair of rows; NaN where a row is not valid.
static double top_quantity(const kvk_side *a, const kvk_side *b, int64_t row, int64_t classes, const kvk_power *power,
                           int64_t i) {
  if (power->norms[i].ratio != power->norms[i].ratio) return NAN;
  if (power->quantity == KVK_TOP_OVERLAP) return top_overlap(a, b, row, classes, (int64_t)power->order);
  double largest;
  return rank_of(b, row, classes, (int64_t)first_largest(a, row, 0, classes, &largest));
}
