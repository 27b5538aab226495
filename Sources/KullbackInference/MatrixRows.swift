internal import KullbackMatrix

extension Matrix<Double> {
  /// Multiplies every element.
  mutating func scale(by factor: Double) {
    let (rows, columns) = (self.rows, self.columns)
    withMutableElements { elements, stride in
      for row in 0..<rows {
        for column in 0..<columns { elements[row * stride + column] *= factor }
      }
    }
  }

  /// The sum of each column.
  func columnSums() -> [Double] {
    let (rows, columns) = (self.rows, self.columns)
    var sums = [Double](repeating: 0, count: columns)
    withElements { elements, stride in
      for row in 0..<rows {
        for column in 0..<columns { sums[column] += elements[row * stride + column] }
      }
    }
    return sums
  }

  /// The inner product of each column with the same column of another matrix.
  func columnProducts(with other: Matrix) -> [Double] {
    let (rows, columns) = (self.rows, self.columns)
    var sums = [Double](repeating: 0, count: columns)
    withElements { elements, stride in
      other.withElements { others, otherStride in
        for row in 0..<rows {
          for column in 0..<columns {
            sums[column] += elements[row * stride + column] * others[row * otherStride + column]
          }
        }
      }
    }
    return sums
  }

  /// The sum of the squares of each row.
  func rowSquares() -> [Double] {
    withElements { elements, stride in
      (0..<rows).map { squares(elements, $0 * stride, columns) }
    }
  }

  /// The first element that is not a finite number, row by row.
  var firstNotFinite: (row: Int, column: Int, value: Double)? {
    withElements { elements, stride in
      for row in 0..<rows {
        for column in 0..<columns where !elements[row * stride + column].isFinite {
          return (row, column, elements[row * stride + column])
        }
      }
      return nil
    }
  }
}

/// Copies a matrix's rows into another of as many columns.
func copyRows(of part: Matrix<Double>, to whole: inout Matrix<Double>, at row: Int) {
  let (rows, columns) = (part.rows, part.columns)
  guard rows > 0, columns > 0 else { return }
  part.withElements { from, stride in
    whole.withMutableElements { to, toStride in
      for index in 0..<rows {
        for column in 0..<columns {
          to[(row + index) * toStride + column] = from[index * stride + column]
        }
      }
    }
  }
}

/// Adds a vector to every row of a matrix.
func addToRows(of matrix: inout Matrix<Double>, _ vector: [Double]) {
  let (rows, columns) = (matrix.rows, matrix.columns)
  guard rows > 0, columns > 0 else { return }
  matrix.withMutableElements { elements, stride in
    for row in 0..<rows {
      for column in 0..<columns { elements[row * stride + column] += vector[column] }
    }
  }
}

/// Adds a matrix to another of the same shape.
func addMatrix(
  _ matrix: Matrix<Double>, to sum: inout Matrix<Double>, times factor: Double = 1
) {
  let (rows, columns) = (matrix.rows, matrix.columns)
  guard rows > 0, columns > 0 else { return }
  matrix.withElements { from, stride in
    sum.withMutableElements { to, toStride in
      for row in 0..<rows {
        for column in 0..<columns {
          to[row * toStride + column] += factor * from[row * stride + column]
        }
      }
    }
  }
}

/// Multiplies every row by its factor.
func scaleRows(of rows: inout Matrix<Double>, by factors: [Double]) {
  let columns = rows.columns
  precondition(factors.count == rows.rows, "not a factor for each row")
  rows.withMutableElements { rows, stride in
    for (row, factor) in factors.enumerated() {
      for column in 0..<columns { rows[row * stride + column] *= factor }
    }
  }
}

/// Rows less a centre, each column times its scale, in a matrix of as many rows and columns.
func centre(
  _ points: Matrix<Double>, on mean: [Double], into result: inout Matrix<Double>,
  scales: [Double]? = nil
) {
  let (rows, columns) = (points.rows, points.columns)
  precondition(result.rows == rows && result.columns == columns && mean.count == columns)
  points.withElements { points, stride in
    result.withMutableElements { result, resultStride in
      for row in 0..<rows {
        let (from, to) = (row * stride, row * resultStride)
        if let scales {
          for column in 0..<columns {
            result[to + column] = (points[from + column] - mean[column]) * scales[column]
          }
        } else {
          for column in 0..<columns {
            result[to + column] = points[from + column] - mean[column]
          }
        }
      }
    }
  }
}

/// The sum of the squares of `count` elements, in four parts so that additions need not wait for each other.
func squares(_ elements: borrowing Span<Double>, _ first: Int, _ count: Int) -> Double {
  var parts = SIMD4<Double>.zero
  let whole = count & ~3
  for index in stride(from: first, to: first + whole, by: 4) {
    let four = SIMD4(
      elements[index], elements[index + 1], elements[index + 2], elements[index + 3])
    parts += four * four
  }
  var sum = parts.sum()
  for index in first + whole..<first + count { sum += elements[index] * elements[index] }
  return sum
}
