import KullbackLinearAlgebra
import KullbackMatrix

/// Sizes around the tiles of OpenBLAS's kernels (4, 8, 16, 32) and past them.
let tileSizes = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33]

/// A seeded generator of values in -1...1 (SplitMix64).
struct Values {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((z ^ (z >> 31)) >> 11) * 0x1p-52 - 1
  }

  mutating func matrix<Scalar: LinearAlgebraScalar>(
    _ rows: Int, _ columns: Int, of: Scalar.Type
  ) -> Matrix<Scalar> {
    Matrix((0..<rows * columns).map { _ in Scalar(next()) }, rows: rows, columns: columns)
  }

  /// The middle rows of a larger matrix, which begin in the middle of its storage.
  mutating func slice<Scalar: LinearAlgebraScalar>(
    _ rows: Int, _ columns: Int, of: Scalar.Type
  ) -> Matrix<Scalar> {
    matrix(rows + 3, columns, of: Scalar.self)[rows: 2..<rows + 2]
  }

  mutating func vector<Scalar: LinearAlgebraScalar>(_ count: Int, of: Scalar.Type) -> [Scalar] {
    (0..<count).map { _ in Scalar(next()) }
  }

  /// A symmetric positive definite matrix whose eigenvalues are at least `order`.
  mutating func positiveDefinite<Scalar: LinearAlgebraScalar>(
    _ order: Int, of: Scalar.Type
  ) -> Matrix<Scalar> {
    let half: Matrix<Scalar> = matrix(order, order, of: Scalar.self)
    var result = Matrix<Scalar>(repeating: 0, rows: order, columns: order)
    let product = naiveProduct(half, half, transposeSecond: true)
    for i in 0..<order {
      for j in 0..<order {
        result[i, j] = Scalar(product[i][j]) + (i == j ? Scalar(order) : 0)
      }
    }
    // Rounding may have broken the symmetry.
    for i in 0..<order { for j in 0..<i { result[i, j] = result[j, i] } }
    return result
  }
}

extension Matrix where Element: LinearAlgebraScalar {
  /// The elements in Double, row after row.
  ///
  /// By name of the type: the generic conversion takes a microsecond an element in a debug build.
  var doubles: [Double] {
    if let values = values as? [Float] { return values.map { Double($0) } }
    return values as? [Double] ?? []
  }

  /// Only one triangle, the rest replaced by NaN: what must not be read.
  func poisoned(keeping triangle: Triangle) -> Matrix {
    var result = self
    for row in 0..<rows {
      for column in 0..<columns where triangle == .lower ? column > row : column < row {
        result[row, column] = .nan
      }
    }
    return result
  }
}

/// op(A) op(B), by three plain loops in Double.
func naiveProduct<Scalar: LinearAlgebraScalar>(
  _ a: Matrix<Scalar>, _ b: Matrix<Scalar>, transposeFirst: Bool = false,
  transposeSecond: Bool = false
) -> [[Double]] {
  let rows = transposeFirst ? a.columns : a.rows
  let inner = transposeFirst ? a.rows : a.columns
  let columns = transposeSecond ? b.rows : b.columns
  let first = a.doubles
  let second = b.doubles
  var result = [[Double]](repeating: [Double](repeating: 0, count: columns), count: rows)
  for i in 0..<rows {
    for j in 0..<columns {
      var sum = 0.0
      for k in 0..<inner {
        let left = first[transposeFirst ? k * rows + i : i * inner + k]
        let right = second[transposeSecond ? j * inner + k : k * columns + j]
        sum += left * right
      }
      result[i][j] = sum
    }
  }
  return result
}

/// The largest difference, over the bound for a sum of `inner` products of values in -1...1:
/// every term rounds once when multiplied and once when added.
func largestError<Scalar: LinearAlgebraScalar>(
  _ result: Matrix<Scalar>, _ expected: [[Double]], inner: Int
) -> Double {
  var largest = 0.0
  for (value, wanted) in zip(result.doubles, expected.joined()) {
    largest = max(largest, abs(value - wanted))
  }
  return largest / (Double(Scalar.ulpOfOne) * Double(inner + 2))
}
