internal import Kullback
internal import KullbackFiles

/// A file's rows as distributions, and what they are called.
struct NamedSet {
  let file: InputFile
  /// The rows at hand.
  let set: DistributionSet
  let calls: RowCalls
  let report: InputReport
}

extension NamedSet {
  /// - Parameter other: the names whose order the columns are to have.
  init(
    _ path: InputPath, _ form: Form, _ command: some ReadsSets, rows: RowRange?, labels: InputPath?,
    like other: Matching.Names? = nil, byPosition: Bool = false, threads: Int?
  ) throws {
    var file = try InputFile(path, command.reading(.classes, form: form), isStreamed: true)
    try file.join()
    if let other { try file.matchColumns(to: other, byPosition: byPosition) }
    self.file = file
    let whole = try file.distributions(form, command.set)
    let rows = try rows?.resolved(count: whole.count) ?? 0..<whole.count
    set = try file.held(whole[rows], threads: threads)
    calls = try RowCalls(labels, of: file, rows: rows)
    report = InputReport(file, whole)
  }
}
