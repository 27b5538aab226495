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
    let target = try targetFile.distributions(command.targetForm ?? set.form, set)
    let model = try modelFile.distributions(command.modelForm ?? set.form, set)
    try check(target, model)
    let count = target.count == 1 ? model.count : target.count
    let rows = try set.rows?.resolved(count: count) ?? 0..<count

    let bytes = { (side: DistributionSet) in
      side.count == 1 && count > 1 ? 0 : side.classes * side.matrix.kind.byteCount
    }
    let bytesPerRow = bytes(target) + bytes(model)
    let run = RowwiseRun(
      quantities: command.measures.measures.map { .init($0) }, unit: try command.base.unit,
      rows: rows, bytesPerRow: bytesPerRow,
      blockBytes: try Blocks.targetBytes([targetFile, modelFile], bytesPerRow: bytesPerRow),
      output: command.output, options: options, started: started)
    if !options.quiet {
      FormHint.give(targetFile, target, option: "--target-form")
      FormHint.give(modelFile, model, option: "--model-form")
    }
    let outcome = try run.run { stream, range, progress in
      try stream.add(
        target: target.count == 1 ? target : target[range],
        model: model.count == 1 ? model : model[range]
      ) { done, _ in progress(done) }
    }
    try EvaluateReport(
      inputs: [
        ("target", InputReport(targetFile, target)), ("model", InputReport(modelFile, model)),
      ],
      run: run, outcome: outcome, invalid: InvalidRows(outcome.stream.diagnostics, sides: true),
      isWide: command.wide,
      labels: (target.count == 1 ? nil : targetFile.rowLabels)
        ?? (model.count == 1 ? nil : modelFile.rowLabels)
    ).tell()
  }

  /// Refuses sets that cannot be compared before anything is created.
  private func check(_ target: DistributionSet, _ model: DistributionSet) throws(Failure) {
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
