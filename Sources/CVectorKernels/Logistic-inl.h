// The loss of a logistic regression and its slope, from margins, in vectors of Double.

#define LG_RUN 512 // vectors whose factors, each at most 2, are multiplied before a logarithm is taken

// One vector: factors 1 + exp(-|m|), linear parts max(-m, 0) and slopes 1 / (1 + exp m).
KVK_INLINE v_f64 logistic_one(v_f64 m, v_f64 *product, v_f64 *sum) {
  const v_f64 small = exp_f64(-abs_f64(m));
  const v_f64 factor = 1.0 + small;
  *product *= factor;
  *sum += max_f64(-m, set1_f64(0));
  return (m > 0.0 ? small : set1_f64(1)) / factor;
}

// log(1 + exp(-m)) = max(-m, 0) + log(1 + exp(-|m|)), and a sum of logarithms is the logarithm of a product: one
// exponential an element. Error of a row's sum: at most count × 2^-52 and as much of the sum.
static void logistic_rows(double *margins, int64_t stride, int64_t rows, int64_t count, int32_t slopes,
                          double *losses) {
  const int64_t lanes = KVK_BYTES / 8;
  for (int64_t row = 0; row < rows; row++) {
    double *m = margins + row * stride;
    v_f64 sum = set1_f64(0), product = set1_f64(1);
    int64_t i = 0;
    while (i + lanes <= count) {
      const int64_t end = count - i < LG_RUN * lanes ? count : i + LG_RUN * lanes;
      for (; i + lanes <= end; i += lanes) {
        const v_f64 slope = logistic_one(load_f64(m + i), &product, &sum);
        if (slopes) store_f64(m + i, slope);
      }
      sum += log_f64(product);
      product = set1_f64(1);
    }
    if (i < count) {
      // A margin of +inf adds nothing.
      v_f64 rest = set1_f64(INFINITY);
      memcpy(&rest, m + i, (size_t)(count - i) * sizeof *m);
      rest = logistic_one(rest, &product, &sum);
      if (slopes) memcpy(m + i, &rest, (size_t)(count - i) * sizeof *m);
      sum += log_f64(product);
    }
    losses[row] = sum_f64(sum);
  }
}
