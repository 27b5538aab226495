internal import KullbackKernels
internal import KullbackMatrix

extension DistributionSet {
  /// The largest normaliser that logits are taken with as they stand: beyond, its rounding shows in log p.
  static let farthestNormaliser = 0x1p20

  /// The same distributions as logits of `Double` less the largest of their row, over the temperature: whatever
  /// their level was, it takes no digits.
  ///
  /// - Complexity: a copy of 8 bytes an element.
  func levelled() throws(KullbackError) -> DistributionSet {
    let (rows, columns) = (count, classes)
    var elements = [Double]()
    elements.reserveCapacity(rows * columns)
    for row in 0..<rows {
      let values = (0..<columns).map { matrix.value(row: row, column: $0) }
      let top = values.reduce(-Double.infinity) { max($0, $1) }
      // Rows that are not valid stay so.
      guard top.isFinite else {
        elements += values
        continue
      }
      elements += values.map { value in
        let relative = (value - top) / temperature
        return value == -.infinity ? value : max(relative, -.greatestFiniteMagnitude)
      }
    }
    return try DistributionSet(
      AnyMatrix(Matrix(elements, rows: rows, columns: columns)), form: .logits)
  }

  /// Whether each row has a logit whose distance from the normaliser, over the temperature, is above every
  /// number; empty where none can have.
  ///
  /// - Complexity: one read of the rows where the type and the temperature allow such a logit, else none.
  func rowsBeyond(normalisers: [Double], threads: Int) -> [Bool] {
    guard form == .logits else { return [] }
    let largest =
      matrix.kind == .float64
      ? Double.greatestFiniteMagnitude : Double(Float.greatestFiniteMagnitude)
    let farthest = normalisers.reduce(0) { $1.isNaN ? $0 : max($0, abs($1)) }
    guard !(largest / temperature + farthest).isFinite else { return [] }
    let operand = operand()
    var beyond: [Bool] = []
    for from in stride(from: 0, to: count, by: 1 << 16) {
      let rows = from..<min(count, from + 1 << 16)
      let least = leastMasses(operand, rows: rows, threads: threads).least
      for (row, least) in zip(rows, least)
      where least.isFinite && !(least / temperature - normalisers[row] > -.infinity) {
        if beyond.isEmpty { beyond = [Bool](repeating: false, count: count) }
        beyond[row] = true
      }
    }
    return beyond
  }
}
