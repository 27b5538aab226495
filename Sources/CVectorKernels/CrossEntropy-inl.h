static void cross_entropy_labels(const kvk_labels *labels, const kvk_side *model, int64_t first, int64_t count, int64_t classes, double *value, double *weight, uint8_t *status) {}
