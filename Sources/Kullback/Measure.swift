internal import KullbackKernels

/// A number that compares two distributions, or describes one of them.
///
/// To add one: a file in `Measures` that defines it, a line in `all`, and a row in the README's table.
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
  /// The kernels' quantity with the target first.
  let quantity: PairQuantity
  /// What is done with each value of the quantity.
  let transform: @Sendable (Double) -> Double
  /// Whether that is nothing.
  let isPlain: Bool

  init(
    name: String, title: String, notation: String, dimension: Dimension = .information,
    isDivergence: Bool = true, quantity: PairQuantity,
    transform: (@Sendable (Double) -> Double)? = nil
  ) {
    self.name = name
    self.title = title
    self.notation = notation
    self.dimension = dimension
    self.isDivergence = isDivergence
    self.quantity = quantity
    self.transform = transform ?? { $0 }
    isPlain = transform == nil
  }

  /// All measures, in the order in which they are listed.
  public static let all: [Measure] = [
    .forwardKL, .reverseKL, .targetEntropy, .modelEntropy, .crossEntropy, .reverseCrossEntropy,
    .jeffreys, .jensenShannon, .jensenShannonDistance, .totalVariation, .hellinger,
    .squaredHellinger, .topAgreement,
  ]

  /// The measures that one read of each input gives together.
  public static let oneRead: [Measure] = [
    .forwardKL, .reverseKL, .jeffreys, .targetEntropy, .modelEntropy, .crossEntropy,
    .reverseCrossEntropy,
  ]

  /// The measure of this name.
  ///
  /// - Throws: `KullbackError.unknownMeasure`.
  public static func named(_ name: String) throws(KullbackError) -> Measure {
    guard let measure = all.first(where: { $0.name == name }) else {
      throw .unknownMeasure(name)
    }
    return measure
  }
}

extension Measure: Hashable {
  /// Measures are the same when their names are.
  public static func == (left: Measure, right: Measure) -> Bool { left.name == right.name }

  /// Hashes the name.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
