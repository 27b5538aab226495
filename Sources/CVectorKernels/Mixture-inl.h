// Sums over pairs of rows of a tile that are no products: for Jensen-Shannon and the total variation.

#define KVK_REAL 32
#include "Real-inl.h"
#include "MixtureBody-inl.h"
#undef KVK_REAL
#define KVK_REAL 64
#include "Real-inl.h"
#include "MixtureBody-inl.h"
#undef KVK_REAL

static void mixture_pairs(const kvk_mixture *m) {
  if (m->type == KVK_F32) mx_pairs_f32(m);
  else mx_pairs_f64(m);
}

// One row's own sums.
static void mixture_rows(const kvk_mixture *m, const kvk_mixture_rows *rows) {
  double x[256], logs[256], v[256];
  const int64_t size = element_bytes(m->type);
  for (int64_t i = 0; i < m->count_a; i++) {
    double dot = 0, spread = 0, square = 0, mass = 0;
    for (int64_t k = 0; k < m->classes; k += 256) {
      const int64_t n = m->classes - k < 256 ? m->classes - k : 256;
      block_f64((const char *)m->a + (i * m->stride_a + k) * size, m->type, n, x);
      block_f64((const char *)m->weights + k * size, m->type, n, v);
      for (int64_t j = 0; j < n; j++) logs[j] = x[j] > 0 ? x[j] : 1;
      log_array_f64(logs, logs, n);
      for (int64_t j = 0; j < n; j++) {
        const double p = v[j] * x[j];
        mass += p;
        dot += p * logs[j];
        spread += p * fabs(logs[j]);
        square += p * p;
      }
    }
    rows->mass[i] += mass;
    rows->dot[i] += dot;
    rows->spread[i] += spread;
    rows->square[i] += square;
  }
}
