// Everything that is compiled once per instruction set: the includer has set KVK_TABLE (the symbol),
// KVK_NAME, KVK_BYTES and KVK_HAS_FMA, and pushed the target attribute.
#include <math.h>
#include <stdint.h>
#include <string.h>

#pragma clang fp contract(fast)

#define KVK_REAL 32
#include "Real-inl.h"
#include "Vector-inl.h"
#include "TwoSum-inl.h"
#include "Exp-inl.h"
#include "Log-inl.h"
#undef KVK_REAL
#define KVK_REAL 64
#include "Real-inl.h"
#include "Vector-inl.h"
#include "TwoSum-inl.h"
#include "Exp-inl.h"
#include "Log-inl.h"
#undef KVK_REAL

#include "Load-inl.h"
#define KVK_REAL 32
#include "Real-inl.h"
#include "Read-inl.h"
#include "Transpose-inl.h"
#undef KVK_REAL
#define KVK_REAL 64
#include "Real-inl.h"
#include "Read-inl.h"
#include "Transpose-inl.h"
#undef KVK_REAL

#include "Side-inl.h"
#include "Log1p-inl.h"
#include "Largest-inl.h"
#include "Ranks-inl.h"
#include "TopClasses-inl.h"
#include "Store-inl.h"
#include "RowStatistics-inl.h"
#include "WriteRows-inl.h"
#include "Labels-inl.h"
#include "PairResult-inl.h"
#include "PairLogits-inl.h"
#include "PairGradient-inl.h"
#include "PairShort-inl.h"
#include "PairProbabilities-inl.h"
#include "Pair-inl.h"
#include "PowerSum-inl.h"
#include "Tile-inl.h"
#include "Product-inl.h"
#include "Mixture-inl.h"
#include "Assign-inl.h"
#include "Logistic-inl.h"
#include "NormalPairs-inl.h"

const kvk_table KVK_TABLE = {
    .name = KVK_NAME,
    .float_lanes = KVK_BYTES / 4,
    .pair_rows = pair_rows,
    .pair_segment = pair_segment,
    .pair_merge = pair_merge,
    .pair_finish = pair_finish,
    .row_statistics = row_statistics,
    .row_segment = row_segment,
    .row_merge = row_merge,
    .row_finish = row_finish,
    .write_rows = write_rows,
    .write_segment = write_segment,
    .label_rows = label_rows,
    .label_row = label_row,
    .rank_rows = rank_rows,
    .pair_gradient = pair_gradient,
    .power_rows = power_rows,
    .power_segment = power_segment,
    .power_merge = power_merge,
    .power_finish = power_finish,
    .tile_rows = tile_rows,
    .tile_add = tile_add,
    .tile_centres = tile_centres,
    .tile_columns = tile_columns,
    .tile_heavy = tile_heavy,
    .tile_finish = tile_finish,
    .tile_count = tile_count,
    .tile_powers = tile_powers,
    .tile_forbid = tile_forbid,
    .tile_turn = tile_turn,
    .product_pack = product_pack,
    .product_pairs = product_pairs,
    .product_near = product_near,
    .nearest_rows = nearest_rows,
    .warm_rows = warm_rows,
    .add_rows = add_rows,
    .dot_rows = dot_rows,
    .row_least = row_least,
    .logistic_rows = logistic_rows,
    .mixture_pairs = mixture_pairs,
    .mixture_rows = mixture_rows,
    .normal_pairs = normal_pairs,
    .exp_f32 = exp_array_f32,
    .exp_f64 = exp_array_f64,
    .log_f32 = log_array_f32,
    .log_f64 = log_array_f64,
};
