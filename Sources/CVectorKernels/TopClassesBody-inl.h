// A search for elements above a value, for the element type that Real-inl.h chose. Exact; NaN is above nothing.

// The first place, from i on, of n elements that is above `limit`; n where none is.
KVK_INLINE int64_t N(next_above)(const int32_t type, const void *p, int64_t i, int64_t n, R limit) {
  const V v = N(set1)(limit);
  while (i + LANES <= n && !N(any)(N(read)(p, i, type) > v)) i += LANES;
  while (i < n && !(N(read_one)(p, i, type) > limit)) i++;
  return i;
}
