internal import KullbackKernels

/// Where results of all pairs go, tile by tile.
enum PairwiseSink<Result: PairwiseElement>: Sendable {
  /// Tiles of numbers in nats are handed on.
  case tiles(@Sendable (_ rows: Range<Int>, _ columns: Range<Int>, Matrix<Double>) -> Void)
  /// They are the elements of a grid of the targets and models that take part, or of a band of so many targets.
  case grid(ResultGrid<Result>, bandRows: Int?)
  /// The nearest models of each target are gathered.
  case near(NeighbourBand)

  /// Whether packed tiles go there as they are, without a matrix in between.
  var takesPacked: Bool {
    if case .tiles = self { false } else { true }
  }

  /// Takes a tile of numbers.
  func take(_ rows: Range<Int>, _ columns: Range<Int>, _ values: Matrix<Double>) {
    switch self {
    case .tiles(let body): body(rows, columns, values)
    case .grid(let grid, let bandRows):
      let first = bandRows.map { rows.lowerBound % $0 } ?? rows.lowerBound
      grid.write(
        values, rows: Array(first..<first + rows.count),
        columns: [.init(source: 0, column: columns.lowerBound, count: columns.count)])
    case .near(let near): near.take(values, firstRow: columns.lowerBound)
    }
  }
}
