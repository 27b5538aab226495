// log-softmax and softmax of a block of one row, for the element type that Real-inl.h chose.
//
// With the largest class's -log p known, log_rest,
//
//     log p = -(log(top's mass / this class's mass) + log_rest)
//
// where both terms are at least 0, so that nothing cancels; and p = w × norm with the weights of
// RowStatisticsBody-inl.h, because exp(log p) would multiply the rounding of log p.

typedef struct {
  N(rs_reference) ref;
  V log_rest, norm, floor;
  V power; // masses: the reference's factor is 2^-power
} N(wr_reference);

KVK_INLINE N(wr_reference) N(wr_refer)(const int flags, R top, R factor, R factor_low, R log_rest, R norm) {
  N(wr_reference) wr;
  wr.ref = N(rs_refer)(flags, N(set1)(top), factor, factor_low);
  wr.log_rest = N(set1)(log_rest);
  wr.norm = N(set1)(norm);
  wr.floor = N(rs_floor)(&wr.ref);
  wr.power = N(set1)(flags & RS_MASS ? (R)-ilogb((double)wr.ref.factor[0]) : 0);
  return wr;
}

KVK_INLINE V N(wr_value)(const int flags, const int what, V x, const N(wr_reference) *wr) {
  const N(rs_reference) *ref = &wr->ref;
  if (flags & RS_MASS) {
    if (what == KVK_WRITE_SOFTMAX) return x * ref->factor * wr->norm;
    // The mass over the largest may be less than numbers are, its logarithm is not. Two logarithms of the largest may
    // be fused differently.
    const V distance = N(drop)(x == ref->top, ref->log_top - N(log_over)(x, wr->power));
    return RC(0.0) - (distance + wr->log_rest);
  }
  if (what == KVK_WRITE_LOG_SOFTMAX) {
    V distance = ref->top - x;
    // Their difference may be more than numbers are, a temperature's share of it is not.
    if (flags & RS_SCALED)
      distance = distance < INFINITY ? distance * ref->factor : ref->top * ref->factor - x * ref->factor;
    return RC(0.0) - (distance + wr->log_rest); // not its negative: that of 0 is -0
  }
  // exp would multiply what the difference rounds.
  V rest;
  V u = N(two_diff)(x, ref->base, &rest);
  rest = x == -INFINITY ? N(set1)(0) : rest;
  if (flags & RS_SCALED) {
    const V v = u;
    V product;
    u = N(two_product)(v, ref->factor, &product);
    rest = product + (v * ref->factor_low + rest * ref->factor);
  }
  const V w = N(drop)(u < wr->floor, N(exp_scaled)(u, rest, ref->exponent));
  return w * wr->norm;
}

KVK_INLINE void N(wr_part)(const int flags, const int what, const int32_t type, const void *p, int64_t i, int64_t count,
                           const N(wr_reference) *wr, R *to) {
  R y[LANES];
  N(store)(y, N(wr_value)(flags, what, N(read_part)(p, i, count, type, wr->ref.top), wr));
  memcpy(to + i, y, (size_t)count * sizeof(R));
}

// n classes from p to `to`, which may be p itself.
KVK_INLINE void N(wr_block)(const int flags, const int what, const int32_t type, const void *p, int64_t n,
                            const N(wr_reference) *wr, R *to, int streams) {
  int64_t i = 0;
  if (streams && (uintptr_t)to % sizeof(R) == 0) {
    const int64_t head = (int64_t)(-(uintptr_t)to % sizeof(V) / sizeof(R));
    if (head && head <= n) {
      N(wr_part)(flags, what, type, p, 0, head, wr, to);
      i = head;
    }
    for (; i + LANES <= n; i += LANES) {
      __builtin_prefetch((const char *)p + (i + RS_AHEAD) * READ_WIDTH(type));
      __builtin_nontemporal_store(N(wr_value)(flags, what, N(read)(p, i, type), wr), (V *)(to + i));
    }
  } else {
    for (; i + LANES <= n; i += LANES) N(store)(to + i, N(wr_value)(flags, what, N(read)(p, i, type), wr));
  }
  if (i < n) N(wr_part)(flags, what, type, p, i, n - i, wr, to);
}

// What a short row of logits becomes: `to` may be the row itself.
KVK_INLINE void N(wr_short)(const int what, const int32_t type, const void *p, int64_t n, R top, R log_rest, R norm,
                            R *to, int streams) {
  if (n < LANES && what == KVK_WRITE_LOG_SOFTMAX) {
    for (int64_t i = 0; i < n; i++) to[i] = RC(0.0) - ((top - N(read_one)(p, i, type)) + log_rest);
    return;
  }
  const N(wr_reference) wr = N(wr_refer)(0, top, 1, 0, log_rest, norm);
  if (n < LANES) {
    N(wr_part)(0, what, type, p, 0, n, &wr, to);
    return;
  }
  if (streams && n % LANES == 0 && (uintptr_t)to % sizeof(V) == 0) {
    N(wr_block)(0, what, type, p, n, &wr, to, streams);
    return;
  }
  // The last vector overlaps the one before, and is read before anything is written.
  const V last = N(wr_value)(0, what, N(read)(p, n - LANES, type), &wr);
  for (int64_t i = 0; i + LANES <= n; i += LANES) N(store)(to + i, N(wr_value)(0, what, N(read)(p, i, type), &wr));
  N(store)(to + n - LANES, last);
}
