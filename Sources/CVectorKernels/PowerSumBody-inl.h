// The terms of power sums Σ p^α q^(1-α) of a pair of rows, in vectors of Double.
//
// With d = log p - log q of a class, β = α - 1 and φ(t) = exp(t) - 1 - t, and because Σ p = Σ q = 1,
//
//     Σ p^α q^(1-α) - 1 = Σ q [exp(αd) - 1 - α (exp(d) - 1)]
//                       = Σ p [φ(βd) + β φ(-d)] = Σ q [exp(d) φ(βd) + β exp(d) φ(-d)]
//
// where both parts are of second order in d, and for α > 1 of one sign; for α in ½...1 (other orders
// exchange the sides) they cancel to a third at most, but for large d > 0, where exp(βd) + β exp(-d) - α is
// the same without cancellation. With g the larger of p and q, s = |d| and e = exp(-s), the first form is
// taken where p is the larger and the second where q is: nothing overflows but exp(βs).
//
// d is known less a constant δ: what Σ p and Σ q come to in the same terms says which. Blocks in which no
// class is out of the ordinary have code of their own, in PowerSumPlain-inl.h.

typedef struct {
  v_f64 top_a, top_b;   // the largest logits
  v_f64 rest_a, rest_b; // the normalisers' logarithms relative to them: p = exp((a - top_a) - rest_a)
  v_f64 factor_b;       // q = exp((b - top_b) - rest_b) factor_b, which makes up for the rounding of these
  v_f64 c, c_low;       // d = (a - b) - (c + c_low)
  v_f64 mass, ratio;    // where rows are masses x and y: p = x mass, and d = log(x / (y ratio))
  v_f64 order, less;    // α, β
} pw_reference;

#define PW_FARTHEST 700.0 // of the t whose exp(t) is taken
#define PW_VASTEST 0x1.fffffffffffffp1023

// d = (a - b) - c, rounded once.
KVK_INLINE v_f64 pw_difference(const int exact, v_f64 a, v_f64 b, v_f64 a_low, v_f64 b_low, const pw_reference *ref) {
  // Of what were Floats the difference is exact, or its rounding far below theirs.
  if (!exact) return (a - b) - ref->c;
  v_f64 low, rest;
  const v_f64 x = two_diff_f64(a, b, &low);
  low += a_low - b_low;
  const v_f64 near = two_diff_f64(x, ref->c, &rest);
  return near + (rest + (low - ref->c_low));
}

// A class: s = |d|, log g, and which of the two masses are there.
typedef struct {
  v_f64 s, log_g, factor;
  i_f64 first; // p is the larger
  i_f64 only_a, only_b, both;
} pw_class;

KVK_INLINE pw_class pw_compare(v_f64 a, v_f64 b, v_f64 a_low, v_f64 b_low, const pw_reference *ref) {
  const v_f64 d = pw_difference(1, a, b, a_low, b_low, ref);
  const i_f64 zero_a = a == -INFINITY, zero_b = b == -INFINITY;
  pw_class k;
  k.both = ~(zero_a | zero_b);
  k.only_a = zero_b & ~zero_a;
  k.only_b = zero_a & ~zero_b;
  k.first = k.only_a | ((d >= 0.0) & k.both);
  k.s = keep_f64(k.both, abs_f64(d));
  k.log_g = k.first ? ((a - ref->top_a) - ref->rest_a) + a_low : ((b - ref->top_b) - ref->rest_b) + b_low;
  k.factor = k.first ? set1_f64(1) : ref->factor_b;
  return k;
}

typedef struct {
  v_f64 t, z, m; // Σ of the terms, Σ q and Σ (p - q)
  v_f64 top;     // the largest logarithm of p^α q^(1-α), or with PW_RATIO the largest d; in plain blocks
                 // the largest p^α q^(1-α) itself
  i_f64 only_a;  // p > 0 where q = 0
  i_f64 over;    // a term was too large
} pw_lanes;

// What a block call does: always a constant.
enum {
  PW_TERMS = 0,
  PW_RATIO = 1, // the largest d instead of the terms
};

KVK_INLINE pl_terms_f64 pw_expand(v_f64 y) {
  return pl_expand_f64(y, pl_reduce_f64(0, y, set1_f64(0), pl_turns_of_f64(0, y)));
}

KVK_INLINE void pw_step(const int what, v_f64 a, v_f64 b, v_f64 a_low, v_f64 b_low, const pw_reference *ref,
                        pw_lanes *acc) {
  const v_f64 zero = set1_f64(0), one = set1_f64(1), farthest = set1_f64(PW_FARTHEST);
  const pw_class k = pw_compare(a, b, a_low, b_low, ref);
  const i_f64 faint = k.log_g < -PW_FARTHEST;
  const v_f64 g = drop_f64(faint | ~(k.both | k.only_a | k.only_b), exp_f64(k.log_g)) * k.factor;

  // φ(-s), exp(-s) φ(s), e = exp(-s) and 1 - e.
  const v_f64 near = min_f64(k.s, farthest);
  const pl_terms_f64 single = pw_expand(near);
  const v_f64 e = keep_f64(k.both & (k.s <= PW_FARTHEST), single.growth);
  const v_f64 rest = k.s < 1.0 ? drop_f64(~k.both, near - single.phi) : one - e;
  const v_f64 gap = k.both ? rest : one;
  acc->z += k.first ? g * e : g;
  acc->m += k.first ? g * gap : zero - g * gap;
  acc->only_a |= k.only_a;
  if (what == PW_RATIO) {
    const v_f64 d = k.first ? k.s : zero - k.s;
    acc->top = max_f64(k.both ? d : set1_f64(-INFINITY), acc->top);
    return;
  }

  // φ(t) and exp(t) for t = βd.
  const v_f64 size = ref->less * k.s;
  const v_f64 t = max_f64(min_f64(k.first ? size : zero - size, set1_f64(PW_VASTEST)), set1_f64(-PW_VASTEST));
  const v_f64 held = max_f64(min_f64(t, farthest), zero - farthest);
  const pl_terms_f64 powered = pw_expand(zero - held);
  const v_f64 phi = powered.phi - min_f64(t - held, zero);
  const v_f64 forth =
      t < -1.0 ? powered.growth + (ref->less * e - ref->order) : phi + ref->less * (single.phi + (k.s - near));
  const v_f64 back = e * phi + ref->less * single.chi;
  v_f64 term = k.first ? forth : back;
  term = k.only_a ? zero - ref->order : k.only_b ? ref->less : term;
  acc->t += g * term;
  acc->over |= k.first & (t > PW_FARTHEST) & ~faint;

  const v_f64 power = k.log_g + (k.first ? t : zero - ref->order * k.s);
  acc->top = max_f64(k.both ? power : set1_f64(-INFINITY), acc->top);
  // A mass that is 0 in Double may have a power that is not.
  const i_f64 lost = faint & k.both & (power > -PW_FARTHEST);
  if (any_f64(lost)) acc->t += keep_f64(lost, exp_f64(power));
}

KVK_INLINE void pw_block(const int what, const double *a, const double *b, const double *a_low, const double *b_low,
                         int64_t n, const pw_reference *given, pw_lanes *acc) {
  const v_f64 zero = set1_f64(0), none = set1_f64(-INFINITY);
  const int64_t lanes = KVK_BYTES / 8;
  const pw_reference ref = *given;
  pw_lanes mine = *acc;
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes)
    pw_step(what, load_f64(a + i), load_f64(b + i), a_low ? load_f64(a_low + i) : zero,
            b_low ? load_f64(b_low + i) : zero, &ref, &mine);
  if (i < n) {
    const int64_t rest = n - i;
    pw_step(what, read_part_f64(a, i, rest, KVK_F64, none), read_part_f64(b, i, rest, KVK_F64, none),
            a_low ? read_part_f64(a_low, i, rest, KVK_F64, zero) : zero,
            b_low ? read_part_f64(b_low, i, rest, KVK_F64, zero) : zero, &ref, &mine);
  }
  *acc = mine;
}

// Σ p^α q^(1-α) exp(-top), of classes with both masses.
KVK_INLINE v_f64 pw_power(v_f64 a, v_f64 b, v_f64 a_low, v_f64 b_low, const pw_reference *ref, v_f64 top) {
  const pw_class k = pw_compare(a, b, a_low, b_low, ref);
  const v_f64 limit = set1_f64(PW_VASTEST);
  const v_f64 size = min_f64((k.first ? ref->less : ref->order) * k.s, limit);
  const v_f64 power = k.log_g + (k.first ? size : -size);
  return keep_f64(k.both, exp_f64(power - top)) * k.factor;
}

KVK_INLINE v_f64 pw_powers(const double *a, const double *b, const double *a_low, const double *b_low, int64_t n,
                           const pw_reference *ref, v_f64 top) {
  const v_f64 zero = set1_f64(0), none = set1_f64(-INFINITY);
  const int64_t lanes = KVK_BYTES / 8;
  v_f64 sum = zero;
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes)
    sum += pw_power(load_f64(a + i), load_f64(b + i), a_low ? load_f64(a_low + i) : zero,
                    b_low ? load_f64(b_low + i) : zero, ref, top);
  if (i < n) {
    const int64_t rest = n - i;
    sum += pw_power(read_part_f64(a, i, rest, KVK_F64, none), read_part_f64(b, i, rest, KVK_F64, none),
                    a_low ? read_part_f64(a_low, i, rest, KVK_F64, zero) : zero,
                    b_low ? read_part_f64(b_low, i, rest, KVK_F64, zero) : zero, ref, top);
  }
  return sum;
}
