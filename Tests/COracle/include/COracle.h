// Numbers as unevaluated sums of two doubles, about 32 decimal digits: what the tests' oracle computes in. In C because
// tests run without optimisation, where the same in Swift takes ten times as long.
#ifndef COracle_h
#define COracle_h

typedef struct {
  double high; // the number, rounded
  double low;  // what rounding left
} oracle_number;

oracle_number oracle_sum(oracle_number x, oracle_number y);
oracle_number oracle_product(oracle_number x, oracle_number y);
oracle_number oracle_quotient(oracle_number x, oracle_number y);
oracle_number oracle_exp(oracle_number x);   // 0 below -745
oracle_number oracle_expm1(oracle_number x); // with all digits near 0
oracle_number oracle_expm1_minus_x(oracle_number x);
oracle_number oracle_log1p(oracle_number x);
oracle_number oracle_log(oracle_number x); // -infinity at 0
oracle_number oracle_sqrt(oracle_number x);

#endif
