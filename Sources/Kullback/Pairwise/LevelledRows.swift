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
}
