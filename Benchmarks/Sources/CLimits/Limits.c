#define _GNU_SOURCE
#include "CLimits.h"

#include <pthread.h>
#include <stdint.h>
#include <time.h>

typedef uint64_t vector __attribute__((vector_size(16)));
typedef uint64_t unaligned_vector __attribute__((vector_size(16), aligned(8)));

enum { BLOCK = 256 }; // bytes an iteration
enum { VECTORS = BLOCK / sizeof(vector) };

typedef struct {
  const char *source;
  int reads; // 0: nothing is written
  char *target;
  size_t bytes;
  int threads;
  int repeats;
  size_t prefetch; // bytes ahead, or 0
  int arrived;
  int generation;
  pthread_mutex_t mutex;
  pthread_cond_t all_arrived;
  double best;
} limit_job;

typedef struct {
  limit_job *job;
  int index;
} limit_share;

static volatile uint64_t sink; // keeps the reads

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

// Waits until every thread is here. pthread_barrier_t is missing on Apple's systems.
static void meet(limit_job *job) {
  pthread_mutex_lock(&job->mutex);
  int generation = job->generation;
  job->arrived += 1;
  if (job->arrived == job->threads) {
    job->arrived = 0;
    job->generation += 1;
    pthread_cond_broadcast(&job->all_arrived);
  } else {
    while (generation == job->generation) pthread_cond_wait(&job->all_arrived, &job->mutex);
  }
  pthread_mutex_unlock(&job->mutex);
}

static void read_range(const char *base, size_t from, size_t to, size_t prefetch) {
  vector sums[4] = {0};
  for (size_t at = from; at + BLOCK <= to; at += BLOCK) {
    if (prefetch != 0) {
      for (size_t line = 0; line < BLOCK; line += 64) { __builtin_prefetch(base + at + prefetch + line); }
    }
    const unaligned_vector *vectors = (const unaligned_vector *)(base + at);
    for (int index = 0; index < VECTORS; index++) sums[index % 4] ^= vectors[index];
  }
  vector sum = sums[0] ^ sums[1] ^ sums[2] ^ sums[3];
  sink = sum[0] ^ sum[1];
}

static void copy_range(const limit_job *job, size_t from, size_t to) {
  for (size_t at = from; at + BLOCK <= to; at += BLOCK) {
    const unaligned_vector *first = (const unaligned_vector *)(job->source + at);
    const unaligned_vector *second = (const unaligned_vector *)(job->source + job->bytes + at);
    vector *target = (vector *)(job->target + at);
    for (int index = 0; index < VECTORS; index++) {
      vector value = first[index];
      if (job->reads == 2) value ^= second[index];
      __builtin_nontemporal_store(value, target + index);
    }
  }
#if defined(__x86_64__)
  __builtin_ia32_sfence(); // the stores have left the core
#endif
}

static void *run(void *argument) {
  const limit_share *share = argument;
  limit_job *job = share->job;
  size_t blocks = job->bytes / BLOCK;
  size_t from = blocks * (size_t)share->index / (size_t)job->threads * BLOCK;
  size_t to = blocks * ((size_t)share->index + 1) / (size_t)job->threads * BLOCK;
  for (int repeat = 0; repeat < job->repeats; repeat++) {
    meet(job);
    double start = now();
    if (job->reads == 0) {
      read_range(job->source, from, to, job->prefetch);
    } else {
      copy_range(job, from, to);
    }
    meet(job);
    double seconds = now() - start;
    if (share->index == 0 && seconds < job->best) job->best = seconds;
  }
  return NULL;
}

static double best_of(limit_job *job) {
  enum { MOST = 256 };
  pthread_t threads[MOST];
  limit_share shares[MOST];
  if (job->threads > MOST) job->threads = MOST;
  pthread_mutex_init(&job->mutex, NULL);
  pthread_cond_init(&job->all_arrived, NULL);
  job->best = 1e300;
  for (int index = 0; index < job->threads; index++) {
    shares[index] = (limit_share){job, index};
    if (index > 0) pthread_create(&threads[index], NULL, run, &shares[index]);
  }
  run(&shares[0]);
  for (int index = 1; index < job->threads; index++) pthread_join(threads[index], NULL);
  pthread_cond_destroy(&job->all_arrived);
  pthread_mutex_destroy(&job->mutex);
  return job->best;
}

double kvb_read_seconds(const void *base, size_t bytes, int threads, int repeats) {
  // Which loop is best depends on the machine: the best one is the limit.
  static const size_t distances[] = {0, 1024, 4096};
  double best = 1e300;
  for (size_t index = 0; index < sizeof distances / sizeof *distances; index++) {
    limit_job job = {
        .source = base,
        .bytes = bytes,
        .threads = threads,
        .repeats = repeats,
        .prefetch = distances[index],
    };
    double seconds = best_of(&job);
    if (seconds < best) best = seconds;
  }
  return best;
}

double kvb_copy_seconds(const void *source, int reads, void *target, size_t bytes, int threads, int repeats) {
  limit_job job = {
      .source = source,
      .reads = reads,
      .target = target,
      .bytes = bytes,
      .threads = threads,
      .repeats = repeats,
  };
  return best_of(&job);
}
