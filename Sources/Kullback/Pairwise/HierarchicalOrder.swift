/// An order of rows in which similar ones are neighbours, for pictures of all pairs.
///
/// Rows are clustered by average linkage over the mean of both directions, and the parts of every cluster are
/// turned so that the rows that meet are as similar as turning can make them. An infinite dissimilarity counts
/// as twice the largest finite one. Rows without a value, NaN, come last.
///
/// - Shapes: `dissimilarities` is n × n, a row's dissimilarity to each of the others; its diagonal is not read.
/// - Returns: the numbers of the rows, each once. Equal dissimilarities are taken in the order of the rows, so
///   that the same matrix always gives the same order.
/// - Complexity: O(n²) steps, 4 n² bytes.
/// - Throws: `KullbackError.notSquare`.
///
/// Source: `AverageLinkage`; Gruvaeus and Wainer 1972, *Two additions to hierarchical cluster analysis*,
/// British Journal of Mathematical and Statistical Psychology 25, for the turning.
public func hierarchicalOrder(
  of dissimilarities: Matrix<Double>
) throws(KullbackError) -> [Int] {
  let count = dissimilarities.rows
  guard dissimilarities.columns == count else {
    throw .notSquare(Shape(rows: count, columns: dissimilarities.columns))
  }
  guard count > 1 else { return Array(0..<count) }
  let symmetric = SymmetricDissimilarities(dissimilarities)
  let clusters = AverageLinkage(count: count, dissimilarity: { symmetric[$0, $1] })
  var leaves = (0..<count).map { [$0] }
  for merge in clusters.merges {
    leaves[merge.first] = joined(leaves[merge.first], leaves[merge.second], symmetric)
    leaves[merge.second] = []
  }
  let order = leaves[0]
  // Of the two directions, the one that begins nearer to the first row.
  let isForward = (order.first ?? 0) < (order.last ?? 0)
  let turned = isForward ? order : order.reversed()
  return turned.filter { symmetric.isValid[$0] } + turned.filter { !symmetric.isValid[$0] }
}

/// Two rows of leaves, each turned or not, so that the leaves that meet are as similar as possible.
private func joined(
  _ first: [Int], _ second: [Int], _ values: SymmetricDissimilarities
) -> [Int] {
  guard let (a, b) = ends(first), let (c, d) = ends(second) else { return first + second }
  let meeting = [values[b, c], values[b, d], values[a, c], values[a, d]]
  let best = meeting.indices.min { (meeting[$0], $0) < (meeting[$1], $1) } ?? 0
  return switch best {
  case 0: first + second
  case 1: first + second.reversed()
  case 2: first.reversed() + second
  default: second + first
  }
}

private func ends(_ leaves: [Int]) -> (Int, Int)? {
  guard let first = leaves.first, let last = leaves.last else { return nil }
  return (first, last)
}

/// The mean of both directions, every value finite.
private struct SymmetricDissimilarities {
  let isValid: [Bool]
  private let values: Matrix<Double>
  private let infinite: Double

  init(_ values: Matrix<Double>) {
    self.values = values
    var largest = 0.0
    var valid = [Bool](repeating: values.rows == 1, count: values.rows)
    for row in 0..<values.rows {
      for (column, value) in values.row(row).enumerated() where column != row && !value.isNaN {
        if value.isFinite { largest = max(largest, value.magnitude) }
        (valid[row], valid[column]) = (true, true)
      }
    }
    isValid = valid
    infinite = largest > 0 && (2 * largest).isFinite ? 2 * largest : 1
  }

  subscript(i: Int, j: Int) -> Double {
    let mean = values[i, j] / 2 + values[j, i] / 2
    return mean.isNaN ? 2 * infinite : mean.isFinite ? mean : infinite
  }
}
