internal import KullbackKernels

/// How all pairs are computed.
enum PairwiseRoute: Sendable, Equatable {
  /// By products: D(target‖model), D(model‖target) or their sum, to which an entropy may be added.
  case divergences(forward: Bool, reverse: Bool, adding: Addend)
  /// An entropy of one side alone.
  case entropy(Addend)
  /// Pair by pair.
  case rowByRow

  /// The entropy that is added to a divergence.
  enum Addend: Sendable {
    case nothing
    case target
    case model
  }

  init(_ source: Measure.Source) {
    switch source {
    case .quantity(let quantity): self.init(quantity)
    case .power: self = .rowByRow
    }
  }

  private init(_ quantity: PairQuantity) {
    switch quantity {
    case .divergence: self = .divergences(forward: true, reverse: false, adding: .nothing)
    case .reversedDivergence: self = .divergences(forward: false, reverse: true, adding: .nothing)
    case .jeffreys: self = .divergences(forward: true, reverse: true, adding: .nothing)
    case .crossEntropy: self = .divergences(forward: true, reverse: false, adding: .target)
    case .reversedCrossEntropy: self = .divergences(forward: false, reverse: true, adding: .model)
    case .entropyOfFirst: self = .entropy(.target)
    case .entropyOfSecond: self = .entropy(.model)
    default: self = .rowByRow
    }
  }

  /// Whether the entropies of the rows are needed.
  var wantsEntropies: Bool {
    switch self {
    case .divergences(_, _, let addend): addend != .nothing
    case .entropy: true
    case .rowByRow: false
    }
  }
}
