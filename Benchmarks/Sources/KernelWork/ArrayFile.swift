import Foundation
import Kullback
import KullbackFiles

/// The entropies of the rows of an array in a file, from opening it on: what formats differ in is seen beside .npy.
func arrayFileWork(_ format: String, rows: Int, classes: Int) -> Work {
  Work(
    name: "entropy, from a .\(format) file", shape: "logits \(rows) x \(classes)",
    type: Double.benchmarkName, amount: Double(8 * rows * classes), limit: .read
  ) {
    let source = makePair(Double.self, rows: rows, classes: classes).target
    let file = TemporaryFile(ending: format)
    let writer = try TableWriter(
      path: file.url.path, rows: rows, columns: (0..<classes).map { "\($0)" })
    for row in 0..<rows {
      try writer.append(columns: (0..<classes).map { [source.value(row: row, column: $0)] })
    }
    try writer.finish()
    let path = format == "npy" ? file.url.path : file.url.path + ":values"
    let latest = Box<[Double]>([])
    return Prepared { [file] threads in
      _ = file
      let set = try DistributionSet(MatrixReader.read(path).matrix, form: .logits)
      latest.value = try evaluateEntropy(of: set, threads: threads).values
    } confirm: {
      guard !latest.value.isEmpty else { return }
      for row in sampledRows(rows) {
        try check(
          latest.value[row], ReferenceRow(source, row: row, probabilities: false).entropy,
          relative: 1e-9, "entropy of row \(row)")
      }
    }
  }
}
