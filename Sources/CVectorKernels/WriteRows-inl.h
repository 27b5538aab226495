// log-softmax and softmax of rows, written to a matrix that may be the input itself.

#define KVK_REAL 32
#include "Real-inl.h"
#include "WriteRowsBody-inl.h"
#undef KVK_REAL
#define KVK_REAL 64
#include "Real-inl.h"
#include "WriteRowsBody-inl.h"
#undef KVK_REAL

#define WR_CHUNK (1 << 16) // bytes of rows that are read, and read again from cache to be written

// One function per combination: flags, what is written and the type are constants inside.
#define WR_FUNCTION(name, flags, what, real, R, type)                                                                 \
  static __attribute__((noinline)) void name##_##real(const void *p, int64_t n, const wr_reference_##real *wr, R *to, \
                                                      int streams) {                                                  \
    wr_block_##real(flags, what, type, p, n, wr, to, streams);                                                        \
  }
#define WR_FUNCTIONS(suffix, real, R, type)                                            \
  WR_FUNCTION(wr_log_plain_##suffix, 0, KVK_WRITE_LOG_SOFTMAX, real, R, type)          \
  WR_FUNCTION(wr_log_mass_##suffix, RS_MASS, KVK_WRITE_LOG_SOFTMAX, real, R, type)     \
  WR_FUNCTION(wr_log_scaled_##suffix, RS_SCALED, KVK_WRITE_LOG_SOFTMAX, real, R, type) \
  WR_FUNCTION(wr_plain_##suffix, 0, KVK_WRITE_SOFTMAX, real, R, type)                  \
  WR_FUNCTION(wr_mass_##suffix, RS_MASS, KVK_WRITE_SOFTMAX, real, R, type)             \
  WR_FUNCTION(wr_scaled_##suffix, RS_SCALED, KVK_WRITE_SOFTMAX, real, R, type)
WR_FUNCTIONS(whole, f32, float, KVK_F32)
WR_FUNCTIONS(half, f32, float, KVK_F16)
WR_FUNCTIONS(brain, f32, float, KVK_BF16)
WR_FUNCTIONS(whole, f64, double, KVK_F64)

#define WR_ROW(suffix, real)                                                                       \
  {wr_log_plain_##suffix##_##real, wr_log_mass_##suffix##_##real, wr_log_scaled_##suffix##_##real, \
   wr_plain_##suffix##_##real,     wr_mass_##suffix##_##real,     wr_scaled_##suffix##_##real}

// Classes from ... to - 1 of a row whose largest element and its -log p are known.
static void wr_segment(const rs_plan *plan, int64_t row, int64_t from, int64_t to, double top, double log_rest,
                       const kvk_target *result, int64_t result_row) {
  typedef void (*single)(const void *, int64_t, const wr_reference_f32 *, float *, int);
  typedef void (*twofold)(const void *, int64_t, const wr_reference_f64 *, double *, int);
  static const single singles[3][6] = {WR_ROW(whole, f32), WR_ROW(half, f32), WR_ROW(brain, f32)};
  static const twofold twofolds[6] = WR_ROW(whole, f64);
  double norm = 1; // log-softmax has no use for it
  if (result->what == KVK_WRITE_SOFTMAX) {
    const double unit = rs_unit_for(plan, top);
    norm = plan->flags & RS_MASS ? exp(-log_rest) / (top * unit) : exp(-log_rest - unit);
  }
  const int which = (result->what == KVK_WRITE_SOFTMAX ? 3 : 0) + plan->flags;
  const int direct = result->type == plan->type;
  double staged[RS_BLOCK], doubles[RS_BLOCK];
  float floats[RS_BLOCK];
  wr_reference_f32 f;
  wr_reference_f64 d;
  if (plan->type == KVK_F64) {
    d = wr_refer_f64(plan->flags, top, plan->factor, plan->factor_low, log_rest, norm);
  } else {
    f = wr_refer_f32(plan->flags, (float)top, (float)plan->factor, (float)plan->factor_low, (float)log_rest,
                     (float)norm);
  }
  for (int64_t k = from; k < to; k += RS_BLOCK) {
    const int64_t n = to - k < RS_BLOCK ? to - k : RS_BLOCK;
    const void *p = rs_open(plan, row, k, n, staged);
    void *at = target_at(result, result_row, k);
    const int streams = direct && result->streams;
    if (plan->type == KVK_F64) {
      twofolds[which](p, n, &d, direct ? at : doubles, streams);
      if (!direct) store_doubles(doubles, n, at, result->type);
    } else {
      const int type = plan->type == KVK_F32 ? 0 : plan->type == KVK_F16 ? 1 : 2;
      const int single_result = result->type == KVK_F32;
      singles[type][which](p, n, &f, single_result ? at : floats, single_result && result->streams);
      if (!single_result) store_floats(floats, n, at, result->type);
    }
  }
}

#define WR_SHORT(what, real, R, type)                                                                                 \
  for (int64_t j = 0; j < count; j++) {                                                                               \
    if (status[j]) {                                                                                                  \
      store_nan(result, at + j, classes);                                                                             \
      continue;                                                                                                       \
    }                                                                                                                 \
    wr_short_##real(what, type, element_at(plan->side, first + j, 0), classes, (R)top[j], (R)log_rest[j], (R)norm[j], \
                    target_at(result, at + j, 0), result->streams);                                                   \
  }
#define WR_SHORT_FUNCTION(suffix, real, R, type)                                                                     \
  static __attribute__((noinline)) void wr_short_##suffix##_##real(                                                  \
      const rs_plan *plan, int64_t first, int64_t count, int64_t classes, const double *top, const double *log_rest, \
      const double *norm, const uint8_t *status, const kvk_target *result, int64_t at) {                             \
    if (result->what == KVK_WRITE_LOG_SOFTMAX) {                                                                     \
      WR_SHORT(KVK_WRITE_LOG_SOFTMAX, real, R, type)                                                                 \
    } else {                                                                                                         \
      WR_SHORT(KVK_WRITE_SOFTMAX, real, R, type)                                                                     \
    }                                                                                                                \
  }
WR_SHORT_FUNCTION(whole, f32, float, KVK_F32)
WR_SHORT_FUNCTION(half, f32, float, KVK_F16)
WR_SHORT_FUNCTION(brain, f32, float, KVK_BF16)
WR_SHORT_FUNCTION(whole, f64, double, KVK_F64)

// Whether rows are short, logits as they are stored, and wanted in the type that they are read as.
static inline int wr_is_short(const rs_plan *plan, int64_t classes, const kvk_target *result) {
  return !plan->flags && !plan->staged && classes <= RS_SHORT &&
         result->type == (plan->type == KVK_F64 ? KVK_F64 : KVK_F32);
}

// Up to RS_ROWS such rows, whose largest elements and their -log p are known.
static void wr_short_rows(const rs_plan *plan, int64_t first, int64_t count, int64_t classes, const double *top,
                          const double *log_rest, const uint8_t *status, const kvk_target *result, int64_t at) {
  double norm[RS_ROWS];
  for (int64_t j = 0; j < count; j++)
    norm[j] = result->what == KVK_WRITE_SOFTMAX ? -log_rest[j] - rs_unit_for(plan, top[j]) : 0;
  exp_array_f64(norm, norm, count);
  if (plan->type == KVK_F64) wr_short_whole_f64(plan, first, count, classes, top, log_rest, norm, status, result, at);
  else if (plan->type == KVK_F32)
    wr_short_whole_f32(plan, first, count, classes, top, log_rest, norm, status, result, at);
  else if (plan->type == KVK_F16)
    wr_short_half_f32(plan, first, count, classes, top, log_rest, norm, status, result, at);
  else wr_short_brain_f32(plan, first, count, classes, top, log_rest, norm, status, result, at);
}

static void write_rows(const kvk_side *a, int64_t first, int64_t count, int64_t classes, const kvk_target *result,
                       uint8_t *status) {
  const rs_plan plan = rs_plan_for(a);
  const int64_t fit = WR_CHUNK / (classes * element_bytes(a->type));
  const int64_t step = fit < 1 ? 1 : fit > RS_ROWS ? RS_ROWS : fit;
  const int is_short = wr_is_short(&plan, classes, result);
  double top[RS_ROWS], log_rest[RS_ROWS];
  for (int64_t i = 0; i < count; i += step) {
    const int64_t some = count - i < step ? count - i : step;
    kvk_row_out out = {.column = {[KVK_TOP] = top, [KVK_LOG_REST] = log_rest}, .status = status + i};
    row_statistics(a, first + i, some, classes, &out);
    if (is_short) {
      wr_short_rows(&plan, first + i, some, classes, top, log_rest, status + i, result, i);
      continue;
    }
    for (int64_t j = 0; j < some; j++) {
      if (status[i + j]) store_nan(result, i + j, classes);
      else wr_segment(&plan, first + i + j, 0, classes, top[j], log_rest[j], result, i + j);
    }
  }
  if (result->streams) store_fence();
}

static void write_segment(const kvk_side *a, int64_t row, int64_t from, int64_t to, double top, double log_rest,
                          const kvk_target *result) {
  const rs_plan plan = rs_plan_for(a);
  if (top == top) {
    wr_segment(&plan, row, from, to, top, log_rest, result, 0);
  } else {
    kvk_target part = *result;
    part.base = target_at(result, 0, from);
    store_nan(&part, 0, to - from);
  }
  if (result->streams) store_fence();
}
