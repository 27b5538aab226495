/// Measures of the same kind, one for each order, weight or count: "renyi:0.5", "renyi:2".
public struct MeasureFamily: Sendable {
  /// The name before the colon: "renyi".
  public let name: String
  /// The name in prose: "Rényi divergence".
  public let title: String
  /// The orders that there are, in words: "0 to inf".
  public let orders: String
  /// What stands after the colon in `pattern`: "ORDER".
  public let parameter: String
  private let member: @Sendable (Double) throws(KullbackError) -> Measure

  init(
    name: String, title: String, orders: String, parameter: String = "ORDER",
    member: @escaping @Sendable (Double) throws(KullbackError) -> Measure
  ) {
    self.name = name
    self.title = title
    self.orders = orders
    self.parameter = parameter
    self.member = member
  }

  /// How a member is named: "renyi:ORDER".
  public var pattern: String { "\(name):\(parameter)" }

  /// The measure of an order.
  ///
  /// - Throws: `KullbackError.invalidOrder`.
  public func measure(order: Double) throws(KullbackError) -> Measure { try member(order) }

  /// The name of an order's measure: "renyi:2".
  static func name(_ family: String, _ order: Double) -> String { "\(family):\(order.spelt)" }
}

extension Measure {
  /// What `named(_:)` takes: all names, and the patterns of the families' names.
  public static var names: [String] { all.map(\.name) + families.map(\.pattern) }

  /// All families, in the order in which they are listed.
  public static let families: [MeasureFamily] = [
    MeasureFamily(
      name: "renyi", title: "Rényi divergence", orders: "0 to inf", member: Measure.renyi),
    MeasureFamily(
      name: "tsallis", title: "Tsallis relative entropy", orders: "0 and above",
      member: Measure.tsallis),
    MeasureFamily(
      name: "alpha", title: "alpha divergence", orders: "any finite number", member: Measure.alpha),
    MeasureFamily(
      name: "skew", title: "skew divergence", orders: "above 0, to 1", parameter: "WEIGHT",
      member: Measure.skew),
    MeasureFamily(
      name: "top-overlap", title: "overlap of the largest classes", orders: "1 to 1000",
      parameter: "COUNT", member: Measure.topOverlap),
  ]

  /// The member of a family that a name such as "renyi:2" stands for; nil where it stands for none.
  ///
  /// - Throws: `KullbackError.invalidOrder`.
  static func member(_ name: String) throws(KullbackError) -> Measure? {
    guard let colon = name.firstIndex(of: ":") else { return nil }
    guard let family = families.first(where: { $0.name == name[..<colon] }) else { return nil }
    guard let order = Double(name[name.index(after: colon)...]) else { return nil }
    return try family.measure(order: order)
  }
}
