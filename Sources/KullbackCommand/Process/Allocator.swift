internal import CMalloc
internal import KullbackSystem

/// How memory is allocated.
enum Allocator {
  /// Makes do with one arena where the address space is limited.
  ///
  /// glibc reserves 64 MiB of addresses for each thread's arena. Where they are not to be had, every allocation of
  /// that thread tries again before it falls back on the first arena. Called before there are threads.
  static func prepare() {
    #if canImport(Glibc)
      var limit = rlimit()
      // SAFETY: fills in the limit that it is given.
      guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0,
        limit.rlim_cur != rlim_t.max
      else { return }
      _ = mallopt(M_ARENA_MAX, 1)
    #endif
  }
}
