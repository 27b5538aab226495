/// What the mean of a quantity over rows and its standard errors are made of.
struct MeanSums: Sendable, Codable {
  private(set) var moments = Moments()
  private(set) var groups: GroupSums?

  /// - Parameter groups: which rows may depend on each other, where that is known.
  init(_ groups: RowGroups? = nil) {
    self.groups = groups.map { GroupSums($0) }
  }

  /// Takes the value of a row, which is not NaN.
  mutating func add(_ value: Double, row: Int) {
    moments.add(value)
    groups?.add(value, row: row)
  }

  /// Those of both parts' rows, clustered where both are.
  static func + (left: MeanSums, right: MeanSums) -> MeanSums {
    var result = MeanSums()
    result.moments = left.moments + right.moments
    if let some = left.groups, let more = right.groups { result.groups = some + more }
    return result
  }

  /// Whether groups have as many rows as there are.
  var isSound: Bool {
    count >= 0 && (0...count).contains(moments.infinite) && (groups?.rowCount ?? count) == count
  }

  var count: Int { moments.count }
  var mean: Double { moments.mean }

  /// The variances of the mean: of independent rows, and of rows of which those of one group are not.
  var variances: Variances {
    Variances(plain: moments.varianceOfMean, clustered: groups?.varianceOfMean)
  }

  /// The mean with its errors.
  var estimate: Estimate { Estimate(mean, variances) }
}

/// A variance by independent rows, and by groups of them where there are some.
struct Variances: Sendable {
  let plain: Double
  let clustered: Double?

  /// What becomes of several variances of one kind.
  static func combined(
    _ parts: [Variances], _ body: ([Double]) -> Double
  ) -> Variances {
    let clustered = parts.compactMap(\.clustered)
    return Variances(
      plain: body(parts.map(\.plain)),
      clustered: clustered.count == parts.count ? body(clustered) : nil)
  }
}

extension Estimate {
  /// An estimate with the roots of its variances, which rounding may have made negative.
  init(_ value: Double, _ variances: Variances) {
    let root = { (variance: Double) in variance < 0 ? 0 : variance.squareRoot() }
    self.init(
      value: value, standardError: root(variances.plain),
      clusteredError: variances.clustered.map(root))
  }
}
