/// Kullback's C interface: divergences between distributions, for every language that calls C.
///
/// Link with libkullback-c. Every function may be called from any thread, and from several at once.
///
/// **Memory.** All memory is the caller's, inputs and results alike; nothing is kept when a call returns, and nothing is
/// given to the caller that he would have to free. Inputs are only read. Results must not overlap inputs or each other. A
/// pointer may be NULL where it says so, and where nothing would be read or written there.
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
static inline kullback_set kullback_set_of(const void *base, int32_t element, int32_t form,
                                           int64_t rows, int64_t columns) {
  kullback_set set = {sizeof(kullback_set), element, form, 0, base, rows, columns, columns, 1, 1, 0, -1};
  return set;
}

/// A matrix for results, row after row without gaps.
static inline kullback_result kullback_result_of(void *base, int32_t element, int64_t rows,
                                                 int64_t columns) {
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

// A text goes to `size` bytes at `text`, cut where it is longer and always ended by a NUL; returned are the bytes that all of
// it needs with its NUL. NULL with a size of 0 asks for that alone.

/// The version of the library: "0.1.0".
uint64_t kullback_version(char *text, uint64_t size);

/// The machine and what is used of it, as JSON: an object with version, processor, instructionSet,
/// availableInstructionSets, threads (what 0 in kullback_run stands for), blasVersion, blasKernel, blasThreads,
/// blasLibrary, lapackLibrary; or with `error`.
uint64_t kullback_info(char *text, uint64_t size);

/// The measures, as JSON: {"measures": [{"name", "title", "notation", "dimension", "isDivergence", "isSymmetric",
/// "isAgreement", "isOneRead"}], "families": [{"name", "title", "pattern", "parameter", "orders"}]}. Of the dimension
/// "information" values are divided by log(base) for another unit, of "rootInformation" by its square root, of "number" by
/// nothing.
uint64_t kullback_measures(char *text, uint64_t size);

/// One measure by its name, "forward-kl" or "renyi:2", as JSON like an entry of `kullback_measures`, with its name as the
/// library spells it.
///
/// `needed`, unless NULL, becomes the bytes of the text with its NUL.
kullback_status kullback_measure(const char *name, char *text, uint64_t size, uint64_t *needed,
                                 const kullback_run *run);

// ---- Row by row -----------------------------------------------------------------------------------------------------

/// Measures of every row of `target` against the same row of `model`; a set of one row goes with every row of the other.
///
/// - measures: names, separated by commas: "forward-kl,renyi:2".
/// - values: a column of `rows` numbers for each measure: that of measure m and row r is values[m * value_stride + r].
/// - rows: rows of the sets, or of the larger where the other has one.
/// - value_stride: at least `rows`.
/// - row_status: `rows` bytes, or NULL.
kullback_status kullback_evaluate(const kullback_set *target, const kullback_set *model,
                                  const char *measures, double *values, int64_t rows,
                                  int64_t value_stride, uint8_t *row_status,
                                  const kullback_run *run);

/// The logarithms of the probabilities of every row, whatever its form; of logits the log-softmax.
///
/// - result: rows x columns of the set, any floating element. A row that is not valid becomes NaN.
/// - row_status: a byte a row, or NULL.
kullback_status kullback_log_softmax(const kullback_set *set, const kullback_result *result,
                                     uint8_t *row_status, const kullback_run *run);

/// The probabilities of every row; otherwise as `kullback_log_softmax`.
kullback_status kullback_softmax(const kullback_set *set, const kullback_result *result,
                                 uint8_t *row_status, const kullback_run *run);

/// The Shannon entropy of every row.
///
/// - values: a number a row; NaN where the row is not valid.
/// - row_status: a byte a row, or NULL.
kullback_status kullback_entropy(const kullback_set *set, double *values, uint8_t *row_status,
                                 const kullback_run *run);

/// The logarithm of what every row is divided by to be a distribution: of logits log sum exp(x / temperature). Otherwise
/// as `kullback_entropy`.
kullback_status kullback_log_sum_exp(const kullback_set *set, double *values, uint8_t *row_status,
                                     const kullback_run *run);

/// The cross entropy of every label and the same row of `model`.
///
///     value = (1 - s) w[y] (-log q[y]) + s / classes * sum over k of w[k] (-log q[k])
///
/// - values: a number a row: 0 where the label is the ignored one, NaN where label or row are not valid.
/// - weights: a number a row, that of its label: the mean is sum of values / sum of weights; or NULL.
/// - row_status: a byte a row, or NULL; a label out of range is the target's.
kullback_status kullback_cross_entropy(const kullback_labels *labels, const kullback_set *model,
                                       double *values, double *weights, uint8_t *row_status,
                                       const kullback_run *run);

/// A measure of every row, and its gradient with respect to the same row of the model's logits.
///
/// - measure: "forward-kl", "reverse-kl" or "cross-entropy". The gradient has the factor 1 / temperature of the model.
/// - gradient: rows (of the larger set) x classes, any floating element.
/// - values: a number a row, or NULL.
/// - row_status: a byte a row, or NULL.
kullback_status kullback_gradient(const char *measure, const kullback_set *target,
                                  const kullback_set *model, const kullback_result *gradient,
                                  double *values, uint8_t *row_status, const kullback_run *run);

// ---- All with all ---------------------------------------------------------------------------------------------------

/// A measure of every target and every model.
///
/// - models: NULL for the targets themselves: the diagonal of a divergence is then 0 exactly, and half of the work is
///   left out where the measure is symmetric.
/// - result: targets x models, KULLBACK_FLOAT32 or KULLBACK_FLOAT64.
/// - target_status, model_status: a byte for each row of that set, its reason in the lower half; or NULL.
/// - counts: two numbers: pairs computed, and those of them that were evaluated one by one because a product would
///   have rounded too much; or NULL.
kullback_status kullback_pairwise(const char *measure, const kullback_set *targets,
                                  const kullback_set *models, const kullback_result *result,
                                  uint8_t *target_status, uint8_t *model_status, int64_t *counts,
                                  const kullback_run *run);

/// The rows of a set that are nearest to each query: the smallest values of a measure with queries as targets and the
/// set's rows as models, and of equal ones the first rows.
///
/// - set: NULL for the queries themselves.
/// - count: how many neighbours, above 0.
/// - excludes_same_row: not 0: row i of the set is no neighbour of query i.
/// - rows: queries x count: the numbers of the rows, nearest first, then -1 where there are no more.
/// - values: queries x count: the values, then NaN; or NULL.
/// - query_status, set_status: a byte for each row of that set; or NULL.
kullback_status kullback_nearest(const char *measure, const kullback_set *queries,
                                 const kullback_set *set, int64_t count, int32_t excludes_same_row,
                                 int64_t *rows, double *values, uint8_t *query_status,
                                 uint8_t *set_status, const kullback_run *run);

/// The rows of a set within a radius of each query; otherwise as `kullback_nearest`.
///
/// - radius: 0 or above.
/// - offsets: queries + 1 numbers: the neighbours of query i are numbers offsets[i] to offsets[i + 1] - 1 of `rows`.
/// - rows, values: room for `room` numbers each. Where that is too small the status is KULLBACK_TOO_SMALL and only the
///   offsets are there, the last of which is what is needed.
kullback_status kullback_within(const char *measure, const kullback_set *queries,
                                const kullback_set *set, double radius, int32_t excludes_same_row,
                                int64_t *offsets, int64_t *rows, double *values, int64_t room,
                                uint8_t *query_status, uint8_t *set_status,
                                const kullback_run *run);

#ifdef __cplusplus
}
#endif

#endif
