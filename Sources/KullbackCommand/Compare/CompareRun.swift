internal import Kullback

/// The work of `kullback compare`: a block of the target's rows after the other, each held against all models while it
/// is in memory.
struct CompareRun {
  let command: CompareCommand

  /// Values of all models and measures that are held together for exact quantiles, 96 MB.
  private static let heldValues = 12_000_000

  func run() throws {
    let options = command.options
    let started = ContinuousClock.now
    let inputs = try CompareInputs(command)
    let rows = try command.set.rows?.resolved(count: inputs.count) ?? 0..<inputs.count
    let groups = try command.groups.rowGroups(of: inputs.rowSide.input, rows: inputs.count)
    let unit = try command.base.unit
    let (models, measures) = (inputs.models.count, command.measures.measures)
    let exactLimit = min(
      Self.heldValues / (models * (measures.count + 2)), Summary.defaultExactLimit)
    var found = Found(
      measures: measures.map {
        ComparedMeasure($0, models: models, unit: unit, groups: groups, exactLimit: exactLimit)
      },
      labels: try labels(of: inputs, rows, unit, groups, exactLimit))
    if !options.quiet {
      if let target = inputs.target.side {
        FormHint.give(target.file, target.set.parts[0], option: "--target-form")
      }
      for model in inputs.models {
        FormHint.give(model.file, model.set.parts[0], option: "--model-form")
      }
    }
    try evaluate(inputs, rows, unit, &found)
    let rate = Rate(
      rows: rows.count, bytes: rows.count * inputs.bytesPerRow,
      elapsed: ContinuousClock.now - started)
    try CompareReport(
      command: command, inputs: inputs, rows: rows, unit: unit, found: found, rate: rate
    ).tell()
  }

  /// What has been found of the rows so far.
  struct Found {
    var measures: [ComparedMeasure]
    var labels: ComparedLabels?
    var invalid = InvalidRows()
  }

  /// What is to be found of rows' right classes, where they have some.
  private func labels(
    of inputs: CompareInputs, _ rows: Range<Int>, _ unit: Unit, _ groups: RowGroups?,
    _ exactLimit: Int
  ) throws -> ComparedLabels? {
    if case .base(let base) = inputs.target {
      guard command.labels.file == nil else {
        throw Failure(.usage, "a base file has its labels itself: no --labels")
      }
      return ComparedLabels(
        base, models: inputs.models.count, unit: unit, groups: groups, exactLimit: exactLimit)
    }
    let labelled = try LabelledRows(
      command.labels, rows: rows, count: inputs.count, classes: inputs.target.shape.columns,
      of: inputs.rowSide, byPosition: command.match.isByPosition, groups: groups,
      threads: command.options.threads)
    return labelled.map {
      ComparedLabels(
        $0, models: inputs.models.count, unit: unit, groups: groups, exactLimit: exactLimit)
    }
  }

  private func evaluate(
    _ inputs: CompareInputs, _ rows: Range<Int>, _ unit: Unit, _ found: inout Found
  ) throws {
    let total = rows.count * inputs.models.count
    let progress = Progress(total: total, of: "comparisons", quiet: command.options.quiet)
    defer { progress.finish() }
    var done = 0
    for range in Blocks(
      rows, bytesPerRow: inputs.bytesPerRow, targetBytes: try inputs.blockBytes(),
      cuts: inputs.cuts)
    {
      let models = inputs.models.map { $0.set.rows(range) }
      var results: [Evaluation] = []
      for model in models {
        let before = done
        let pair = try inputs.target.pair(range, with: model, threads: command.options.threads)
        results.append(
          try Kullback.evaluate(
            target: pair.target, model: pair.model, measures: command.measures.measures,
            threads: command.options.threads
          ) { some, _ in progress.update(before + some) })
        done += range.count
      }
      for (index, measure) in command.measures.measures.enumerated() {
        let columns = results.map { result in
          result[measure].map { unit.value($0, of: measure.dimension) }
        }
        found.measures[index].comparison.add(columns, firstRow: range.lowerBound)
      }
      note(results, of: inputs, range, &found.invalid)
      try found.labels?.add(
        range, target: inputs.target, models: models, threads: command.options.threads)
    }
  }

  /// Takes a block's invalid rows: the target's once, whatever number of models it was held against.
  private func note(
    _ results: [Evaluation], of inputs: CompareInputs, _ range: Range<Int>,
    _ invalid: inout InvalidRows
  ) {
    guard results.contains(where: { $0.diagnostics.invalidCount > 0 }) else { return }
    let measure = command.measures.measures[0]
    let columns = results.map { $0[measure] }
    let count = (0..<range.count).count { row in columns.contains { $0[row].isNaN } }
    var entries: [InvalidRows.Entry] = []
    for (result, model) in zip(results, inputs.models) {
      for row in result.diagnostics.invalidRows {
        let entry = InvalidRows.Entry(
          row: range.lowerBound + row.row,
          side: row.side == .target ? "target" : model.file.name,
          reason: row.reason.description)
        if !entries.contains(entry) { entries.append(entry) }
      }
    }
    entries.sort { $0.row < $1.row }
    invalid.add(Array(entries.prefix(InvalidRows.named)), count: count)
  }
}
