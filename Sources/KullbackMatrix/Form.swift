/// What a row of a matrix says of a distribution.
public enum Form: Sendable, Hashable, CaseIterable, CustomStringConvertible {
  /// Any real numbers; the distribution is their softmax, and -inf is zero mass.
  case logits
  /// Logarithms of probabilities; -inf is zero mass.
  case logProbabilities
  /// Probabilities, which sum to 1 within the tolerance.
  case probabilities
  /// Counts or other weights, divided by their sum.
  case weights

  /// As the command spells it: "log-probabilities".
  public var description: String {
    switch self {
    case .logits: "logits"
    case .logProbabilities: "log-probabilities"
    case .probabilities: "probabilities"
    case .weights: "weights"
    }
  }

  /// The form that `description` spells so.
  public init?(_ name: String) {
    guard let form = Form.allCases.first(where: { $0.description == name }) else { return nil }
    self = form
  }
}
