internal import KullbackKernels
internal import KullbackLinearAlgebra
public import KullbackMatrix
internal import CLibm

/// An estimate of D(target‖model) from two samples alone, by distances to the k-th nearest neighbours.
///
///     D ≈ (d/n) Σᵢ log(νₖ(i) / ρₖ(i)) + log(m / (n - 1))
///
/// ρₖ(i) is the distance from the target's point i to the k-th nearest of its other points, νₖ(i) that to the k-th
/// nearest of the model's. The estimate tends to the divergence of two densities as both samples grow; of finite ones it
/// is random, may be negative, and is too low where the distributions differ much in many dimensions.
///
/// - Parameters:
///   - target: n points, drawn from p.
///   - model: m points, drawn from q.
///   - neighbours: k. More neighbours vary less, from a variance of 1.6 for each log distance at k = 1 to 0.2 at k = 5,
///     and blur the densities more.
///   - threads: how many threads work; the result has the same bits whatever their number.
/// - Shapes: n × d and m × d.
/// - Units: nats.
/// - Accuracy: distances are those of exact differences to within their rounding, however far the points are from 0
///   and whatever their scale; below 2⁻⁴⁸⁰ of the largest coordinate they count as 0.
/// - Complexity: 2 n (n + m) d operations as products, on a tile of points and all of the other sample at a time.
/// - Throws: `InferenceError.lengthMismatch` where the dimensions differ; `.invalidParameter` where k or the number of threads is not above 0;
///   `.tooFewSamples` where there are not k neighbours; `.sampleNotFinite`; `.coincidingSamples` where k neighbours are at
///   the same place as a point, whose density is infinite there: what is discrete or rounded has no such estimate;
///   `CancellationError` where the task was cancelled.
///
/// Source: Wang, Kulkarni and Verdú, *Divergence estimation for multidimensional densities via k-nearest-neighbor
/// distances*, IEEE Trans. Inf. Theory 55 (2009) 2392, eq. 5.
public func nearestNeighbourKL(
  target: Matrix<Double>, model: Matrix<Double>, neighbours: Int = 5, threads: Int? = nil
) throws -> Double {
  let (n, m, dimension) = (target.rows, model.rows, target.columns)
  guard dimension > 0 else {
    throw InferenceError.lengthMismatch("columns of the target", expected: 1, given: 0)
  }
  guard model.columns == dimension else {
    throw InferenceError.lengthMismatch(
      "columns of the model", expected: dimension, given: model.columns)
  }
  guard neighbours > 0 else {
    throw InferenceError.invalidParameter(
      "number of neighbours", Double(neighbours), mustBe: "above 0")
  }
  let threads = try checked(threads: threads)
  guard n > neighbours else {
    throw InferenceError.tooFewSamples(n, needed: neighbours + 1)
  }
  guard m >= neighbours else { throw InferenceError.tooFewSamples(m, needed: neighbours) }
  for points in [target, model] {
    if let bad = points.firstNotFinite {
      throw InferenceError.sampleNotFinite(row: bad.row, column: bad.column)
    }
  }
  // A scale common to both samples leaves the estimate; this one keeps squares from overflow and underflow.
  let scale = scale(of: [target, model])
  var (points, others) = (target, model)
  points.scale(by: scale)
  others.scale(by: scale)
  // Products cancel least around the middle of the points.
  let middle = points.columnSums().map { $0 / Double(n) }
  let (p, q) = (NeighbourSet(points, around: middle), NeighbourSet(others, around: middle))
  let tiles = RowTiles(rows: n, step: min(256, max(16, (1 << 20) / max(n, m))))
  let sums = try tiles.map(threads: threads) { rows in
    let own = try p.squaredDistances(fromRows: rows, of: p, rank: neighbours, isOwn: true)
    let other = try q.squaredDistances(fromRows: rows, of: p, rank: neighbours, isOwn: false)
    var sum = 0.0
    for (index, row) in rows.enumerated() {
      guard own[index] >= leastSquare, other[index] >= leastSquare else {
        throw InferenceError.coincidingSamples(row: row, neighbours: neighbours)
      }
      sum += log(other[index]) - log(own[index])
    }
    return sum
  }
  let mean = sums.reduce(0, +) / Double(n)
  return Double(dimension) / 2 * mean + log(Double(m) / Double(n - 1))
}

/// Squared distances below this have lost digits, or are 0, where the largest coordinate is 1 or more.
private let leastSquare = 0x1p-960

/// Points among which neighbours are looked for.
private struct NeighbourSet: Sendable {
  private let points: Matrix<Double>
  /// The points less the middle, and the squares of their lengths.
  private let centred: Matrix<Double>
  private let squares: [Double]
  private let largestSquare: Double

  init(_ points: Matrix<Double>, around middle: [Double]) {
    self.points = points
    var centred = Matrix<Double>(rows: points.rows, columns: points.columns)
    centre(points, on: middle, into: &centred)
    self.centred = centred
    squares = centred.rowSquares()
    largestSquare = squares.max() ?? 0
  }

  /// The squared distance of each of some points of another set from its neighbour of a rank in this one.
  ///
  /// Products give all distances to within a bound. All that may be among the nearest are taken again as
  /// differences.
  func squaredDistances(
    fromRows rows: Range<Int>, of queries: NeighbourSet, rank: Int, isOwn: Bool
  ) throws -> [Double] {
    let products = try BLAS.gemm(
      queries.centred[rows: rows], centred, transposeSecond: true, alpha: -2)
    let count = points.rows
    let rounding = 4 * Double(points.columns + 4) * 0x1p-53
    var candidates: [Int] = []
    return products.withElements { products, stride in
      rows.enumerated().map { index, row in
        let base = index * stride
        let square = queries.squares[row]
        let own = isOwn ? row : -1
        var nearest = SmallestValues(count: rank)
        for column in 0..<count where column != own {
          nearest.add(products[base + column] + squares[column])
        }
        let slack = rounding * (square + largestSquare)
        let limit = nearest.largest + 2 * slack
        candidates.removeAll(keepingCapacity: true)
        for column in 0..<count where column != own {
          if products[base + column] + squares[column] <= limit { candidates.append(column) }
        }
        var exact = SmallestValues(count: rank)
        for column in candidates { exact.add(squaredDistance(column, from: row, of: queries)) }
        return exact.largest
      }
    }
  }

  private func squaredDistance(
    _ column: Int, from row: Int, of queries: NeighbourSet
  ) -> Double {
    let dimension = points.columns
    return points.withElements { points, stride in
      queries.points.withElements { from, fromStride in
        var sum = 0.0
        for index in 0..<dimension {
          let difference = points[column * stride + index] - from[row * fromStride + index]
          sum += difference * difference
        }
        return sum
      }
    }
  }
}

/// The smallest of the values that were added.
private struct SmallestValues {
  private let count: Int
  private var values: [Double] = []

  init(count: Int) {
    self.count = count
  }

  /// The largest of the smallest: the one of their rank.
  var largest: Double { values.count == count ? values[count - 1] : .infinity }

  mutating func add(_ value: Double) {
    guard value < largest else { return }
    if values.count == count { values.removeLast() }
    var place = values.count
    // Ends: the place falls.
    while place > 0, values[place - 1] > value { place -= 1 }
    values.insert(value, at: place)
  }
}

/// The power of two that brings the largest coordinate between 1 and 2, or as near to it as a number can.
private func scale(of samples: [Matrix<Double>]) -> Double {
  var largest = 0.0
  for points in samples {
    let columns = points.columns
    points.withElements { elements, stride in
      for row in 0..<points.rows {
        for column in 0..<columns {
          largest = max(largest, elements[row * stride + column].magnitude)
        }
      }
    }
  }
  guard largest > 0 else { return 1 }
  return Double(sign: .plus, exponent: min(-largest.exponent, 1023), significand: 1)
}
