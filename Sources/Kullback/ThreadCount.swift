internal import KullbackKernels

/// The number of threads that a caller asks for; by default the processors that this process may run on.
package func checked(threads: Int?) throws(KullbackError) -> Int {
  guard let threads else { return Threads.default }
  guard threads >= 1 else { throw .invalidThreads(threads) }
  return threads
}
