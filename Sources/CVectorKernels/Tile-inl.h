// Rows in the form in which products of matrices compare them, and what becomes of the products.
//
// With a reference r for each class, l = log p - r, and Σ over the classes,
//
//     D(p‖q) = Σ p l_p - Σ p l_q
//
// for any r: the nearer r is to the logarithms, the less there is to round. With the masses as they were
// rounded in both sums, their rounding weighs the terms and does not add to them.

#define TL_BLOCK 512 // classes staged at a time: a multiple of KVK_TILE_WORD

// A side's logits beside the logarithm of the row's normaliser, in Float: l in Double, p with the rounding
// of x - lse carried into the exponential.
KVK_INLINE v_f32 tl_mass_f32(v_f32 x, v_f32 high, v_f32 low) {
  const v_f32 u = x - high;
  const v_f32 back = u - x;
  const v_f32 rest = (x - (u - back)) - (high + back) - low;
  const v_f32 p = exp_scaled_f32(u, rest, set1_f32(0));
  return drop_f32(~(u > -87.0f), p); // -inf too
}

typedef double tl_wide __attribute__((ext_vector_type(KVK_BYTES / 4)));

// A stretch of a row of Float logits.
KVK_INLINE void tl_single(const kvk_tile *tile, const float *x, int64_t n, double lse,
                          double centre, const double *reference, float *to, tl_wide sums[4]) {
  const int64_t lanes = KVK_BYTES / 4;
  const double high = (double)(float)lse;
  const v_f32 lse_high = set1_f32((float)lse), lse_low = set1_f32((float)(lse - high));
  const int wants_log = tile->what == KVK_TILE_LOG || tile->dot;
  for (int64_t i = 0; i < n; i += lanes) {
    const int64_t rest = n - i;
    const v_f32 v = rest < lanes ? read_part_f32(x, i, rest, KVK_F32, set1_f32(-INFINITY))
                                 : load_f32(x + i);
    tl_wide l = (tl_wide){};
    if (wants_log) {
      tl_wide r = (tl_wide){};
      memcpy(&r, reference + i, (size_t)(rest < lanes ? rest : lanes) * sizeof(double));
      l = __builtin_convertvector(v, tl_wide) - (r + lse);
    }
    v_f32 y;
    if (tile->what == KVK_TILE_LOG) {
      y = drop_f32(v == -INFINITY, __builtin_convertvector(l - centre, v_f32));
    } else {
      y = tl_mass_f32(v, lse_high, lse_low);
      if (tile->dot) {
        const tl_wide p = __builtin_convertvector(y, tl_wide);
        const tl_wide term = p > 0.0 ? p * l : 0.0;
        sums[0] += p;
        sums[1] += term;
        sums[2] += __builtin_elementwise_abs(term);
        sums[3] += p * p;
      }
    }
    if (rest < lanes) {
      float part[KVK_BYTES / 4];
      store_f32(part, y);
      memcpy(to + i, part, (size_t)rest * sizeof(float));
    } else {
      store_f32(to + i, y);
    }
  }
}

// A stretch of a row as masses or logits in Double.
KVK_INLINE void tl_double(const kvk_tile *tile, const kvk_side *side, const double *raw, const double *logits, int64_t n,
                          double lse, double centre, const double *reference, double *to,
                          tl_wide sums[4]) {
  const int64_t lanes = KVK_BYTES / 8;
  const int is_log = side_is_log(side->form), narrow = tile->type == KVK_F32;
  const double alpha = side_alpha(side), inverse = exp(-lse);
  const int wants_log = tile->what != KVK_TILE_MASS || tile->dot;
  v_f64 mass = set1_f64(0), dot = mass, spread = mass, square = mass;
  for (int64_t i = 0; i < n; i += lanes) {
    const int64_t rest = n - i;
    const int part = rest < lanes;
    v_f64 l = set1_f64(0), r = l, v = l;
    if (is_log || wants_log)
      v = part ? read_part_f64(logits, i, rest, KVK_F64, set1_f64(-INFINITY)) : load_f64(logits + i);
    if (wants_log) {
      r = part ? read_part_f64(reference, i, rest, KVK_F64, set1_f64(0)) : load_f64(reference + i);
      l = v - (r + lse);
    }
    v_f64 y;
    if (tile->what == KVK_TILE_LOG) {
      y = drop_f64(v == -INFINITY, l - centre);
    } else if (tile->what == KVK_TILE_POWER) {
      const v_f64 u = tile->power * l + tile->shift * r;
      y = drop_f64(v == -INFINITY, exp_f64(u));
    } else {
      if (is_log) {
        y = exp_f64(v - lse);
      } else {
        const v_f64 x = part ? read_part_f64(raw, i, rest, KVK_F64, set1_f64(-alpha)) : load_f64(raw + i);
        y = (x + alpha) * inverse;
      }
      if (narrow) {
        float rounded[KVK_BYTES / 8];
        for (int j = 0; j < lanes; j++) rounded[j] = (float)y[j];
        for (int j = 0; j < lanes; j++) y[j] = (double)rounded[j];
      }
      if (tile->dot) {
        const v_f64 term = keep_f64(y > 0.0, y * l);
        mass += y;
        dot += term;
        spread += abs_f64(term);
        square += y * y;
      }
    }
    if (part) {
      double few[KVK_BYTES / 8];
      store_f64(few, y);
      memcpy(to + i, few, (size_t)rest * sizeof(double));
    } else {
      store_f64(to + i, y);
    }
  }
  sums[0][0] += sum_f64(mass);
  sums[1][0] += sum_f64(dot);
  sums[2][0] += sum_f64(spread);
  sums[3][0] += sum_f64(square);
}

// The bits of up to KVK_TILE_WORD classes that have mass.
static uint64_t tl_bits(const kvk_side *side, int64_t row, int64_t from, int64_t n) {
  double x[KVK_TILE_WORD];
  block_f64(element_at(side, row, from), side->type, n, x);
  const double least = side_is_log(side->form) ? -INFINITY : -side_alpha(side);
  uint64_t bits = 0;
  for (int64_t i = 0; i < n; i++) bits |= (uint64_t)(x[i] > least) << i;
  return bits;
}

static int tl_has_gap(const double *x, int64_t n, double least) {
  int gap = 0;
  for (int64_t i = 0; i < n; i++) gap |= !(x[i] > least);
  return gap;
}

static int tl_has_gap_single(const float *x, int64_t n) {
  int gap = 0;
  for (int64_t i = 0; i < n; i++) gap |= !(x[i] > -INFINITY);
  return gap;
}

static void tile_rows(const kvk_side *a, int64_t first, int64_t count, int64_t from, int64_t to,
                      const double *lse, const kvk_tile *tile) {
  const int single = tile->type == KVK_F32 && tile->what != KVK_TILE_POWER && pl_is_single(a);
  const int masses = !side_is_log(a->form);
  const int wants_logits = !masses || tile->what != KVK_TILE_MASS || tile->dot;
  float floats[TL_BLOCK];
  double raw[TL_BLOCK], logits[TL_BLOCK], wide[TL_BLOCK];
  for (int64_t i = 0; i < count; i++) {
    const int64_t row = first + i;
    char *out = (char *)tile->base + i * tile->stride * element_bytes(tile->type);
    tl_wide sums[4] = {(tl_wide){}, (tl_wide){}, (tl_wide){}, (tl_wide){}};
    const double centre = tile->centre ? tile->centre[i] : 0;
    if (!(lse[i] < INFINITY)) {
      memset(out, 0, (size_t)((to - from) * element_bytes(tile->type)));
      continue;
    }
    for (int64_t k = from; k < to; k += TL_BLOCK) {
      const int64_t n = to - k < TL_BLOCK ? to - k : TL_BLOCK;
      const double *reference = tile->reference ? tile->reference + k : 0;
      int gap;
      if (single) {
        const void *x = element_at(a, row, k);
        if (a->type != KVK_F32 || side_temperature(a) != 1.0 || (uintptr_t)x % sizeof(float)) {
          pl_stage_single(a, row, k, n, floats);
          x = floats;
        }
        tl_single(tile, x, n, lse[i], centre, reference, (float *)out + (k - from), sums);
        gap = tile->bits && tl_has_gap_single(x, n);
      } else {
        if (masses) block_f64(element_at(a, row, k), a->type, n, raw);
        if (wants_logits) pl_stage(a, row, k, n, logits, 0);
        double *at = tile->type == KVK_F64 ? (double *)out + (k - from) : wide;
        tl_double(tile, a, raw, logits, n, lse[i], centre, reference, at, sums);
        if (tile->type != KVK_F64) store_doubles(wide, n, (float *)out + (k - from), KVK_F32);
        gap = tile->bits && (masses ? tl_has_gap(raw, n, -side_alpha(a)) : tl_has_gap(logits, n, -INFINITY));
      }
      if (tile->bits) {
        uint64_t *bits = tile->bits + i * tile->bit_stride + k / KVK_TILE_WORD;
        for (int64_t j = 0; j < n; j += KVK_TILE_WORD) {
          const int64_t some = n - j < KVK_TILE_WORD ? n - j : KVK_TILE_WORD;
          const uint64_t all = some == KVK_TILE_WORD ? ~0ull : (1ull << some) - 1;
          *bits++ = gap ? tl_bits(a, row, k + j, some) : all;
        }
        if (gap && tile->gaps) tile->gaps[i] = 1;
      }
    }
    if (tile->dot) {
      double total[4];
      for (int j = 0; j < 4; j++) {
        total[j] = 0;
        for (int lane = 0; lane < KVK_BYTES / 4; lane++) total[j] += sums[j][lane];
      }
      tile->mass[i] += total[0];
      tile->dot[i] += total[1];
      tile->spread[i] += total[2];
      tile->square[i] += total[3];
    }
  }
}

static void tile_add(const float *product, double *sum, int64_t count, int32_t adds) {
  if (adds)
    for (int64_t i = 0; i < count; i++) sum[i] += (double)product[i];
  else
    for (int64_t i = 0; i < count; i++) sum[i] = (double)product[i];
}

static void tile_centres(const kvk_side *a, int64_t first, int64_t count, int64_t classes,
                         const double *lse, const double *reference, double *centres) {
  double x[KVK_TILE_WORD];
  // Words of classes, evenly spaced.
  const int64_t words = (classes + KVK_TILE_WORD - 1) / KVK_TILE_WORD;
  const int64_t wanted = KVK_TILE_SAMPLE / KVK_TILE_WORD;
  const int64_t step = words > wanted ? words / wanted : 1;
  for (int64_t i = 0; i < count; i++) {
    double sum = 0, all = 0;
    for (int64_t word = 0; word < words && lse[i] < INFINITY; word += step) {
      const int64_t k = word * KVK_TILE_WORD;
      const int64_t n = classes - k < KVK_TILE_WORD ? classes - k : KVK_TILE_WORD;
      pl_stage(a, first + i, k, n, x, 0);
      for (int64_t j = 0; j < n; j++) {
        if (!(x[j] > -INFINITY)) continue;
        const double m = exp_f64(set1_f64(reference[k + j]))[0];
        sum += m * (x[j] - (reference[k + j] + lse[i]));
        all += m;
      }
    }
    centres[i] = all > 0 ? sum / all : 0;
  }
}

// With the steps as constants.
KVK_INLINE int32_t tl_finish(double *x, int64_t n, const kvk_tile_sums *s, const int64_t mass_step,
                             const int64_t centre_step, uint8_t *doubt) {
  const int64_t lanes = KVK_BYTES / 8;
  const v_f64 zero = set1_f64(0), one = set1_f64(1);
#define TL_TAKE(p, step, padding)                                                                 \
  (!(step) ? set1_f64(*(p)) : part ? read_part_f64(p, j, rest, KVK_F64, padding) : load_f64((p) + j))
  i_f64 any = (i_f64)zero;
  for (int64_t j = 0; j < n; j += lanes) {
    const int64_t rest = n - j;
    const int part = rest < lanes;
    const v_f64 product = part ? read_part_f64(x, j, rest, KVK_F64, zero) : load_f64(x + j);
    const v_f64 dot = TL_TAKE(s->dot, mass_step, zero), least = TL_TAKE(s->least, mass_step, zero);
    const v_f64 scale = mass_step ? 1.0 / TL_TAKE(s->mass, mass_step, one) : set1_f64(1 / *s->mass);
    const v_f64 d = (dot - product) * scale - TL_TAKE(s->centre, centre_step, zero);
    const i_f64 low = ~(d - s->slope * abs_f64(product) >= least);
    const v_f64 value = max_f64(d, zero);
    if (part) {
      double few[KVK_BYTES / 8];
      store_f64(few, value);
      memcpy(x + j, few, (size_t)rest * sizeof(double));
    } else {
      store_f64(x + j, value);
    }
    if (!any_f64(low)) continue;
    for (int lane = 0; lane < lanes && lane < rest; lane++) {
      if (!low[lane]) continue;
      doubt[j + lane] = 1;
      any[lane] = -1;
    }
  }
#undef TL_TAKE
  return any_f64(any);
}

static int32_t tile_finish(double *x, int64_t n, const kvk_tile_sums *sums, uint8_t *doubt) {
  return sums->mass_step ? tl_finish(x, n, sums, 1, 0, doubt) : tl_finish(x, n, sums, 0, 1, doubt);
}

static int32_t tile_exceeds(const uint64_t *a, const uint64_t *b, int64_t words) {
  int64_t i = 0;
  for (; i + 8 <= words; i += 8) {
    uint64_t any = 0;
    for (int64_t j = 0; j < 8; j++) any |= a[i + j] & ~b[i + j];
    if (any) return 1;
  }
  uint64_t any = 0;
  for (; i < words; i++) any |= a[i] & ~b[i];
  return any != 0;
}
