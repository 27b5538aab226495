internal import Kullback
internal import KullbackFiles

/// A type that a matrix of all pairs can be computed to and written as.
typealias WrittenElement = PairwiseElement & BinaryFloatingPoint & LosslessStringConvertible

/// The file that a matrix of all pairs goes to, rows after rows.
///
/// It stands under its name only when it is whole.
final class PairwiseFile {
  private enum Writer {
    case npy(NPYWriter)
    case csv(CSVWriter)
  }

  private let writer: Writer
  private var hasHeader = false

  /// Starts a file.
  init(_ output: OutputFile, rows: Int, columns: Int, kind: ElementKind) throws(Failure) {
    do {
      switch output.format {
      case .npy:
        let npy = try NPYWriter(path: output.path, rows: rows, columns: columns, kind: kind)
        writer = .npy(npy)
        Signals.setUnfinished(npy.temporaryPath)
      case .csv:
        let csv = try CSVWriter(path: output.path, width: columns + 1)
        writer = .csv(csv)
        Signals.setUnfinished(csv.temporaryPath)
      }
    } catch {
      throw Failure(error)
    }
  }

  /// Writes further rows; a .csv has the models' names as its header and the targets' as its first column.
  func append<Element: WrittenElement>(
    _ values: Matrix<Element>, targets: Range<Int>, order: PairOrder, _ inputs: PairInputs
  ) throws(Failure) {
    do {
      switch writer {
      case .npy(let writer): try writer.append(AnyMatrix(values))
      case .csv(let writer):
        if !hasHeader {
          // The first column has no name, as an index of pandas.
          try writer.append(words: [""] + order.models.map { inputs.models.calls[$0] })
          hasHeader = true
        }
        for (row, target) in targets.enumerated() {
          try writer.append(inputs.targets.calls[order.targets[target]], values.row(row))
        }
      }
    } catch {
      throw Failure(error)
    }
  }

  /// Gives the file its name.
  func finish() throws(Failure) {
    do {
      switch writer {
      case .npy(let writer): try writer.finish()
      case .csv(let writer): try writer.finish()
      }
    } catch {
      throw Failure(error)
    }
    Signals.setUnfinished(nil)
  }

  /// Removes what has been written.
  func discard() {
    switch writer {
    case .npy(let writer): writer.discard()
    case .csv(let writer): writer.discard()
    }
    Signals.setUnfinished(nil)
  }
}
