// Holds every table of kernels that the processor runs against plain loops in long double: 113 bits on
// aarch64, where this is run under an emulator. A program of its own, so that it needs no Swift there.
#include "CVectorKernels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static int failures;

static void expect(double value, long double exact, double bound, const char *set, const char *what, int type,
                   int classes) {
  const long double error = fabsl(value - exact);
  if (value == (double)exact || error <= bound * fabsl(exact) + 1e-20L) return;
  failures++;
  printf("%s, %s, type %d, %d classes: %.17g, expected %.17Lg\n", set, what, type, classes, value, exact);
}

static double uniform(void) {
  static uint64_t state = 1;
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (double)(state >> 11) * 0x1p-53;
}

static double normal(void) { return sqrt(-2 * log(1 - uniform())) * cos(6.283185307179586 * uniform()); }

enum { MOST = 3000, ROWS = 5 };
static double wanted[2][ROWS * MOST];
static union {
  float f32[ROWS * MOST];
  double f64[ROWS * MOST];
  _Float16 f16[ROWS * MOST];
} stored[2];
static long double p[2][MOST], log_p[2][MOST];

static void store(int side, int type, int count) {
  for (int i = 0; i < count; i++) {
    double x = wanted[side][i];
    switch (type) {
    case KVK_F32: x = stored[side].f32[i] = (float)x; break;
    case KVK_F16: x = stored[side].f16[i] = (_Float16)x; break;
    default: stored[side].f64[i] = x;
    }
    wanted[side][i] = x;
  }
}

static void distribution(int side, const double *row, int form, int classes) {
  long double total = 0;
  for (int k = 0; k < classes; k++) {
    p[side][k] = form == KVK_LOGITS ? expl(row[k]) : row[k];
    total += p[side][k];
  }
  for (int k = 0; k < classes; k++) {
    p[side][k] /= total;
    log_p[side][k] = logl(p[side][k]);
  }
}

static void check(const kvk_table *table, int type, int form, int classes, double noise) {
  for (int i = 0; i < ROWS * classes; i++) {
    const double x = 2 * normal(), y = x + noise * normal();
    wanted[0][i] = form == KVK_LOGITS ? x : exp(x);
    wanted[1][i] = form == KVK_LOGITS ? y : exp(y);
  }
  for (int side = 0; side < 2; side++) store(side, type, ROWS * classes);
  kvk_side a = {&stored[0], classes, type, form, 1, 0, 1}, b = a;
  b.base = &stored[1];
  double values[KVK_PAIR_COUNT][ROWS], own[KVK_ROW_COUNT][ROWS];
  uint8_t status[2][ROWS];
  kvk_pair_norms norms[ROWS];
  kvk_pair_out out = {.norms = norms, .status_a = status[0], .status_b = status[1]};
  for (int j = 0; j < KVK_PAIR_COUNT; j++) out.column[j] = values[j];
  kvk_row_out row_out = {.status = status[0]};
  for (int j = 0; j < KVK_ROW_COUNT; j++) row_out.column[j] = own[j];
  table->pair_rows(&a, &b, 0, ROWS, classes, &out);
  table->row_statistics(&a, 0, ROWS, classes, &row_out);
  static const double orders[] = {-1, 0.5, 0.999, 2};
  double powers[4][ROWS];
  for (int j = 0; j < 4; j++) {
    const kvk_power power = {orders[j], norms};
    table->power_rows(&a, &b, 0, ROWS, classes, &power, powers[j]);
  }
  const int64_t middle[ROWS] = {0, classes - 1, classes / 2, classes / 3, classes / 5};
  double ranks[ROWS], overlaps[ROWS];
  const kvk_power overlap = {classes < 3 ? classes : 3, norms, KVK_TOP_OVERLAP};
  table->rank_rows(&a, middle, 0, ROWS, classes, ranks);
  table->power_rows(&a, &b, 0, ROWS, classes, &overlap, overlaps);
  static float written[ROWS * MOST];
  const kvk_target target = {written, classes, KVK_F32, KVK_WRITE_LOG_SOFTMAX, 0};
  table->write_rows(&a, 0, ROWS, classes, &target, status[1]);

  const double bound = type == KVK_F64 ? 1e-12 : 1e-6;
  for (int row = 0; row < ROWS; row++) {
    for (int side = 0; side < 2; side++) distribution(side, wanted[side] + row * classes, form, classes);
    long double forward = 0, reverse = 0, entropy = 0, jensen = 0;
    for (int k = 0; k < classes; k++) {
      const long double m = logl((p[0][k] + p[1][k]) / 2);
      forward += p[0][k] * (log_p[0][k] - log_p[1][k]);
      reverse += p[1][k] * (log_p[1][k] - log_p[0][k]);
      entropy -= p[0][k] * log_p[0][k];
      jensen += (p[0][k] * (log_p[0][k] - m) + p[1][k] * (log_p[1][k] - m)) / 2;
    }
    const char *set = table->name;
    const double *x = wanted[0] + row * classes, *y = wanted[1] + row * classes;
    int rank = 1, shared = 0;
    // Pairs of classes: of few, as an emulator is slow.
    for (int k = 0; k < classes && classes <= 300; k++) {
      int first = 0, second = 0; // larger classes, or as large and before it
      for (int j = 0; j < classes; j++) {
        first += x[j] > x[k] || (x[j] == x[k] && j < k);
        second += y[j] > y[k] || (y[j] == y[k] && j < k);
      }
      shared += first < 3 && second < 3;
      if (k == middle[row]) rank = first + 1;
    }
    if (classes <= 300) {
      expect(ranks[row], rank, 0, set, "rank", type, classes);
      expect(overlaps[row], shared / (double)(classes < 3 ? classes : 3), 0, set, "overlap", type, classes);
    }
    for (int j = 0; j < 4; j++) {
      long double excess = 0; // terms of the second order: their sum has digits also where rows are alike
      for (int k = 0; k < classes; k++) {
        const long double d = log_p[0][k] - log_p[1][k];
        excess += p[1][k] * (expm1l(orders[j] * d) - orders[j] * expm1l(d));
      }
      expect(powers[j][row], log1pl(excess), bound, set, "power sum", type, classes);
    }
    expect(values[KVK_D_AB][row], forward, bound, set, "D(a|b)", type, classes);
    expect(values[KVK_D_BA][row], reverse, bound, set, "D(b|a)", type, classes);
    expect(values[KVK_H_A][row], entropy, bound, set, "H(a)", type, classes);
    expect(values[KVK_H_AB][row], entropy + forward, bound, set, "H(a,b)", type, classes);
    expect(values[KVK_JS][row], jensen, bound, set, "JS", type, classes);
    expect(own[KVK_ENTROPY][row], entropy, bound, set, "entropy", type, classes);
    for (int k = 0; k < classes; k++)
      expect(written[row * classes + k], log_p[0][k], 2.4e-7, set, "log-softmax", type, classes);
  }
}

static void check_assignment(const kvk_table *table, int type, int rows) {
  enum { COUNT = 5, CLASSES = 19 };
  for (int i = 0; i < COUNT * rows; i++) wanted[0][i] = floor(9 * uniform());
  for (int i = 0; i < COUNT; i++) wanted[1][i] = floor(9 * uniform());
  for (int side = 0; side < 2; side++) store(side, type, COUNT * rows);
  const kvk_assignment scores = {.products = &stored[0],
                                 .constants = &stored[1],
                                 .type = type,
                                 .stride = rows,
                                 .count = COUNT,
                                 .rows = rows,
                                 .floor = 0.5};
  int32_t nearest[MOST];
  uint8_t doubt[MOST];
  table->nearest_rows(&scores, nearest, doubt);
  for (int i = 0; i < rows; i++) {
    int place = 0, ties = 0;
    for (int j = 0; j < COUNT; j++) {
      const double score = wanted[0][j * rows + i] + wanted[1][j];
      const double least = wanted[0][place * rows + i] + wanted[1][place];
      ties = score < least ? 0 : j > 0 && score == least ? 1 : ties;
      if (score < least) place = j;
    }
    expect(nearest[i], place, 0, table->name, "nearest", type, rows);
    expect(doubt[i], ties, 0, table->name, "doubt", type, rows);
  }

  double sums[3 * CLASSES] = {0}, plain[3 * CLASSES] = {0};
  int32_t places[ROWS];
  for (int i = 0; i < ROWS * CLASSES; i++) wanted[0][i] = normal();
  store(0, type, ROWS * CLASSES);
  for (int i = 0; i < ROWS; i++) {
    places[i] = i % 4 - 1;
    for (int k = 0; k < CLASSES && places[i] >= 0; k++) plain[places[i] * CLASSES + k] += wanted[0][i * CLASSES + k];
  }
  table->add_rows(&stored[0], type, CLASSES, ROWS, CLASSES, places, 0, sums, CLASSES);
  for (int i = 0; i < 3 * CLASSES; i++) expect(sums[i], plain[i], 1e-15, table->name, "sum of rows", type, CLASSES);
}

// Rows prepared for products: their product is D, and their mixture Jensen-Shannon.
static void check_tile(const kvk_table *table, int type, int classes) {
  static double reference[MOST];
  static char left[MOST * 8], right[MOST * 8], weights[MOST * 8];
  for (int i = 0; i < 2 * classes; i++) wanted[i / classes][i % classes] = 2 * normal();
  store(0, type, classes);
  store(1, type, classes);
  long double exact = 0, jensen = 0;
  double lse[2], centre = 0.25, log_2 = 0.693147180559945309417;
  for (int side = 0; side < 2; side++) {
    long double total = 0;
    distribution(side, wanted[side], KVK_LOGITS, classes);
    for (int k = 0; k < classes; k++) total += expl(wanted[side][k]);
    lse[side] = (double)logl(total);
  }
  for (int k = 0; k < classes; k++) {
    const long double middle = logl((p[0][k] + p[1][k]) / 2);
    exact += p[0][k] * (log_p[0][k] - log_p[1][k]);
    jensen += (p[0][k] * (log_p[0][k] - middle) + p[1][k] * (log_p[1][k] - middle)) / 2;
    reference[k] = -log(classes) + 0.5 * sin(k);
    if (type == KVK_F32) ((float *)(void *)weights)[k] = (float)(2 * exp(reference[k]));
    else ((double *)(void *)weights)[k] = 2 * exp(reference[k]);
  }
  const kvk_side sides[2] = {{&stored[0], classes, type, KVK_LOGITS, 1, 0, 0.01, 0},
                             {&stored[1], classes, type, KVK_LOGITS, 1, 0, 0.01, 0}};
  const double bound = type == KVK_F32 ? 3e-6 : 1e-12;
  double mass = 0, dot = 0, spread = 0, square = 0, extent = 0, x = 0;
  kvk_tile masses = {.base = left,
                     .stride = classes,
                     .type = type,
                     .what = KVK_TILE_MASS,
                     .reference = reference,
                     .step = 1,
                     .mass = &mass,
                     .dot = &dot,
                     .spread = &spread,
                     .square = &square};
  kvk_tile logs = {.base = right,
                   .stride = classes,
                   .type = type,
                   .what = KVK_TILE_LOG,
                   .reference = reference,
                   .centre = &centre,
                   .step = 1,
                   .extent = &extent};
  table->tile_rows(&sides[0], 0, 1, 0, classes, &lse[0], &masses);
  table->tile_rows(&sides[1], 0, 1, 0, classes, &lse[1], &logs);
  for (int k = 0; k < classes; k++)
    x += type == KVK_F32 ? (double)((float *)(void *)left)[k] * (double)((float *)(void *)right)[k]
                         : ((double *)(void *)left)[k] * ((double *)(void *)right)[k];
  uint8_t doubt = 0;
  const kvk_tile_sums sums = {
      .dot = dot, .mass = mass, .spread = spread, .centre = &centre, .extent = &extent, .share = 1};
  table->tile_finish(0, &x, 1, &sums, &doubt);
  expect(1 + x, 1 + exact, bound, table->name, "product", type, classes);

  kvk_tile ratios = {.base = left,
                     .stride = classes,
                     .type = type,
                     .what = KVK_TILE_POWER,
                     .power = 1,
                     .reference = reference,
                     .centre = &log_2,
                     .step = 1};
  table->tile_rows(&sides[0], 0, 1, 0, classes, &lse[0], &ratios);
  ratios.base = right;
  table->tile_rows(&sides[1], 0, 1, 0, classes, &lse[1], &ratios);
  double own[4][2] = {{0}}, mixture = 0;
  for (int side = 0; side < 2; side++) {
    const kvk_mixture row = {.a = side ? right : left,
                             .weights = weights,
                             .stride_a = classes,
                             .count_a = 1,
                             .classes = classes,
                             .type = type};
    const kvk_mixture_rows out = {&own[0][side], &own[1][side], &own[2][side], &own[3][side]};
    table->mixture_rows(&row, &out);
  }
  const kvk_mixture pair = {left,     right, weights, classes, classes, 1, 1, classes, type, KVK_MIXTURE_ENTROPY,
                            &mixture, 1};
  table->mixture_pairs(&pair);
  const double js = (own[1][0] + own[1][1] - mixture + log_2 * (own[0][0] + own[0][1])) / 2;
  expect(1 + js, 1 + jensen, bound, table->name, "mixture", type, classes);
}

static void check_logistic(const kvk_table *table, int classes) {
  double *margins = stored[0].f64, losses[ROWS];
  for (int i = 0; i < ROWS * classes; i++) margins[i] = wanted[0][i] = 20 * normal();
  table->logistic_rows(margins, classes, ROWS, classes, 1, losses);
  for (int row = 0; row < ROWS; row++) {
    long double loss = 0;
    for (int k = 0; k < classes; k++) {
      const long double m = wanted[0][row * classes + k];
      loss += log1pl(expl(-m));
      expect(margins[row * classes + k], 1 / (1 + expl(m)), 1e-15, table->name, "logistic slope", KVK_F64, classes);
    }
    // Relative to 1 where the sum itself is small.
    expect(losses[row] + 1, loss + 1, 1e-15 * classes + 1e-15, table->name, "logistic loss", KVK_F64, classes);
  }
}

// Five pairs of normals, so that lanes stay empty, against long double.
static void check_normals(const kvk_table *table, int n) {
  enum { PAIRS = 5, MOST = 17 };
  static double means[2][PAIRS * MOST], stacks[2][PAIRS * MOST * MOST], scratch[KVK_NORMAL_SCRATCH(MOST)];
  static long double factors[2][MOST][MOST];
  for (int side = 0; side < 2; side++)
    for (int pair = 0; pair < PAIRS; pair++) {
      double root[MOST][MOST];
      for (int i = 0; i < n; i++) {
        means[side][pair * n + i] = normal();
        for (int j = 0; j < n; j++) root[i][j] = normal() / n;
      }
      for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
          double sum = i == j;
          for (int k = 0; k < n; k++) sum += root[i][k] * root[j][k];
          stacks[side][(pair * n + i) * n + j] = sum;
        }
    }
  double spread[PAIRS], distance[PAIRS], inflation[PAIRS];
  int32_t refused[2][PAIRS];
  const kvk_normals sides = {.target_means = means[0],
                             .targets = stacks[0],
                             .model_means = means[1],
                             .models = stacks[1],
                             .target_mean_step = n,
                             .model_mean_step = n,
                             .target_step = n * n,
                             .model_step = n * n,
                             .target_stride = n,
                             .model_stride = n,
                             .dimension = n};
  const kvk_normal_out out = {spread, distance, inflation, refused[0], refused[1]};
  table->normal_pairs(&sides, 0, PAIRS, scratch, &out);
  for (int pair = 0; pair < PAIRS; pair++) {
    for (int side = 0; side < 2; side++)
      for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++) {
          long double rest = stacks[side][(pair * n + i) * n + j];
          for (int k = 0; k < j; k++) rest -= factors[side][i][k] * factors[side][j][k];
          factors[side][i][j] = i == j ? sqrtl(rest) : rest / factors[side][j][j];
        }
    long double wide = -n, far = 0, quotient[MOST];
    for (int column = 0; column <= n; column++) {
      // The last column is the difference of the means.
      for (int i = column < n ? column : 0; i < n; i++) {
        long double rest =
            column < n ? factors[0][i][column] : (long double)means[0][pair * n + i] - means[1][pair * n + i];
        for (int k = column < n ? column : 0; k < i; k++) rest -= factors[1][i][k] * quotient[k];
        quotient[i] = rest / factors[1][i][i];
        *(column < n ? &wide : &far) += quotient[i] * quotient[i];
      }
      if (column < n) wide -= 2 * logl(factors[0][column][column] / factors[1][column][column]);
    }
    expect(1 + spread[pair], 1 + wide, 1e-13, table->name, "spread of normals", KVK_F64, n);
    expect(1 + distance[pair], 1 + far, 1e-13, table->name, "distance of normals", KVK_F64, n);
    if (refused[0][pair] || refused[1][pair]) expect(1, 0, 0, table->name, "refused normals", KVK_F64, n);
  }
}

int main(void) {
  static const int lengths[] = {1, 2, 3, 4, 7, 8, 9, 10, 16, 17, 31, 33, 64, 100, 255, 257, 513, 2999};
  static const int types[] = {KVK_F32, KVK_F64, KVK_F16};
  int tables = 0;
  for (int32_t index = 0; kvk_table_at(index); index++) {
    const kvk_table *table = kvk_table_at(index);
    if (!kvk_table_runs(table)) continue;
    tables++;
    printf("%s\n", table->name);
    for (size_t n = 0; n < sizeof lengths / sizeof *lengths; n++) check_logistic(table, lengths[n]);
    for (int n = 1; n <= 17; n++) check_normals(table, n);
    for (size_t t = 0; t < sizeof types / sizeof *types; t++)
      for (size_t n = 0; n < sizeof lengths / sizeof *lengths; n++) {
        check(table, types[t], KVK_LOGITS, lengths[n], 0.3);
        check(table, types[t], KVK_LOGITS, lengths[n], 3);
        check(table, types[t], KVK_WEIGHTS, lengths[n], 0.3);
        if (types[t] == KVK_F16) continue;
        check(table, types[t], KVK_LOGITS, lengths[n], 1e-5);
        check_assignment(table, types[t], lengths[n]);
        check_tile(table, types[t], lengths[n]);
      }
  }
  if (failures) printf("%d values are not as promised\n", failures);
  return failures || tables < 2;
}
