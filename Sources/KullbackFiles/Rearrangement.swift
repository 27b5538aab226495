internal import KullbackMatrix

/// Elements of a matrix in other places, copied.
enum Rearrangement {
  /// The same places, in memory of its own.
  case copied
  /// Only these columns, in this order.
  case columns([Int])

  /// Whether columns follow each other, so that nothing of them is copied.
  static func isRange(_ columns: [Int]) -> Bool {
    zip(columns, columns.dropFirst()).allSatisfy { $1 == $0 + 1 }
  }

  func callAsFunction(_ matrix: AnyMatrix) -> AnyMatrix {
    switch matrix.kind {
    case .float32: rearranged(matrix, as: Float.self)
    case .float64: rearranged(matrix, as: Double.self)
    case .float16: rearranged(matrix, as: Float16.self)
    case .bfloat16: rearranged(matrix, as: BFloat16.self)
    case .int32: rearranged(matrix, as: Int32.self)
    case .int64: rearranged(matrix, as: Int64.self)
    }
  }

  private func rearranged<Element: MatrixElement>(
    _ matrix: AnyMatrix, as type: Element.Type
  ) -> AnyMatrix {
    guard let source = matrix.matrix(of: type) else { return matrix }
    switch self {
    case .copied:
      return AnyMatrix(Matrix(source.values, rows: source.rows, columns: source.columns))
    case .columns(let columns):
      if Self.isRange(columns), let first = columns.first {
        return AnyMatrix(source[columns: first..<first + columns.count])
      }
      return AnyMatrix(source.arranged(columns: columns))
    }
  }
}
