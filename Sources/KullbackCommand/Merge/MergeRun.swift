internal import Kullback
internal import KullbackFiles

/// The work of `kullback merge`.
struct MergeRun {
  let command: MergeCommand

  func run() throws {
    var files: [(path: InputPath, file: PartialFile)] = []
    for path in command.parts { files.append((path, try PartialFile.read(path))) }
    // A part without rows, of more parts than rows, comes before that which begins with the same one.
    files.sort {
      ($0.file.part.firstRow, $0.file.part.rows) < ($1.file.part.firstRow, $1.file.part.rows)
    }
    let first = files[0]
    for other in files.dropFirst() { try check(other, with: first) }
    try checkRows(files)
    guard let base = LogarithmBase(argument: first.file.base) else {
      throw Failure(.invalidData, "\(first.path.name): no base of logarithms: \(first.file.base)")
    }
    let unit = try base.number.map { try Unit.base($0) } ?? .nats
    let stream: EvaluationStream
    do { stream = try EvaluationPart.stream(joining: files.map(\.file.part), unit: unit) } catch {
      throw Failure(
        .invalidData, "\(command.parts.map(\.name).joined(separator: ", ")): \(error)")
    }
    let seconds = files.reduce(0) { $0 + max(0, $1.file.seconds) }
    let run = RowwiseRun(
      quantities: stream.measures.map { .init($0) }, unit: unit, rows: first.file.rows,
      bytesPerRow: 0, blockBytes: 0, output: nil, options: command.options,
      started: ContinuousClock.now, groupName: first.file.groupName)
    let order = ["target", "model", "labels"]
    let inputs = order.compactMap { name in first.file.inputs[name].map { (name, $0) } }
    try EvaluateReport(
      inputs: inputs, run: run,
      outcome: RowwiseRun.Outcome(
        stream: stream,
        rate: Rate(
          rows: stream.rows, bytes: files.reduce(0) { $0 + $1.file.bytes },
          elapsed: .seconds(seconds.isFinite ? seconds : 0))),
      invalid: InvalidRows(stream.diagnostics, sides: true), isWide: command.wide,
      captions: RowCaptions(dimensions: inputs.lazy.compactMap(\.1.dimensions).first),
      labelStatistics: labels(of: files.map(\.file)).map {
        $0.statistics(of: first.file.inputs["labels"]?.file ?? "", in: unit)
      }
    ).tell()
  }

  /// What all parts say of right classes, where they have some.
  private func labels(of files: [PartialFile]) -> LabelledRows.Found? {
    let found = files.compactMap(\.labels)
    guard let first = found.first else { return nil }
    return found.dropFirst().reduce(first, +)
  }

  private func check(
    _ other: (path: InputPath, file: PartialFile), with first: (path: InputPath, file: PartialFile)
  ) throws(Failure) {
    func refuse(_ what: String) -> Failure {
      Failure(.invalidData, "\(first.path.name), \(other.path.name): parts of \(what)")
    }
    // Another machine may have them elsewhere.
    let nameless = { (file: PartialFile) in
      file.inputs.mapValues { input in
        var input = input
        input.file = ""
        return input
      }
    }
    guard nameless(other.file) == nameless(first.file) else { throw refuse("other inputs") }
    guard other.file.rows == first.file.rows else { throw refuse("other rows: --rows") }
    guard other.file.base == first.file.base, other.file.part.measures == first.file.part.measures
    else { throw refuse("other measures, or in other units") }
    guard other.file.hasGroups(like: first.file),
      (other.file.labels == nil) == (first.file.labels == nil)
    else { throw refuse("other groups of rows: --block, --groups") }
  }

  /// Refuses parts that are not all, or of which two have the same rows.
  private func checkRows(_ files: [(path: InputPath, file: PartialFile)]) throws(Failure) {
    let whole = files[0].file.rows
    var next = whole.lowerBound
    for (path, file) in files {
      let (first, rows) = (file.part.firstRow, file.part.rows)
      guard first >= next, whole.upperBound - first >= rows else {
        throw Failure(
          .invalidData,
          "\(path.name): rows from \(first) on are those of another part, or beyond the end")
      }
      guard first == next else { throw missing(next..<first) }
      next += rows
    }
    guard next == whole.upperBound else { throw missing(next..<whole.upperBound) }
  }

  private func missing(_ rows: Range<Int>) -> Failure {
    Failure(
      .invalidData,
      "rows \(rows.lowerBound)..<\(rows.upperBound) are in no part",
      hint: "every shard has to be there")
  }
}
