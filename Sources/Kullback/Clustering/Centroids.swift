/// The centroids of clusters as probabilities.
///
/// A class of a centroid has mass exactly where its probability is above 0: what is too small for a
/// `Double` counts as `leastMass`, so that no row is at an infinite divergence from it for rounding's sake.
struct Centroids: Sendable {
  /// A row for each cluster.
  var values: Matrix<Double>

  /// The least probability of a class that has mass.
  static let leastMass = 0x1p-1000

  var count: Int { values.rows }
  var classes: Int { values.columns }

  /// A bit for each class with mass, `words` words a centroid.
  func support() -> [UInt64] {
    var bits: [UInt64] = []
    bits.reserveCapacity(count * supportWords(classes))
    for cluster in 0..<count { bits += supportBits(values.row(cluster)) }
    return bits
  }
}

/// Words of the bits of so many classes.
func supportWords(_ classes: Int) -> Int { (classes + 63) / 64 }

/// A bit for each class with mass.
func supportBits(_ row: [Double]) -> [UInt64] {
  var words = [UInt64](repeating: 0, count: supportWords(row.count))
  for (k, value) in row.enumerated() where value > 0 { words[k / 64] |= 1 << UInt64(k % 64) }
  return words
}
