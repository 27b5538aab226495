// The largest of a block, for the element type that Real-inl.h chose.

KVK_INLINE R N(block_largest)(const int32_t type, const void *p, int64_t n) {
  V m = N(set1)(-INFINITY), m2 = m;
  int64_t i = 0;
  for (; i + 2 * LANES <= n; i += 2 * LANES) {
    m = N(max)(N(read)(p, i, type), m);
    m2 = N(max)(N(read)(p, i + LANES, type), m2);
  }
  R top = N(largest)(N(max)(m, m2));
  for (; i < n; i++) {
    const R x = N(read_one)(p, i, type);
    top = x > top ? x : top;
  }
  return top;
}

// The first place of an element that is the block's largest and above *top, which it becomes; else -1.
KVK_INLINE int64_t N(largest_above)(const int32_t type, const void *p, int64_t n, double *top) {
  const R largest = N(block_largest)(type, p, n);
  if (!((double)largest > *top)) return -1;
  *top = (double)largest;
  int64_t i = 0;
  for (; i + LANES <= n; i += LANES)
    if (N(any)(N(read)(p, i, type) == largest)) break;
  // Memory that someone else writes meanwhile may hold it no longer.
  while (i + 1 < n && N(read_one)(p, i, type) != largest) i++;
  return i;
}
