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
    d.ref = rs_refer_f64(plan->flags, set1_f64(top), plan->factor, plan->factor_low);
    d.log_rest = set1_f64(log_rest);
    d.norm = set1_f64(norm);
    d.floor = rs_floor_f64(&d.ref);
    d.power = set1_f64(plan->flags & RS_MASS ? -ilogb(d.ref.factor[0]) : 0);
  } else {
    f.ref = rs_refer_f32(plan->flags, set1_f32((float)top), (float)plan->factor, (float)plan->factor_low);
    f.log_rest = set1_f32((float)log_rest);
    f.norm = set1_f32((float)norm);
    f.floor = rs_floor_f32(&f.ref);
    f.power = set1_f32(plan->flags & RS_MASS ? (float)-ilogb((double)f.ref.factor[0]) : 0);
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

static void write_rows(const kvk_side *a, int64_t first, int64_t count, int64_t classes, const kvk_target *result,
                       uint8_t *status) {
  const rs_plan plan = rs_plan_for(a);
  const int64_t fit = WR_CHUNK / (classes * element_bytes(a->type));
  const int64_t step = fit < 1 ? 1 : fit > RS_ROWS ? RS_ROWS : fit;
  double top[RS_ROWS], log_rest[RS_ROWS];
  for (int64_t i = 0; i < count; i += step) {
    const int64_t some = count - i < step ? count - i : step;
    kvk_row_out out = {.column = {[KVK_TOP] = top, [KVK_LOG_REST] = log_rest}, .status = status + i};
    row_statistics(a, first + i, some, classes, &out);
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
