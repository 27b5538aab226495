internal import Kullback
internal import KullbackFiles

/// The work of `kullback evaluate`.
struct EvaluateRun {
  let command: EvaluateCommand

  func run() throws {
    let (set, options) = (command.set, command.options)
    let started = ContinuousClock.now
    let targetFile = try InputFile(
      command.target, set.table.options(.classes, form: command.targetForm ?? set.form),
      isStreamed: true)
    var modelFile = try InputFile(
      command.model, set.table.options(.classes, form: command.modelForm ?? set.form),
      isStreamed: true)
    let isByPosition = command.match.isByPosition
    try modelFile.matchColumns(to: targetFile.columnSide, byPosition: isByPosition)
    try modelFile.matchRows(to: targetFile.rowSide, byPosition: isByPosition)
    let target = try targetFile.rowSet(command.targetForm ?? set.form, set)
    let model = try modelFile.rowSet(command.modelForm ?? set.form, set)
    try check(target, model)
    let count = target.count == 1 ? model.count : target.count
    let rows = try set.rows?.resolved(count: count) ?? 0..<count

    let leftOut = try command.selection.rowsLeftOut(
      of: count, target.count == 1 ? modelFile : targetFile)
    let bytesPerRow = [target, model].filter { $0.count > 1 || count == 1 }
      .reduce(0) { $0 + $1.bytesPerRow }
    let captions = [(target, targetFile), (model, modelFile)].filter { $0.0.count > 1 }
      .map(\.1.captions).first { !$0.isEmpty }
    let run = RowwiseRun(
      quantities: command.measures.measures.map { .init($0) }, unit: try command.base.unit,
      rows: rows, bytesPerRow: bytesPerRow,
      blockBytes: try Blocks.targetBytes([targetFile, modelFile], bytesPerRow: bytesPerRow),
      cuts: target.cuts + model.cuts, output: command.output, labels: captions?.labels,
      options: options, started: started)
    if !options.quiet {
      FormHint.give(targetFile, target.parts[0], option: "--target-form")
      FormHint.give(modelFile, model.parts[0], option: "--model-form")
    }
    let outcome = try run.run { stream, range, progress in
      try stream.add(
        target: target[target.count == 1 ? 0..<1 : range],
        model: model[model.count == 1 ? 0..<1 : range], leavingOut: leftOut(range)
      ) { done, _ in progress(done) }
    }
    try EvaluateReport(
      inputs: [
        ("target", InputReport(targetFile, target)), ("model", InputReport(modelFile, model)),
      ],
      run: run, outcome: outcome,
      invalid: InvalidRows(outcome.stream.diagnostics, sides: true, captions: captions),
      isWide: command.wide, captions: captions
    ).tell()
  }

  /// Refuses sets that cannot be compared before anything is created.
  private func check(_ target: RowSet, _ model: RowSet) throws(Failure) {
    guard
      target.classes == model.classes,
      target.count == model.count || target.count == 1 || model.count == 1
    else {
      throw Failure(
        KullbackError.shapeMismatch(target: target.shape, model: model.shape),
        in: "\(command.target), \(command.model)")
    }
  }
}
