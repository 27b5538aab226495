internal import Kullback
internal import KullbackFiles

/// Where the values of all pairs go while they stream by: the output file, the picture, the summary, and the
/// printed matrix.
final class PairwiseSink<Element: WrittenElement> {
  /// What has been seen of all values.
  private(set) var summary: PairwiseSummary
  /// The matrix in the order shown, where it is small enough to be printed.
  private(set) var matrix: [[Double]]?
  /// The order in which rows and columns are shown.
  private(set) var order: PairwiseOrder
  private let command: PairwiseCommand
  private let inputs: PairwiseInputs
  private let unit: Unit
  private let file: PairwiseFile?
  private let picture: Output<HeatmapWriter>?
  private var means: PairwiseMeans?

  /// Matrices of so many rows and columns at most are printed and put into JSON.
  private static var smallSide: Int { 20 }

  /// Starts the files.
  ///
  /// A .csv's header is written at once: in an order that comes later, it needs `take(_:in:)`.
  init(_ command: PairwiseCommand, _ inputs: PairwiseInputs, _ unit: Unit) throws(Failure) {
    (self.command, self.inputs, self.unit) = (command, inputs, unit)
    let shape = Shape(rows: inputs.targets.set.count, columns: inputs.models.set.count)
    let measure = command.measure.named.measure
    summary = PairwiseSummary(
      of: shape, leavesOutDiagonal: inputs.isItself, isSymmetric: measure.isSymmetric)
    matrix = max(shape.rows, shape.columns) <= Self.smallSide ? [] : nil
    order = PairwiseOrder(inputs)
    means = command.heatmap == nil ? nil : PairwiseMeans(of: shape)
    picture = try command.heatmap.map { picture throws(Failure) in
      try Output(HeatmapWriter(picture))
    }
    file = try command.output.map { output throws(Failure) in
      try PairwiseFile(
        output, rows: shape.rows, columns: shape.columns, kind: Element.elementKind)
    }
  }

  /// Takes the rows of further targets, in nats.
  func take(_ values: Matrix<Element>, targets: Range<Int>) throws(Failure) {
    let values = unit.values(values, of: command.measure.named.measure.dimension)
    try count(values, targets: targets)
    try file?.append(values, targets: targets, order: order, inputs)
    show(values, targets: targets)
  }

  private func count(_ values: Matrix<Element>, targets: Range<Int>) throws(Failure) {
    do {
      try summary.add(values, targets: targets, threads: command.options.threads)
    } catch { throw Failure(error, in: "pairs") }
  }

  /// Takes all rows at once, in nats, to be shown in another order.
  func take(_ values: Matrix<Element>, in order: PairwiseOrder) throws(Failure) {
    self.order = order
    let values = unit.values(values, of: command.measure.named.measure.dimension)
    try count(values, targets: 0..<values.rows)
    // A .npy has no labels to tell the order by: it keeps that of the files.
    let keepsOrder = command.output?.format == .npy
    if keepsOrder { try file?.append(values, targets: 0..<values.rows, order: order, inputs) }
    let bandRows = max(1, (1 << 20) / max(1, values.columns))
    for start in stride(from: 0, to: values.rows, by: bandRows) {
      let rows = start..<min(values.rows, start + bandRows)
      let band = order.band(of: values, rows: rows)
      if !keepsOrder { try file?.append(band, targets: rows, order: order, inputs) }
      show(band, targets: rows)
    }
  }

  private func show(_ values: Matrix<Element>, targets: Range<Int>) {
    means?.add(values, targets: targets)
    guard matrix != nil else { return }
    matrix? += (0..<values.rows).map { row in values.row(row).map { Double($0) } }
  }

  /// Draws the picture and gives the files their names.
  func finish() throws(Failure) {
    if let picture, let means {
      let map = Heatmap(
        means, of: command.measure.named.measure, unit: unit, inputs: inputs, order: order,
        isOrdered: command.order)
      try picture.write { writer throws(FileError) in try writer.draw(map) }
    }
    // A .csv of no rows has its header all the same.
    let none = Matrix<Element>(rows: 0, columns: order.models.count)
    try file?.append(none, targets: 0..<0, order: order, inputs)
    try file?.finish()
    try picture?.finish()
  }

  /// Removes what has been written.
  func discard() {
    file?.discard()
    picture?.discard()
  }
}

extension PairwiseOrder {
  /// Rows of a matrix as they are shown.
  fileprivate func band<Element: WrittenElement>(
    of values: Matrix<Element>, rows: Range<Int>
  ) -> Matrix<Element> {
    var band: [Element] = []
    band.reserveCapacity(rows.count * models.count)
    for row in rows {
      let whole = values.row(targets[row])
      for model in models { band.append(whole[model]) }
    }
    return Matrix(band, rows: rows.count, columns: models.count)
  }
}
