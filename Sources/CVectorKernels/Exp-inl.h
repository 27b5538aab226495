static void N(exp_array)(const R *x, R *y, int64_t n) { for (int64_t i=0;i<n;i++) y[i]=(R)exp((double)x[i]); }
