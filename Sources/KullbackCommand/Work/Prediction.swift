internal import Kullback
internal import KullbackFiles
internal import KullbackInference

/// The work of `kullback predict`.
struct Prediction {
  let command: PredictCommand

  func run() throws {
    var model = try SoftmaxFile.read(command.model)
    let features = try InputFile(command.features)
    try command.output.check(against: [features])
    let logits: Matrix<Double>
    do {
      if let bits = command.bits { model = try model.rounded(toBits: bits) }
      logits = try model.logits(of: features.matrix)
    } catch {
      throw Failure(error, in: "\(command.model) and \(features.name)")
    }
    let writer = try OutputWriter(
      command.output, rows: logits.rows, columns: logits.columns,
      kind: command.type == .float32 ? .float32 : .float64, width: logits.columns)
    do {
      try writer.write { format throws(FileError) in
        for row in 0..<logits.rows {
          switch format {
          case .npy(let npy): try npy.append(logits.row(row))
          case .csv(let csv): try csv.append(logits.row(row))
          }
        }
      }
      try writer.finish()
    } catch {
      writer.discard()
      throw error
    }
    guard !command.quiet else { return }
    let rounding = command.bits.map { ", weights rounded to \($0) bits" } ?? ""
    try StandardStreams.print(
      "\(command.output.path): logits of \(Format.count(logits.rows)) rows x \(logits.columns)"
        + " classes\(rounding)\n")
  }
}
