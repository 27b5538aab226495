// The C face of the vector kernels: plain structs and one table of functions per instruction set.
//
// Promised by the caller, checked by nobody here: pointers are valid for the rows and classes named,
// strides are in elements, result arrays are as long as the row range. Every function is
// re-entrant, allocates nothing and starts no thread.
#ifndef CVECTORKERNELS_H
#define CVECTORKERNELS_H

#include <stdint.h>

/// What an element of a matrix is stored as.
enum {
  KVK_F32 = 0,
  KVK_F64 = 1,
  KVK_F16 = 2,
  KVK_BF16 = 3,
  KVK_I32 = 4,
  KVK_I64 = 5,
};

/// What a row holds.
enum {
  KVK_LOGITS = 0,
  KVK_LOG_PROBABILITIES = 1,
  KVK_PROBABILITIES = 2,
  KVK_WEIGHTS = 3,
};

/// What became of a row. The first reason in this order wins.
enum {
  KVK_VALID = 0,
  KVK_NAN = 1,
  KVK_INFINITE = 2,       // +inf (or, for probabilities and weights, -inf too)
  KVK_NEGATIVE = 3,       // a probability or weight below 0
  KVK_NO_MASS = 4,        // all -inf, or weights that sum to 0
  KVK_NOT_NORMALISED = 5, // the sum is off by more than the tolerance
  KVK_BAD_LABEL = 6,      // the label is not one of a class
  KVK_OUT_OF_RANGE = 7,   // what the pair comes to is more than a Double holds
};

/// One side of a comparison: the rows of one matrix. A stride of 0 repeats one row. With `rows`, row i
/// of the side is row rows[i] of the matrix.
typedef struct {
  const void *base;
  int64_t stride; // elements from one row to the next
  int32_t type;
  int32_t form;
  double temperature;  // logits only; > 0
  double smoothing;    // weights only: added to every class before normalising; >= 0
  double tolerance;    // logProbabilities, probabilities: how far the sum may be from 1
  const int64_t *rows; // null: as they stand
} kvk_side;

/// The quantities of a pair of rows, in the order of their columns. Natural logarithms.
enum {
  KVK_D_AB = 0,          // D(a‖b)
  KVK_D_BA = 1,          // D(b‖a)
  KVK_H_A = 2,           // H(a)
  KVK_H_B = 3,           // H(b)
  KVK_H_AB = 4,          // H(a, b)
  KVK_H_BA = 5,          // H(b, a)
  KVK_JEFFREYS = 6,      // D(a‖b) + D(b‖a)
  KVK_JS = 7,            // Jensen-Shannon divergence
  KVK_TV = 8,            // total variation distance, in 0...1
  KVK_HELLINGER = 9,     // Hellinger distance, in 0...1 (the square root of 1 - Bhattacharyya)
  KVK_SAME_LARGEST = 10, // 1 where the first largest class of both rows is the same, else 0
  KVK_LSE_A = 11,        // log of the normaliser of a, at its temperature (log of the sum for probabilities)
  KVK_LSE_B = 12,
  KVK_LOG_RATIO = 13,  // KVK_LSE_A - KVK_LSE_B, with all its digits where the rows are alike
  KVK_TRIANGULAR = 14, // triangular discrimination, in 0...2
  KVK_PAIR_COUNT = 15,
};

/// What turns the elements of a pair of rows into probabilities, whatever their level: logits less the level,
/// over the temperature, less top and rest are log p, and so are logarithms of masses over the level's. A level of 0
/// is none. All NaN where a row is not valid.
typedef struct {
  double level_a, level_b; // as stored
  double top_a, top_b;     // the largest logits, less the level
  double rest_a, rest_b;   // the logarithms of the normalisers relative to these
  double ratio, ratio_low; // (top + rest) of a less that of b, with all its digits where the rows are alike
} kvk_pair_norms;

/// Where the results of a range of rows go: element i belongs to the i-th row of the range.
/// A null column is not wanted.
typedef struct {
  double *column[KVK_PAIR_COUNT];
  kvk_pair_norms *norms; // null: not wanted
  uint8_t *status_a;
  uint8_t *status_b;
} kvk_pair_out;

/// Rows longer than this are always evaluated in segments of this many classes,
/// whatever the number of threads, so that results do not depend on it.
#define KVK_SEGMENT 1048576

/// The running state of one long row. Opaque to callers.
typedef struct {
  double v[64];
} kvk_state;

/// Statistics of a row by itself. Natural logarithms.
enum {
  KVK_LOG_SUM_EXP = 0, // as KVK_LSE_A
  KVK_ENTROPY = 1,
  KVK_LARGEST = 2,  // the index of the first largest class
  KVK_TOP = 3,      // what is stored for that class
  KVK_LOG_REST = 4, // minus the logarithm of that class's probability
  KVK_ROW_COUNT = 5,
};

typedef struct {
  double *column[KVK_ROW_COUNT];
  uint8_t *status;
} kvk_row_out;

/// What is written for every element of a row.
enum {
  KVK_WRITE_LOG_SOFTMAX = 0,
  KVK_WRITE_SOFTMAX = 1,
};

/// A matrix that is written.
typedef struct {
  void *base;
  int64_t stride;  // elements
  int32_t type;    // KVK_F32, KVK_F64, KVK_F16 or KVK_BF16
  int32_t what;    // KVK_WRITE_...
  int32_t streams; // 1: so large that it should not displace what the caches hold
} kvk_target;

enum {
  KVK_GRADIENT_FORWARD = 0, // d D(a‖b) / d b = (q - p) / T; the cross entropy's as well
  KVK_GRADIENT_REVERSE = 1, // d D(b‖a) / d b = q (log q - log p - D(b‖a)) / T
};

enum {
  KVK_POWER = 0,       // log Σ p^α q^(1-α); α is any number but NaN and -inf
  KVK_SKEW = 1,        // D(p ‖ αq + (1-α)p), α above 0 and below 1
  KVK_TOP_OVERLAP = 2, // the share of the α largest classes that p and q have in common, α from 1 to KVK_TOP_MOST
  KVK_TOP_RANK = 3,    // the rank of p's largest class in q; α is not looked at
};

#define KVK_TOP_MOST 1000

/// A quantity of a parameter α, and from pair_rows what normalises each row; NaN makes the row NaN.
typedef struct {
  double order; // α
  const kvk_pair_norms *norms;
  int32_t quantity; // KVK_POWER, ...
} kvk_power;

/// Class labels of rows and how they are scored.
typedef struct {
  const void *labels; // int32_t or int64_t, one a row
  int32_t wide;       // 1: int64_t
  int32_t has_ignored;
  int64_t ignored;             // rows with this label score 0 and weight 0
  double smoothing;            // label smoothing, 0...1
  const double *class_weights; // one a class, or null
} kvk_labels;

/// What rows become for products of matrices, with l = log p - reference; 0 where there is no mass.
enum {
  KVK_TILE_MASS = 0,  // p
  KVK_TILE_LOG = 1,   // l - centre
  KVK_TILE_POWER = 2, // exp(power l - centre + shift reference)
};

/// Classes of a word of a row's bits.
#define KVK_TILE_WORD 64
/// Classes that stay side by side where a tile changes their order.
#define KVK_TILE_GROUP 16

/// Rows of one stretch of classes, prepared for products. A null pointer is not wanted.
typedef struct {
  void *base;
  int64_t stride; // elements
  int32_t type;   // KVK_F32 or KVK_F64
  int32_t what;   // KVK_TILE_...
  double power, shift;
  const double *reference; // one a class of the set; null (for powers only): 0
  const double *centre;    // one a row; null: 0
  // Whole groups are written at the places 0, step, 2 step, ... modulo their number, with which step has no
  // factor in common; what is left of a group stays at the end.
  int64_t step;
  // KVK_TILE_MASS, one a row, added to: Σ p, Σ p l, Σ p |l| and Σ p² of p as stored.
  double *mass, *dot, *spread, *square;
  double *extent; // not KVK_TILE_MASS, one a row: raised to the largest |l - centre| or |exponent|
  // KVK_TILE_MASS in Float: the largest masses above the least, up to heavy_room of each row, are written as
  // 0, left out of Σ p², and listed with their places.
  int32_t *heavy_count, *heavy_place;
  double *heavy_mass;
  int64_t heavy_room;
  double heavy_least;
  uint64_t *bits;     // a bit for every class that has mass, from class 0 of the set on
  int64_t bit_stride; // words
  uint8_t *gaps;      // set to 1 for a row with a class without mass
} kvk_tile;

#define KVK_TILE_SAMPLE 256

/// What becomes of the products of one row of masses with rows of logarithms.
typedef struct {
  double dot, mass, spread;
  const double *centre, *extent; // of the logarithms' rows
  // Masses that are not in the product: m of them, and for each the logarithms' rows' elements.
  int32_t heavy_count;
  const int32_t *heavy_column;
  const double *heavy_mass;
  const float *const *heavy;
  // What rounding may be, over the tolerance: base + factor (mean |l|) + slope |product|; held against share D.
  double base, factor, slope, share;
} kvk_tile_sums;

/// What becomes of one row of power sums, whose relative error is at most base + slope (the extents of both
/// rows): held against the logarithm.
typedef struct {
  double extent;
  const double *extents; // of the other side's rows
  double base, slope;
  int32_t is_hellinger;
  double *logarithms; // room for as many
} kvk_power_sums;

/// Which classes rows of a tile have mass in.
typedef struct {
  const uint64_t *bits; // as many words a row as there are
  const uint8_t *gaps;
  int64_t count;
} kvk_support;

/// The scores of centroids for rows: product plus constant, the least of which is wanted.
typedef struct {
  const void *products;  // of centroid j and row i, at j stride + i
  const void *constants; // one a centroid
  const void *extras;    // one a row; null: 0
  int32_t type;          // of all three: KVK_F32 or KVK_F64
  int64_t stride, count, rows;
  // The two least scores are clear of each other by more than slope × (their sum + extra) + floor.
  double slope, floor;
} kvk_assignment;

/// What is added up over pairs of rows x and y with weights v.
enum {
  KVK_MIXTURE_ENTROPY = 0,  // Σ v (x + y) log(x + y)
  KVK_MIXTURE_DISTANCE = 1, // Σ v |x - y|
};

/// Rows that stand side by side in blocks for products of few classes: so many of the first, and of the second side.
#define KVK_PRODUCT_ROWS 8
#define KVK_PRODUCT_COLUMNS 48

/// Blocks of masses and of logarithms.
typedef struct {
  const float *a, *b;
  int64_t rows, columns, classes;
  int64_t chain;         // classes that are added up in one chain
  kvk_support mass, has; // null gaps of `has`: all of the second side's rows have mass everywhere
  int64_t words;         // of a row's bits
} kvk_product;

/// A pair whose divergence may be near enough, and what it may be off by: 0 where that is within the tolerance.
typedef struct {
  double value, error;
  int32_t row, column;
} kvk_near;

/// Rows of two tiles, elements and weights of one type (KVK_F32 or KVK_F64), none negative.
typedef struct {
  const void *a, *b, *weights;
  int64_t stride_a, stride_b, count_a, count_b, classes;
  int32_t type, what;
  double *sums; // count_a × count_b, added to
  int64_t sum_stride;
} kvk_mixture;

/// Σ v x, Σ v x log x, Σ v x |log x| and Σ (v x)² of rows, added to.
typedef struct {
  double *mass, *dot, *spread, *square;
} kvk_mixture_rows;

/// Doubles of scratch for normals of n dimensions: two triangles and a vector for each of 8 lanes.
#define KVK_NORMAL_SCRATCH(n) (8 * (((n) + 3) / 4 * 4 + 5) * (((n) + 3) / 4 * 4 + 1))

/// Pairs of normals. Matrix i of a side is at its base + i × step, so a step of 0 repeats one; its rows are
/// `stride` apart and its lower triangle counts. Steps and strides are in elements.
typedef struct {
  const double *target_means, *model_means;
  const double *targets, *models; // covariances
  int64_t target_mean_step, model_mean_step;
  int64_t target_step, model_step;
  int64_t target_stride, model_stride;
  int64_t dimension;
} kvk_normals;

/// What is known of each pair; element 0 belongs to the first.
typedef struct {
  double *spread;          // tr Σ_q⁻¹ Σ_p - n - log(det Σ_p / det Σ_q)
  double *distance;        // |L_q \ (m_p - m_q)|²
  double *inflation;       // the largest Σ_ii / L_ii² of the model
  int32_t *refused_target; // 0, or the order of the first leading minor that is not positive
  int32_t *refused_model;
} kvk_normal_out;

typedef struct kvk_table {
  const char *name; // "avx512", "avx2", "baseline", "neon"
  int32_t float_lanes;

  // Rows first ... first + count - 1 of both sides; classes <= KVK_SEGMENT.
  void (*pair_rows)(const kvk_side *a, const kvk_side *b, int64_t first, int64_t count, int64_t classes,
                    const kvk_pair_out *out);
  // Long rows: run every segment of a pass (in any order, on any thread) with the row's state as it
  // stood before the pass, then merge the partial states in the order of the segments.
  // `pair_merge` returns 1 when another pass is wanted, else 0. The state starts zeroed.
  void (*pair_segment)(const kvk_side *a, const kvk_side *b, int64_t row, int64_t from, int64_t to, int64_t classes,
                       const kvk_pair_out *wanted, const kvk_state *state, kvk_state *partial);
  int32_t (*pair_merge)(const kvk_side *a, const kvk_side *b, int64_t row, int64_t classes, const kvk_pair_out *wanted,
                        kvk_state *state, const kvk_state *partials, int64_t count);
  void (*pair_finish)(const kvk_side *a, const kvk_side *b, int64_t row, int64_t classes, const kvk_state *state,
                      const kvk_pair_out *out, int64_t index);

  // One side alone, any number of classes up to KVK_SEGMENT; longer rows through segments as above, in
  // one pass.
  void (*row_statistics)(const kvk_side *a, int64_t first, int64_t count, int64_t classes, const kvk_row_out *out);
  void (*row_segment)(const kvk_side *a, int64_t row, int64_t from, int64_t to, const kvk_row_out *wanted,
                      kvk_state *partial);
  void (*row_merge)(const kvk_side *a, kvk_state *state, const kvk_state *partials, int64_t count);
  void (*row_finish)(const kvk_side *a, const kvk_state *state, const kvk_row_out *out, int64_t index);

  // log-softmax or softmax of rows; `result` (row `first` of it) may be the input itself. Rows that are
  // not valid become NaN. With `streams`, results go past the caches.
  void (*write_rows)(const kvk_side *a, int64_t first, int64_t count, int64_t classes, const kvk_target *result,
                     uint8_t *status);
  // The same for classes from ... to - 1 of one row whose KVK_TOP and KVK_LOG_REST are known; NaN for a
  // row that is not valid. `result` is the row's.
  void (*write_segment)(const kvk_side *a, int64_t row, int64_t from, int64_t to, double top, double log_rest,
                        const kvk_target *result);

  // Cross entropy of class labels against rows. `value[i]`, `weight[i]` and `status[i]` belong to row
  // first + i.
  void (*label_rows)(const kvk_labels *labels, const kvk_side *model, int64_t first, int64_t count, int64_t classes,
                     double *value, double *weight, uint8_t *status);
  // The same for one row whose KVK_TOP, KVK_LOG_REST and status are known.
  void (*label_row)(const kvk_labels *labels, const kvk_side *model, int64_t row, int64_t classes, double top,
                    double log_rest, double *value, double *weight, uint8_t *status);

  // The rank of class wanted[i] in row first + i, of any number of classes: 1 and how many are larger, or as large
  // with a lower number. NaN for a class that is none.
  void (*rank_rows)(const kvk_side *a, const int64_t *wanted, int64_t first, int64_t count, int64_t classes,
                    double *rank);

  // The gradient with respect to b's logits, for classes from ... to - 1, written to `result` (row
  // `first` of it). Per row, from pair_rows: what normalises it, and D(b‖a); a NaN among them makes the row
  // NaN. Beside its own rounding every class has that of the ratio: at most 1e-6 √D of its mass where elements are
  // Float, 1e-12 √D where they are Double.
  void (*pair_gradient)(const kvk_side *a, const kvk_side *b, int64_t first, int64_t count, int64_t from, int64_t to,
                        int32_t which, const kvk_pair_norms *norms, const double *d_ba, const kvk_target *result);

  // log Σ p^α q^(1-α) of rows of at most KVK_SEGMENT classes, with all its digits where the rows are
  // alike; for α = +inf the logarithm of the largest p / q. -inf where no class has both masses, +inf where
  // a mass is to be divided by 0. Longer rows through segments as for pairs; `state` starts zeroed. Or another
  // quantity of a parameter; those of the largest classes are found by `power_finish` alone.
  void (*power_rows)(const kvk_side *a, const kvk_side *b, int64_t first, int64_t count, int64_t classes,
                     const kvk_power *power, double *value);
  void (*power_segment)(const kvk_side *a, const kvk_side *b, int64_t row, int64_t from, int64_t to, int64_t classes,
                        const kvk_power *power, const kvk_state *state, kvk_state *partial);
  int32_t (*power_merge)(const kvk_side *a, const kvk_side *b, int64_t row, int64_t classes, const kvk_power *power,
                         kvk_state *state, const kvk_state *partials, int64_t count);
  void (*power_finish)(const kvk_side *a, const kvk_side *b, int64_t row, int64_t classes, const kvk_power *power,
                       const kvk_state *state, double *value);

  // Rows first ... first + count - 1 as a tile; `lse` holds the logarithms of their normalisers, +inf for
  // a row that is not valid: it becomes zeros. `from` is a multiple of KVK_TILE_WORD.
  void (*tile_rows)(const kvk_side *a, int64_t first, int64_t count, int64_t from, int64_t to, const double *lse,
                    const kvk_tile *tile);
  // sum[i] = product[i], or with `adds` more by it.
  void (*tile_add)(const float *product, double *sum, int64_t count, int32_t adds);
  // Estimates of the mean of log p - reference, weighted by masses, one a row: where products are centred.
  // From at most KVK_TILE_SAMPLE classes.
  void (*tile_centres)(const kvk_side *a, int64_t first, int64_t count, int64_t classes, const double *lse,
                       const double *reference, const double *masses, double *centres);
  // Elements of rows at some places, as rows: row h holds those at places[h].
  void (*tile_columns)(const float *from, int64_t stride, int64_t count, const int32_t *places, int64_t wanted,
                       float *to, int64_t to_stride);
  // Adds the heavy masses' products to n sums.
  void (*tile_heavy)(double *sum, int64_t n, const kvk_tile_sums *sums);
  // Product x becomes D = (dot - x - heavy masses' products) / mass - centre, or 0 where that is negative,
  // for n pairs; with `product` that is x. `doubt` is set to 1 where the rounding may be more than D's share.
  void (*tile_finish)(const float *product, double *x, int64_t n, const kvk_tile_sums *sums, uint8_t *doubt);
  // The sum of bytes that are 0 or 1.
  int64_t (*tile_count)(const uint8_t *doubts, int64_t n);
  // Power sum x becomes log x, or the Hellinger distance that it gives, for n pairs. `doubt` is set to 1 where
  // its rounding may be too much.
  void (*tile_powers)(double *x, int64_t n, const kvk_power_sums *sums, uint8_t *doubt);
  // Value [i, j] becomes +inf and its doubt 0 where row i of a has mass in a class where row j of b has none.
  void (*tile_forbid)(const kvk_support *a, const kvk_support *b, int64_t words, double *values, int64_t step_a,
                      int64_t step_b, uint8_t *doubts, int64_t doubt_a, int64_t doubt_b);
  // rows × columns become columns × rows, or with `adds` are added to what is there; doubts likewise.
  void (*tile_turn)(const double *from, int64_t from_stride, int64_t rows, int64_t columns, double *to,
                    int64_t to_stride, const uint8_t *from_doubts, uint8_t *to_doubts, int32_t adds);

  // Puts rows side by side in blocks of `width`, filled up with zeros.
  void (*product_pack)(const float *rows, int64_t stride, int64_t count, int64_t classes, int64_t width, float *to);
  // The products of all pairs, as divergences: as tile_finish, +inf as tile_forbid, written to rows of `out`, which is
  // KVK_F32 or KVK_F64. `sums` has one for each row; `doubts` are rows × columns, of which only ones are written;
  // `counts` become more by the doubts of each row.
  void (*product_pairs)(const kvk_product *product, const kvk_tile_sums *sums, void *out, int32_t type, int64_t stride,
                        uint8_t *doubts, int64_t *counts);
  // The same of those pairs whose divergence may be at most the row's bound, from a column on, which becomes that from
  // which to go on once there is no room. Returns how many. `room` is at least rows × KVK_PRODUCT_COLUMNS;
  // `tolerance` is what the rounding in `sums` is counted in.
  int64_t (*product_near)(const kvk_product *product, const kvk_tile_sums *sums, const double *bounds, double tolerance,
                          int64_t *column, kvk_near *found, int64_t room);

  // The first centroid of the least score of every row; `doubt` is 1 where the next is not clear of it.
  void (*nearest_rows)(const kvk_assignment *scores, int32_t *nearest, uint8_t *doubt);
  // Brings rows into the caches; stride and bytes of a row in bytes.
  void (*warm_rows)(const void *rows, int64_t stride, int64_t count, int64_t bytes);
  // Adds row i (KVK_F32 or KVK_F64), times its scale (null: 1), to the sums at places[i]; not where that is
  // -1.
  void (*add_rows)(const void *rows, int32_t type, int64_t stride, int64_t count, int64_t classes,
                   const int32_t *places, const double *scales, double *sums, int64_t sum_stride);
  double (*dot_rows)(const double *a, const double *b, int64_t count);
  // The least element of each row that is mass, as stored (+inf: none is), and 1 in `gaps` where a class
  // has no mass.
  void (*row_least)(const kvk_side *a, int64_t first, int64_t count, int64_t classes, double *least, uint8_t *gaps);

  // Σ log(1 + exp(-m)) of each row of margins m, which with `slopes` become 1 / (1 + exp m). An infinite margin
  // counts as its limit, NaN makes the row's sum NaN. Error of a sum: at most count × 2^-52, and 4 ulp.
  void (*logistic_rows)(double *margins, int64_t stride, int64_t rows, int64_t count, int32_t slopes, double *losses);

  void (*mixture_pairs)(const kvk_mixture *pairs);
  // The sums of the rows of a by themselves.
  void (*mixture_rows)(const kvk_mixture *rows, const kvk_mixture_rows *sums);

  // Pairs first ... first + count - 1. `scratch` has room for KVK_NORMAL_SCRATCH(dimension) Doubles.
  void (*normal_pairs)(const kvk_normals *pairs, int64_t first, int64_t count, double *scratch,
                       const kvk_normal_out *out);

  // The vector functions themselves, element by element: for tests of their accuracy.
  void (*exp_f32)(const float *x, float *y, int64_t count);
  void (*exp_f64)(const double *x, double *y, int64_t count);
  void (*log_f32)(const float *x, float *y, int64_t count);
  void (*log_f64)(const double *x, double *y, int64_t count);
} kvk_table;

/// Rows of 16-bit codes: float scale, float minimum, `classes` codes; log p = scale * code + minimum.

/// Marks the classes of code 0 in `merged`.
void kvk_coded_mark(const uint16_t *row, int64_t classes, uint8_t *merged);

/// What kvk_coded_read sums: the mass of classes that are kept, of those among them with the largest code, which rounds
/// nothing, of merged ones with a code, and of those without at the minimum, which is the most that they can have.
enum { KVK_CODED_KEPT, KVK_CODED_LARGEST, KVK_CODED_KNOWN, KVK_CODED_LEAST, KVK_CODED_MASSES };

/// log p of the classes, -inf of those that are merged.
void kvk_coded_read(const uint16_t *row, int64_t classes, const uint8_t *merged, float *out, double *masses);

/// A row of logits (KVK_F64 as double, else as float) as those of the classes that are kept, and as those that are
/// merged, -inf for the others.
void kvk_coded_split(const void *row, int32_t type, int64_t classes, const uint8_t *merged, void *kept, void *tail);

/// What kvk_coded_exact finds of a token.
enum {
  KVK_CODED_LOSS,
  KVK_CODED_BASE_LOSS,
  KVK_CODED_DIVERGENCE,
  KVK_CODED_CHANGE,
  KVK_CODED_SAME,
  KVK_CODED_STATISTICS
};

/// In Float, with sums in Double: -log q and -log p of the next token, sum p (log p - log q) over log p > -16 with p as
/// it is coded, the change of the token's probability, and whether the first largest classes are the same.
void kvk_coded_exact(const uint16_t *row, int64_t classes, const void *logits, int32_t type, int64_t token,
                     double *out);

/// The tables this build has, best first, ended by a null pointer; and whether the processor runs one.
const kvk_table *kvk_table_at(int32_t index);
int32_t kvk_table_runs(const kvk_table *table);

#endif
