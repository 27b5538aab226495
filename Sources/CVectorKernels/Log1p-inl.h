// log(1 + u) in vectors of Double.

// log1p(u) for u > -1 and u - log1p(u) beside it, both to a few units in the last place.
//
// With 1 + u = 2^k (1 + f) and s = f / (2 + f): log1p = k ln 2 + 2 s + 2 s³ B(s²).
KVK_INLINE v_f64 log1p_f64(v_f64 u, v_f64 *psi) {
  const v_f64 y = 1.0 + u;
  // The exponent that brings y into √½ ... √2.
  const i_f64 bits = (i_f64)y + (0x3ff0000000000000 - 0x3fe6a09e667f3bcd);
  const i_f64 k = (bits >> 52) - 1023;
  const v_f64 turns = __builtin_convertvector(k, v_f64);
  const v_f64 down = (v_f64)((1023 - k) << 52);
  const v_f64 f = u * down + (down - 1.0);
  const v_f64 s = f / (2.0 + f);
  const v_f64 z = s * s;
  v_f64 p = set1_f64(0.065498069747202312357);
  p = p * z + 0.066337612460228259001;
  p = p * z + 0.076931433752065173887;
  p = p * z + 0.090908973841186545525;
  p = p * z + 0.11111111199972191846;
  p = p * z + 0.14285714285383479248;
  p = p * z + 0.20000000000000468749;
  p = p * z + 0.33333333333333333224;
  const v_f64 cubic = 2.0 * s * z * p;
  const v_f64 log = turns * 0.69314718055994528623 + (2.0 * s + (cubic + turns * 2.319046813846299558e-17));
  // For k = 0, u - 2 s is u s exactly: nothing cancels.
  *psi = k == 0 ? u * s - cubic : u - log;
  return log;
}
