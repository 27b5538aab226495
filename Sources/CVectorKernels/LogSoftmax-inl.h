static void write_rows(const kvk_side *a, int64_t first, int64_t count, int64_t classes, int32_t what, void *result, int64_t result_stride, int32_t result_type, uint8_t *status) {}
static void write_segment(const kvk_side *a, int64_t row, int64_t from, int64_t to, int32_t what, const kvk_state *state, void *result, int64_t result_stride, int32_t result_type) {}
