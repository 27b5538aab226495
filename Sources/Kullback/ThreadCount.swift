internal import KullbackKernels

/// The number of threads that a caller asks for; by default as many as the process should use.
package func checked(threads: Int?) throws(KullbackError) -> Int {
  guard let threads else {
    if let problem = Threads.problem { throw .threadVariable(problem) }
    return Threads.default
  }
  guard threads >= 1 else { throw .invalidThreads(threads) }
  return threads
}
