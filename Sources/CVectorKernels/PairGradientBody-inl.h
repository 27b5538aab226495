// The gradient of a divergence with respect to the second row's logits, for the element type that
// Real-inl.h chose. With the masses of PairFamilyBody-inl.h and y = log p - log q,
//
//     forward  q - p = ∓ g (1 - e)          no digit cancels where the rows are alike
//     reverse  q (log q - log p - D) = -q (y + D)
//
// y is as near as A - B, a weighted mean of differences: relative to their size in most classes, about √(2D), not to
// what y is in this one.

typedef struct {
  N(pf_reference) masses;
  V divergence, scale; // D(q‖p), for the reverse; 1 / T
} N(pg_reference);

KVK_INLINE V N(pg_value)(const int which, V a, V b, V a_low, V b_low, const N(pg_reference) *ref) {
  const I all = a_low == a_low;
  const N(pf_masses) m = N(pf_compare)(a, b, a_low, b_low, all, &ref->masses);
  if (which == KVK_GRADIENT_FORWARD) {
    const V size = m.g * m.rest * ref->scale;
    return m.first ? RC(0.0) - size : size;
  }
  const V q = m.first ? m.g * m.e : m.g;
  return RC(0.0) - (q * ref->scale) * (m.y + ref->divergence);
}

KVK_INLINE void N(pg_part)(const int which, const int32_t type, const void *a, const void *b, const R *a_low,
                           const R *b_low, int64_t i, int64_t count, const N(pg_reference) *ref, R *to) {
  const V zero = N(set1)(0);
  const V va = N(read_part)(a, i, count, type, zero), vb = N(read_part)(b, i, count, type, zero);
  const V la = a_low ? N(read_part)(a_low, i, count, READ_WHOLE, zero) : zero;
  const V lb = b_low ? N(read_part)(b_low, i, count, READ_WHOLE, zero) : zero;
  R y[LANES];
  N(store)(y, N(pg_value)(which, va, vb, la, lb, ref));
  memcpy(to + i, y, (size_t)count * sizeof(R));
}

KVK_INLINE void N(pg_block)(const int which, const int32_t type, const void *a, const void *b, const R *a_low,
                            const R *b_low, int64_t n, const N(pg_reference) *ref, R *to, int streams) {
  const V zero = N(set1)(0);
  int64_t i = 0;
  const int aligns = streams && (uintptr_t)to % sizeof(R) == 0;
  if (aligns) {
    const int64_t head = (int64_t)(-(uintptr_t)to % sizeof(V) / sizeof(R));
    if (head && head <= n) {
      N(pg_part)(which, type, a, b, a_low, b_low, 0, head, ref, to);
      i = head;
    }
  }
  for (; i + LANES <= n; i += LANES) {
    const V la = a_low ? N(load)(a_low + i) : zero, lb = b_low ? N(load)(b_low + i) : zero;
    const V y = N(pg_value)(which, N(read)(a, i, type), N(read)(b, i, type), la, lb, ref);
    if (aligns && (uintptr_t)(to + i) % sizeof(V) == 0) __builtin_nontemporal_store(y, (V *)(to + i));
    else N(store)(to + i, y);
  }
  if (i < n) N(pg_part)(which, type, a, b, a_low, b_low, i, n - i, ref, to);
}
