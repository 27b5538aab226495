extension Matrix {
  /// A copy whose rows and columns are these ones, in this order.
  ///
  /// Elements are copied as they are, bit for bit.
  ///
  /// - Parameters:
  ///   - rowPlaces: for each row of the result, its row here; nil for all, as they stand.
  ///   - columnPlaces: the same of columns.
  /// - Precondition: the places are there.
  public func arranged(rows rowPlaces: [Int]? = nil, columns columnPlaces: [Int]? = nil) -> Matrix {
    let rowPlaces = rowPlaces ?? Array(0..<rows)
    let columnPlaces = columnPlaces ?? Array(0..<columns)
    precondition(rowPlaces.allSatisfy { (0..<rows).contains($0) }, "a row that is not there")
    precondition(
      columnPlaces.allSatisfy { (0..<columns).contains($0) }, "a column that is not there")
    var result = Matrix(rows: rowPlaces.count, columns: columnPlaces.count)
    result.withMutableElements { target, targetStride in
      guard isInOrder else {
        // Only what is wanted is read.
        for (column, columnPlace) in columnPlaces.enumerated() {
          for (row, rowPlace) in rowPlaces.enumerated() {
            target[row * targetStride + column] = self[rowPlace, columnPlace]
          }
        }
        return
      }
      withElements { elements, stride in
        for (row, rowPlace) in rowPlaces.enumerated() {
          for (column, columnPlace) in columnPlaces.enumerated() {
            target[row * targetStride + column] = elements[rowPlace * stride + columnPlace]
          }
        }
      }
    }
    return result
  }
}

extension AnyMatrix {
  /// The rows of matrices one after the other: a copy.
  ///
  /// - Precondition: there is one at least, and all have the same columns and type.
  public init(joining parts: [AnyMatrix]) {
    func join<Element: MatrixElement>(_: Element.Type) -> AnyMatrix {
      let rows = parts.reduce(0) { $0 + $1.rows }
      var result = Matrix<Element>(rows: rows, columns: parts[0].columns)
      var first = 0
      for part in parts {
        guard let part = part.matrix(of: Element.self), part.columns == result.columns else {
          preconditionFailure("rows of another type or width")
        }
        result.withMutableElements { target, targetStride in
          part.withElements { elements, stride in
            for row in 0..<part.rows {
              for column in 0..<part.columns {
                target[(first + row) * targetStride + column] = elements[row * stride + column]
              }
            }
          }
        }
        first += part.rows
      }
      return AnyMatrix(result)
    }
    switch parts[0].kind {
    case .float64: self = join(Double.self)
    case .float32: self = join(Float.self)
    case .float16: self = join(Float16.self)
    case .bfloat16: self = join(BFloat16.self)
    case .int32: self = join(Int32.self)
    case .int64: self = join(Int64.self)
    }
  }

  /// A copy whose rows and columns are these ones, in this order; as `Matrix.arranged(rows:columns:)`.
  public func arranged(rows: [Int]? = nil, columns: [Int]? = nil) -> AnyMatrix {
    func copy<Element>(_: Element.Type) -> AnyMatrix where Element: MatrixElement {
      matrix(of: Element.self).map { AnyMatrix($0.arranged(rows: rows, columns: columns)) } ?? self
    }
    return switch kind {
    case .float64: copy(Double.self)
    case .float32: copy(Float.self)
    case .float16: copy(Float16.self)
    case .bfloat16: copy(BFloat16.self)
    case .int32: copy(Int32.self)
    case .int64: copy(Int64.self)
    }
  }
}
