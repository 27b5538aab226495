internal import KullbackKernels

/// How many threads share the work inside a fit: `Density` has no place for a number, and the library's own densities
/// keep to it too.
enum FitThreads {
  @TaskLocal static var count = Threads.default
}
