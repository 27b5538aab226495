internal import Kullback
internal import KullbackFiles

/// The work of `kullback entropy`.
struct EntropyRun {
  let command: EntropyCommand

  func run() throws {
    let options = command.options
    let started = ContinuousClock.now
    let file = try InputFile(
      command.file, command.reading(.classes, form: command.set.form), isStreamed: true)
    let set = try file.rowSet(command.set.form, command.set)
    let rows = try command.set.rows?.resolved(count: set.count) ?? 0..<set.count
    let leftOut = try command.selection.rowsLeftOut(of: set.count, file)
    let bytesPerRow = set.bytesPerRow
    let run = RowwiseRun(
      quantities: [.init(.targetEntropy, name: "entropy", symbol: "H(p)")],
      unit: try command.base.unit, rows: rows, bytesPerRow: bytesPerRow,
      blockBytes: try Blocks.targetBytes([file], bytesPerRow: bytesPerRow),
      cuts: set.cuts, output: command.output, labels: file.rowLabels, options: options,
      started: started, groups: try command.groups.rowGroups(of: file.name, rows: set.count),
      groupName: command.groups.name)
    if !options.quiet { FormHint.give(file, set.parts[0], option: "--form") }
    let outcome = try run.run { stream, range, progress in
      let results = try stream.add(entropiesOf: set[range], leavingOut: leftOut(range))
      progress(range.count)
      return results
    }
    try EvaluateReport(
      inputs: [("set", InputReport(file, set))], run: run, outcome: outcome,
      invalid: InvalidRows(outcome.stream.diagnostics, sides: false, captions: file.captions),
      isWide: command.wide,
      captions: file.captions
    ).tell()
  }
}
