// Sums, differences and products with what their rounding leaves out, which is exactly a number of the same type
// (Knuth, Dekker), for the element type that Real-inl.h chose.

// x + y, rounded; with `rest` it is exact.
KVK_INLINE V N(two_sum)(V x, V y, V *rest) {
  const V sum = x + y;
  const V back = sum - x;
  *rest = (x - (sum - back)) + (y - back);
  return sum;
}

// x - y likewise.
KVK_INLINE V N(two_diff)(V x, V y, V *rest) {
  const V difference = x - y;
  const V back = difference - x;
  *rest = (x - (difference - back)) - (y + back);
  return difference;
}

// x y likewise.
KVK_INLINE V N(two_product)(V x, V y, V *rest) {
  const V product = x * y;
#if KVK_HAS_FMA
  *rest = __builtin_elementwise_fma(x, y, -product);
#else
  // Dekker's splitting: each half has few enough bits for exact products.
  const R split = KVK_REAL == 32 ? RC(4097.0) : RC(134217729.0);
  const V sx = split * x, sy = split * y;
  const V hx = sx - (sx - x), hy = sy - (sy - y);
  const V lx = x - hx, ly = y - hy;
  *rest = ((hx * hy - product) + hx * ly + lx * hy) + lx * ly;
#endif
  return product;
}

#if KVK_REAL == 64
// The same of Doubles by themselves.
KVK_INLINE double two_sum(double x, double y, double *rest) {
  const double sum = x + y, back = sum - x;
  *rest = (x - (sum - back)) + (y - back);
  return sum;
}

KVK_INLINE double two_diff(double x, double y, double *rest) {
  const double difference = x - y, back = difference - x;
  *rest = (x - (difference - back)) - (y + back);
  return difference;
}

KVK_INLINE double two_product(double x, double y, double *rest) {
  const double product = x * y;
  *rest = fma(x, y, -product);
  return product;
}

// x + y where x is 0 or no power of two below y: in fewer operations.
KVK_INLINE double fast_two_sum(double x, double y, double *rest) {
  const double sum = x + y;
  *rest = y - (sum - x);
  return sum;
}
#endif
