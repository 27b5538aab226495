// Power sums of blocks in which no log p - log q is large: p [φ(βd) + β φ(-d)] does for every class then,
// and nothing overflows. See PowerSumBody-inl.h for the names.

#define PW_PLAIN 30.0           // of |d|: φ(βd) and β φ(-d) cancel to a thirtieth at most, for α in ½...1
#define PW_FAINTEST -600.0      // of log p
#define PW_FAINTEST_MASS 1e-260 // of p

// Vectors that go through each loop before the next: chains are short enough for several to be on their way
// at once, and each loop's constants fit the registers.
#define PW_STRETCH 16

// The orders that need no exponential or logarithm of their own, with e = exp(-d): for 2 the term is
// p (1 - e)² / e, for ½ it is -½ p (1 - √e)².
enum { PW_ANY = 0, PW_SQUARE = 1, PW_ROOT = 2 };

// Some vectors of classes: p, e and 1 - e; with PW_ANY also d and φ(-d).
typedef struct {
  v_f64 p[PW_STRETCH], e[PW_STRETCH], gap[PW_STRETCH], d[PW_STRETCH], phi[PW_STRETCH];
} pw_stretch;

// What decides whether the plain form holds: the largest |d| and the smallest log p; of masses the largest
// exp(|d|) and the smallest p.
typedef struct {
  v_f64 far, faint;
} pw_ends;

// A stretch of two rows of logits, high + low where `a_low` is not null.
KVK_INLINE void pw_take_logits(const int kind, const int exact, const double *a, const double *b, const double *a_low,
                               const double *b_low, int64_t count, i_f64 there, const pw_reference *ref, pw_ends *ends,
                               pw_stretch *to) {
  const v_f64 zero = set1_f64(0);
  const int64_t lanes = KVK_BYTES / 8;
  for (int64_t i = 0; i < count; i++) {
    const v_f64 x = load_f64(a + i * lanes), y = load_f64(b + i * lanes);
    const v_f64 la = a_low ? load_f64(a_low + i * lanes) : zero;
    const v_f64 lb = a_low ? load_f64(b_low + i * lanes) : zero;
    const v_f64 d = pw_difference(exact, x, y, la, lb, ref);
    const v_f64 u = ((x - ref->top_a) - ref->rest_a) + la;
    ends->far = max_f64(abs_f64(d), ends->far);
    ends->faint = min_f64(u, ends->faint);
    const v_f64 k = u * 1.44269504088896340736 + REAL_MAGIC_f64;
    const v_f64 n = k - REAL_MAGIC_f64;
    const v_f64 r = less_f64(u, n, 0.69314718055994530942) - n * 2.3190468138462995584e-17;
    to->d[i] = d;
    to->p[i] = keep_f64(there, (v_f64)((i_f64)exp_near_f64(r) + ((i_f64)k << 52)));
  }
  for (int64_t i = 0; i < count; i++) {
    const v_f64 d = to->d[i];
    const pl_turns_f64 turns = pl_reduce_f64(0, d, zero, pl_turns_of_f64(0, d));
    const v_f64 h = turns.r + (turns.r * turns.r) * pl_rest_f64(turns.r);
    to->e[i] = turns.e * h + turns.e;
    to->gap[i] = (1.0 - turns.e) - turns.e * h;
    if (kind == PW_ANY) to->phi[i] = pl_expand_f64(d, turns).phi;
  }
}

// A stretch of two rows of masses. Single ones are added up here.
//
// With r = y ratio and w = |x - r| / min(x, r), s = |d| is log1p(w) and φ(s) = w - s.
KVK_INLINE void pw_take_masses(const int kind, const double *a, const double *b, const double *a_low,
                               const double *b_low, int64_t count, i_f64 there, const pw_reference *ref, pw_ends *ends,
                               pw_stretch *to, pw_lanes *acc) {
  const v_f64 one = set1_f64(1);
  const int64_t lanes = KVK_BYTES / 8;
  for (int64_t i = 0; i < count; i++) {
    const v_f64 x = load_f64(a + i * lanes), y = load_f64(b + i * lanes);
    const v_f64 r = y * ref->ratio;
    v_f64 difference = pp_less_f64(ref->ratio, y, x);
    if (a_low) difference += load_f64(b_low + i * lanes) * ref->ratio - load_f64(a_low + i * lanes);
    const i_f64 has_a = x > 0.0, has_b = y > 0.0, both = has_a & has_b;
    const v_f64 smaller = both ? min_f64(x, r) : one;
    const v_f64 w = keep_f64(both, abs_f64(difference)) / smaller;
    const v_f64 size = one + w, inverse = one / size;
    const i_f64 first = difference <= 0.0;
    const v_f64 p = x * ref->mass;
    to->e[i] = first ? inverse : size;
    to->gap[i] = first ? w * inverse : -w;
    if (kind == PW_ANY) {
      v_f64 phi;
      const v_f64 s = log1p_f64(w, &phi);
      // φ(-s) = w² exp(-s) - φ(s), which cancels to a third at most while w is not large.
      const v_f64 back = w < 1.0 ? inverse * (w * w) - phi : s - w * inverse;
      to->d[i] = first ? s : -s;
      to->phi[i] = first ? back : phi;
    }
    to->p[i] = keep_f64(both & there, p);
    ends->far = max_f64(size, ends->far);
    ends->faint = min_f64(both ? p : one, ends->faint);
    const v_f64 only_a = drop_f64(has_b, p), only_b = drop_f64(has_a, r * ref->mass);
    acc->t += ref->less * only_b - ref->order * only_a;
    acc->z += only_b;
    acc->m += only_a - only_b;
    acc->only_a |= has_a & ~has_b;
  }
}

KVK_INLINE void pw_add(const int kind, const pw_stretch *of, int64_t count, const pw_reference *ref, pw_lanes *acc) {
  v_f64 z = acc->z, m = acc->m, t = acc->t, top = acc->top;
  for (int64_t i = 0; i < count; i++) {
    const v_f64 p = of->p[i], e = of->e[i], gap = of->gap[i];
    if (kind == PW_SQUARE) {
      const v_f64 power = p / e;
      t += power * (gap * gap);
      top = max_f64(power, top);
    } else if (kind == PW_ROOT) {
      const v_f64 root = sqrt_f64(e), less = gap / (1.0 + root);
      t -= (0.5 * p) * (less * less);
      top = max_f64(p * root, top);
    } else {
      const pl_terms_f64 powered = pw_expand(-(ref->less * of->d[i]));
      t += p * (powered.phi + ref->less * of->phi[i]);
      top = max_f64(p * powered.growth, top);
    }
    z += p * e;
    m += p * gap;
  }
  acc->z = z;
  acc->m = m;
  acc->t = t;
  acc->top = top;
}

enum { PW_SINGLES = 0, PW_DOUBLES = 1, PW_MASSES = 2 }; // what plain blocks hold

// A block whose masses, where both are there, are near each other; returns 0, and leaves the sums, where
// they are not. `top` is no logarithm here. `b_low` goes with `a_low`.
KVK_INLINE int pw_plain_block(const int kind, const int holds, const double *a, const double *b, const double *a_low,
                              const double *b_low, int64_t n, double limit, const pw_reference *given, pw_lanes *acc) {
  const v_f64 zero = set1_f64(0);
  const int64_t lanes = KVK_BYTES / 8;
  const pw_reference ref = *given;
  pw_lanes mine = *acc;
  pw_ends ends = {zero, holds == PW_MASSES ? set1_f64(1) : zero};
  pw_stretch stretch;
  double last[4][KVK_BYTES / 8];
  const int64_t whole = n / lanes, all = (n + lanes - 1) / lanes;
  i_f64 there = zero == zero;
  for (int64_t i = 0; i < all;) {
    int64_t count = whole - i < PW_STRETCH ? whole - i : PW_STRETCH, k = i * lanes;
    const double *from[4] = {a + k, b + k, a_low ? a_low + k : 0, a_low ? b_low + k : 0};
    if (count == 0) {
      // The rest, beside classes of no difference.
      const int64_t rest = n - k;
      const int masses = holds == PW_MASSES;
      count = 1;
      there = first_lanes_f64(rest);
      store_f64(last[0], read_part_f64(from[0], 0, rest, KVK_F64, masses ? zero : ref.top_a));
      store_f64(last[1], read_part_f64(from[1], 0, rest, KVK_F64, masses ? zero : ref.top_b));
      if (a_low) {
        store_f64(last[2], read_part_f64(from[2], 0, rest, KVK_F64, zero));
        store_f64(last[3], read_part_f64(from[3], 0, rest, KVK_F64, zero));
      }
      for (int j = 0; j < 4; j++) from[j] = from[j] ? last[j] : 0;
    }
    if (holds == PW_MASSES)
      pw_take_masses(kind, from[0], from[1], from[2], from[3], count, there, &ref, &ends, &stretch, &mine);
    else
      pw_take_logits(kind, holds == PW_DOUBLES, from[0], from[1], from[2], from[3], count, there, &ref, &ends,
                     &stretch);
    pw_add(kind, &stretch, count, &ref, &mine);
    i += count;
  }
  const double faintest = holds == PW_MASSES ? PW_FAINTEST_MASS : PW_FAINTEST;
  // A logit of -inf leaves a NaN behind.
  const double rest = sum_f64(mine.m);
  if (!(largest_f64(ends.far) <= limit && smallest_f64(ends.faint) >= faintest && rest - rest == 0)) return 0;
  *acc = mine;
  return 1;
}
