// Pairs of rows: which kernel evaluates them, the passes over a row, and results to their columns.

// Whether the second family's pass runs in Double, where the sums did not.
static int pl_family_widens(const pl_row *s, const pl_result *r) {
  return r->d_ab < PF_NEAREST || r->d_ab < s->c * s->c * PF_SHIFTED;
}

static void pl_family(const pl_pair *pair, int64_t from, int64_t to, int asked, const pl_row *s, double sums[PF_SUMS]) {
  pl_view view;
  const pl_result r = pl_conclude(s);
  const int wide = pair->type == KVK_F64 || s->wide || pl_family_widens(s, &r);
  // A - B from the sums' own reference, which keeps its digits where the rows are alike.
  double c_low;
  const double c = two_sum(s->c, s->c_low + s->log_ratio, &c_low);
  pf_reference_f32 f;
  pf_reference_f64 d;
  // p = exp(a - base) 2^-exponent norm.
  const int zero = s->from_zero;
  const double log2e = 1.44269504088896340736, ln2 = 0.69314718055994530942;
  const double base_a = zero ? 0 : s->top_a, exponent_a = zero ? rint(r.lse_a * log2e) : 0;
  const double base_b = zero ? 0 : s->top_b, exponent_b = zero ? rint(r.lse_b * log2e) : 0;
  f.base_a = set1_f32((float)base_a);
  f.base_b = set1_f32((float)base_b);
  f.exponent_a = set1_f32((float)exponent_a);
  f.exponent_b = set1_f32((float)exponent_b);
  f.norm_a = set1_f32((float)exp(zero ? exponent_a * ln2 - r.lse_a : -r.log_a));
  f.norm_b = set1_f32((float)exp(zero ? exponent_b * ln2 - r.lse_b : -r.log_b));
  f.c_high = set1_f32((float)c);
  f.c_low = set1_f32((float)((c - (double)(float)c) + c_low));
  d.base_a = set1_f64(s->top_a);
  d.base_b = set1_f64(s->top_b);
  d.exponent_a = d.exponent_b = set1_f64(0);
  d.norm_a = set1_f64(exp(-r.log_a));
  d.norm_b = set1_f64(exp(-r.log_b));
  d.c_high = set1_f64(c);
  d.c_low = set1_f64(c_low);
  for (int64_t k = from; k < to; k += PL_BLOCK) {
    const int64_t n = to - k < PL_BLOCK ? to - k : PL_BLOCK;
    pl_open(pair, wide, k, n, &view);
    if (wide) pf_block_f64(asked, KVK_F64, view.a, view.b, view.a_low, view.b_low, n, &d, sums);
    else pf_block_f32(asked, pair->type, view.a, view.b, 0, 0, n, &f, sums);
  }
}

// A - B, from the sums' own reference, in two parts.
static inline void pl_ratio(const pl_row *s, const pl_result *r, double *high, double *low) {
  double rest;
  const double c = two_sum(s->c, r->log_ratio, &rest);
  *low = s->c_low + rest;
  *high = c;
}

// Prepares a second look with the shift A - B, at which D is the sum of its terms both ways.
static void pl_recentre(const pl_pair *pair, const pl_result *r, pl_row *s) {
  pl_ratio(s, r, &s->c, &s->c_low);
  if (pair->type != KVK_F64 && !s->wide) pl_round_shift(&s->c, &s->c_low);
  s->exact = 1;
  memset(s->sum, 0, sizeof s->sum);
}

// The status of a row by itself: where the other one is not valid, the sums of both end early.
static int32_t pl_status_alone(const kvk_side *side, int64_t row, int64_t classes) {
  uint8_t status;
  const kvk_row_out out = {.status = &status};
  row_statistics(side, row, 1, classes, &out);
  return status;
}

static void pl_write(const pl_pair *pair, int swapped, const pl_row *s, const pl_result *found, int64_t classes,
                     const kvk_pair_out *out, int64_t i) {
  const pl_result r = *found;
  int32_t status_a = s->status_a, status_b = s->status_b;
  if (!status_a && !s->started) status_a = KVK_NO_MASS;
  if (!status_b && !s->started) status_b = KVK_NO_MASS;
  // What was subtracted of the logits, as they are divided by the temperature.
  const double level_a = pl_level_log(pair->a, s->level_a), level_b = pl_level_log(pair->b, s->level_b);
  const double lse_a = level_a + r.lse_a, lse_b = level_b + r.lse_b;
  if (!status_a && !status_b) {
    side_check(pair->a, s->top_a, lse_a, &status_a);
    side_check(pair->b, s->top_b, lse_b, &status_b);
  } else if (!status_a) {
    status_a = pl_status_alone(pair->a, pair->row, classes);
  } else if (!status_b) {
    status_b = pl_status_alone(pair->b, pair->row, classes);
  }
  const int alike = side_is_log(pair->a->form) && side_is_log(pair->b->form) &&
                    side_temperature(pair->a) == side_temperature(pair->b);
  // The levels' difference first, which is exact where they are alike.
  const double levels = alike ? (s->level_a - s->level_b) / side_temperature(pair->a) : level_a - level_b;
  // Where one direction is 0 the rows are the same, and what the other sums hold is rounding.
  pair_result result = {.d_ab = r.d_ab,
                        .d_ba = r.d_ba,
                        .h_a = r.h_a,
                        .h_b = r.h_b,
                        .lse_a = lse_a,
                        .lse_b = lse_b,
                        .log_ratio = levels + (s->c + (s->c_low + r.log_ratio)),
                        .same = r.d_ab == 0 || r.d_ba == 0,
                        .same_largest = s->index_a == s->index_b,
                        .status_a = status_a,
                        .status_b = status_b};
  memcpy(result.family, s->family, sizeof result.family);
  result.norms = (kvk_pair_norms){s->level_a, s->level_b, s->top_a, s->top_b, r.log_a, r.log_b, 0, 0};
  pl_ratio(s, &r, &result.norms.ratio, &result.norms.ratio_low);
  pair_store(&result, swapped, out, i);
}

// Whether A - B is too rough for the total variation that was found: its sums are in Float, or in Double of Floats that
// a temperature divided, with a rounding that their digits do not show before the rows are that near.
static int pl_family_is_rough(const pl_pair *pair, const pl_row *s, const pl_result *r) {
  if (s->wide) return 0;
  if (pair->type != KVK_F64) return s->family[PF_VARIATION] < PF_ROUGH * r->ratio_size;
  const int divided = pair->staged && !pair->low && r->d_ab > 0 && r->d_ba > 0;
  return divided && s->family[PF_VARIATION] < PF_DIVIDED * (fabs(s->top_a) + fabs(s->top_b));
}

// What the next pass over a row is, after the one that `s` says: a later one; once, with what was in Float to be
// added up in Double, PL_LEVEL; once, with smaller weights, PL_WIDE. After PL_DONE `found` is what the row comes to.
static int32_t pl_next(const pl_pair *pair, const kvk_pair_out *wanted, pl_row *s, pl_result *found) {
  const pl_result r = *found = pl_conclude(s);
  if (s->status_a || s->status_b) return s->pass = PL_DONE;
  if (s->pass == PL_FAMILY) {
    if (!pl_family_is_rough(pair, s, &r)) return s->pass = PL_DONE;
    pair_clear_family(s->family);
    return s->pass = PL_LEVEL;
  }
  if (s->pass == PL_LEVEL) {
    pl_begin_wide(pair, s);
    return s->pass = PL_WIDE;
  }
  if (s->lost && s->wide) {
    pl_begin_crowded(s);
    return s->pass = PL_WIDE;
  }
  if (s->lost) return s->pass = PL_LEVEL;
  if (!(s->top_a > -INFINITY) || !(s->top_b > -INFINITY) || !s->started) return s->pass = PL_DONE;
  const int finite = pl_is_finite(s, &r);
  const int looks = r.look_again && (s->pass == PL_FIRST || s->pass == PL_WIDE);
  if (s->wide && !finite) {
    s->status_a = s->status_b = KVK_OUT_OF_RANGE;
    return s->pass = PL_DONE;
  }
  // In Float, a shift that is far from where the sums were taken wants Double, and so does what is left as rounding.
  const int rough = pair->type != KVK_F64 && (looks ? !(fabs(r.log_ratio) <= PL_LOOK_SHIFT) : r.faint);
  if (!s->wide && (!finite || rough)) return s->pass = PL_LEVEL;
  if (looks) {
    pl_recentre(pair, &r, s);
    return s->pass = s->wide ? PL_WIDE_LOOK : PL_LOOK;
  }
  s->log_ratio = r.log_ratio;
  if (!pair_wants_family(wanted)) return s->pass = PL_DONE;
  // Staging leaves the largest logits a low part, which A - B needs where it is not a sum of small terms.
  const int lacks = pair->low && !s->wide && r.ratio_size == 1;
  return s->pass = lacks ? PL_LEVEL : PL_FAMILY;
}

// One pass over a stretch of a row. In the first pass `partial` starts empty, in the others it starts
// as the row's state with sums of zero.
static void pl_pass(const pl_pair *pair, int64_t from, int64_t to, const kvk_pair_out *wanted, pl_row *partial) {
  switch (partial->pass) {
  case PL_FIRST:
    if (wanted->column[KVK_SAME_LARGEST]) {
      partial->index_a = first_largest(pair->a, pair->row, from, to, &partial->largest_a);
      partial->index_b = first_largest(pair->b, pair->row, from, to, &partial->largest_b);
    }
    pl_run(pair, from, to, 0, partial);
    break;
  case PL_LOOK: pl_run(pair, from, to, 1, partial); break;
  case PL_LEVEL: pl_find_levels(pair, from, to, partial); break;
  case PL_WIDE:
  case PL_WIDE_LOOK: pl_run_wide(pair, from, to, partial); break;
  default: pl_family(pair, from, to, pair_asks(wanted), partial, partial->family);
  }
}

// The pair with the levels that its rows have by now. Less its level a logit keeps what a division by the temperature
// rounds off.
static inline pl_pair pl_levelled(pl_pair pair, const pl_row *s) {
  if (s->wide) {
    pair.level_a = s->level_a;
    pair.level_b = s->level_b;
    pair.low |= pair.staged && pair.type == KVK_F64;
  }
  return pair;
}

static void pair_row(const kvk_side *a, const kvk_side *b, int64_t row, int64_t classes, const kvk_pair_out *out,
                     int64_t index) {
  int swapped;
  pl_pair pair = pl_order(a, b, row, classes, &swapped);
  pl_row s = {.top_a = -INFINITY, .top_b = -INFINITY};
  pl_result found;
  // Ends: pl_next raises s.pass each time but twice, before s.wide and as s.crowded are set for good.
  do {
    pair = pl_levelled(pair, &s);
    pl_pass(&pair, 0, classes, out, &s);
  } while (pl_next(&pair, out, &s, &found) != PL_DONE);
  pl_write(&pair, swapped, &s, &found, classes, out, index);
}

// Rows of Float that are short enough to be evaluated side by side. Returns 0 where they are not.
static int pair_short_rows(const kvk_side *a, const kvk_side *b, int64_t first, int64_t count, int64_t classes,
                           const kvk_pair_out *out) {
  const int plain = side_is_log(a->form) && side_is_log(b->form) && side_temperature(a) == 1.0 &&
                    side_temperature(b) == 1.0 && a->type == b->type &&
                    (a->type == KVK_F32 || a->type == KVK_F16 || a->type == KVK_BF16);
  if (!plain || classes > PS_CLASSES || out->column[KVK_SAME_LARGEST]) return 0;
  ps_group groups[2], waiting = {.count = 0};
  int64_t taken = 0;
  groups[0].count = groups[1].count = 0;
  ps_gather(a, b, first, &taken, count, classes, &groups[0]);
  for (int turn = 0; groups[turn].count > 0 || waiting.count > 0;) {
    const int later = groups[turn].count == 0 || waiting.count >= PS_LANES;
    ps_group *group = later ? &waiting : &groups[turn], *next = &groups[!turn];
    if (!later) ps_gather(a, b, first, &taken, count, classes, next);
    const ps_group *ahead = later || next->count == 0 ? 0 : next;
    for (uint32_t alone = ps_evaluate(a, b, classes, later, group, ahead, out, &waiting); alone; alone &= alone - 1) {
      const int64_t place = group->place[__builtin_ctz(alone)];
      pair_row(a, b, first + place, classes, out, place);
    }
    if (later) {
      ps_served(&waiting);
    } else {
      group->count = 0;
      turn = !turn;
    }
  }
  return 1;
}

static void pair_rows(const kvk_side *a, const kvk_side *b, int64_t first, int64_t count, int64_t classes,
                      const kvk_pair_out *out) {
  if (!side_is_log(a->form) && !side_is_log(b->form)) {
    pp_rows(a, b, first, count, classes, out);
    return;
  }
  if (pair_short_rows(a, b, first, count, classes, out)) return;
  for (int64_t i = 0; i < count; i++) pair_row(a, b, first + i, classes, out, i);
}

static void pair_segment(const kvk_side *a, const kvk_side *b, int64_t row, int64_t from, int64_t to, int64_t classes,
                         const kvk_pair_out *wanted, const kvk_state *state, kvk_state *partial) {
  if (!side_is_log(a->form) && !side_is_log(b->form)) {
    pp_segment(a, b, row, from, to, classes, wanted, state, partial);
    return;
  }
  int swapped;
  pl_row s;
  memcpy(&s, state, sizeof s);
  const pl_pair pair = pl_levelled(pl_order(a, b, row, classes, &swapped), &s);
  if (s.pass == PL_FIRST) {
    s = (pl_row){.top_a = -INFINITY, .top_b = -INFINITY};
  } else {
    for (int j = 0; j < PL_SUMS; j++) s.sum[j] = s.pass == PL_FAMILY ? s.sum[j] : 0;
    pair_clear_family(s.family);
  }
  pl_pass(&pair, from, to, wanted, &s);
  memset(partial, 0, sizeof *partial);
  memcpy(partial, &s, sizeof s);
}

// What all parts of a row say together after the first pass, apart from the sums.
static pl_row pl_gather(const kvk_state *partials, int64_t count) {
  pl_row all = {.top_a = -INFINITY, .top_b = -INFINITY};
  for (int64_t i = 0; i < count; i++) {
    pl_row p;
    memcpy(&p, &partials[i], sizeof p);
    all.started |= p.started;
    all.exact |= p.exact;
    all.masked |= p.masked;
    all.digits = p.digits;
    if (i == 0 || p.largest_a > all.largest_a) {
      all.index_a = p.index_a;
      all.largest_a = p.largest_a;
    }
    if (i == 0 || p.largest_b > all.largest_b) {
      all.index_b = p.index_b;
      all.largest_b = p.largest_b;
    }
    all.top_a = p.top_a > all.top_a ? p.top_a : all.top_a;
    all.top_b = p.top_b > all.top_b ? p.top_b : all.top_b;
  }
  return all;
}

// Adds up the first pass's sums, each with a reference of its own. They are lost where the references lie too
// far apart.
static void pl_merge_first(const pl_pair *pair, const kvk_state *partials, int64_t count, pl_row *s) {
  pl_row p;
  pl_place place = pl_place_for(pair->type != KVK_F64, s->exact, s->top_a, s->top_b);
  for (int64_t i = 0; i < count; i++) {
    memcpy(&p, &partials[i], sizeof p);
    if (!p.started) continue;
    pl_keep_shift(&place, &p);
    break;
  }
  pl_refer_to(s, &place);
  for (int64_t i = 0; i < count; i++) {
    memcpy(&p, &partials[i], sizeof p);
    if (!p.started) continue;
    if (!pl_rebase(&p, &place, s->top_a, s->top_b)) s->lost = 1;
    for (int j = 0; j < PL_SUMS; j++) s->sum[j] += p.sum[j];
  }
}

static int32_t pair_merge(const kvk_side *a, const kvk_side *b, int64_t row, int64_t classes,
                          const kvk_pair_out *wanted, kvk_state *state, const kvk_state *partials, int64_t count) {
  if (!side_is_log(a->form) && !side_is_log(b->form))
    return pp_merge(a, b, row, classes, wanted, state, partials, count);
  int swapped;
  const pl_pair pair = pl_order(a, b, row, classes, &swapped);
  pl_row s, p;
  memcpy(&s, state, sizeof s);
  const int32_t pass = s.pass;
  if (pass == PL_FIRST) s = pl_gather(partials, count);
  if (pass == PL_LEVEL) s.level_a = s.level_b = -INFINITY;
  for (int64_t i = 0; i < count; i++) {
    memcpy(&p, &partials[i], sizeof p);
    s.status_a = side_worse(s.status_a, p.status_a);
    s.status_b = side_worse(s.status_b, p.status_b);
    s.lost |= p.lost;
    if (pass == PL_FAMILY) {
      pair_add_family(p.family, s.family);
    } else if (pass == PL_LEVEL) {
      s.level_a = p.level_a > s.level_a ? p.level_a : s.level_a;
      s.level_b = p.level_b > s.level_b ? p.level_b : s.level_b;
    } else {
      s.forbidden_ab |= p.forbidden_ab;
      s.forbidden_ba |= p.forbidden_ba;
      if (pass == PL_FIRST) continue;
      for (int j = 0; j < PL_SUMS; j++) s.sum[j] += p.sum[j];
    }
  }
  if (pass == PL_FIRST && !s.lost && !s.status_a && !s.status_b) pl_merge_first(&pair, partials, count, &s);
  pl_result found;
  const int32_t next = pl_next(&pair, wanted, &s, &found);
  memcpy(state, &s, sizeof s);
  return next != PL_DONE;
}

static void pair_finish(const kvk_side *a, const kvk_side *b, int64_t row, int64_t classes, const kvk_state *state,
                        const kvk_pair_out *out, int64_t index) {
  if (!side_is_log(a->form) && !side_is_log(b->form)) {
    pp_finish(a, b, row, classes, state, out, index);
    return;
  }
  int swapped;
  const pl_pair pair = pl_order(a, b, row, classes, &swapped);
  pl_row s;
  memcpy(&s, state, sizeof s);
  const pl_result found = pl_conclude(&s);
  pl_write(&pair, swapped, &s, &found, classes, out, index);
}
