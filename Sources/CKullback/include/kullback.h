/// Kullback's C interface: divergences between distributions, for every language that calls C.
///
/// Link with libkullback-c. Every function may be called from any thread, and from several at once.
///
/// **Memory.** All memory is the caller's, inputs and results alike. No address is kept when a call returns, and
/// nothing is given to the caller that he would have to free, but for summaries, which are numbers. Inputs are only
/// read. Results must not overlap inputs or each other. A pointer may be NULL where it says so, and where nothing would
/// be read or written there.
///
/// **Structures** begin with their size, `sizeof` what the caller was compiled with, so that fields can be added.
/// Set what you do not use to 0. The functions `kullback_set_of`, `kullback_result_of` and `kullback_run_of` do both.
///
/// **Units.** Information is in nats. `kullback_measures` says of each measure what to divide by for another unit.
///
/// **What goes wrong** is said by the status that a function returns, and in words in `kullback_run.message`. Rows that
/// cannot be evaluated (NaN, no mass, a label out of range) are no error: their values are NaN, and a byte for each row
/// says why. No argument ends the process, provided that pointers point to memory of the size that was said.
#ifndef KULLBACK_H
#define KULLBACK_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The version of this interface: raised when a call that was right no longer is. Compare it with what
/// `kullback_abi_version` returns.
#define KULLBACK_ABI_VERSION 1

// ---- What became of a call ------------------------------------------------------------------------------------------

typedef int32_t kullback_status;
/// All results are there.
#define KULLBACK_OK 0
/// An argument is wrong, or arguments do not fit together. Nothing was computed.
#define KULLBACK_INVALID 1
/// The word `kullback_run.cancel` was set. Some results may have been written.
#define KULLBACK_CANCELLED 2
/// A fault of the library's.
#define KULLBACK_INTERNAL 3
/// The memory for the results was too small: how much is needed was written.
#define KULLBACK_TOO_SMALL 4
/// What was to be computed has no answer: a fit that does not converge, a matrix that is singular.
#define KULLBACK_FAILED 5

// ---- What became of a row -------------------------------------------------------------------------------------------

/// A byte for each row: 0, or the reason of the target and 16 times the reason of the model. Where there is one set
/// alone, its reason is in the lower half.
#define KULLBACK_ROW_VALID 0
#define KULLBACK_ROW_NOT_A_NUMBER 1
#define KULLBACK_ROW_INFINITE 2
#define KULLBACK_ROW_NEGATIVE 3
#define KULLBACK_ROW_NO_MASS 4
#define KULLBACK_ROW_NOT_NORMALISED 5
#define KULLBACK_ROW_BAD_LABEL 6
#define KULLBACK_ROW_OUT_OF_RANGE 7

// ---- Elements and forms ---------------------------------------------------------------------------------------------

#define KULLBACK_FLOAT32 0
#define KULLBACK_FLOAT64 1
#define KULLBACK_FLOAT16 2
#define KULLBACK_BFLOAT16 3
#define KULLBACK_INT32 4
#define KULLBACK_INT64 5

/// Any numbers; the distribution is softmax(row / temperature), and -inf is no mass.
#define KULLBACK_LOGITS 0
/// Logarithms of probabilities, which sum to 1 within the tolerance.
#define KULLBACK_LOG_PROBABILITIES 1
/// Probabilities, which sum to 1 within the tolerance.
#define KULLBACK_PROBABILITIES 2
/// Counts or other weights: the distribution is (row + smoothing) / sum. Whole numbers are always weights.
#define KULLBACK_WEIGHTS 3

/// Distributions over the same classes, one a row.
typedef struct kullback_set {
  uint32_t size;
  int32_t element;       ///< KULLBACK_FLOAT32, ...
  int32_t form;          ///< KULLBACK_LOGITS, ...
  int32_t reserved;      ///< 0
  const void *base;      ///< the first element; need not be aligned
  int64_t rows;          ///< distributions
  int64_t columns;       ///< classes, at least 1
  int64_t row_stride;    ///< elements from one row to the next
  int64_t column_stride; ///< elements from one class to the next: 1, or more for a transposed or sliced array
  double temperature;    ///< of logits: 1, or what they are divided by
  double smoothing;      ///< of weights: 0, or what is added to each
  double tolerance;      ///< how far from 1 a row of probabilities may sum; below 0: what the element type allows
} kullback_set;

/// A matrix for results: rows one after the other.
typedef struct kullback_result {
  uint32_t size;
  int32_t element;    ///< what is written; each function says which it takes
  void *base;         ///< the first element, aligned to its size
  int64_t rows;       ///< have to be those that the function says
  int64_t columns;    ///< have to be those that the function says
  int64_t row_stride; ///< elements from one row to the next
} kullback_result;

/// How a call runs, and what another thread may watch and stop meanwhile. NULL stands for one whose fields are 0.
typedef struct kullback_run {
  uint32_t size;
  int32_t threads;         ///< 1 to 1024; 0: the library's choice, see kullback_info
  const int32_t *cancel;   ///< anything but 0 there ends the call soon; may be NULL
  int64_t *progress;       ///< two words: rows done, and rows in all; may be NULL
  char *message;           ///< where to say what went wrong, ended by a NUL, in UTF-8; may be NULL
  uint64_t message_size;   ///< bytes there
  uint64_t working_memory; ///< bytes that all pairs and clusters may use beside their results; 0: 256 MiB
} kullback_run;

/// Class labels, and how they are scored.
typedef struct kullback_labels {
  uint32_t size;
  int32_t element;             ///< KULLBACK_INT32 or KULLBACK_INT64
  const void *base;            ///< the first label; classes count from 0
  int64_t count;               ///< labels: as many as the model has rows
  int64_t stride;              ///< elements from one to the next
  int64_t ignored;             ///< the label whose rows count nothing
  int32_t has_ignored;         ///< 1 where there is such a label, else 0
  int32_t reserved;            ///< 0
  double smoothing;            ///< 0 to 1: the share of a label that all classes get alike
  const double *class_weights; ///< a factor for each class, or NULL
  int64_t class_weight_count;  ///< as many as there are classes; 0 with NULL
} kullback_labels;

/// Distributions row after row without gaps, with temperature 1, smoothing 0 and the usual tolerance.
static inline kullback_set kullback_set_of(const void *base, int32_t element, int32_t form, int64_t rows,
                                           int64_t columns) {
  kullback_set set = {sizeof(kullback_set), element, form, 0, base, rows, columns, columns, 1, 1, 0, -1};
  return set;
}

/// A matrix for results, row after row without gaps.
static inline kullback_result kullback_result_of(void *base, int32_t element, int64_t rows, int64_t columns) {
  kullback_result result = {sizeof(kullback_result), element, base, rows, columns, columns};
  return result;
}

/// A run that says in `message` what went wrong.
static inline kullback_run kullback_run_of(char *message, uint64_t message_size) {
  kullback_run run = {sizeof(kullback_run), 0, NULL, NULL, message, message_size, 0};
  return run;
}

// ---- What is there --------------------------------------------------------------------------------------------------

/// KULLBACK_ABI_VERSION of the library.
int32_t kullback_abi_version(void);

// A text goes to `size` bytes at `text`, cut where it is longer and always ended by a NUL; returned are the bytes that
// all of it needs with its NUL. NULL with a size of 0 asks for that alone.

/// The version of the library: "0.1.0".
uint64_t kullback_version(char *text, uint64_t size);

/// The machine and what is used of it, as JSON: an object with version, processor, instructionSet,
/// availableInstructionSets, threads (what 0 in kullback_run stands for), blasVersion, blasKernel, blasThreads,
/// blasLibrary, lapackLibrary; or with `error`.
uint64_t kullback_info(char *text, uint64_t size);

/// The measures, as JSON: {"measures": [{"name", "title", "notation", "dimension", "isDivergence", "isSymmetric",
/// "isAgreement", "isOneRead"}], "families": [{"name", "title", "pattern", "parameter", "orders"}]}. Of the dimension
/// "information" values are divided by log(base) for another unit, of "rootInformation" by its square root, of "number"
/// by nothing.
uint64_t kullback_measures(char *text, uint64_t size);

/// One measure by its name, "forward-kl" or "renyi:2", as JSON like an entry of `kullback_measures`, with its name as
/// the library spells it.
///
/// `needed`, unless NULL, becomes the bytes of the text with its NUL.
kullback_status kullback_measure(const char *name, char *text, uint64_t size, uint64_t *needed,
                                 const kullback_run *run);

// ---- Row by row -----------------------------------------------------------------------------------------------------

/// Measures of every row of `target` against the same row of `model`; a set of one row goes with every row of the
/// other.
///
/// - measures: names, separated by commas: "forward-kl,renyi:2".
/// - values: a column of `rows` numbers for each measure: that of measure m and row r is values[m * value_stride + r].
/// - rows: rows of the sets, or of the larger where the other has one.
/// - value_stride: at least `rows`.
/// - row_status: `rows` bytes, or NULL.
kullback_status kullback_evaluate(const kullback_set *target, const kullback_set *model, const char *measures,
                                  double *values, int64_t rows, int64_t value_stride, uint8_t *row_status,
                                  const kullback_run *run);

/// The logarithms of the probabilities of every row, whatever its form; of logits the log-softmax.
///
/// - result: rows x columns of the set, any floating element. A row that is not valid becomes NaN.
/// - row_status: a byte a row, or NULL.
kullback_status kullback_log_softmax(const kullback_set *set, const kullback_result *result, uint8_t *row_status,
                                     const kullback_run *run);

/// The probabilities of every row; otherwise as `kullback_log_softmax`.
kullback_status kullback_softmax(const kullback_set *set, const kullback_result *result, uint8_t *row_status,
                                 const kullback_run *run);

/// The Shannon entropy of every row.
///
/// - values: a number a row; NaN where the row is not valid.
/// - row_status: a byte a row, or NULL.
kullback_status kullback_entropy(const kullback_set *set, double *values, uint8_t *row_status, const kullback_run *run);

/// The logarithm of what every row is divided by to be a distribution: of logits log sum exp(x / temperature).
/// Otherwise as `kullback_entropy`.
kullback_status kullback_log_sum_exp(const kullback_set *set, double *values, uint8_t *row_status,
                                     const kullback_run *run);

/// The cross entropy of every label and the same row of `model`.
///
///     value = (1 - s) w[y] (-log q[y]) + s / classes * sum over k of w[k] (-log q[k])
///
/// - values: a number a row: 0 where the label is the ignored one, NaN where label or row are not valid.
/// - weights: a number a row, that of its label: the mean is sum of values / sum of weights; or NULL.
/// - row_status: a byte a row, or NULL; a label out of range is the target's.
kullback_status kullback_cross_entropy(const kullback_labels *labels, const kullback_set *model, double *values,
                                       double *weights, uint8_t *row_status, const kullback_run *run);

/// A measure of every row, and its gradient with respect to the same row of the model's logits.
///
/// - measure: "forward-kl", "reverse-kl" or "cross-entropy". The gradient has the factor 1 / temperature of the model.
/// - gradient: rows (of the larger set) x classes, any floating element.
/// - values: a number a row, or NULL.
/// - row_status: a byte a row, or NULL.
kullback_status kullback_gradient(const char *measure, const kullback_set *target, const kullback_set *model,
                                  const kullback_result *gradient, double *values, uint8_t *row_status,
                                  const kullback_run *run);

// ---- All with all ---------------------------------------------------------------------------------------------------

/// A measure of every target and every model.
///
/// - models: NULL for the targets themselves: the diagonal of a divergence is then 0 exactly, and half of the work is
///   left out where the measure is symmetric.
/// - result: targets x models, KULLBACK_FLOAT32 or KULLBACK_FLOAT64.
/// - target_status, model_status: a byte for each row of that set, its reason in the lower half; or NULL.
/// - counts: two numbers: pairs computed, and those of them that were evaluated one by one because a product would
///   have rounded too much; or NULL.
kullback_status kullback_pairwise(const char *measure, const kullback_set *targets, const kullback_set *models,
                                  const kullback_result *result, uint8_t *target_status, uint8_t *model_status,
                                  int64_t *counts, const kullback_run *run);

/// The rows of a set that are nearest to each query: the smallest values of a measure with queries as targets and the
/// set's rows as models, and of equal ones the first rows.
///
/// - set: NULL for the queries themselves.
/// - count: how many neighbours, above 0.
/// - excludes_same_row: not 0: row i of the set is no neighbour of query i.
/// - rows: queries x count: the numbers of the rows, nearest first, then -1 where there are no more.
/// - values: queries x count: the values, then NaN; or NULL.
/// - query_status, set_status: a byte for each row of that set; or NULL.
kullback_status kullback_nearest(const char *measure, const kullback_set *queries, const kullback_set *set,
                                 int64_t count, int32_t excludes_same_row, int64_t *rows, double *values,
                                 uint8_t *query_status, uint8_t *set_status, const kullback_run *run);

/// The rows of a set within a radius of each query; otherwise as `kullback_nearest`.
///
/// - radius: 0 or above.
/// - offsets: queries + 1 numbers: the neighbours of query i are numbers offsets[i] to offsets[i + 1] - 1 of `rows`.
/// - rows, values: room for `room` numbers each. Where that is too small the status is KULLBACK_TOO_SMALL and only the
///   offsets are there, the last of which is what is needed.
kullback_status kullback_within(const char *measure, const kullback_set *queries, const kullback_set *set,
                                double radius, int32_t excludes_same_row, int64_t *offsets, int64_t *rows,
                                double *values, int64_t room, uint8_t *query_status, uint8_t *set_status,
                                const kullback_run *run);

// ---- Summaries ------------------------------------------------------------------------------------------------------

/// A summary of the values of many rows, which is added to and merged; a number, never an address. 0 is none.
typedef uint64_t kullback_summary;

/// What a summary says.
typedef struct kullback_summary_values {
  uint32_t size;               ///< set by the caller
  int32_t quantiles_are_exact; ///< 1, or 0: their relative error is at most 0.05 %
  int64_t count;               ///< values that are numbers, infinite ones among them
  int64_t invalid;             ///< values that are NaN
  int64_t infinite;            ///< values that are infinite
  int64_t max_row;             ///< the first row that has the largest value; -1 of none
  double mean;                 ///< NaN of no values
  double variance;             ///< with divisor count - 1; NaN of fewer than two values
  double standard_error;       ///< of the mean
  double min;
  double max;
} kullback_summary_values;

/// Makes a summary of no values, to be given back with `kullback_summary_free`.
///
/// - exact_limit: how many values are held for exact quantiles, 8 bytes each; below 0: 10,000,000.
kullback_status kullback_summary_new(int64_t exact_limit, kullback_summary *summary, const kullback_run *run);

/// Adds `count` values, which are `stride` apart, of rows numbered from `first_row` on; a NaN is a row that is not
/// valid.
kullback_status kullback_summary_add(kullback_summary summary, const double *values, int64_t count, int64_t stride,
                                     int64_t first_row, const kullback_run *run);

/// Adds what `other` says to `summary`; `other` stays as it is. The same whichever way rows were split, to the last
/// digits: sums have twice the digits of a double.
kullback_status kullback_summary_merge(kullback_summary summary, kullback_summary other, const kullback_run *run);

/// Writes a summary to bytes that other machines and later versions read: JSON, with what a summary is in the files of
/// `kullback evaluate --partial`.
///
/// `needed`, unless NULL, becomes their number; where `size` is less the status is KULLBACK_TOO_SMALL and none are
/// written.
kullback_status kullback_summary_encode(kullback_summary summary, uint8_t *bytes, uint64_t size, uint64_t *needed,
                                        const kullback_run *run);

/// Makes a summary of what `kullback_summary_encode` wrote, to be given back with `kullback_summary_free`.
kullback_status kullback_summary_decode(const uint8_t *bytes, uint64_t size, kullback_summary *summary,
                                        const kullback_run *run);

/// Reads what a summary says.
kullback_status kullback_summary_read(kullback_summary summary, kullback_summary_values *values,
                                      const kullback_run *run);

/// Reads quantiles at `count` probabilities, 0 to 1, interpolated linearly; NaN of no values.
kullback_status kullback_summary_quantiles(kullback_summary summary, const double *probabilities, int64_t count,
                                           double *values, const kullback_run *run);

/// Gives a summary back. A summary that is none, or was given back, is refused, here as everywhere.
kullback_status kullback_summary_free(kullback_summary summary);

// ---- Clusters -------------------------------------------------------------------------------------------------------

/// D(row || centroid): centroids are means.
#define KULLBACK_CLUSTER_FORWARD_KL 0
/// D(centroid || row): centroids are normalised geometric means.
#define KULLBACK_CLUSTER_REVERSE_KL 1

/// How clusters are formed.
typedef struct kullback_cluster_options {
  uint32_t size;
  int32_t divergence;         ///< KULLBACK_CLUSTER_FORWARD_KL, ...
  int64_t clusters;           ///< 1 to as many as there are valid rows
  uint64_t seed;              ///< of the random numbers that choose where to begin
  int64_t maximum_iterations; ///< at least 1
  int64_t restarts;           ///< at least 1; the best result is kept
  double tolerance; ///< ends when the objective falls by no more than this share of itself; 0: when no row moves
} kullback_cluster_options;

/// Where clusters are written.
typedef struct kullback_cluster_result {
  uint32_t size;
  int32_t has_converged; ///< written: 1 or 0
  int64_t *assignments;  ///< a number a row: its cluster, or -1; may be NULL
  double *divergences;   ///< a number a row, from its centroid; may be NULL
  double *centroids;     ///< clusters x classes probabilities; may be NULL
  int64_t *sizes;        ///< rows of each cluster; may be NULL
  int64_t iterations;    ///< written
  double objective;      ///< written: the sum of the divergences of the valid rows
} kullback_cluster_result;

/// Divides rows into clusters. `kullback_run.progress` counts iterations.
///
/// - row_status: a byte a row, or NULL.
kullback_status kullback_cluster_fit(const kullback_set *set, const kullback_cluster_options *options,
                                     kullback_cluster_result *result, uint8_t *row_status, const kullback_run *run);

/// Finds the nearest of given centroids for every row.
///
/// - centroids: clusters x classes probabilities.
/// - assignments: a number a row, or NULL: -1 for a row that is not valid, or at an infinite divergence from all.
/// - divergences: a number a row, or NULL.
/// - row_status: a byte a row, or NULL.
kullback_status kullback_cluster_assign(const kullback_set *set, int32_t divergence, const double *centroids,
                                        int64_t clusters, int64_t *assignments, double *divergences,
                                        uint8_t *row_status, const kullback_run *run);

/// What an assignment of some rows to given centroids adds up to: one iteration's part of one machine. Parts of no rows
/// have zeros everywhere, and parts may be copied and sent as the numbers that they are.
typedef struct kullback_cluster_part {
  uint32_t size;
  int32_t divergence;
  int64_t clusters;
  int64_t classes;
  double *sums;      ///< clusters x classes x 2: of each number its upper and its lower half
  int64_t *sizes;    ///< rows of each cluster
  double *objective; ///< 2 numbers, as of sums: the sum of the divergences
} kullback_cluster_part;

/// Assigns rows to centroids, as `kullback_cluster_assign`, and adds them to a part.
kullback_status kullback_cluster_step(const kullback_set *set, const double *centroids,
                                      const kullback_cluster_part *part, int64_t *assignments, double *divergences,
                                      uint8_t *row_status, const kullback_run *run);

/// Adds `other` to `part`.
kullback_status kullback_cluster_merge(const kullback_cluster_part *part, const kullback_cluster_part *other,
                                       const kullback_run *run);

/// The centroids of a part's rows; a cluster without rows keeps the one that it had.
///
/// - before: clusters x classes, the centroids that rows were assigned to.
/// - centroids: clusters x classes; may be `before`.
kullback_status kullback_cluster_centroids(const kullback_cluster_part *part, const double *before, double *centroids,
                                           const kullback_run *run);

// ---- Families of distributions --------------------------------------------------------------------------------------

/// The families, as JSON: [{"name", "parameters": [...]}]; one without parameters has one for each class.
uint64_t kullback_families(char *text, uint64_t size);

/// Divergences between distributions of a family, in closed form.
///
/// - family: "normal", "gamma", ...
/// - targets, models: rows of `parameters` numbers, `target_rows` and `model_rows` of them; a single row goes with
/// every
///   row of the other side.
/// - values: 5 columns of `rows` numbers, one after the other: D(target || model), D(model || target), H(target),
///   H(model), H(target, model). NaN where parameters are not the family's.
/// - rows: the larger number of rows.
/// - row_status: a byte a row, or NULL: 1 where the target's parameters are not the family's, 16 where the model's are
///   not, or the sum.
kullback_status kullback_family(const char *family, const double *targets, int64_t target_rows, const double *models,
                                int64_t model_rows, int64_t parameters, double *values, int64_t rows,
                                uint8_t *row_status, const kullback_run *run);

// ---- Fits -----------------------------------------------------------------------------------------------------------

/// Numbers that are no distributions: features, samples.
typedef struct kullback_matrix {
  uint32_t size;
  int32_t element;
  const void *base;
  int64_t rows;
  int64_t columns;
  int64_t row_stride;
  int64_t column_stride;
} kullback_matrix;

/// A matrix without gaps.
static inline kullback_matrix kullback_matrix_of(const void *base, int32_t element, int64_t rows, int64_t columns) {
  kullback_matrix matrix = {sizeof(kullback_matrix), element, base, rows, columns, columns, 1};
  return matrix;
}

/// Why a search ended.
#define KULLBACK_CONVERGED_GRADIENT 0
#define KULLBACK_CONVERGED_VALUE 1
#define KULLBACK_ITERATIONS_EXHAUSTED 2
#define KULLBACK_NO_FURTHER_DECREASE 3
#define KULLBACK_UNBOUNDED 4
#define KULLBACK_SEPARABLE 5
#define KULLBACK_PARTLY_SEPARABLE 6

/// How a softmax regression is fitted: minimise the mean of forward_share D(p || q) + (1 - forward_share) D(q || p),
/// and penalty / 2 times the sum of squared weights.
typedef struct kullback_softmax_options {
  uint32_t size;
  int32_t has_intercepts;     ///< 1 or 0
  double forward_share;       ///< 0 to 1; 1: forward KL alone, maximum likelihood
  double penalty;             ///< 0 or above
  double temperature;         ///< above 0; 1
  double label_smoothing;     ///< 0 to 1
  double gradient_tolerance;  ///< 0 or above; 1e-6
  int64_t maximum_iterations; ///< 0 or above; 1000
} kullback_softmax_options;

/// Where a softmax regression is written.
typedef struct kullback_softmax_result {
  uint32_t size;
  int32_t convergence;  ///< written: KULLBACK_CONVERGED_GRADIENT, ...
  double *weights;      ///< features x classes
  double *intercepts;   ///< a number a class; may be NULL
  int64_t iterations;   ///< written
  double objective;     ///< written
  double gradient_norm; ///< written: the largest element of the gradient
} kullback_softmax_result;

/// Fits class probabilities that depend on features by a linear map. `kullback_run.progress` counts iterations.
///
/// - labels: a class for each row of the features, of which `element`, `base`, `count` and `stride` are read; or NULL.
/// - targets: a distribution for each row; or NULL. One of the two is there.
/// - classes: of labels; those of the targets where they are there.
/// - sample_weights: a number a row, 0 or above; or NULL.
kullback_status kullback_fit_softmax(const kullback_matrix *features, const kullback_labels *labels,
                                     const kullback_set *targets, int64_t classes, const double *sample_weights,
                                     const kullback_softmax_options *options, kullback_softmax_result *result,
                                     const kullback_run *run);

/// How a mixture of normal distributions is fitted to samples.
typedef struct kullback_mixture_options {
  uint32_t size;
  int32_t is_diagonal;        ///< 1: diagonal covariances, 0: full ones
  int64_t components;         ///< at least 1; 1 is a normal distribution
  int64_t restarts;           ///< at least 1; the best result is kept
  uint64_t seed;              ///< of the random numbers that choose where to begin
  double regularisation;      ///< 0 or above; 1e-6: of the samples' variance, added to each component's
  double tolerance;           ///< 0 or above; 1e-9: by which the mean log likelihood rises at the end
  int64_t maximum_iterations; ///< at least 1; 1000
} kullback_mixture_options;

/// Where a mixture is written.
typedef struct kullback_mixture_result {
  uint32_t size;
  int32_t convergence;  ///< written: KULLBACK_CONVERGED_VALUE, ...
  double *weights;      ///< a number a component
  double *means;        ///< components x dimensions
  double *covariances;  ///< components x dimensions x dimensions
  int64_t iterations;   ///< written
  double cross_entropy; ///< written: minus the mean log likelihood, in nats
} kullback_mixture_result;

/// Fits a mixture of normal distributions to samples, a sample a row. `kullback_run.progress` counts iterations.
///
/// - sample_weights: a number a sample, 0 or above; or NULL.
kullback_status kullback_fit_mixture(const kullback_matrix *samples, const double *sample_weights,
                                     const kullback_mixture_options *options, kullback_mixture_result *result,
                                     const kullback_run *run);

/// A density that the caller evaluates while a call runs: in another thread than the one that called, since no function
/// of the caller's is called.
///
/// The library writes points and then their number, above 0, to `asked`, and waits. The caller writes values and
/// gradients and then 0 to `asked`, or -1 to end the call. Both have to be seen in that order: write `asked` last, as
/// an atomic with release, and read it with acquire.
typedef struct kullback_density {
  uint32_t size;
  int32_t reserved;        ///< 0
  int64_t dimension;       ///< at least 1
  int64_t room;            ///< points that there is memory for, at least 1; more are asked for one after the other
  double *points;          ///< room x dimension, written by the library
  const double *values;    ///< room numbers, the logarithms of the density up to one constant; -inf is density 0
  const double *gradients; ///< room x dimension, of those with respect to the points
  int64_t *asked;          ///< 0 when the call begins
} kullback_density;

/// How a normal distribution is fitted to a density. Of every number 0 is the library's choice.
typedef struct kullback_normal_options {
  uint32_t size;
  int32_t is_diagonal;      ///< 1: a diagonal covariance, 0: a full one
  int64_t draws;            ///< fixed draws that expectations are taken over, an even number
  int64_t diagnostic_draws; ///< fresh draws for the lower bound and what is said of the fit
  int64_t maximum_iterations;
  double gradient_tolerance; ///< in nats a standard deviation
  uint64_t seed;
} kullback_normal_options;

/// Where a normal distribution is written.
typedef struct kullback_normal_result {
  uint32_t size;
  int32_t convergence; ///< written: KULLBACK_CONVERGED_GRADIENT, ...
  double *mean;        ///< dimension numbers
  double *covariance;  ///< dimension x dimension
  double *mean_errors; ///< dimension numbers: how far the mean moves with other draws, NaN where not known; or NULL
  int64_t iterations;  ///< written
  double lower_bound;  ///< written: the evidence lower bound, from fresh draws
  double lower_bound_error; ///< written: its standard error
  double cross_entropy;     ///< written: H(q,p), from the same draws
  double entropy;           ///< written: H(q)
  double pareto_k;          ///< written: the diagnostic of importance weights; below its threshold means can be trusted
  double effective_draws;   ///< written: of importance sampling with q
  int32_t is_trusted;       ///< written: 1 where the search converged and pareto_k is below its threshold
  int32_t reserved;         ///< 0
} kullback_normal_result;

/// Fits a normal distribution q to a density p by reverse KL, D(q || p): variational inference. `kullback_run.progress`
/// counts iterations.
kullback_status kullback_fit_normal(const kullback_density *density, const kullback_normal_options *options,
                                    kullback_normal_result *result, const kullback_run *run);

#ifdef __cplusplus
}
#endif

#endif
