#include <kullback.h>
#include <math.h>
#include <stdio.h>

// Both as C11 and as C++: prints the divergences of two pairs of distributions, and what is said of a mistake.
int main(void) {
  const double p[] = {0.5, 0.5, 0.9, 0.1};
  const double q[] = {0.25, 0.75, 0.9, 0.1};
  double values[2];
  uint8_t statuses[2];
  char message[200];
  const kullback_run run = kullback_run_of(message, sizeof message);
  const kullback_set target = kullback_set_of(p, KULLBACK_FLOAT64, KULLBACK_PROBABILITIES, 2, 2);
  kullback_set model = kullback_set_of(q, KULLBACK_FLOAT64, KULLBACK_PROBABILITIES, 2, 2);
  if (kullback_abi_version() != KULLBACK_ABI_VERSION) return 1;
  if (kullback_evaluate(&target, &model, "forward-kl", values, 2, 2, statuses, &run) != KULLBACK_OK) return 2;
  if (fabs(values[0] - 0.5 * log(4.0 / 3.0)) > 1e-15 || values[1] != 0) return 3;
  if (statuses[0] != KULLBACK_ROW_VALID || statuses[1] != KULLBACK_ROW_VALID) return 4;
  model.columns = 1;
  if (kullback_evaluate(&target, &model, "forward-kl", values, 2, 2, statuses, &run) != KULLBACK_INVALID) return 5;
  printf("%s\n", message);
  return 0;
}
