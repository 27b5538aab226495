import KullbackMatrix
import Testing

@testable import KullbackLinearAlgebra

// Serialised: the number of threads belongs to the process.
@Suite(.serialized) struct BLASConfigurationTests {
  @Test func namesVersionKernelAndThreads() {
    let configuration = BLAS.configuration
    #expect(configuration.version.first?.isNumber == true)
    #expect(!configuration.kernel.isEmpty)
    #expect(configuration.threads >= 1)
    #expect(configuration.processors >= 1)
    #expect(
      (configuration.forcedKernel == nil) == (configuration.kernelOtherwise == nil)
        || ProcessorFeatures.ofThisMachine?.openBLASKernel == nil)
  }

  #if os(Linux)
    @Test func productsAndFactorisationsNameTheirFiles() throws {
      let configuration = BLAS.configuration
      #expect(try #require(configuration.blasLibrary).hasPrefix("/"))
      #expect(try #require(configuration.lapackLibrary).hasPrefix("/"))
    }
  #endif

  // The number of threads belongs to the process, and other tests set it: these have one of their own.

  @Test func threadsAreSetAndRestored() async {
    await #expect(processExitsWith: .success) {
      let before = BLAS.configuration.threads
      BLAS.withThreads(2) {
        precondition(BLAS.configuration.threads == 2)
        BLAS.withThreads(1) { precondition(BLAS.configuration.threads == 1) }
        precondition(BLAS.configuration.threads == 2)
      }
      precondition(BLAS.configuration.threads == before)
    }
  }

  @Test func threadsAreRestoredAfterAnError() async {
    await #expect(processExitsWith: .success) {
      let before = BLAS.configuration.threads
      let wide = Matrix<Double>(repeating: 1, rows: 1, columns: 2)
      do throws(LinearAlgebraError) {
        try BLAS.withThreads(before == 1 ? 2 : 1) { () throws(LinearAlgebraError) in
          _ = try LAPACK.potrf(wide)
        }
        preconditionFailure("nothing was thrown")
      } catch {
        precondition(BLAS.configuration.threads == before)
      }
    }
  }

  @Test func callsThatOverlapKeepOneThreadUntilTheLastEnds() async {
    await #expect(processExitsWith: .success) {
      BLAS.withThreads(2) {
        BLAS.withOneThread {
          BLAS.withOneThread { precondition(BLAS.configuration.threads == 1) }
          precondition(BLAS.configuration.threads == 1)
        }
        precondition(BLAS.configuration.threads == 2)
      }
      await withTaskGroup(of: Int.self) { group in
        for _ in 0..<64 {
          group.addTask { BLAS.withOneThread { BLAS.configuration.threads } }
        }
        for await threads in group { precondition(threads == 1) }
      }
    }
  }

  @Test(arguments: [
    (
      "GenuineIntel", "fma avx2 avx512f avx512vl avx512bw avx512dq avx512cd avx512_bf16",
      "Cooperlake"
    ),
    (
      "AuthenticAMD", "fma avx2 avx512f avx512vl avx512bw avx512dq avx512cd avx512_bf16",
      "Cooperlake"
    ),
    ("GenuineIntel", "fma avx2 avx512f avx512vl avx512bw avx512dq avx512cd", "SkylakeX"),
    ("AuthenticAMD", "fma avx2", "Zen"),
    ("GenuineIntel", "fma avx2", "Haswell"),
    ("GenuineIntel", "avx", nil),
  ])
  func theKernelFollowsFromTheFeatures(vendor: String, flags: String, kernel: String?) {
    let text = "processor\t: 0\nvendor_id\t: \(vendor)\nmodel name\t: A: B\nflags\t\t: \(flags)\n\n"
    #expect(ProcessorFeatures(cpuinfo: text)?.openBLASKernel == kernel)
  }

  @Test func anotherArchitectureIsNotGuessed() {
    #expect(ProcessorFeatures(cpuinfo: "processor\t: 0\nFeatures\t: fp asimd\n") == nil)
  }

  @Test func theRuleAgreesWithTheLibraryWhereNothingIsForced() {
    let configuration = BLAS.configuration
    guard configuration.forcedKernel == nil,
      let expected = ProcessorFeatures.ofThisMachine?.openBLASKernel
    else { return }
    #expect(configuration.kernel == expected || configuration.kernel == "SapphireRapids")
  }

  @Test func aMappingIsFoundByItsAddress() {
    let maps = """
      7f00-7fff r-xp 00000000 08:01 42    /usr/lib/lib one.so
      8000-9000 rw-p 00000000 00:00 0
      """
    #expect(BLAS.mappedFile(at: 0x7f80, maps: maps) == "/usr/lib/lib one.so")
    #expect(BLAS.mappedFile(at: 0x7fff, maps: maps) == nil)
    #expect(BLAS.mappedFile(at: 0x8000, maps: maps) == nil)
  }

  @Test func errorsSayWhatHappened() {
    let error = LinearAlgebraError.shapeMismatch(
      routine: "gemm", first: OperandShape(rows: 2, columns: 3),
      second: OperandShape(rows: 4, columns: 5))
    #expect(error.description == "gemm: operands of 2 × 3 and 4 × 5 do not fit together")
    #expect("\(LinearAlgebraError.notPositiveDefinite(order: 3))".contains("order 3"))
  }
}
