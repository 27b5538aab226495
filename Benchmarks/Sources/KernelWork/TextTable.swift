import Foundation
import Kullback
import KullbackFiles

/// Reading a table of numbers as text, of 6 to 17 digits each, by all processors.
func textWork(rows: Int, columns: Int) -> Work {
  let text = Data(numbers(rows: rows, columns: columns).utf8)
  return Work(
    name: "text of numbers to a matrix", shape: "\(rows) x \(columns)", type: Double.benchmarkName,
    amount: Double(text.count), limit: .read
  ) {
    let file = TemporaryFile(ending: "csv")
    try text.write(to: file.url)
    let latest = Box<AnyMatrix?>(nil)
    return Prepared { _ in
      latest.value = try MatrixReader.read(file.url.path).matrix
    } confirm: {
      guard let matrix = latest.value else { return }
      for row in sampledRows(rows) {
        for column in sampledRows(columns) {
          // As it was written, so that the last bit counts.
          let expected = Double(spelling(row % distinctLines * columns + column)) ?? .nan
          try check(
            matrix.value(row: row, column: column), expected, relative: 0,
            "row \(row), column \(column)")
        }
      }
    }
  }
}

/// What is measured is reading: the same lines come again and again.
private let distinctLines = 512

private func numbers(rows: Int, columns: Int) -> String {
  let lines = (0..<distinctLines).map { row in
    (0..<columns).map { spelling(row * columns + $0) }.joined(separator: ",")
  }
  return (0..<rows).map { lines[$0 % lines.count] }.joined(separator: "\n")
}

private func spelling(_ index: Int) -> String {
  let number = sin(Double(index)) * pow(10, Double(index % 5 - 2))
  return index % 3 == 0 ? String(format: "%.6g", number) : "\(number)"
}
