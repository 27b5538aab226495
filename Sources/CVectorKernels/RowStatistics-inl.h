static void row_statistics(const kvk_side *a, int64_t first, int64_t count, int64_t classes, const kvk_row_out *out) {}
static void row_segment(const kvk_side *a, int64_t row, int64_t from, int64_t to, kvk_state *partial) {}
static void row_merge(kvk_state *state, const kvk_state *partials, int64_t count) {}
static void row_finish(const kvk_side *a, int64_t row, int64_t classes, const kvk_state *state, const kvk_row_out *out, int64_t index) {}
