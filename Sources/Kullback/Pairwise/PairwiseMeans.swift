/// A matrix of all pairs made small enough for a picture: means over blocks, taken while bands stream by.
public struct PairwiseMeans: Sendable {
  /// Targets and models that a block has; those at the end may have fewer.
  public let block: Shape
  private let shape: Shape
  private var sums: [Double]
  private var counts: [Int32]
  private var infinities: [Int32]

  /// Means over as few pairs as `limit` rows and columns of them allow.
  ///
  /// - Parameters:
  ///   - shape: targets and models.
  ///   - limit: at most so many rows and columns are to be left.
  public init(of shape: Shape, limit: Int = 1000) {
    self.shape = shape
    let blocks = { (count: Int) in max(1, (count + limit - 1) / limit) }
    block = Shape(rows: blocks(shape.rows), columns: blocks(shape.columns))
    let cells =
      ((shape.rows + block.rows - 1) / block.rows)
      * ((shape.columns + block.columns - 1) / block.columns)
    sums = [Double](repeating: 0, count: cells)
    counts = [Int32](repeating: 0, count: cells)
    infinities = counts
  }

  private var width: Int { (shape.columns + block.columns - 1) / block.columns }

  /// Takes the values of further targets.
  ///
  /// - Precondition: `values` has a row for each of `targets` and a column for each model.
  public mutating func add(_ values: Matrix<some PairwiseElement>, targets: Range<Int>) {
    precondition(values.rows == targets.count && values.columns == shape.columns, "another shape")
    for (index, target) in targets.enumerated() {
      let start = target / block.rows * width
      // The element type is settled once a row, not once a value.
      if let row = AnyMatrix(values[rows: index..<index + 1]).matrix(of: Float.self) {
        add(row.values, at: start)
      } else if let row = AnyMatrix(values[rows: index..<index + 1]).matrix(of: Double.self) {
        add(row.values, at: start)
      }
    }
  }

  private mutating func add(_ row: [some BinaryFloatingPoint], at start: Int) {
    var (cell, left) = (start, block.columns)
    for value in row {
      if left == 0 { (cell, left) = (cell + 1, block.columns) }
      left -= 1
      if value.isFinite {
        sums[cell] += Double(value)
        counts[cell] += 1
      } else if !value.isNaN {
        infinities[cell] += 1
      }
    }
  }

  /// The means: of the finite values of a block, +inf where all values are infinite, NaN where there is none.
  ///
  /// `leftOut` counts what is infinite beside finite values.
  public func means() -> (values: Matrix<Double>, leftOut: Int) {
    var leftOut = 0
    let values = sums.indices.map { cell in
      guard counts[cell] > 0 else { return infinities[cell] > 0 ? Double.infinity : .nan }
      leftOut += Int(infinities[cell])
      return sums[cell] / Double(counts[cell])
    }
    return (Matrix(values, rows: width > 0 ? sums.count / width : 0, columns: width), leftOut)
  }
}
