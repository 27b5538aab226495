// Rows of 16-bit codes of log-probabilities: a float scale, a float minimum, and for every class a code, so that
// log p = scale * code + minimum. Code 0 of a row that was clamped says only that a class is at the minimum or below.
//
// Plain loops: what they cost is reading.
#include "include/CVectorKernels.h"

#include <math.h>
#include <string.h>

typedef struct {
  float scale, minimum;
  const uint16_t *codes;
} coded;

static coded coded_row(const uint16_t *row) {
  coded r;
  memcpy(&r.scale, row, sizeof r.scale);
  memcpy(&r.minimum, row + 2, sizeof r.minimum);
  r.codes = row + 4;
  return r;
}

// The product is exact in Double, so that this is rounded as a fused operation is.
static float coded_log(coded r, int64_t k) { return (float)((double)r.scale * r.codes[k] + (double)r.minimum); }

void kvk_coded_mark(const uint16_t *row, int64_t classes, uint8_t *merged) {
  const coded r = coded_row(row);
  for (int64_t k = 0; k < classes; k++) merged[k] |= r.codes[k] == 0;
}

void kvk_coded_read(const uint16_t *row, int64_t classes, const uint8_t *merged, float *out, double *masses) {
  const coded r = coded_row(row);
  // exp(scale * code + minimum) by the two bytes of a code.
  double high[256], low[256];
  for (int i = 0; i < 256; i++) {
    high[i] = exp((double)r.scale * 256 * i + (double)r.minimum);
    low[i] = exp((double)r.scale * i);
  }
  double kept = 0, largest = 0, known = 0, least = 0;
  for (int64_t k = 0; k < classes; k++) {
    const double mass = high[r.codes[k] >> 8] * low[r.codes[k] & 255];
    out[k] = merged[k] ? -INFINITY : coded_log(r, k);
    kept += merged[k] ? 0 : mass;
    largest += !merged[k] && r.codes[k] == 0xFFFF ? mass : 0;
    known += merged[k] && r.codes[k] ? mass : 0;
    least += merged[k] && !r.codes[k] ? mass : 0;
  }
  masses[KVK_CODED_KEPT] = kept;
  masses[KVK_CODED_LARGEST] = largest;
  masses[KVK_CODED_KNOWN] = known;
  masses[KVK_CODED_LEAST] = least;
}

static float from_f16(uint16_t bits) {
  uint32_t wide = (uint32_t)(bits & 0x7FFF) << 13, sign = (uint32_t)(bits & 0x8000) << 16;
  float value;
  memcpy(&value, &wide, sizeof value);
  // Exponents differ by 112; all ones stay so.
  value *= 0x1p112f;
  memcpy(&wide, &value, sizeof value);
  if ((bits & 0x7C00) == 0x7C00) wide |= 0x7F800000;
  wide |= sign;
  memcpy(&value, &wide, sizeof value);
  return value;
}

static float from_bf16(uint16_t bits) {
  const uint32_t wide = (uint32_t)bits << 16;
  float value;
  memcpy(&value, &wide, sizeof value);
  return value;
}

#define SPLIT(name, S, D, load)                                                              \
  static void name(const S *row, int64_t classes, const uint8_t *merged, D *kept, D *tail) { \
    for (int64_t k = 0; k < classes; k++) {                                                  \
      const D x = load(row[k]);                                                              \
      kept[k] = merged[k] ? -(D)INFINITY : x;                                                \
      tail[k] = merged[k] ? x : -(D)INFINITY;                                                \
    }                                                                                        \
  }
SPLIT(split_f32, float, float, (float))
SPLIT(split_f64, double, double, (double))
SPLIT(split_f16, uint16_t, float, from_f16)
SPLIT(split_bf16, uint16_t, float, from_bf16)

void kvk_coded_split(const void *row, int32_t type, int64_t classes, const uint8_t *merged, void *kept, void *tail) {
  switch (type) {
  case KVK_F32: split_f32(row, classes, merged, kept, tail); break;
  case KVK_F64: split_f64(row, classes, merged, kept, tail); break;
  case KVK_F16: split_f16(row, classes, merged, kept, tail); break;
  default: split_bf16(row, classes, merged, kept, tail);
  }
}

void kvk_coded_exact(const uint16_t *row, int64_t classes, const void *logits, int32_t type, int64_t token,
                     double *out) {
  const coded r = coded_row(row);
#define LOGIT(k)                                               \
  (type == KVK_F32   ? ((const float *)logits)[k]              \
   : type == KVK_F64 ? (float)((const double *)logits)[k]      \
   : type == KVK_F16 ? from_f16(((const uint16_t *)logits)[k]) \
                     : from_bf16(((const uint16_t *)logits)[k]))
  float top = -INFINITY;
  int64_t largest = 0, coded_largest = 0;
  for (int64_t k = 0; k < classes; k++) {
    const float x = LOGIT(k);
    if (x > top) top = x, largest = k;
    if (r.codes[k] > r.codes[coded_largest]) coded_largest = k;
  }
  double sum = 0;
  for (int64_t k = 0; k < classes; k++) sum += expf(LOGIT(k) - top);
  const float normaliser = top + (float)log(sum);
  double divergence = 0;
  for (int64_t k = 0; k < classes; k++) {
    const float log_p = coded_log(r, k);
    if (!(log_p > -16)) continue;
    const float p = expf(log_p), ratio = (log_p - LOGIT(k)) + normaliser;
    divergence += (double)(p * ratio);
  }
  const float loss = normaliser - LOGIT(token), base = -coded_log(r, token);
  out[KVK_CODED_LOSS] = loss;
  out[KVK_CODED_BASE_LOSS] = base;
  out[KVK_CODED_DIVERGENCE] = divergence;
  out[KVK_CODED_CHANGE] = expf(-loss) - expf(-base);
  out[KVK_CODED_SAME] = largest == coded_largest;
#undef LOGIT
}
