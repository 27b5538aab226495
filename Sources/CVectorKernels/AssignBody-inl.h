// The nearest of several centroids, and sums of rows, for the element type that Real-inl.h chose.

// Rows are the lanes: the products of a centroid with all rows stand side by side. An infinite or NaN
// score is never clear of another.
KVK_INLINE void N(assign_nearest)(const kvk_assignment *a, int32_t *nearest, uint8_t *doubt) {
  const R *products = a->products, *constants = a->constants, *extras = a->extras;
  const V slope = N(set1)((R)a->slope), floor = N(set1)((R)a->floor);
  for (int64_t i = 0; i < a->rows; i += LANES) {
    const int64_t rest = a->rows - i;
    const int part = rest < LANES;
    V best = N(set1)(INFINITY), second = best;
    I place = (I){};
    for (int64_t j = 0; j < a->count; j++) {
      const R *p = products + j * a->stride;
      const V x = part ? N(read_part)(p, i, rest, READ_WHOLE, N(set1)(0)) : N(load)(p + i);
      const V score = x + constants[j];
      place = score < best ? (I){} + (int32_t)j : place;
      second = N(min)(second, N(max)(best, score));
      best = N(min)(score, best);
    }
    V size = best + second;
    if (extras) size += part ? N(read_part)(extras, i, rest, READ_WHOLE, N(set1)(0)) : N(load)(extras + i);
    const I clear = second - best > slope * size + floor;
    for (int64_t lane = 0; lane < LANES && lane < rest; lane++) {
      nearest[i + lane] = (int32_t)place[lane];
      doubt[i + lane] = !clear[lane];
    }
  }
}

// Adds rows, each times its scale, to one sum in Double: `width` vectors of classes from k on.
KVK_INLINE void N(assign_add_stretch)(const R *rows, int64_t stride, const int32_t *which, int64_t count,
                                      const double *scales, double *sum, int64_t k, const int width) {
  N(total) totals[4];
  for (int v = 0; v < width; v++) memcpy(&totals[v], sum + k + v * LANES, sizeof totals[v]);
  for (int64_t i = 0; i < count; i++) {
    const R *x = rows + which[i] * stride + k;
    const double scale = scales ? scales[which[i]] : 1;
    for (int v = 0; v < width; v++) totals[v] += __builtin_convertvector(N(load)(x + v * LANES), N(total)) * scale;
  }
  for (int v = 0; v < width; v++) memcpy(sum + k + v * LANES, &totals[v], sizeof totals[v]);
}

// The same for all classes.
KVK_INLINE void N(assign_add)(const R *rows, int64_t stride, const int32_t *which, int64_t count, int64_t classes,
                              const double *scales, double *sum) {
  const int width = LANES > 8 ? 2 : 4;
  int64_t k = 0;
  for (; k + width * LANES <= classes; k += width * LANES)
    N(assign_add_stretch)(rows, stride, which, count, scales, sum, k, width);
  for (; k + LANES <= classes; k += LANES) N(assign_add_stretch)(rows, stride, which, count, scales, sum, k, 1);
  for (; k < classes; k++)
    for (int64_t i = 0; i < count; i++) {
      const double x = (double)N(read_one)(rows + which[i] * stride, k, READ_WHOLE);
      sum[k] += x * (scales ? scales[which[i]] : 1);
    }
}
