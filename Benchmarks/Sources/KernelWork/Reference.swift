import Glibc
import Kullback

/// A row's probabilities by plain loops in Double.
struct ReferenceRow {
  let logarithms: [Double]
  let logNormaliser: Double

  /// Reads one row as logits, or as probabilities.
  init(_ matrix: AnyMatrix, row: Int, probabilities: Bool) {
    var values = (0..<matrix.columns).map { matrix.value(row: row, column: $0) }
    if probabilities {
      let sum = values.reduce(0, +)
      logNormaliser = log(sum)
    } else {
      let largest = values.max() ?? 0
      logNormaliser = largest + log(values.reduce(0) { $0 + exp($1 - largest) })
    }
    for index in values.indices {
      values[index] = (probabilities ? log(values[index]) : values[index]) - logNormaliser
    }
    logarithms = values
  }

  var entropy: Double { -logarithms.reduce(0) { $0 + exp($1) * $1 } }

  /// D(self‖other), as a sum of terms that are not negative, so that small ones keep their digits.
  func divergence(from other: ReferenceRow) -> Double {
    var sum = 0.0
    for (p, q) in zip(logarithms, other.logarithms) {
      let difference = p - q
      sum += exp(p) * (difference + expm1(-difference))
    }
    return sum
  }

  /// Σ p^α q^(1-α) - 1, as a sum of terms of one sign.
  func powerExcess(over other: ReferenceRow, order: Double) -> Double {
    var sum = 0.0
    for (p, q) in zip(logarithms, other.logarithms) {
      let difference = p - q
      sum += exp(q) * (expm1(order * difference) - order * expm1(difference))
    }
    return sum
  }

  func jensenShannon(_ other: ReferenceRow) -> Double {
    var sum = 0.0
    for (first, second) in zip(logarithms, other.logarithms) {
      let p = exp(first)
      let q = exp(second)
      guard p + q > 0 else { continue }
      let t = (q - p) / (p + q)
      sum += (p + q) / 4 * ((1 + t) * log1p(t) + (1 - t) * log1p(-t))
    }
    return sum
  }
}
