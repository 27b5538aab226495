#include "COracle.h"

#include <math.h>

#pragma STDC FP_CONTRACT OFF

// ln 2 in three parts, to 48 digits.
static const double ln2_high = 0x1.62e42fefa39efp-1, ln2_middle = 0x1.abc9e3b39803fp-56,
                    ln2_low = 0x1.7b57a079a1934p-111;

static oracle_number number(double x) { return (oracle_number){x, 0}; }

// The exact sum of two doubles (Knuth), or what it overflows to.
static oracle_number two_sum(double x, double y) {
  const double s = x + y;
  if (!(s - s == 0)) return number(s);
  const double t = s - x;
  return (oracle_number){s, (x - (s - t)) + (y - t)};
}

// The exact product of two doubles.
static oracle_number two_product(double x, double y) {
  const double p = x * y;
  if (!(p - p == 0)) return number(p);
  return (oracle_number){p, fma(x, y, -p)};
}

static oracle_number negative(oracle_number x) { return (oracle_number){-x.high, -x.low}; }

static oracle_number scaled(oracle_number x, int exponent) {
  return (oracle_number){ldexp(x.high, exponent), ldexp(x.low, exponent)};
}

oracle_number oracle_sum(oracle_number x, oracle_number y) {
  const oracle_number s = two_sum(x.high, y.high);
  if (!(s.high - s.high == 0)) return s;
  const oracle_number t = two_sum(x.low, y.low);
  const oracle_number u = two_sum(s.high, s.low + t.high);
  return two_sum(u.high, u.low + t.low);
}

static oracle_number less(oracle_number x, oracle_number y) { return oracle_sum(x, negative(y)); }

oracle_number oracle_product(oracle_number x, oracle_number y) {
  const oracle_number p = two_product(x.high, y.high);
  if (!(p.high - p.high == 0)) return p;
  return two_sum(p.high, p.low + (x.high * y.low + x.low * y.high));
}

oracle_number oracle_quotient(oracle_number x, oracle_number y) {
  const double q1 = x.high / y.high;
  if (!(q1 - q1 == 0) || q1 == 0) return number(q1);
  const oracle_number r1 = less(x, oracle_product(y, number(q1)));
  const double q2 = r1.high / y.high;
  const oracle_number r2 = less(r1, oracle_product(y, number(q2)));
  return oracle_sum(two_sum(q1, q2), number(r2.high / y.high));
}

// 1 / k: the products by it take a fraction of the time of quotients.
static oracle_number inverse(int k) {
  const double high = 1.0 / k;
  return (oracle_number){high, fma(-high, k, 1) / k};
}

// Σ xᵏ / k! from k = first on.
static oracle_number exponential_series(oracle_number x, int first) {
  oracle_number term = x;
  for (int k = 2; k <= first; k++) term = oracle_product(oracle_product(term, x), inverse(k));
  oracle_number total = term;
  // Ends: the terms fall faster than any power once k is above |x|, which is at most 1.
  for (int k = first + 1; fabs(term.high) > 1e-34 * fabs(total.high); k++) {
    term = oracle_product(oracle_product(term, x), inverse(k));
    total = oracle_sum(total, term);
  }
  return total;
}

// x as n ln 2 + r; r is at most ln 2 / 2.
static oracle_number reduced(oracle_number x, int *n) {
  const double turns = round(x.high / ln2_high);
  *n = (int)turns;
  return less(less(less(x, two_product(turns, ln2_high)), two_product(turns, ln2_middle)), number(turns * ln2_low));
}

oracle_number oracle_expm1(oracle_number x) {
  if (!(x.high < 709)) return number(INFINITY);
  if (!(x.high > -100)) return number(-1);
  if (x.high == 0) return x;
  int n;
  const oracle_number r = reduced(x, &n);
  oracle_number e = exponential_series(scaled(r, -6), 1);
  for (int i = 0; i < 6; i++) e = oracle_sum(scaled(e, 1), oracle_product(e, e));
  if (n == 0) return e;
  return oracle_sum(less(scaled(number(1), n), number(1)), scaled(e, n));
}

oracle_number oracle_exp(oracle_number x) {
  if (!(x.high > -745)) return number(0);
  if (!(x.high < 709)) return number(INFINITY);
  int n;
  const oracle_number r = reduced(x, &n);
  return scaled(oracle_sum(number(1), oracle_expm1(r)), n);
}

oracle_number oracle_expm1_minus_x(oracle_number x) {
  if (x.high == 0) return number(0);
  return fabs(x.high) < 0.25 ? exponential_series(x, 2) : less(oracle_expm1(x), x);
}

oracle_number oracle_log1p(oracle_number x) {
  if (x.high == 0) return x;
  if (!(fabs(x.high) < 0.1)) return oracle_log(oracle_sum(number(1), x));
  // log(1 + x) = 2 atanh(x / (2 + x)).
  const oracle_number s = oracle_quotient(x, oracle_sum(number(2), x)), square = oracle_product(s, s);
  oracle_number power = s, total = s;
  // Ends: |s| is below 0.06, and the powers fall with its square.
  for (int k = 3; fabs(power.high) > 1e-34 * fabs(total.high); k += 2) {
    power = oracle_product(power, square);
    total = oracle_sum(total, oracle_product(power, inverse(k)));
  }
  return scaled(total, 1);
}

oracle_number oracle_log(oracle_number x) {
  if (!(x.high > 0) || x.high == INFINITY) return number(log(x.high));
  int exponent;
  // m in 0.7 ... 1.4.
  if (frexp(x.high, &exponent) <= 0.7) exponent--;
  const oracle_number m = scaled(x, -exponent);
  const double y = log(m.high);
  const oracle_number u = less(oracle_product(m, oracle_exp(number(-y))), number(1));
  // u is near 1e-16: its cube is beyond the digits kept.
  const oracle_number near = oracle_sum(number(y), less(u, scaled(oracle_product(u, u), -1)));
  return oracle_sum(oracle_sum(near, two_product(exponent, ln2_high)), two_product(exponent, ln2_middle));
}

oracle_number oracle_sqrt(oracle_number x) {
  if (!(x.high > 0)) return x.high != x.high ? x : number(0);
  const oracle_number root = number(sqrt(x.high));
  return scaled(oracle_sum(root, oracle_quotient(x, root)), -1);
}
