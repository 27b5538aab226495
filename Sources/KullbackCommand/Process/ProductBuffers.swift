internal import Kullback
internal import KullbackLinearAlgebra

/// The memory that products of matrices need beside their operands.
enum ProductBuffers {
  /// Makes sure of it before any work is done.
  static func reserve(threads: Int?) throws(Failure) {
    do {
      try BLAS.reserveBuffers(for: threads ?? Machine.defaultThreads)
    } catch {
      throw Failure(
        .noMemory, error.description, hint: "--threads 1 needs less; so does no ulimit -v")
    }
  }
}
