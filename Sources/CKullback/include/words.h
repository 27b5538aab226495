#ifndef KULLBACK_WORDS_H
#define KULLBACK_WORDS_H

#include <stdint.h>

// Words that another thread reads or writes while a call runs. Not part of the interface.

static inline int32_t kvw_load(const int32_t *word) { return __atomic_load_n(word, __ATOMIC_RELAXED); }

static inline void kvw_store(int64_t *word, int64_t value) { __atomic_store_n(word, value, __ATOMIC_RELAXED); }

#endif
