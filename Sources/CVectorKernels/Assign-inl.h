// Rows and the centroids of clusters: which is nearest, and what the centroids become.

#define KVK_REAL 32
#include "Real-inl.h"
#include "AssignBody-inl.h"
#undef KVK_REAL
#define KVK_REAL 64
#include "Real-inl.h"
#include "AssignBody-inl.h"
#undef KVK_REAL

static void nearest_rows(const kvk_assignment *a, int32_t *nearest, uint8_t *doubt) {
  if (a->type == KVK_F32) assign_nearest_f32(a, nearest, doubt);
  else assign_nearest_f64(a, nearest, doubt);
}

// Reads a byte of every line, in the order in which they stand: what reads ahead follows this, and not
// the packing of a product, which takes a few elements of many rows in turn.
static void warm_rows(const void *rows, int64_t stride, int64_t count, int64_t bytes) {
  for (int64_t i = 0; i < count; i++) {
    const volatile char *row = (const volatile char *)rows + i * stride;
    for (int64_t at = 0; at < bytes; at += 64) (void)row[at];
  }
}

#define AS_ROWS 512 // rows that are put in order together

// The rows whose place is not -1, in the order of the places and then of the rows; returns how many.
static int64_t assign_order(const int32_t *places, int64_t count, int32_t *order) {
  int32_t other[AS_ROWS], largest = 0;
  int64_t kept = 0;
  for (int64_t i = 0; i < count; i++) {
    if (places[i] < 0) continue;
    order[kept++] = (int32_t)i;
    if (places[i] > largest) largest = places[i];
  }
  // A byte of the place at a time, the lowest first.
  for (int shift = 0; shift < 32 && (shift == 0 || largest >> shift); shift += 8) {
    int32_t starts[257] = {0};
    for (int64_t i = 0; i < kept; i++) starts[(places[order[i]] >> shift & 255) + 1]++;
    for (int b = 0; b < 256; b++) starts[b + 1] += starts[b];
    for (int64_t i = 0; i < kept; i++) other[starts[places[order[i]] >> shift & 255]++] = order[i];
    memcpy(order, other, (size_t)kept * sizeof *order);
  }
  return kept;
}

// Each sum is loaded once for all its rows among AS_ROWS.
static void add_rows(const void *rows, int32_t type, int64_t stride, int64_t count, int64_t classes,
                     const int32_t *places, const double *scales, double *sums, int64_t sum_stride) {
  int32_t order[AS_ROWS];
  for (int64_t from = 0; from < count; from += AS_ROWS) {
    const int32_t *at = places + from;
    const double *scale = scales ? scales + from : 0;
    const void *base = (const char *)rows + from * stride * element_bytes(type);
    const int64_t kept = assign_order(at, count - from < AS_ROWS ? count - from : AS_ROWS, order);
    for (int64_t i = 0; i < kept;) {
      int64_t end = i + 1;
      while (end < kept && at[order[end]] == at[order[i]]) end++;
      double *sum = sums + at[order[i]] * sum_stride;
      if (type == KVK_F32) assign_add_f32(base, stride, order + i, end - i, classes, scale, sum);
      else assign_add_f64(base, stride, order + i, end - i, classes, scale, sum);
      i = end;
    }
  }
}

// The sum of products in Double, in one fixed order.
static double dot_rows(const double *a, const double *b, int64_t count) {
  const int64_t lanes = KVK_BYTES / 8;
  v_f64 first = set1_f64(0), second = first;
  int64_t i = 0;
  for (; i + 2 * lanes <= count; i += 2 * lanes) {
    first += load_f64(a + i) * load_f64(b + i);
    second += load_f64(a + i + lanes) * load_f64(b + i + lanes);
  }
  double sum = sum_f64(first + second);
  for (; i < count; i++) sum += a[i] * b[i];
  return sum;
}

// The least element with mass of each row, as stored, and whether there are classes without.
static void row_least(const kvk_side *a, int64_t first, int64_t count, int64_t classes, double *least, uint8_t *gaps) {
  double x[TL_BLOCK];
  const double none = side_is_log(a->form) ? -INFINITY : -side_alpha(a);
  for (int64_t i = 0; i < count; i++) {
    v_f64 small = set1_f64(INFINITY);
    double few = INFINITY;
    int gap = 0;
    for (int64_t k = 0; k < classes; k += TL_BLOCK) {
      const int64_t n = classes - k < TL_BLOCK ? classes - k : TL_BLOCK;
      block_f64(element_at(a, first + i, k), a->type, n, x);
      const int64_t lanes = KVK_BYTES / 8;
      i_f64 missing = (i_f64){};
      int64_t j = 0;
      for (; j + lanes <= n; j += lanes) {
        const v_f64 v = load_f64(x + j);
        missing |= v <= none;
        small = v > none ? min_f64(v, small) : small;
      }
      gap |= any_f64(missing);
      for (; j < n; j++) {
        if (!(x[j] > none)) gap = 1;
        else if (x[j] < few) few = x[j];
      }
    }
    const double all = smallest_f64(small);
    least[i] = all < few ? all : few;
    gaps[i] = (uint8_t)gap;
  }
}
