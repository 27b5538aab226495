internal import KullbackKernels
internal import KullbackLinearAlgebra

/// The machine that evaluations run on, and what of it is used.
public struct Machine: Sendable {
  /// The version of this library and of the command.
  public static let libraryVersion = "0.1.0"

  /// The processor's name, where the system tells it.
  public let processor: String?
  /// The instruction set that kernels use: "avx512", "avx2", "neon" or "baseline".
  public let instructionSet: String
  /// The instruction sets that could be used, the best first.
  public let availableInstructionSets: [String]
  /// The threads that kernels use by default: the processors that this process may run on, or fewer where its control
  /// group, `KULLBACK_NUM_THREADS` or `OMP_NUM_THREADS` say so.
  public let threads: Int
  /// The version of OpenBLAS; empty when it does not tell.
  public let blasVersion: String
  /// The kernels that OpenBLAS chose.
  public let blasKernel: String
  /// What OPENBLAS_CORETYPE forced that choice to, if it is set.
  public let forcedBLASKernel: String?
  /// When it was forced: the kernels that this processor would get otherwise, where that is known.
  public let blasKernelOtherwise: String?
  /// The threads that OpenBLAS uses.
  public let blasThreads: Int
  /// The file of the library that products come from, where the loader tells.
  public let blasLibrary: String?
  /// The file of the library that factorisations come from, where the loader tells.
  public let lapackLibrary: String?

  /// This machine.
  ///
  /// - Throws: `KullbackError.instructionSet` when `KULLBACK_ISA` names none that runs here.
  public init() throws(KullbackError) {
    instructionSet = try Machine.selectedInstructionSet
    let blas = BLAS.configuration
    processor = processorName()
    availableInstructionSets = InstructionSet.available.map(\.rawValue)
    threads = Threads.default
    blasVersion = blas.version
    blasKernel = blas.kernel
    forcedBLASKernel = blas.forcedKernel
    blasKernelOtherwise = blas.kernelOtherwise
    blasThreads = blas.threads
    blasLibrary = blas.blasLibrary
    lapackLibrary = blas.lapackLibrary
  }

  /// The name of the instruction set that kernels use.
  ///
  /// - Throws: `KullbackError.instructionSet` when `KULLBACK_ISA` names none that runs here.
  public static var selectedInstructionSet: String {
    get throws(KullbackError) {
      do { return try InstructionSet.selection().rawValue } catch {
        throw .instructionSet(error.description)
      }
    }
  }

  /// The threads that kernels use by default.
  public static var defaultThreads: Int { Threads.default }

  /// The rate at which memory is read, in bytes a second.
  ///
  /// Takes some tenths of a second.
  ///
  /// - Throws: `KullbackError.invalidThreads`.
  public static func measureReadRate(threads: Int? = nil) throws(KullbackError) -> Double {
    measureMemoryReadRate(threads: try checked(threads: threads))
  }

  /// The rate of a product of two 2048 x 2048 matrices of `Float`, in operations a second.
  ///
  /// Takes some tenths of a second.
  ///
  /// - Throws: when there is no memory for them.
  public static func measureProductRate() throws -> Double {
    let size = 2048
    let matrix = Matrix<Float>(repeating: 1, rows: size, columns: size)
    var product = Matrix<Float>(rows: size, columns: size)
    var best = Double.infinity
    for _ in 0..<5 {
      let elapsed = try ContinuousClock().measure {
        try BLAS.gemm(matrix, matrix, into: &product)
      }
      let (seconds, attoseconds) = elapsed.components
      best = min(best, Double(seconds) + Double(attoseconds) * 1e-18)
    }
    return 2 * Double(size) * Double(size) * Double(size) / best
  }
}
