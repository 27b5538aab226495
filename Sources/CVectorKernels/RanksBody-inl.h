// Comparisons of a block with one value, for the element type that Real-inl.h chose. Exact; NaN is above nothing.

// How many of n <= KVK_SEGMENT elements are above `limit`, or with `equal` not below it.
KVK_INLINE int64_t N(count_above)(const int32_t type, const int equal, const void *p, int64_t n, R limit) {
  const V v = N(set1)(limit);
  I counts = {};
  int64_t i = 0, sum = 0;
  for (; i + LANES <= n; i += LANES) {
    const V x = N(read)(p, i, type);
    counts -= equal ? x >= v : x > v;
  }
  for (; i < n; i++) {
    const R x = N(read_one)(p, i, type);
    sum += equal ? x >= limit : x > limit;
  }
  return sum + (int64_t)__builtin_reduce_add(counts);
}
