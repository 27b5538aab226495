// One side of a kernel's work: how its rows are to be read, and why a row is refused.

static inline int side_is_log(int32_t form) { return form == KVK_LOGITS || form == KVK_LOG_PROBABILITIES; }

static inline double side_temperature(const kvk_side *s) { return s->form == KVK_LOGITS ? s->temperature : 1.0; }

static inline double side_raw(const kvk_side *s, int64_t row, int64_t k) {
  double x;
  block_f64(element_at(s, row, k), s->type, 1, &x);
  return x;
}

static inline double side_alpha(const kvk_side *s) { return s->form == KVK_WEIGHTS ? s->smoothing : 0; }

// The reason why a stretch of a row is refused, or KVK_VALID.
static int32_t side_scan(const kvk_side *s, int64_t row, int64_t from, int64_t to) {
  int32_t worst = KVK_VALID;
  for (int64_t k = from; k < to; k++) {
    const double x = side_raw(s, row, k);
    int32_t status = KVK_VALID;
    if (x != x) status = KVK_NAN;
    else if (x == INFINITY || (x == -INFINITY && !side_is_log(s->form))) status = KVK_INFINITE;
    else if (x < 0 && !side_is_log(s->form)) status = KVK_NEGATIVE;
    if (status && (!worst || status < worst)) worst = status;
  }
  return worst;
}

static inline kvk_pair_norms norms_invalid(void) { return (kvk_pair_norms){NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN}; }

static inline kvk_pair_norms norms_swapped(const kvk_pair_norms *n) {
  return (kvk_pair_norms){n->level_b, n->level_a, n->top_b, n->top_a, n->rest_b, n->rest_a, -n->ratio, -n->ratio_low};
}

// The reason that wins of two, either of which may be KVK_VALID.
static inline int32_t side_worse(int32_t x, int32_t y) { return !x ? y : !y ? x : x < y ? x : y; }

// Normalisation and the presence of any mass, once the sums are known.
static void side_check(const kvk_side *side, double top, double lse, int32_t *status) {
  if (*status) return;
  if (!(top > -INFINITY)) {
    *status = KVK_NO_MASS;
    return;
  }
  if (side->form != KVK_LOG_PROBABILITIES && side->form != KVK_PROBABILITIES) return;
  // Mostly without an exponential: up to 1 expm1 is less than twice its argument.
  if (2 * fabs(lse) <= side->tolerance && fabs(lse) <= 1) return;
  if (!(fabs(expm1(lse)) <= side->tolerance)) *status = KVK_NOT_NORMALISED;
}
