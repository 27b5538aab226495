// The limits that kernels are held against, measured with loops that do nothing else.
#ifndef CLIMITS_H
#define CLIMITS_H

#include <stddef.h>

/// The least seconds, of `repeats` runs, in which `threads` threads read `bytes` bytes.
double kvb_read_seconds(const void *base, size_t bytes, int threads, int repeats);

/// The least seconds, of `repeats` runs, in which `threads` threads read `reads` streams of `bytes`
/// bytes, one behind the other from `source`, and write one with stores that pass by the caches.
/// `reads` is 1 or 2.
double kvb_copy_seconds(const void *source, int reads, void *target, size_t bytes, int threads, int repeats);

#endif
