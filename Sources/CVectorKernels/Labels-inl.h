// Cross entropy of class labels against rows.
//
// With the label y, label smoothing s, class weights w (1 where there are none) and K classes,
//
//     value = (1 - s) w_y (-log q_y) + s/K Σ w_k (-log q_k)        weight = w_y
//
// which is PyTorch's CrossEntropyLoss before it is reduced: Σ value / Σ weight is its mean. A label that is
// ignored scores 0 with weight 0, whatever its row holds.

// -log q of one class.
static inline double lb_surprise(const rs_plan *plan, int64_t row, int64_t k, double top, double log_rest) {
  const double alpha = side_alpha(plan->side);
  const double x = side_raw(plan->side, row, k) + alpha;
  return (plan->flags & RS_MASS ? log(top / x) : rs_logit(plan, top - x)) + log_rest;
}

// Σ share w_k (-log q_k), in vectors of Double.
static double lb_sum(const rs_plan *plan, int64_t row, int64_t classes, double top, double log_rest, double share,
                     const double *weights) {
  const int lanes = KVK_BYTES / 8;
  const double log_top = plan->flags & RS_MASS ? log(top) : 0, temperature = side_temperature(plan->side);
  const v_f64 zero = set1_f64(0);
  v_f64 sum = zero;
  for (int64_t k = 0; k < classes; k += RS_BLOCK) {
    const int64_t n = classes - k < RS_BLOCK ? classes - k : RS_BLOCK;
    double x[RS_BLOCK];
    const void *p = rs_open(plan, row, k, n, x);
    if (p != x) block_f64(p, plan->side->type, n, x);
    for (int64_t i = 0; i < n; i += lanes) {
      const int64_t rest = n - i;
      const int part = rest < lanes;
      const v_f64 one = part ? keep_f64(first_lanes_f64(rest), set1_f64(1)) : set1_f64(1);
      const v_f64 y = part ? read_part_f64(x, i, rest, KVK_F64, set1_f64(top)) : load_f64(x + i);
      const v_f64 w = !weights ? one
                      : part   ? read_part_f64(weights, k + i, rest, KVK_F64, zero)
                               : load_f64(weights + k + i);
      const v_f64 distance = plan->flags & RS_MASS ? log_top - log_f64(y) : (top - y) / temperature;
      // A class of weight 0 adds nothing, even where it has no mass.
      sum += keep_f64(w > 0.0, (w * share) * (distance + log_rest));
    }
  }
  return sum_f64(sum);
}

static inline void lb_score(const kvk_labels *labels, const rs_plan *plan, int64_t row, int64_t classes, double top,
                            double log_rest, double *value, double *weight, uint8_t *status) {
  const int64_t label = labels->wide ? ((const int64_t *)labels->labels)[row] : ((const int32_t *)labels->labels)[row];
  *weight = 0;
  if (labels->has_ignored && label == labels->ignored) {
    *value = 0;
    *status = KVK_VALID;
    return;
  }
  if (!*status && (label < 0 || label >= classes)) *status = KVK_BAD_LABEL;
  *value = NAN;
  if (*status) return;
  const double *weights = labels->class_weights;
  const double s = labels->smoothing;
  const double w = weights ? weights[label] : 1;
  // A term whose factor is 0 adds nothing, even where its class has no mass.
  const double share = (1 - s) * w;
  double sum = share > 0 ? share * lb_surprise(plan, row, label, top, log_rest) : 0;
  if (s > 0) sum += lb_sum(plan, row, classes, top, log_rest, s / (double)classes, weights);
  *value = sum;
  *weight = w;
}

static void label_row(const kvk_labels *labels, const kvk_side *model, int64_t row, int64_t classes, double top,
                      double log_rest, double *value, double *weight, uint8_t *status) {
  const rs_plan plan = rs_plan_for(model);
  lb_score(labels, &plan, row, classes, top, log_rest, value, weight, status);
}

static void label_rows(const kvk_labels *labels, const kvk_side *model, int64_t first, int64_t count, int64_t classes,
                       double *value, double *weight, uint8_t *status) {
  double top[RS_ROWS], log_rest[RS_ROWS];
  const rs_plan plan = rs_plan_for(model);
  for (int64_t i = 0; i < count; i += RS_ROWS) {
    const int64_t some = count - i < RS_ROWS ? count - i : RS_ROWS;
    kvk_row_out out = {.column = {[KVK_TOP] = top, [KVK_LOG_REST] = log_rest}, .status = status + i};
    row_statistics(model, first + i, some, classes, &out);
    for (int64_t j = 0; j < some; j++)
      lb_score(labels, &plan, first + i + j, classes, top[j], log_rest[j], &value[i + j], &weight[i + j],
               &status[i + j]);
  }
}
