/// Why the rounds of importance sampling ended.
public enum ForwardConvergence: Sendable, Equatable {
  /// The moments no longer change by more than their Monte-Carlo error.
  case momentsStandStill
  /// Rounds ran out before the moments stood still.
  case roundsExhausted

  /// Whether the moments stand still.
  public var isConverged: Bool { self == .momentsStandStill }
}

extension ForwardConvergence: CustomStringConvertible {
  /// In words.
  public var description: String {
    switch self {
    case .momentsStandStill: "converged: the moments stand still within their Monte-Carlo error"
    case .roundsExhausted: "not converged: the rounds ran out while the moments still moved"
    }
  }
}
