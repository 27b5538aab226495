// Rows in the form in which products of matrices compare them, and what becomes of the products.
//
// With a reference r for each class, l = log p - r, and Σ over the classes,
//
//     D(p‖q) = Σ p l_p - Σ p l_q
//
// for any r: the nearer r is to the logarithms, the less there is to round. With the masses as they were
// rounded in both sums, their rounding weighs the terms and does not add to them.

#define TL_BLOCK 512 // classes staged at a time: a multiple of KVK_TILE_WORD and of KVK_TILE_GROUP

// log p of Floats below it has no mass.
#define TL_FAINTEST -87.0f
// Of the exponents of powers: beyond it these are over the range of Doubles, or nearly.
#define TL_EXTENT 600.0

// As many Floats as a vector has Doubles.
typedef float tl_half __attribute__((ext_vector_type(KVK_BYTES / 8)));

// What is added up over a row of masses, and the largest |l| of a row of logarithms.
typedef struct {
  double mass, dot, spread, square, extent;
} tl_sums;

KVK_INLINE v_f64 tl_load_wide(const float *p) {
  tl_half half;
  memcpy(&half, p, sizeof half);
  return __builtin_convertvector(half, v_f64);
}

KVK_INLINE void tl_store_narrow(float *p, v_f64 x) {
  const tl_half half = __builtin_convertvector(x, tl_half);
  memcpy(p, &half, sizeof half);
}

// exp(x - lse) of logits in Float, with the rounding of the differences carried into the exponential. The
// low part of lse is not small where logits are large.
KVK_INLINE v_f32 tl_mass_f32(v_f32 x, v_f32 high, v_f32 low) {
  v_f32 first, second;
  const v_f32 u = two_diff_f32(two_diff_f32(x, high, &first), low, &second);
  const v_f32 p = exp_scaled_f32(u, first + second, set1_f32(0));
  return drop_f32(~(u > TL_FAINTEST), p); // -inf too
}

// log x of Floats, in two parts: whole multiples of log 2, and the mantissa's to a Float's rounding. 0 for 0.
static void tl_logs(const float *x, int64_t n, float *whole, float *part) {
  for (int64_t i = 0; i < n; i += KVK_BYTES / 4) {
    const v_f32 v = load_f32(x + i);
    const v_f32 some = v > 0.0f ? v : set1_f32(1);
    const i_f32 small = some < 0x1p-126f;
    const v_f32 normal = small ? some * 0x1p24f : some;
    const i_f32 offset = (i_f32)normal + (0x3f800000 - 0x3f3504f3);
    const i_f32 k = (offset >> 23) - 127 - (small & 24);
    const v_f32 m = (v_f32)((i_f32)normal - (offset & (int32_t)0xff800000) + 0x3f800000);
    store_f32(whole + i, __builtin_convertvector(k, v_f32));
    store_f32(part + i, log_normal_f32(m));
  }
}

// l of a vector of Doubles: of logits, or of masses whose logarithms are there in parts.
KVK_INLINE v_f64 tl_single_log(const int masses, const float *x, const float *whole, const float *part,
                               const double *reference, double lse) {
  // lse first: where logits are large it is near them.
  if (!masses) return (tl_load_wide(x) - lse) - load_f64(reference);
  return tl_load_wide(whole) * 0.69314718055994530942 + (tl_load_wide(part) - (load_f64(reference) + lse));
}

// Masses of a stretch of Floats: of logits, or with `masses` what is divided by the sum.
KVK_INLINE void tl_single_masses(const int masses, const float *x, int64_t n, double lse, float *to) {
  const double high = (double)(float)lse;
  const v_f32 lse_high = set1_f32((float)lse), lse_low = set1_f32((float)(lse - high));
  const v_f32 inverse = set1_f32((float)exp(-lse));
  for (int64_t i = 0; i < n; i += KVK_BYTES / 4) {
    const v_f32 v = load_f32(x + i);
    store_f32(to + i, masses ? v * inverse : tl_mass_f32(v, lse_high, lse_low));
  }
}

KVK_INLINE void tl_single_counts(const int masses, const float *x, const float *whole, const float *part,
                                 const float *y, int64_t n, double lse, const double *reference, tl_sums *into) {
  v_f64 mass = set1_f64(0), dot = mass, spread = mass, square = mass;
  for (int64_t i = 0; i < n; i += KVK_BYTES / 8) {
    const v_f64 p = tl_load_wide(y + i);
    const v_f64 l = tl_single_log(masses, x + i, whole + i, part + i, reference + i, lse);
    const v_f64 term = keep_f64(p > 0.0, p * l);
    mass += p;
    dot += term;
    spread += abs_f64(term);
    square += p * p;
  }
  into->mass += sum_f64(mass);
  into->dot += sum_f64(dot);
  into->spread += sum_f64(spread);
  into->square += sum_f64(square);
}

KVK_INLINE void tl_single_differences(const int masses, const float *x, const float *whole, const float *part,
                                      int64_t n, double lse, double centre, const double *reference, float *to,
                                      tl_sums *into) {
  const float absent = masses ? 0 : -INFINITY;
  for (int64_t i = 0; i < n; i += KVK_BYTES / 8)
    tl_store_narrow(to + i, tl_single_log(masses, x + i, whole + i, part + i, reference + i, lse) - centre);
  v_f32 extent = set1_f32(0);
  for (int64_t i = 0; i < n; i += KVK_BYTES / 4) {
    const v_f32 y = drop_f32(load_f32(x + i) == absent, load_f32(to + i));
    store_f32(to + i, y);
    extent = max_f32(abs_f32(y), extent);
  }
  const double largest = (double)largest_f32(extent);
  if (!(largest <= into->extent)) into->extent = largest;
}

// A stretch of a row whose elements are Floats, up to TL_BLOCK of them and whole vectors.
KVK_INLINE void tl_single(const kvk_tile *tile, const int masses, const float *x, int64_t n, double lse, double centre,
                          const double *reference, float *to, tl_sums *sums) {
  float whole[TL_BLOCK], part[TL_BLOCK];
  if (masses && (tile->what == KVK_TILE_LOG || tile->dot)) tl_logs(x, n, whole, part);
  if (tile->what == KVK_TILE_LOG) {
    tl_single_differences(masses, x, whole, part, n, lse, centre, reference, to, sums);
    return;
  }
  tl_single_masses(masses, x, n, lse, to);
  if (tile->dot) tl_single_counts(masses, x, whole, part, to, n, lse, reference, sums);
}

// The same, with what is missing of the last vector filled up: with nothing.
static void tl_singles(const kvk_tile *tile, int masses, const float *x, int64_t n, double lse, double centre,
                       const double *reference, float *to, tl_sums *sums) {
  float floats[TL_BLOCK];
  double references[TL_BLOCK];
  const int64_t lanes = KVK_BYTES / 4, all = (n + lanes - 1) / lanes * lanes;
  if (all > n) {
    memcpy(floats, x, (size_t)n * sizeof(float));
    for (int64_t i = n; i < all; i++) floats[i] = masses ? 0 : -INFINITY;
    x = floats;
    if (reference) {
      memcpy(references, reference, (size_t)n * sizeof(double));
      for (int64_t i = n; i < all; i++) references[i] = 0;
      reference = references;
    }
  }
  if (masses) tl_single(tile, 1, x, all, lse, centre, reference, to, sums);
  else tl_single(tile, 0, x, all, lse, centre, reference, to, sums);
}

// A stretch of a row as masses or logits in Double.
KVK_INLINE void tl_double(const kvk_tile *tile, const kvk_side *side, const double *raw, const double *logits,
                          int64_t n, double lse, double centre, const double *reference, double *to, tl_sums *into) {
  const int64_t lanes = KVK_BYTES / 8;
  const int is_log = side_is_log(side->form), narrow = tile->type == KVK_F32;
  const double alpha = side_alpha(side), inverse = exp(-lse);
  const int wants_log = tile->what != KVK_TILE_MASS || tile->dot;
  v_f64 mass = set1_f64(0), dot = mass, spread = mass, square = mass, extent = mass;
  for (int64_t i = 0; i < n; i += lanes) {
    const int64_t rest = n - i;
    const int part = rest < lanes;
    v_f64 l = set1_f64(0), r = l, v = l;
    if (is_log || wants_log)
      v = part ? read_part_f64(logits, i, rest, KVK_F64, set1_f64(-INFINITY)) : load_f64(logits + i);
    if (wants_log) {
      if (reference) r = part ? read_part_f64(reference, i, rest, KVK_F64, set1_f64(0)) : load_f64(reference + i);
      l = (v - lse) - r;
    }
    v_f64 y;
    if (tile->what == KVK_TILE_LOG) {
      y = drop_f64(v == -INFINITY, l - centre);
      extent = max_f64(abs_f64(y), extent);
    } else if (tile->what == KVK_TILE_POWER) {
      const v_f64 u = (tile->power * l - centre) + tile->shift * r;
      y = drop_f64(v == -INFINITY, exp_f64(u));
      extent = max_f64(drop_f64(v == -INFINITY, abs_f64(u)), extent);
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
  into->mass += sum_f64(mass);
  into->dot += sum_f64(dot);
  into->spread += sum_f64(spread);
  into->square += sum_f64(square);
  const double top = largest_f64(extent);
  if (top > into->extent) into->extent = top;
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

static int tl_has_gap_single(const float *x, int64_t n, float least) {
  int gap = 0;
  for (int64_t i = 0; i < n; i++) gap |= !(x[i] > least);
  return gap;
}

// Takes the masses of a group that are above the least out of it, to be multiplied by themselves. Where
// there is no more room the smallest goes back to its place.
static void tl_take_heavy(const kvk_tile *tile, int64_t row, float *group, int64_t n, int64_t at, float *out) {
  int32_t *places = tile->heavy_place + row * tile->heavy_room;
  double *masses = tile->heavy_mass + row * tile->heavy_room;
  for (int64_t i = 0; i < n; i++) {
    const double mass = (double)group[i];
    int32_t place = tile->heavy_count[row];
    if (!(mass > tile->heavy_least)) continue;
    if (place < tile->heavy_room) {
      tile->heavy_count[row] = place + 1;
    } else {
      place = 0;
      for (int32_t j = 1; j < tile->heavy_room; j++) place = masses[j] < masses[place] ? j : place;
      if (!(mass > masses[place])) continue;
      const int64_t back = places[place];
      *(back >= at && back < at + n ? group + (back - at) : out + back) = (float)masses[place];
      tile->square[row] += masses[place] * masses[place];
    }
    masses[place] = mass;
    places[place] = (int32_t)(at + i);
    tile->square[row] -= mass * mass;
    group[i] = 0;
  }
}

// Writes n prepared elements, group by group, to their places. `place` is that of the next group.
static void tl_place(const kvk_tile *tile, int64_t row, char *block, int64_t n, int64_t groups, int64_t *place,
                     int64_t *group, char *out) {
  const int64_t size = element_bytes(tile->type);
  const float least = (float)tile->heavy_least;
  for (int64_t i = 0; i < n; i += KVK_TILE_GROUP) {
    const int64_t some = n - i < KVK_TILE_GROUP ? n - i : KVK_TILE_GROUP;
    const int64_t at = (*group < groups ? *place : *group) * KVK_TILE_GROUP;
    if (tile->heavy_count && tile->type == KVK_F32) {
      float *values = (float *)(void *)block + i;
      i_f32 any = (i_f32){};
      for (int64_t j = 0; j + KVK_BYTES / 4 <= some; j += KVK_BYTES / 4) any |= load_f32(values + j) > least;
      if (some < KVK_TILE_GROUP || any_f32(any)) tl_take_heavy(tile, row, values, some, at, (float *)(void *)out);
    }
    if (some < KVK_TILE_GROUP) memcpy(out + at * size, block + i * size, (size_t)(some * size));
    else if (size == 4) memcpy(out + at * 4, block + i * 4, KVK_TILE_GROUP * 4);
    else memcpy(out + at * 8, block + i * 8, KVK_TILE_GROUP * 8);
    *group += 1;
    *place += tile->step;
    if (*place >= groups) *place -= groups;
  }
}

static void tile_rows(const kvk_side *a, int64_t first, int64_t count, int64_t from, int64_t to, const double *lse,
                      const kvk_tile *tile) {
  const int masses = !side_is_log(a->form);
  const int is_narrow = a->type == KVK_F32 || a->type == KVK_F16 || a->type == KVK_BF16;
  const int single = tile->type == KVK_F32 && tile->what != KVK_TILE_POWER &&
                     (masses ? is_narrow && side_alpha(a) == 0 : pl_is_single(a));
  const int wants_logits = !masses || tile->what != KVK_TILE_MASS || tile->dot;
  const int64_t groups = (to - from) / KVK_TILE_GROUP;
  float floats[TL_BLOCK], narrow[TL_BLOCK];
  double raw[TL_BLOCK], logits[TL_BLOCK], wide[TL_BLOCK];
  for (int64_t i = 0; i < count; i++) {
    const int64_t row = first + i;
    char *out = (char *)tile->base + i * tile->stride * element_bytes(tile->type);
    tl_sums sums = {};
    const double centre = tile->centre ? tile->centre[i] : 0;
    if (!(lse[i] < INFINITY)) {
      memset(out, 0, (size_t)((to - from) * element_bytes(tile->type)));
      continue;
    }
    int64_t place = 0, group = 0;
    for (int64_t k = from; k < to; k += TL_BLOCK) {
      const int64_t n = to - k < TL_BLOCK ? to - k : TL_BLOCK;
      const double *reference = tile->reference ? tile->reference + k : 0;
      char *block = (char *)narrow;
      int gap;
      if (single) {
        const void *x = element_at(a, row, k);
        if (a->type != KVK_F32 || side_temperature(a) != 1.0 || (uintptr_t)x % sizeof(float)) {
          if (masses) block_f32(x, a->type, n, floats);
          else pl_stage_single(a, row, k, n, floats);
          x = floats;
        }
        tl_singles(tile, masses, x, n, lse[i], centre, reference, narrow, &sums);
        gap = tile->bits && tl_has_gap_single(x, n, masses ? 0 : -INFINITY);
      } else {
        if (masses) block_f64(element_at(a, row, k), a->type, n, raw);
        if (wants_logits) pl_stage(a, row, k, n, 0, logits, 0);
        tl_double(tile, a, raw, logits, n, lse[i], centre, reference, wide, &sums);
        if (tile->type != KVK_F64) store_doubles(wide, n, narrow, KVK_F32);
        else block = (char *)wide;
        gap = tile->bits && (masses ? tl_has_gap(raw, n, -side_alpha(a)) : tl_has_gap(logits, n, -INFINITY));
      }
      tl_place(tile, i, block, n, groups, &place, &group, out);
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
      tile->mass[i] += sums.mass;
      tile->dot[i] += sums.dot;
      tile->spread[i] += sums.spread;
      tile->square[i] += sums.square;
    }
    if (tile->extent) {
      double extent = sums.extent;
      // What the elements and the normaliser are rounded by, which the exponents carry on.
      if (tile->what == KVK_TILE_POWER) extent += 2 * fabs(tile->power * lse[i]);
      if (!(extent <= tile->extent[i])) tile->extent[i] = extent;
    }
  }
}

static void tile_columns(const float *from, int64_t stride, int64_t count, const int32_t *places, int64_t wanted,
                         float *to, int64_t to_stride) {
  // A line of the cache at a time, so that what is written to is whole.
  for (int64_t i = 0; i < count; i += 16) {
    const int64_t some = count - i < 16 ? count - i : 16;
    for (int64_t h = 0; h < wanted; h++) {
      const float *x = from + i * stride + places[h];
      float *y = to + h * to_stride + i;
      if (some == 16)
        for (int64_t j = 0; j < 16; j++) y[j] = x[j * stride];
      else
        for (int64_t j = 0; j < some; j++) y[j] = x[j * stride];
    }
  }
}

static void tile_add(const float *product, double *sum, int64_t count, int32_t adds) {
  if (adds)
    for (int64_t i = 0; i < count; i++) sum[i] += (double)product[i];
  else
    for (int64_t i = 0; i < count; i++) sum[i] = (double)product[i];
}

static void tile_centres(const kvk_side *a, int64_t first, int64_t count, int64_t classes, const double *lse,
                         const double *reference, const double *masses, double *centres) {
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
      pl_stage(a, first + i, k, n, 0, x, 0);
      for (int64_t j = 0; j < n; j++) {
        const double m = x[j] > -INFINITY ? masses[k + j] : 0;
        sum += m > 0 ? m * (x[j] - (reference[k + j] + lse[i])) : 0;
        all += m;
      }
    }
    centres[i] = all > 0 ? sum / all : 0;
  }
}

static void tile_heavy(double *sum, int64_t n, const kvk_tile_sums *s) {
  for (int32_t h = 0; h < s->heavy_count; h++) {
    const float *column = s->heavy[s->heavy_column[h]];
    const double mass = s->heavy_mass[h];
    for (int64_t j = 0; j < n; j++) sum[j] += mass * (double)column[j];
  }
}

#define TL_STRETCH 64 // pairs that are finished between two looks at doubts

// Up to TL_STRETCH pairs, a whole number of vectors: x become divergences, low the masks of doubts. Returns
// whether there are any.
KVK_INLINE int tl_finish(double *x, int64_t n, const double *centres, const double *extents, const kvk_tile_sums *s,
                         const double *heavy, i_f64 *low) {
  const int64_t lanes = KVK_BYTES / 8;
  const v_f64 dot = set1_f64(s->dot), scale = set1_f64(1 / s->mass), spread = set1_f64(s->spread + 0.5);
  const v_f64 base = set1_f64(s->base), factor = set1_f64(s->factor);
  const v_f64 slope = set1_f64(s->slope), share = set1_f64(s->share), zero = set1_f64(0);
  i_f64 any = (i_f64)zero;
  for (int64_t j = 0; j < n; j += lanes) {
    const v_f64 product = load_f64(x + j), centre = load_f64(centres + j);
    const v_f64 d = (dot - (product + load_f64(heavy + j))) * scale - centre;
    const v_f64 value = max_f64(d, zero);
    // No farther from the reference on average than the masses' own logarithms and the divergence allow.
    const v_f64 mean = min_f64(spread + abs_f64(centre) + 2.0 * value, load_f64(extents + j));
    // What is above every number here may be none for two rows either: they say which.
    low[j / lanes] = ~((d * share >= base + factor * mean + slope * abs_f64(product)) & (d < INFINITY));
    any |= low[j / lanes];
    store_f64(x + j, value);
  }
  return any_f64(any);
}

static void tile_finish(const float *product, double *x, int64_t n, const kvk_tile_sums *s, uint8_t *doubt) {
  const int64_t lanes = KVK_BYTES / 8;
  i_f64 low[TL_STRETCH * 8 / KVK_BYTES];
  double heavy[TL_STRETCH] = {0}, few[3][TL_STRETCH];
  for (int64_t j = 0; j < n; j += TL_STRETCH) {
    const int64_t some = n - j < TL_STRETCH ? n - j : TL_STRETCH;
    if (product) tile_add(product + j, x + j, some, 0);
    if (s->heavy_count) {
      memset(heavy, 0, sizeof heavy);
      for (int32_t h = 0; h < s->heavy_count; h++) {
        const float *column = s->heavy[s->heavy_column[h]] + j;
        const double mass = s->heavy_mass[h];
        if (some == TL_STRETCH)
          for (int64_t i = 0; i < TL_STRETCH; i++) heavy[i] += mass * (double)column[i];
        else
          for (int64_t i = 0; i < some; i++) heavy[i] += mass * (double)column[i];
      }
    }
    int any;
    if (some == TL_STRETCH) {
      any = tl_finish(x + j, TL_STRETCH, s->centre + j, s->extent + j, s, heavy, low);
    } else {
      memset(few, 0, sizeof few);
      memcpy(few[0], x + j, (size_t)some * sizeof(double));
      memcpy(few[1], s->centre + j, (size_t)some * sizeof(double));
      memcpy(few[2], s->extent + j, (size_t)some * sizeof(double));
      any = tl_finish(few[0], (some + lanes - 1) / lanes * lanes, few[1], few[2], s, heavy, low);
      memcpy(x + j, few[0], (size_t)some * sizeof(double));
    }
    if (!any) continue;
    for (int64_t i = 0; i < some; i++) doubt[j + i] = (uint8_t)(low[i / lanes][i % lanes] & 1);
  }
}

static int64_t tile_count(const uint8_t *doubts, int64_t n) {
  int64_t count = 0;
  for (int64_t i = 0; i < n; i += 255) {
    const int64_t some = n - i < 255 ? n - i : 255;
    uint8_t part = 0;
    for (int64_t j = 0; j < some; j++) part = (uint8_t)(part + doubts[i + j]);
    count += part;
  }
  return count;
}

static void tile_powers(double *x, int64_t n, const kvk_power_sums *s, uint8_t *doubt) {
  log_array_f64(x, s->logarithms, n);
  for (int64_t j = 0; j < n; j++) {
    const double extent = s->extent + s->extents[j], l = s->logarithms[j];
    const int low = !(fabs(l) >= s->base + s->slope * extent) || !(extent < TL_EXTENT);
    doubt[j] |= (uint8_t)low;
    x[j] = s->is_hellinger ? sqrt(fmax(0, 1 - x[j])) : l;
  }
}

static int tl_exceeds(const uint64_t *a, const uint64_t *b, int64_t words) {
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

static void tile_forbid(const kvk_support *a, const kvk_support *b, int64_t words, double *values, int64_t step_a,
                        int64_t step_b, uint8_t *doubts, int64_t doubt_a, int64_t doubt_b) {
  for (int64_t j = 0; j < b->count; j++) {
    if (!b->gaps[j]) continue;
    for (int64_t i = 0; i < a->count; i++) {
      if (!tl_exceeds(a->bits + i * words, b->bits + j * words, words)) continue;
      values[i * step_a + j * step_b] = INFINITY;
      doubts[i * doubt_a + j * doubt_b] = 0;
    }
  }
}

#define TL_SIDE 16 // of the squares in which a tile is turned

static void tile_turn(const double *from, int64_t from_stride, int64_t rows, int64_t columns, double *to,
                      int64_t to_stride, const uint8_t *from_doubts, uint8_t *to_doubts, int32_t adds) {
  for (int64_t i = 0; i < rows; i += TL_SIDE) {
    const int64_t end_i = i + TL_SIDE < rows ? i + TL_SIDE : rows;
    for (int64_t j = 0; j < columns; j += TL_SIDE) {
      const int64_t end_j = j + TL_SIDE < columns ? j + TL_SIDE : columns;
      for (int64_t c = j; c < end_j; c++) {
        double *line = to + c * to_stride;
        uint8_t *doubts = to_doubts + c * rows;
        for (int64_t r = i; r < end_i; r++) {
          const double x = from[r * from_stride + c];
          line[r] = adds ? line[r] + x : x;
          doubts[r] = (uint8_t)((adds ? doubts[r] : 0) | from_doubts[r * columns + c]);
        }
      }
    }
  }
}
