internal import Kullback
internal import KullbackFiles

/// The work of `kullback evaluate`.
struct EvaluateRun {
  let command: EvaluateCommand

  func run() throws {
    let (set, options) = (command.set, command.options)
    let started = ContinuousClock.now
    let targetFile = try InputFile(
      command.target, command.reading(.classes, form: command.targetForm ?? set.form),
      isStreamed: true)
    var modelFile = try InputFile(
      command.model, command.reading(.classes, form: command.modelForm ?? set.form),
      isStreamed: true)
    let isByPosition = command.match.isByPosition
    try modelFile.matchColumns(to: targetFile.columnSide, byPosition: isByPosition)
    try modelFile.matchRows(to: targetFile.rowSide, byPosition: isByPosition)
    let target = try targetFile.rowSet(command.targetForm ?? set.form, set)
    let model = try modelFile.rowSet(command.modelForm ?? set.form, set)
    try check(target, model)
    let count = target.count == 1 ? model.count : target.count
    let all = try set.rows?.resolved(count: count) ?? 0..<count
    let rows = command.sharing.rows(of: all)

    let leftOut = try command.selection.rowsLeftOut(
      of: count, target.count == 1 ? modelFile : targetFile)
    let bytesPerRow = [target, model].filter { $0.count > 1 || count == 1 }
      .reduce(0) { $0 + $1.bytesPerRow }
    let captions = [(target, targetFile), (model, modelFile)].filter { $0.0.count > 1 }
      .map(\.1.captions).first { !$0.isEmpty }
    let side = (target.count == 1 ? modelFile : targetFile).rowSide
    let groups = try command.groups.rowGroups(of: side.input, rows: count)
    var labelled = try LabelledRows(
      command.labels, rows: rows, count: count, classes: target.classes, of: side,
      byPosition: isByPosition, groups: groups, threads: options.threads,
      exactLimit: command.sharing.isWritten
        ? RowwiseRun.heldInParts : Summary.defaultExactLimit)
    let names = try command.tokens.map { path throws(Failure) in
      try ClassNames(path, classes: target.classes)
    }
    let run = RowwiseRun(
      quantities: command.measures.measures.map { .init($0) }, unit: try command.base.unit,
      rows: rows, bytesPerRow: bytesPerRow,
      blockBytes: try Blocks.targetBytes([targetFile, modelFile], bytesPerRow: bytesPerRow),
      cuts: target.cuts + model.cuts, output: command.output, labels: captions?.labels,
      options: options, started: started, isPart: command.sharing.isWritten, groups: groups,
      groupName: command.groups.name)
    if !options.quiet {
      FormHint.give(targetFile, target.parts[0], option: "--target-form")
      FormHint.give(modelFile, model.parts[0], option: "--model-form")
    }
    var resolution =
      command.resolution
      ? try ResolutionReport(of: target, rows: rows, unit: run.unit, threads: options.threads)
      : nil
    let kept = try command.sharing.resume.map { path throws(Failure) in
      try ResumeFile(path, of: command)
    }
    if let found = kept?.labels { labelled?.take(found) }
    let outcome = try run.run(
      resuming: kept?.part, keep: { stream in try kept?.keep(stream, labelled) }
    ) { stream, range, progress in
      let p = target.rows(range)
      let q = model.rows(range)
      let out = leftOut(range)
      let results = try stream.add(target: p, model: q, leavingOut: out) { done, _ in
        progress(done)
      }
      try labelled?.add(range, target: p, model: q, leavingOut: out)
      resolution?.add(results)
      return results
    }
    let inputs =
      [("target", InputReport(targetFile, target)), ("model", InputReport(modelFile, model))]
      + (labelled.map { [("labels", InputReport($0.file))] } ?? [])
    if let partial = command.sharing.partial {
      try PartialFile(
        outcome, of: all, inputs: inputs, base: command.base.logarithm, bytesPerRow: bytesPerRow,
        groups: command.groups, labels: labelled?.found
      ).write(to: partial)
    }
    try EvaluateReport(
      inputs: inputs, run: run, outcome: outcome,
      invalid: InvalidRows(outcome.stream.diagnostics, sides: true, captions: captions),
      isWide: command.wide, captions: captions,
      labelStatistics: labelled.map { $0.found.statistics(of: $0.file.name, in: run.unit) },
      worstClasses: try names.map {
        try WorstClasses(
          $0, rows: outcome.stream.worstRows.map(\.row), target: target, model: model,
          block: command.groups.block)
      },
      resolution: resolution
    ).tell()
    kept?.remove()
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
