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

// Adds rows, each times its scale, to sums in Double; a row of place -1 is left out.
KVK_INLINE void N(assign_add)(const R *rows, int64_t stride, int64_t count, int64_t classes,
                              const int32_t *places, const double *scales, double *sums,
                              int64_t sum_stride) {
  for (int64_t i = 0; i < count; i++) {
    if (places[i] < 0) continue;
    const R *x = rows + i * stride;
    double *to = sums + places[i] * sum_stride;
    const double scale = scales ? scales[i] : 1;
    int64_t k = 0;
    for (; k + LANES <= classes; k += LANES) {
      N(total) sum;
      memcpy(&sum, to + k, sizeof sum);
      sum += __builtin_convertvector(N(load)(x + k), N(total)) * scale;
      memcpy(to + k, &sum, sizeof sum);
    }
    for (; k < classes; k++) to[k] += (double)N(read_one)(x, k, READ_WHOLE) * scale;
  }
}
