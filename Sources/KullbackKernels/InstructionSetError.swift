internal import KullbackSystem

/// Why a forced instruction set cannot be used.
public enum InstructionSetError: Error, Sendable, Equatable, CustomStringConvertible {
  /// `KULLBACK_ISA` names none.
  case unknown(String)
  /// The processor, or this build, does not have the one that `KULLBACK_ISA` names.
  case unavailable(InstructionSet)

  /// What is wrong and what could be written instead.
  public var description: String {
    let names = InstructionSet.available.map(\.rawValue).joined(separator: ", ")
    switch self {
    case .unknown(let name):
      return
        "KULLBACK_ISA is \"\(name)\", which is no instruction set; this processor has: \(names)"
    case .unavailable(let set):
      return
        "KULLBACK_ISA asks for \(set.rawValue), which this processor does not run; it has: \(names)"
    }
  }
}
