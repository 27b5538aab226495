#ifndef KULLBACK_WORDS_H
#define KULLBACK_WORDS_H

#include <stdint.h>
#include <time.h>

// Words that another thread reads or writes while a call runs. Not part of the interface.

static inline int32_t kvw_load(const int32_t *word) { return __atomic_load_n(word, __ATOMIC_RELAXED); }

// What was written before `kvw_give` is seen after `kvw_take` of what was given.
static inline int64_t kvw_take(const int64_t *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }

static inline void kvw_give(int64_t *word, int64_t value) { __atomic_store_n(word, value, __ATOMIC_RELEASE); }

// Lets others work for a moment.
static inline void kvw_wait(void) {
  const struct timespec moment = {0, 20000};
  nanosleep(&moment, 0);
}

static inline void kvw_store(int64_t *word, int64_t value) { __atomic_store_n(word, value, __ATOMIC_RELAXED); }

#endif
