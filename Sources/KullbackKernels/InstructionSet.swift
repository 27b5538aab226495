internal import CVectorKernels
internal import KullbackSystem

/// The instruction sets that kernels are compiled for.
public enum InstructionSet: String, Sendable, CaseIterable {
  /// x86-64-v4: 512-bit registers.
  case avx512
  /// x86-64-v3: 256-bit registers, fused multiply-add.
  case avx2
  /// aarch64's 128-bit registers.
  case neon
  /// What every processor of the target has.
  case baseline

  /// Those that this build has and this processor runs, the best first.
  public static let available: [InstructionSet] = {
    var result: [InstructionSet] = []
    var index: Int32 = 0
    // SAFETY: tables are constants; the list ends with a null pointer.
    while let table = unsafe kvk_table_at(index) {
      index += 1
      guard unsafe kvk_table_runs(table) != 0 else { continue }
      if let set = unsafe InstructionSet(rawValue: String(cString: table.pointee.name)) {
        result.append(set)
      }
    }
    return result
  }()

  /// The instruction set in use: the one `KULLBACK_ISA` names, else the best available.
  ///
  /// Read once, at the first use.
  ///
  /// - Throws: `InstructionSetError` when `KULLBACK_ISA` names none, or one that does not run here.
  public static func selection() throws(InstructionSetError) -> InstructionSet {
    try selected.get()
  }

  /// The instruction set in use; the best available where `selection()` throws.
  public static var current: InstructionSet {
    (try? selected.get()) ?? available.first ?? .baseline
  }

  private static let selected = Result { () throws(InstructionSetError) in
    // SAFETY: getenv returns null or a C string.
    try choice(unsafe getenv("KULLBACK_ISA").map { unsafe String(cString: $0) })
  }

  /// The set of this name, or the best available where there is none.
  ///
  /// - Throws: `InstructionSetError` when no set has the name, or when it does not run here.
  package static func choice(_ name: String?) throws(InstructionSetError) -> InstructionSet {
    guard let name else { return available.first ?? .baseline }
    guard let set = InstructionSet(rawValue: name) else { throw .unknown(name) }
    guard available.contains(set) else { throw .unavailable(set) }
    return set
  }

  /// Bytes of a register.
  public var vectorBytes: Int {
    switch self {
    case .avx512: 64
    case .avx2: 32
    case .neon, .baseline: 16
    }
  }

  /// The kernels compiled for this set.
  var table: kvk_table {
    var index: Int32 = 0
    // SAFETY: tables are constants; the list ends with a null pointer.
    while let table = unsafe kvk_table_at(index) {
      if unsafe String(cString: table.pointee.name) == rawValue { return unsafe table.pointee }
      index += 1
    }
    preconditionFailure("\(rawValue) is not part of this build")
  }
}
