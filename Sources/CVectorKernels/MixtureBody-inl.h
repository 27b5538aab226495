// Sums over pairs of rows that are no products, for the element type that Real-inl.h chose.
//
// Rows hold x = p / v for positive weights v, one a class. With t = x + y for a pair of rows,
//
//     Σ v t log t      in which v nearly takes log t away: what is left is small, and so is its rounding
//     Σ v |x - y|

#define MX_ROWS 4    // of b at a time: their sums run side by side
#define MX_VECTORS 8 // added up in the element type before they go to Double

KVK_INLINE V N(mx_term)(const int what, V x, V y) {
  if (what == KVK_MIXTURE_DISTANCE) return N(abs)(x - y);
  const V t = x + y;
  return t * N(log_normal)(N(max)(t, N(set1)(KVK_REAL == 32 ? (R)0x1p-126 : (R)0x1p-1022)));
}

KVK_INLINE void N(mx_rows)(const int what, const R *a, const R *const b[MX_ROWS], const R *weights, int64_t classes,
                           double sums[MX_ROWS]) {
  N(total) totals[MX_ROWS] = {};
  for (int64_t from = 0; from < classes; from += MX_VECTORS * LANES) {
    const int64_t to = classes - from < MX_VECTORS * LANES ? classes : from + MX_VECTORS * LANES;
    V acc[MX_ROWS] = {};
    int64_t k = from;
    for (; k + LANES <= to; k += LANES) {
      const V x = N(load)(a + k), v = N(load)(weights + k);
      for (int j = 0; j < MX_ROWS; j++) acc[j] += v * N(mx_term)(what, x, N(load)(b[j] + k));
    }
    if (k < to) {
      const V zero = N(set1)(0);
      const V x = N(read_part)(a, k, to - k, READ_WHOLE, zero), v = N(read_part)(weights, k, to - k, READ_WHOLE, zero);
      for (int j = 0; j < MX_ROWS; j++)
        acc[j] += v * N(mx_term)(what, x, N(read_part)(b[j], k, to - k, READ_WHOLE, zero));
    }
    for (int j = 0; j < MX_ROWS; j++) N(total_add)(&totals[j], acc[j]);
  }
  for (int j = 0; j < MX_ROWS; j++) sums[j] += N(total_sum)(&totals[j]);
}

static void N(mx_pairs)(const kvk_mixture *m) {
  const R *a = m->a, *b = m->b, *weights = m->weights;
  for (int64_t j = 0; j < m->count_b; j += MX_ROWS) {
    const int64_t some = m->count_b - j < MX_ROWS ? m->count_b - j : MX_ROWS;
    const R *rows[MX_ROWS];
    for (int64_t r = 0; r < MX_ROWS; r++) rows[r] = b + (j + (r < some ? r : 0)) * m->stride_b;
    for (int64_t i = 0; i < m->count_a; i++) {
      double sums[MX_ROWS] = {0};
      if (m->what == KVK_MIXTURE_ENTROPY)
        N(mx_rows)(KVK_MIXTURE_ENTROPY, a + i * m->stride_a, rows, weights, m->classes, sums);
      else N(mx_rows)(KVK_MIXTURE_DISTANCE, a + i * m->stride_a, rows, weights, m->classes, sums);
      for (int64_t r = 0; r < some; r++) m->sums[i * m->sum_stride + j + r] += sums[r];
    }
  }
}

#undef MX_ROWS
#undef MX_VECTORS
