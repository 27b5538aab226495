internal import COpenBLAS
internal import KullbackSystem

/// What is known of the OpenBLAS that this process runs on.
public struct BLASConfiguration: Sendable, Equatable {
  /// How the library divides a product.
  public enum Threading: String, Sendable {
    /// It was built without threads.
    case sequential
    /// A pool of threads of its own.
    case pool
    /// OpenMP's threads.
    case openMP
  }

  /// The version, for example "0.3.21"; empty when the library does not tell.
  public let version: String
  /// All that the library tells of how it was built, in its own words.
  public let build: String
  /// The kernels it chose when it was loaded, for example "Cooperlake".
  public let kernel: String
  /// What OPENBLAS_CORETYPE in the environment forced the choice to, or nil when it is not set.
  ///
  /// OpenBLAS answers a name it does not know, the empty one included, with a fallback: ``kernel``
  /// says what came of it.
  public let forcedKernel: String?
  /// When the choice was forced: the kernels this processor would get otherwise, or nil where that
  /// is not known.
  ///
  /// Derived from the processor's features by OpenBLAS's own rule since 0.3.10 (AVX-512 with
  /// bfloat16 is Cooperlake, AVX-512 is SkylakeX, AVX2 is Zen on AMD and Hygon, Haswell elsewhere).
  /// A build that leaves some kernels out, or a newer one that has more, may choose differently.
  public let kernelOtherwise: String?
  /// The threads a product is divided over.
  public let threads: Int
  /// The processors that the library sees.
  public let processors: Int
  /// How it divides.
  public let threading: Threading
  /// The file of the library that products come from, where the loader tells.
  public let blasLibrary: String?
  /// The file of the library that factorisations come from, where the loader tells.
  ///
  /// The same file as ``blasLibrary`` means one pool of threads.
  public let lapackLibrary: String?
}

extension BLAS {
  /// The configuration of OpenBLAS: version, kernels, threads, and what the environment forced.
  ///
  /// - Complexity: microseconds; reads /proc/cpuinfo when the kernels were forced.
  public static var configuration: BLASConfiguration {
    // SAFETY: OpenBLAS returns strings that live as long as the library.
    let build = unsafe openblas_get_config().map { unsafe String(cString: $0) } ?? ""
    let kernel = unsafe openblas_get_corename().map { unsafe String(cString: $0) } ?? ""
    let threading: BLASConfiguration.Threading =
      switch openblas_get_parallel() {
      case OPENBLAS_SEQUENTIAL: .sequential
      case OPENBLAS_THREAD: .pool
      default: .openMP
      }
    let words = build.split(separator: " ")
    return BLASConfiguration(
      version: words.first == "OpenBLAS" && words.count > 1 ? String(words[1]) : "",
      build: build,
      kernel: kernel,
      forcedKernel: forcedKernel,
      kernelOtherwise: forcedKernel == nil ? nil : ProcessorFeatures.ofThisMachine?.openBLASKernel,
      threads: Int(openblas_get_num_threads()),
      processors: Int(openblas_get_num_procs()),
      threading: threading,
      blasLibrary: libraryFile(of: "dgemm_") ?? ownLibrary,
      lapackLibrary: libraryFile(of: "dpotrf_") ?? ownLibrary)
  }

  /// Read once: OpenBLAS looked at the variable when it was loaded, and a later change means nothing.
  private static let forcedKernel: String? = {
    // SAFETY: the string is copied at once.
    guard let value = unsafe getenv("OPENBLAS_CORETYPE") else { return nil }
    return unsafe String(cString: value)
  }()

  /// The file of the OpenBLAS that this module was linked with: of a build whose names have a prefix of their own, or that
  /// only the library around this module sees, its symbols are not found.
  private static var ownLibrary: String? {
    let function: @convention(c) () -> UnsafeMutablePointer<CChar>? = unsafe openblas_get_config
    guard let maps = readText("/proc/self/maps") else { return nil }
    // SAFETY: the address is only compared.
    return unsafe mappedFile(at: unsafeBitCast(function, to: UInt.self), maps: maps)
  }

  /// The file that a symbol resolves to in this process, by the kernel's list of mappings: Swift's
  /// C library modules have no dladdr.
  private static func libraryFile(of symbol: String) -> String? {
    #if os(Linux)
      // SAFETY: the address is only compared. Nil stands for RTLD_DEFAULT, the order in which
      // LAPACKE's own calls are bound.
      guard let address = unsafe dlsym(nil, symbol), let maps = readText("/proc/self/maps") else {
        return nil
      }
      return mappedFile(at: UInt(bitPattern: address), maps: maps)
    #else
      return nil
    #endif
  }

  /// The path of the mapping that holds the address, in a text like that of /proc/self/maps.
  static func mappedFile(at address: UInt, maps: String) -> String? {
    for line in maps.split(separator: "\n") {
      let bounds = line.prefix { $0 != " " }.split(separator: "-")
      guard bounds.count == 2, let from = UInt(bounds[0], radix: 16),
        let to = UInt(bounds[1], radix: 16), from <= address, address < to
      else { continue }
      return line.firstIndex(of: "/").map { String(line[$0...]) }
    }
    return nil
  }
}
