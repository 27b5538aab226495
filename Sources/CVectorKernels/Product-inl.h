// Products of rows of few classes, and what becomes of them while they are in registers or the nearest cache.
//
// Rows stand side by side in blocks: element k of row r of a block of w is at k w + r. Their last block is filled up
// with zeros.
// A product is a chain of additions over the classes in their order, or the sum of a few such chains.

#if KVK_BYTES == 64 || defined(__aarch64__)
#define PR_ROWS 8 // of sums in registers: three vectors each
#else
#define PR_ROWS 4
#endif
#define PR_VECTORS 3
#define PR_WIDTH (PR_VECTORS * KVK_BYTES / 4)
#define PR_UNROLLED _Pragma("clang loop unroll(full)")

static void product_pack(const float *rows, int64_t stride, int64_t count, int64_t classes, int64_t width, float *to) {
  for (int64_t from = 0; from < count; from += width) {
    const int64_t some = count - from < width ? count - from : width;
    if (some < width) memset(to, 0, (size_t)(classes * width) * sizeof *to);
    // A line of each row at a time.
    for (int64_t k = 0; k < classes; k += 16) {
      const int64_t n = classes - k < 16 ? classes - k : 16;
      for (int64_t r = 0; r < some; r++) {
        const float *x = rows + (from + r) * stride + k;
        for (int64_t i = 0; i < n; i++) to[(k + i) * width + r] = x[i];
      }
    }
    to += classes * width;
  }
}

// One chain of products of a block; with `adds` more than what is there.
KVK_INLINE void pr_block(const float *a, const float *b, int64_t classes, const int adds, float *out) {
  v_f32 sums[PR_ROWS][PR_VECTORS];
  PR_UNROLLED for (int i = 0; i < PR_ROWS; i++) PR_UNROLLED for (int v = 0; v < PR_VECTORS; v++) sums[i][v] =
      set1_f32(0);
  for (int64_t k = 0; k < classes; k++) {
    v_f32 y[PR_VECTORS];
    PR_UNROLLED for (int v = 0; v < PR_VECTORS; v++) y[v] = load_f32(b + k * KVK_PRODUCT_COLUMNS + v * (KVK_BYTES / 4));
    PR_UNROLLED for (int i = 0; i < PR_ROWS; i++) {
      const v_f32 x = (v_f32)(a[k * KVK_PRODUCT_ROWS + i]); // as it is, where set1 adds it to 0
      PR_UNROLLED for (int v = 0; v < PR_VECTORS; v++) sums[i][v] += x * y[v];
    }
  }
  PR_UNROLLED for (int i = 0; i < PR_ROWS; i++) PR_UNROLLED for (int v = 0; v < PR_VECTORS; v++) {
    float *to = out + i * KVK_PRODUCT_COLUMNS + v * (KVK_BYTES / 4);
    store_f32(to, adds ? load_f32(to) + sums[i][v] : sums[i][v]);
  }
}

// All products of a block of rows with one of columns.
static void pr_products(const kvk_product *p, int64_t row, int64_t column, float *out) {
  const float *a = p->a + row * p->classes, *b = p->b + column * p->classes;
  for (int64_t k = 0; k < p->classes; k += p->chain) {
    const int64_t n = p->classes - k < p->chain ? p->classes - k : p->chain;
    for (int64_t i = 0; i < KVK_PRODUCT_ROWS; i += PR_ROWS)
      for (int64_t j = 0; j < KVK_PRODUCT_COLUMNS; j += PR_WIDTH) {
        const float *x = a + k * KVK_PRODUCT_ROWS + i, *y = b + k * KVK_PRODUCT_COLUMNS + j;
        float *to = out + i * KVK_PRODUCT_COLUMNS + j;
        if (k == 0) pr_block(x, y, n, 0, to);
        else pr_block(x, y, n, 1, to);
      }
  }
}

// The sums of a row for a stretch of the columns.
KVK_INLINE kvk_tile_sums pr_stretch(const kvk_tile_sums *s, int64_t from) {
  kvk_tile_sums some = *s;
  some.centre += from;
  some.extent += from;
  return some;
}

// Σ of the heavy masses' products, for up to KVK_PRODUCT_COLUMNS columns.
KVK_INLINE void pr_heavy(const kvk_tile_sums *s, int64_t from, int64_t n, double *heavy) {
  for (int32_t h = 0; h < s->heavy_count; h++) {
    const float *column = s->heavy[s->heavy_column[h]] + from;
    const double mass = s->heavy_mass[h];
    for (int64_t i = 0; i < n; i++) heavy[i] += mass * (double)column[i];
  }
}

// Divergences of a row and up to KVK_PRODUCT_COLUMNS columns of their products; returns how many are in doubt.
static int64_t pr_finish(const float *products, int64_t n, const kvk_tile_sums *sums, int64_t from, double *x,
                         uint8_t *doubts) {
  enum { ALL = KVK_PRODUCT_COLUMNS };
  const int64_t lanes = KVK_BYTES / 8;
  double heavy[ALL] = {0}, few[2][ALL];
  i_f64 low[ALL * 8 / KVK_BYTES];
  kvk_tile_sums s = pr_stretch(sums, from);
  for (int64_t i = 0; i < ALL; i += lanes) store_f64(x + i, tl_load_wide(products + i));
  if (n == ALL) {
    if (s.heavy_count) pr_heavy(sums, from, ALL, heavy);
  } else {
    pr_heavy(sums, from, n, heavy);
    memset(few, 0, sizeof few);
    memcpy(few[0], s.centre, (size_t)n * sizeof(double));
    memcpy(few[1], s.extent, (size_t)n * sizeof(double));
    s.centre = few[0];
    s.extent = few[1];
  }
  if (!tl_finish(x, ALL, s.centre, s.extent, &s, heavy, low)) return 0;
  int64_t count = 0;
  for (int64_t i = 0; i < n; i++) {
    const uint8_t doubt = (uint8_t)(low[i / lanes][i % lanes] & 1);
    doubts[i] = doubt;
    count += doubt;
  }
  return count;
}

// Makes a row's divergences infinite where it has mass in a class in which a column has none; returns how many doubts
// that settles.
static int64_t pr_forbid(const kvk_product *p, int64_t row, int64_t from, int64_t n, double *x, uint8_t *doubts) {
  int64_t settled = 0;
  for (int64_t i = 0; i < n && p->has.gaps; i++) {
    const int64_t column = from + i;
    if (!p->has.gaps[column]) continue;
    if (!tl_exceeds(p->mass.bits + row * p->words, p->has.bits + column * p->words, p->words)) continue;
    x[i] = INFINITY;
    settled += doubts[i];
    doubts[i] = 0;
  }
  return settled;
}

// What a block's columns are held against, in Float: sizes of the centres, and extents, rounded up.
typedef struct {
  float centre[KVK_PRODUCT_COLUMNS], extent[KVK_PRODUCT_COLUMNS];
} pr_sizes;

#define PR_UP 1.0001f // more than what Floats round a size by

static void pr_size(const kvk_tile_sums *s, int64_t from, int64_t n, pr_sizes *sizes) {
  memset(sizes, 0, sizeof *sizes);
  for (int64_t i = 0; i < n; i++) {
    sizes->centre[i] = (float)fabs(s->centre[from + i]) * PR_UP;
    sizes->extent[i] = (float)s->extent[from + i] * PR_UP;
  }
}

// Writes the divergences of a row and KVK_PRODUCT_COLUMNS columns; returns whether none can be in doubt. With
// `streams`, whole lines that are not read soon go past the caches.
KVK_INLINE int pr_write(const float *products, const kvk_tile_sums *s, int64_t from, const pr_sizes *sizes, void *to,
                        const int is_narrow, const int streams) {
  const total_f32 dot = (total_f32){} + s->dot, scale = (total_f32){} + 1 / s->mass, zero = {};
  const v_f32 spread = set1_f32((float)(s->spread + 0.5)), factor = set1_f32((float)s->factor * PR_UP);
  const v_f32 base = set1_f32((float)s->base + 1e-4f * fabsf((float)s->base)),
              slope = set1_f32((float)s->slope * PR_UP);
  const v_f32 share = set1_f32((float)s->share / PR_UP), none = set1_f32(0);
  i_f32 low = (i_f32)none;
  enum { LANES_F32 = KVK_BYTES / 4, VECTORS = KVK_PRODUCT_COLUMNS / LANES_F32 };
  total_f32 heavies[VECTORS] = {};
  for (int32_t h = 0; h < s->heavy_count; h++) {
    const float *column = s->heavy[s->heavy_column[h]] + from;
    PR_UNROLLED for (int v = 0; v < VECTORS; v++) heavies[v] +=
        s->heavy_mass[h] * __builtin_convertvector(load_f32(column + v * LANES_F32), total_f32);
  }
  PR_UNROLLED for (int v = 0; v < VECTORS; v++) {
    const int64_t i = v * LANES_F32;
    const total_f32 heavy = heavies[v];
    total_f32 centre;
    memcpy(&centre, s->centre + from + i, sizeof centre);
    const v_f32 product = load_f32(products + i);
    const total_f32 d = (dot - (__builtin_convertvector(product, total_f32) + heavy)) * scale - centre;
    const v_f32 narrow = __builtin_convertvector(d, v_f32), value = max_f32(narrow, none);
    if (!is_narrow) {
      const total_f32 x = d > zero ? d : zero;
      memcpy((double *)to + i, &x, sizeof x);
    } else if (streams) {
      __builtin_nontemporal_store(value, (v_f32 *)(void *)((float *)to + i));
    } else {
      store_f32((float *)to + i, value);
    }
    const v_f32 mean = min_f32(spread + load_f32(sizes->centre + i) + 2 * PR_UP * value, load_f32(sizes->extent + i));
    const v_f32 error = base + factor * mean + slope * abs_f32(product);
    low |= ~((narrow * share >= error) & (narrow < INFINITY));
  }
  return !any_f32(low);
}

static int pr_write_whole(const float *products, const kvk_tile_sums *s, int64_t from, const pr_sizes *sizes, void *to,
                          int32_t type, int streams) {
  if (type != KVK_F32) return pr_write(products, s, from, sizes, to, 0, 0);
  return streams ? pr_write(products, s, from, sizes, to, 1, 1) : pr_write(products, s, from, sizes, to, 1, 0);
}

static void pr_store(const double *x, int64_t n, void *to, int32_t type) {
  if (type == KVK_F64) memcpy(to, x, (size_t)n * sizeof *x);
  else
    for (int64_t i = 0; i < n; i++) ((float *)to)[i] = (float)x[i];
}

static void product_pairs(const kvk_product *p, const kvk_tile_sums *sums, void *out, int32_t type, int64_t stride,
                          uint8_t *doubts, int64_t *counts) {
  float products[KVK_PRODUCT_ROWS * KVK_PRODUCT_COLUMNS];
  double x[KVK_PRODUCT_COLUMNS];
  pr_sizes sizes;
  const int64_t size = element_bytes(type);
  const int streams = type == KVK_F32 && (uintptr_t)out % KVK_BYTES == 0 && stride * 4 % KVK_BYTES == 0;
  for (int64_t j = 0; j < p->columns; j += KVK_PRODUCT_COLUMNS) {
    const int64_t n = p->columns - j < KVK_PRODUCT_COLUMNS ? p->columns - j : KVK_PRODUCT_COLUMNS;
    const int is_plain = n == KVK_PRODUCT_COLUMNS && !p->has.gaps;
    pr_size(sums, j, n, &sizes);
    for (int64_t i = 0; i < p->rows; i += KVK_PRODUCT_ROWS) {
      const int64_t rows = p->rows - i < KVK_PRODUCT_ROWS ? p->rows - i : KVK_PRODUCT_ROWS;
      pr_products(p, i, j, products);
      for (int64_t r = 0; r < rows; r++) {
        const int64_t row = i + r;
        const float *product = products + r * KVK_PRODUCT_COLUMNS;
        void *to = (char *)out + (row * stride + j) * size;
        if (is_plain && pr_write_whole(product, sums + row, j, &sizes, to, type, streams)) continue;
        uint8_t *doubt = doubts + row * p->columns + j;
        counts[row] += pr_finish(product, n, sums + row, j, x, doubt);
        counts[row] -= pr_forbid(p, row, j, n, x, doubt);
        if (!is_plain) pr_store(x, n, to, type);
      }
    }
  }
}

// What a divergence may be off by at the most, twice; the centre is as far from 0 as any may be.
static double pr_error(const kvk_tile_sums *s, double value, double centre, double tolerance) {
  const double mean = s->spread + 0.5 + centre + 2 * fmax(value, 0);
  const double size = fabs(s->dot) + s->mass * (fabs(value) + centre);
  return 2 * tolerance * (s->base + s->factor * mean + s->slope * size);
}

// What a row's product and mass × centre come to at least where the divergence may be up to the bound: less what all
// this is rounded by, twice.
static float pr_least(const kvk_tile_sums *s, double bound, double centre, double tolerance) {
  if (!(s->mass > 0)) return INFINITY;
  if (!(bound < INFINITY)) return -INFINITY;
  const double size = fabs(s->dot) + s->mass * (fabs(bound) + 2 * centre);
  return (float)(s->dot - s->mass * (bound + pr_error(s, bound, centre, tolerance)) - 0x1p-21 * size);
}

// Whether any of a block's pairs may be near; what is beyond every Float may be.
KVK_INLINE int pr_any(const float *products, const float *centres, float mass, float least) {
  i_f32 any = (i_f32){};
  for (int64_t i = 0; i < KVK_PRODUCT_COLUMNS; i += KVK_BYTES / 4) {
    const v_f32 x = load_f32(products + i) + set1_f32(mass) * load_f32(centres + i);
    any |= ~((x < set1_f32(least)) & (x > -INFINITY));
  }
  return any_f32(any);
}

static int64_t product_near(const kvk_product *p, const kvk_tile_sums *sums, const double *bounds, double tolerance,
                            int64_t *column, kvk_near *found, int64_t room) {
  float products[KVK_PRODUCT_ROWS * KVK_PRODUCT_COLUMNS], centres[KVK_PRODUCT_COLUMNS];
  int64_t count = 0, j = *column;
  double largest = 0;
  for (int64_t i = 0; i < p->columns; i++) largest = fmax(largest, fabs(sums->centre[i]));
  for (; j < p->columns && room - count >= p->rows * KVK_PRODUCT_COLUMNS; j += KVK_PRODUCT_COLUMNS) {
    const int64_t n = p->columns - j < KVK_PRODUCT_COLUMNS ? p->columns - j : KVK_PRODUCT_COLUMNS;
    for (int64_t i = 0; i < KVK_PRODUCT_COLUMNS; i++) centres[i] = i < n ? (float)sums->centre[j + i] : 0;
    for (int64_t i = 0; i < p->rows; i += KVK_PRODUCT_ROWS) {
      const int64_t rows = p->rows - i < KVK_PRODUCT_ROWS ? p->rows - i : KVK_PRODUCT_ROWS;
      pr_products(p, i, j, products);
      for (int64_t r = 0; r < rows; r++) {
        const kvk_tile_sums *s = sums + i + r;
        const float *row = products + r * KVK_PRODUCT_COLUMNS, mass = (float)s->mass;
        const float least = pr_least(s, bounds[i + r], largest, tolerance);
        if (!pr_any(row, centres, mass, least)) continue;
        double x[KVK_PRODUCT_COLUMNS];
        uint8_t doubts[KVK_PRODUCT_COLUMNS] = {0};
        pr_finish(row, n, s, j, x, doubts);
        pr_forbid(p, i + r, j, n, x, doubts);
        for (int64_t c = 0; c < n; c++) {
          const float y = row[c] + mass * centres[c];
          if (y < least && y > -INFINITY) continue;
          const double error = doubts[c] ? pr_error(s, x[c], largest, tolerance) : 0;
          if (x[c] - error > bounds[i + r]) continue;
          // What is no number is in doubt altogether.
          found[count++] = (kvk_near){x[c], error < INFINITY ? error : INFINITY, (int32_t)(i + r), (int32_t)(j + c)};
        }
      }
    }
  }
  *column = j;
  return count;
}
