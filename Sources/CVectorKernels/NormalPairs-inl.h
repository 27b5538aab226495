// Divergences between normals in few dimensions: LANES pairs side by side, a pair in each lane of a vector of
// Double.
//
// With factors L_p and L_q and F = L_q \ (L_p - L_q), which is lower triangular,
//
//     2 D = Σ_i (2 ψ(F_ii) + F_ii²) + Σ_(i>j) F_ij² + |L_q \ (m_p - m_q)|²      ψ(u) = u - log(1 + u)
//
// Triangles are stored in rows of squares of 4 × 4, so that a row of the triangle ends with a whole square. What
// the order lacks to a multiple of 4 is filled with the identity, which adds nothing to any sum.

#define NORMAL_SIDE 4

// Columns of a square that are summed at a time: as many as there are registers for.
#if KVK_BYTES == 64 || defined(__aarch64__)
#define NORMAL_COLUMNS 4
#else
#define NORMAL_COLUMNS 2
#endif

// The row of a triangle, in Doubles.
KVK_INLINE double *normal_row(double *triangle, int64_t row) {
  const int64_t block = row / NORMAL_SIDE, within = row % NORMAL_SIDE;
  return triangle +
         (2 * NORMAL_SIDE * block * (block + 1) + within * NORMAL_SIDE * (block + 1)) * (int64_t)(sizeof(v_f64) / 8);
}

KVK_INLINE v_f64 normal_at(const double *row, int64_t column) {
  return load_f64(row + column * (int64_t)(sizeof(v_f64) / 8));
}

KVK_INLINE void normal_put(double *row, int64_t column, v_f64 x) {
  store_f64(row + column * (int64_t)(sizeof(v_f64) / 8), x);
}

// The lower triangles of LANES matrices, one a lane.
static inline void normal_gather(const double *const from[], int64_t stride, int64_t n, double *to) {
  const int64_t lanes = sizeof(v_f64) / 8;
  const int64_t order = (n + NORMAL_SIDE - 1) / NORMAL_SIDE * NORMAL_SIDE;
  for (int64_t row = 0; row < order; row++) {
    double *target = normal_row(to, row);
    const int64_t width = (row / NORMAL_SIDE + 1) * NORMAL_SIDE;
    const int64_t held = width < n ? width : n;
    if (row < n) {
      const void *rows[sizeof(v_f64) / 8];
      for (int64_t lane = 0; lane < lanes; lane++) rows[lane] = from[lane] + row * stride;
      transpose_rows_f64(KVK_F64, rows, held, (v_f64 *)(void *)target);
    }
    for (int64_t column = row < n ? row + 1 : 0; column < width; column++)
      normal_put(target, column, set1_f64(column == row ? 1 : 0));
  }
}

// The factor in place of the triangle. `refused` becomes, in a lane whose leading minor is not positive, the
// order of the first such minor, and stays 0 elsewhere.
static inline void normal_factor(double *triangle, int64_t order, i_f64 *refused) {
  *refused = (i_f64){};
  for (int64_t column = 0; column < order; column += NORMAL_SIDE) {
    v_f64 inverse[NORMAL_SIDE];
    for (int64_t row = column; row < order; row += NORMAL_SIDE) {
      double *a[NORMAL_SIDE], *b[NORMAL_SIDE];
      for (int i = 0; i < NORMAL_SIDE; i++) {
        a[i] = normal_row(triangle, row + i);
        b[i] = normal_row(triangle, column + i);
      }
      for (int half = 0; half < NORMAL_SIDE; half += NORMAL_COLUMNS) {
        v_f64 sum[NORMAL_SIDE][NORMAL_COLUMNS];
        for (int i = 0; i < NORMAL_SIDE; i++)
          for (int j = 0; j < NORMAL_COLUMNS; j++) sum[i][j] = normal_at(a[i], column + half + j);
        for (int64_t k = 0; k < column; k++) {
          v_f64 y[NORMAL_COLUMNS];
          for (int j = 0; j < NORMAL_COLUMNS; j++) y[j] = normal_at(b[half + j], k);
          for (int i = 0; i < NORMAL_SIDE; i++) {
            const v_f64 x = normal_at(a[i], k);
            for (int j = 0; j < NORMAL_COLUMNS; j++) sum[i][j] -= x * y[j];
          }
        }
        for (int i = 0; i < NORMAL_SIDE; i++)
          for (int j = 0; j < NORMAL_COLUMNS; j++) normal_put(a[i], column + half + j, sum[i][j]);
      }
      // The square itself: on the diagonal it is factored, below it is divided by the diagonal's factor.
      const int diagonal = row == column;
      for (int j = 0; j < NORMAL_SIDE; j++) {
        if (diagonal) {
          v_f64 pivot = normal_at(b[j], column + j);
          for (int k = 0; k < j; k++) {
            const v_f64 x = normal_at(b[j], column + k);
            pivot -= x * x;
          }
          const i_f64 good = (pivot > 0.0) & (pivot < set1_f64(__builtin_inf()));
          *refused = (*refused == 0) & ~good ? (i_f64){} + (column + j + 1) : *refused;
          pivot = sqrt_f64(pivot);
          normal_put(b[j], column + j, pivot);
          inverse[j] = 1.0 / pivot;
        }
        for (int i = diagonal ? j + 1 : 0; i < NORMAL_SIDE; i++) {
          v_f64 x = normal_at(a[i], column + j);
          for (int k = 0; k < j; k++) x -= normal_at(a[i], column + k) * normal_at(b[j], column + k);
          normal_put(a[i], column + j, x * inverse[j]);
        }
        if (diagonal)
          for (int i = 0; i < j; i++) normal_put(a[i], column + j, set1_f64(0));
      }
    }
  }
}

// p ← q \ (p - q) for two factors. The result is the sum of its squares below the diagonal and of
// 2 ψ(F_ii) + F_ii² on it.
static inline v_f64 normal_quotient(double *p, double *q, int64_t order) {
  v_f64 spread = set1_f64(0);
  for (int64_t row = 0; row < order; row += NORMAL_SIDE) {
    double *a[NORMAL_SIDE], *b[NORMAL_SIDE];
    v_f64 inverse[NORMAL_SIDE];
    for (int i = 0; i < NORMAL_SIDE; i++) {
      a[i] = normal_row(q, row + i);
      b[i] = normal_row(p, row + i);
      inverse[i] = 1.0 / normal_at(a[i], row + i);
    }
    for (int64_t column = 0; column <= row; column += NORMAL_SIDE) {
      for (int half = 0; half < NORMAL_SIDE; half += NORMAL_COLUMNS) {
        v_f64 sum[NORMAL_SIDE][NORMAL_COLUMNS], ratio[NORMAL_COLUMNS];
        for (int i = 0; i < NORMAL_SIDE; i++)
          for (int j = 0; j < NORMAL_COLUMNS; j++) {
            const int64_t at = column + half + j;
            const v_f64 x = normal_at(b[i], at), y = normal_at(a[i], at);
            sum[i][j] = x - y;
            if (row + i == at) ratio[j] = x / y;
          }
        for (int64_t k = column; k < row; k++) {
          const double *from = normal_row(p, k);
          v_f64 y[NORMAL_COLUMNS];
          for (int j = 0; j < NORMAL_COLUMNS; j++) y[j] = normal_at(from, column + half + j);
          for (int i = 0; i < NORMAL_SIDE; i++) {
            const v_f64 x = normal_at(a[i], k);
            for (int j = 0; j < NORMAL_COLUMNS; j++) sum[i][j] -= x * y[j];
          }
        }
        for (int i = 0; i < NORMAL_SIDE; i++) {
          for (int j = 0; j < NORMAL_COLUMNS; j++) {
            v_f64 x = sum[i][j];
            for (int k = 0; k < i; k++) x -= normal_at(a[i], row + k) * sum[k][j];
            x *= inverse[i];
            sum[i][j] = x;
            normal_put(b[i], column + half + j, x);
            spread += x * x;
            if (row + i == column + half + j) {
              v_f64 psi;
              log1p_f64(x, &psi);
              // Where 1 + x is near 0 only the ratio itself has its digits.
              const i_f64 far = x < -0.5;
              if (any_f64(far)) psi = select_f64(far, x - log_f64(ratio[j]), psi);
              spread += 2 * psi;
            }
          }
        }
      }
    }
  }
  return spread;
}

// |q \ d|² of the differences of the means.
static inline v_f64 normal_distance(const kvk_normals *pairs, double *q, int64_t order, const double *const from[],
                                    const double *const to[], double *shift) {
  const int64_t lanes = sizeof(v_f64) / 8, n = pairs->dimension;
  v_f64 total = set1_f64(0);
  for (int64_t row = 0; row < order; row += NORMAL_SIDE) {
    v_f64 sum[NORMAL_SIDE];
    for (int i = 0; i < NORMAL_SIDE; i++) {
      sum[i] = set1_f64(0);
      for (int64_t lane = 0; lane < lanes && row + i < n; lane++)
        sum[i][lane] = from[lane][row + i] - to[lane][row + i];
    }
    double *a[NORMAL_SIDE];
    for (int i = 0; i < NORMAL_SIDE; i++) a[i] = normal_row(q, row + i);
    for (int64_t k = 0; k < row; k++) {
      const v_f64 y = normal_at(shift, k);
      for (int i = 0; i < NORMAL_SIDE; i++) sum[i] -= normal_at(a[i], k) * y;
    }
    for (int i = 0; i < NORMAL_SIDE; i++) {
      for (int k = 0; k < i; k++) sum[i] -= normal_at(a[i], row + k) * sum[k];
      sum[i] /= normal_at(a[i], row + i);
      normal_put(shift, row + i, sum[i]);
      total += sum[i] * sum[i];
    }
  }
  return total;
}

// The largest ratio of a variance to what is left of it when the components before it are known.
static inline v_f64 normal_inflation(double *q, int64_t n) {
  v_f64 most = set1_f64(1);
  for (int64_t row = 0; row < n; row++) {
    const double *a = normal_row(q, row);
    v_f64 sum = set1_f64(0);
    for (int64_t k = 0; k < row; k++) sum += normal_at(a, k) * normal_at(a, k);
    const v_f64 pivot = normal_at(a, row);
    most = max_f64(most, 1.0 + sum / (pivot * pivot));
  }
  return most;
}

static void normal_pairs(const kvk_normals *pairs, int64_t first, int64_t count, double *scratch,
                         const kvk_normal_out *out) {
  const int64_t lanes = sizeof(v_f64) / 8, n = pairs->dimension;
  const int64_t order = (n + NORMAL_SIDE - 1) / NORMAL_SIDE * NORMAL_SIDE;
  const int64_t size = order / 2 * (order + NORMAL_SIDE) * lanes;
  double *p = scratch, *q = p + size, *shift = q + size;
  v_f64 inflation = set1_f64(1);
  i_f64 refused_q = {};
  for (int64_t begin = 0; begin < count; begin += lanes) {
    const double *a[sizeof(v_f64) / 8], *b[sizeof(v_f64) / 8], *mean_a[sizeof(v_f64) / 8], *mean_b[sizeof(v_f64) / 8];
    for (int64_t lane = 0; lane < lanes; lane++) {
      // Lanes without a pair repeat the last one.
      const int64_t pair = first + (begin + lane < count ? begin + lane : count - 1);
      a[lane] = pairs->targets + pair * pairs->target_step;
      b[lane] = pairs->models + pair * pairs->model_step;
      mean_a[lane] = pairs->target_means + pair * pairs->target_mean_step;
      mean_b[lane] = pairs->model_means + pair * pairs->model_mean_step;
    }
    i_f64 refused_p;
    normal_gather(a, pairs->target_stride, n, p);
    normal_factor(p, order, &refused_p);
    // One model for all pairs is factored once.
    if (begin == 0 || pairs->model_step != 0) {
      normal_gather(b, pairs->model_stride, n, q);
      normal_factor(q, order, &refused_q);
      inflation = normal_inflation(q, n);
    }
    const v_f64 distance = normal_distance(pairs, q, order, mean_a, mean_b, shift);
    const v_f64 spread = normal_quotient(p, q, order);
    for (int64_t lane = 0; lane < lanes && begin + lane < count; lane++) {
      out->distance[begin + lane] = distance[lane];
      out->spread[begin + lane] = spread[lane];
      out->inflation[begin + lane] = inflation[lane];
      out->refused_target[begin + lane] = (int32_t)refused_p[lane];
      out->refused_model[begin + lane] = (int32_t)refused_q[lane];
    }
  }
}

#undef NORMAL_SIDE
#undef NORMAL_COLUMNS
