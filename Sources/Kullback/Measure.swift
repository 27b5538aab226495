internal import KullbackKernels

/// A number that compares two distributions, or describes one of them.
///
/// Those of an order, such as the Rényi divergences, are made by functions and named "renyi:2"; `families`
/// lists them. To add a measure: a file in `Measures` that defines it, a line in `all` or `families`, and a
/// row in the README's table.
public struct Measure: Sendable {
  /// What a measure counts in.
  public enum Dimension: Sendable, Hashable {
    /// Information: nats, bits, ...
    case information
    /// The square root of information.
    case rootInformation
    /// A plain number.
    case number
  }

  /// The name on the command line: "forward-kl".
  public let name: String
  /// The name in prose: "forward KL".
  public let title: String
  /// The formula's left side: "D(target‖model)".
  public let notation: String
  /// What it counts in.
  public let dimension: Dimension
  /// Whether it is a divergence: never negative, and 0 where the two distributions agree.
  public let isDivergence: Bool
  /// Whether it is the same with target and model exchanged.
  public let isSymmetric: Bool
  /// Whether it is a share of what two distributions agree in: 1 at most, and the larger the nearer they are.
  public let isAgreement: Bool
  /// What the kernels compute for it, with the target first.
  let source: Source
  /// What is done with each value of the source.
  let transform: @Sendable (Double) -> Double
  /// Whether that is nothing.
  let isPlain: Bool

  /// What measures come from.
  enum Source: Sendable, Hashable {
    /// A quantity of the kernel for pairs.
    case quantity(PairQuantity)
    /// A quantity with a parameter.
    case parametric(ParametricQuantity)

    /// log Σ p^α q^(1-α) with the order α; for an infinite one log max p/q.
    static func power(order: Double) -> Source { .parametric(.powerSum(order: order)) }
  }

  init(
    name: String, title: String, notation: String, dimension: Dimension = .information,
    isDivergence: Bool = true, isSymmetric: Bool = false, isAgreement: Bool = false,
    source: Source,
    transform: (@Sendable (Double) -> Double)? = nil
  ) {
    self.name = name
    self.title = title
    self.notation = notation
    self.dimension = dimension
    self.isDivergence = isDivergence
    self.isSymmetric = isSymmetric
    self.isAgreement = isAgreement
    self.source = source
    self.transform = transform ?? { $0 }
    isPlain = transform == nil
  }

  init(
    name: String, title: String, notation: String, dimension: Dimension = .information,
    isDivergence: Bool = true, isSymmetric: Bool = false, isAgreement: Bool = false,
    quantity: PairQuantity,
    transform: (@Sendable (Double) -> Double)? = nil
  ) {
    self.init(
      name: name, title: title, notation: notation, dimension: dimension,
      isDivergence: isDivergence, isSymmetric: isSymmetric, isAgreement: isAgreement,
      source: .quantity(quantity),
      transform: transform)
  }

  /// All measures that need no order, as they are listed; those of an order are in `families`.
  public static let all: [Measure] = [
    .forwardKL, .reverseKL, .targetEntropy, .modelEntropy, .crossEntropy, .reverseCrossEntropy,
    .jeffreys, .jensenShannon, .jensenShannonDistance, .totalVariation, .hellinger,
    .squaredHellinger, .triangularDiscrimination, .bhattacharyya, .chiSquared, .reverseChiSquared,
    .topAgreement, .topRank,
  ]

  /// The measures that one read of each input gives together.
  public static let oneRead: [Measure] = [
    .forwardKL, .reverseKL, .jeffreys, .targetEntropy, .modelEntropy, .crossEntropy,
    .reverseCrossEntropy,
  ]

  /// The measure of this name, with the order after a colon where it has one: "forward-kl", "renyi:2".
  ///
  /// - Throws: `KullbackError.unknownMeasure`, `.invalidOrder`.
  public static func named(_ name: String) throws(KullbackError) -> Measure {
    if let measure = all.first(where: { $0.name == name }) { return measure }
    guard let measure = try member(name) else { throw .unknownMeasure(name) }
    return measure
  }
}

extension Measure: Hashable {
  /// Measures are the same when their names are.
  public static func == (left: Measure, right: Measure) -> Bool { left.name == right.name }

  /// Hashes the name.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
