internal import KullbackKernels

/// How all pairs are computed.
enum PairwiseRoute: Sendable, Equatable {
  /// By products: D(target‖model), D(model‖target) or their sum, to which an entropy may be added.
  case divergences(forward: Bool, reverse: Bool, adding: Addend)
  /// By products of powers: log Σ p^α q^(1-α), or the Hellinger distance that α = ½ gives.
  case powers(order: Double, isHellinger: Bool)
  /// By sums over all pairs that are no products: Jensen-Shannon and the total variation.
  case mixtures(MixtureSum)
  /// Whether the first largest class is the same.
  case sameLargest
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
    case .parametric(.powerSum(let order)):
      self = order.isFinite ? .powers(order: order, isHellinger: false) : .rowByRow
    case .parametric: self = .rowByRow
    }
  }

  private init(_ quantity: PairQuantity) {
    switch quantity {
    case .divergence: self = .divergences(forward: true, reverse: false, adding: .nothing)
    case .reversedDivergence: self = .divergences(forward: false, reverse: true, adding: .nothing)
    case .jeffreys: self = .divergences(forward: true, reverse: true, adding: .nothing)
    case .crossEntropy: self = .divergences(forward: true, reverse: false, adding: .target)
    case .reversedCrossEntropy: self = .divergences(forward: false, reverse: true, adding: .model)
    case .jensenShannon: self = .mixtures(.entropy)
    case .totalVariation: self = .mixtures(.distance)
    case .sameLargest: self = .sameLargest
    case .hellinger: self = .powers(order: 0.5, isHellinger: true)
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
    case .powers, .mixtures, .sameLargest, .rowByRow: false
    }
  }

  /// Whether tiles of prepared rows give it.
  var usesTiles: Bool {
    switch self {
    case .divergences, .powers, .mixtures: true
    case .entropy, .sameLargest, .rowByRow: false
    }
  }

  /// Prepared copies of each row that the products need.
  var forms: Int { self == .divergences(forward: true, reverse: true, adding: .nothing) ? 2 : 1 }
}

extension PairwiseRoute {
  /// Whether products of powers give it.
  var isPowers: Bool {
    if case .powers = self { true } else { false }
  }
}
