internal import KullbackMatrix

/// Columns of a matrix in another order.
enum Rearrangement {
  /// Whether columns follow each other, so that nothing of them is copied.
  static func isRange(_ columns: [Int]) -> Bool {
    zip(columns, columns.dropFirst()).allSatisfy { $1 == $0 + 1 }
  }

  /// Only these columns, in this order; a range of them shares the memory.
  static func choosing(_ columns: [Int], of matrix: AnyMatrix) -> AnyMatrix {
    guard let first = columns.first, isRange(columns) else {
      return matrix.arranged(columns: columns)
    }
    return matrix[columns: first..<first + columns.count]
  }
}
