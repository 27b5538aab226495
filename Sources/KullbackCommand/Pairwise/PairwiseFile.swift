internal import Kullback
internal import KullbackFiles

/// A type that a matrix of all pairs can be computed to and written as.
typealias WrittenElement = PairwiseElement & BinaryFloatingPoint & LosslessStringConvertible

/// The file that a matrix of all pairs goes to, rows after rows.
final class PairwiseFile {
  private let file: Output<NumberWriter>
  private var hasHeader = false

  /// Starts a file.
  init(_ output: OutputFile, rows: Int, columns: Int, kind: ElementKind) throws(Failure) {
    file = try Output(
      NumberWriter(output, rows: rows, columns: columns, kind: kind, width: columns + 1))
  }

  /// Writes further rows; a .csv has the models' names as its header and the targets' as its first column.
  func append<Element: WrittenElement>(
    _ values: Matrix<Element>, targets: Range<Int>, order: PairwiseOrder, _ inputs: PairwiseInputs
  ) throws(Failure) {
    try file.write { writer throws(FileError) in
      switch writer {
      case .npy(let writer): try writer.append(AnyMatrix(values))
      case .csv(let writer):
        if !hasHeader {
          // The first column has no name, as an index of pandas.
          try writer.append(words: [""] + order.models.map { inputs.models.calls[$0] })
          hasHeader = true
        }
        for (row, target) in targets.enumerated() {
          try writer.append([inputs.targets.calls[order.targets[target]]], values.row(row))
        }
      }
    }
  }

  /// Gives the file its name.
  func finish() throws(Failure) { try file.finish() }

  /// Removes what has been written.
  func discard() { file.discard() }
}
