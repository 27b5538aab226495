internal import CLibm

/// A unit of information: the base of the logarithm.
public struct Unit: Sendable, Hashable {
  /// How many nats one of this unit is.
  public let nats: Double
  /// Its name in the plural: "bits".
  public let name: String

  private init(nats: Double, name: String) {
    self.nats = nats
    self.name = name
  }

  /// Base e.
  public static let nats = Unit(nats: 1, name: "nats")
  /// Base 2.
  public static let bits = Unit(nats: log(2), name: "bits")
  /// Base 10; also called hartleys or dits.
  public static let bans = Unit(nats: log(10), name: "bans")

  /// The unit of another base.
  ///
  /// - Throws: `KullbackError.invalidBase` unless `base` is finite, above 0 and not 1.
  public static func base(_ base: Double) throws(KullbackError) -> Unit {
    guard base > 0, base.isFinite, base != 1 else { throw .invalidBase(base) }
    if base == 2 { return .bits }
    if base == 10 { return .bans }
    return Unit(nats: log(base), name: "log base \(base)")
  }

  /// A value in this unit, from one in nats (or in the root of nats).
  public func value(_ value: Double, of dimension: Measure.Dimension) -> Double {
    switch dimension {
    case .information: value / nats
    case .rootInformation: value / nats.squareRoot()
    case .number: value
    }
  }

  /// A value in nats (or in the root of nats), from one in this unit.
  public func nats(_ value: Double, of dimension: Measure.Dimension) -> Double {
    switch dimension {
    case .information: value * nats
    case .rootInformation: value * nats.squareRoot()
    case .number: value
    }
  }

  /// Values in this unit, from those in nats (or in the root of nats).
  public func values<Element: PairwiseElement>(
    _ values: Matrix<Element>, of dimension: Measure.Dimension
  ) -> Matrix<Element> {
    guard self != .nats, dimension != .number else { return values }
    // The element type is settled once for all values.
    let converted =
      if let values = AnyMatrix(values).matrix(of: Float.self) {
        AnyMatrix(
          Matrix(
            values.values.map { Float(value(Double($0), of: dimension)) }, rows: values.rows,
            columns: values.columns))
      } else if let values = AnyMatrix(values).matrix(of: Double.self) {
        AnyMatrix(
          Matrix(
            values.values.map { value($0, of: dimension) }, rows: values.rows,
            columns: values.columns))
      } else {
        AnyMatrix(values)
      }
    return converted.matrix(of: Element.self) ?? values
  }

  /// What a measure of this dimension counts in; empty for a plain number.
  public func label(for dimension: Measure.Dimension) -> String {
    switch dimension {
    case .information: name
    case .rootInformation: "√\(name)"
    case .number: ""
    }
  }
}
