// What a pair of rows comes to, and how it goes to the columns that are asked for. A new quantity of the second
// pass is a line in the list below and its sum in PairFamilyBody-inl.h and PairProbabilitiesBody-inl.h.

// The sums of the second pass, of terms that need both distributions normalised, and the columns that ask for them:
// Σ p log(2p/(p+q)) + q log(2q/(p+q)), Σ |p - q|, Σ (√p - √q)², Σ (p - q)² / (p + q). A column holds the sum times a
// factor, or the root of that, and at most its limit.
#define PF_LIST(X)                                         \
  X(PF_JENSEN, KVK_JS, 0.5, PLAIN, 0.69314718055994530942) \
  X(PF_VARIATION, KVK_TV, 0.5, PLAIN, 1)                   \
  X(PF_HELLINGER, KVK_HELLINGER, 0.5, ROOT, 1)             \
  X(PF_TRIANGULAR, KVK_TRIANGULAR, 1, PLAIN, 2)

#define PF_NAME(sum, column, factor, form, most) sum,
enum { PF_LIST(PF_NAME) PF_SUMS };

#define PF_BIT(sum) (1 << (sum))
#define PF_ALL ((1 << PF_SUMS) - 1)

// The bits of the sums that are asked for.
static int pair_asks(const kvk_pair_out *out) {
#define PF_ASKED(sum, column_, factor, form, most) | (out->column[column_] ? PF_BIT(sum) : 0)
  return 0 PF_LIST(PF_ASKED);
#undef PF_ASKED
}

static int pair_wants_family(const kvk_pair_out *out) { return pair_asks(out) != 0; }

// D of Floats below it is made of differences that Floats do not hold closely enough for the second family's sums.
#define PF_NEAREST 1e-9
// D of Floats below this share of the squared shift: nor do two Floats hold A - B.
#define PF_SHIFTED 0x1p-52
// Total variation below this share of what A - B is rounded relative to: nor do sums in Float say what it is.
#define PF_ROUGH 0x1p-4
// Total variation below this share of the largest logits that a temperature divided: Doubles do not say it to 1e-15,
// but with the quotients' low parts.
#define PF_DIVIDED 0x1p-34

// In the order in which the pair was evaluated.
typedef struct {
  double d_ab, d_ba, h_a, h_b, lse_a, lse_b;
  double log_ratio; // lse_a - lse_b
  double family[PF_SUMS];
  int same; // the rows are the same distribution: what the second pass's sums hold is rounding
  int same_largest;
  int32_t status_a, status_b;
  kvk_pair_norms norms;
} pair_result;

static inline double pair_at_most(double x, double most) { return x < most ? x : most; }

// Writes a result to place i of the columns, in the order in which the pair was given.
static void pair_store(const pair_result *r, int swapped, const kvk_pair_out *out, int64_t i) {
  double v[KVK_PAIR_COUNT];
  const int invalid = r->status_a || r->status_b;
  if (invalid) {
    for (int j = 0; j < KVK_PAIR_COUNT; j++) v[j] = NAN;
  } else {
    const double whole = r->same ? 0 : 1;
    v[KVK_D_AB] = swapped ? r->d_ba : r->d_ab;
    v[KVK_D_BA] = swapped ? r->d_ab : r->d_ba;
    v[KVK_H_A] = swapped ? r->h_b : r->h_a;
    v[KVK_H_B] = swapped ? r->h_a : r->h_b;
    v[KVK_H_AB] = v[KVK_H_A] + v[KVK_D_AB];
    v[KVK_H_BA] = v[KVK_H_B] + v[KVK_D_BA];
    v[KVK_JEFFREYS] = r->d_ab + r->d_ba;
#define PF_PLAIN(x) (x)
#define PF_ROOT(x) sqrt(x)
#define PF_CONCLUDE(sum, column, factor, form, most) \
  v[column] = pair_at_most(PF_##form(whole * (factor) * r->family[sum]), most);
    PF_LIST(PF_CONCLUDE)
#undef PF_CONCLUDE
#undef PF_ROOT
#undef PF_PLAIN
    v[KVK_SAME_LARGEST] = r->same_largest;
    v[KVK_LSE_A] = swapped ? r->lse_b : r->lse_a;
    v[KVK_LSE_B] = swapped ? r->lse_a : r->lse_b;
    v[KVK_LOG_RATIO] = swapped ? -r->log_ratio : r->log_ratio;
  }
  for (int j = 0; j < KVK_PAIR_COUNT; j++)
    if (out->column[j]) out->column[j][i] = v[j];
  if (out->norms) out->norms[i] = invalid ? norms_invalid() : swapped ? norms_swapped(&r->norms) : r->norms;
  out->status_a[i] = (uint8_t)(swapped ? r->status_b : r->status_a);
  out->status_b[i] = (uint8_t)(swapped ? r->status_a : r->status_b);
}

static inline void pair_add_family(const double from[PF_SUMS], double to[PF_SUMS]) {
  for (int j = 0; j < PF_SUMS; j++) to[j] += from[j];
}

static inline void pair_clear_family(double sums[PF_SUMS]) {
  for (int j = 0; j < PF_SUMS; j++) sums[j] = 0;
}
