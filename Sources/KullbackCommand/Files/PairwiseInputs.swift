internal import Kullback
internal import KullbackFiles

/// Two files, or one and itself, whose rows are compared all with all.
struct PairwiseInputs {
  let targets: NamedSet
  let models: NamedSet
  /// Whether there is one set, compared with itself.
  let isItself: Bool

  /// Opens the files.
  init(
    _ first: InputPath, _ second: InputPath?, _ command: some ReadsPairs, threads: Int?
  ) throws {
    let (set, options) = (command.set, command.pairs)
    let targets = try NamedSet(
      first, options.targetForm ?? set.form, command, rows: set.rows,
      labels: options.labels, threads: threads)
    isItself = second == nil
    models =
      try second.map { path in
        try NamedSet(
          path, options.modelForm ?? set.form, command, rows: nil,
          labels: options.modelLabels, like: targets.file.columnSide,
          byPosition: command.match.isByPosition, threads: threads)
      } ?? targets
    self.targets = targets
    guard targets.set.classes == models.set.classes else {
      throw Failure(
        KullbackError.shapeMismatch(target: targets.set.shape, model: models.set.shape),
        in: "\(first), \(second ?? first)")
    }
  }

  /// The inputs with their names in reports.
  var reports: [(name: String, report: InputReport)] {
    isItself
      ? [("set", targets.report)] : [("targets", targets.report), ("models", models.report)]
  }

  /// What is held of each row while pairs are computed: logarithms of normalisers as they are found and as
  /// they are used, entropies, and whether the row is valid.
  var memoryOfRows: MemoryNeed {
    let rows = MemoryNeed(targets.set.count, 1, of: 26)
    return isItself ? rows : rows + MemoryNeed(models.set.count, 1, of: 26)
  }

  /// Says on standard error when a file is probably of another form than declared.
  func hint() {
    guard !isItself else { return FormHint.give(targets.file, targets.set, option: "--form") }
    FormHint.give(targets.file, targets.set, option: "--target-form")
    FormHint.give(models.file, models.set, option: "--model-form")
  }

  /// The invalid rows, as they are numbered in their files.
  func invalidRows(_ diagnostics: Diagnostics) -> InvalidRows {
    var invalid = InvalidRows(countingSides: true)
    let entries = diagnostics.invalidRows.filter { !isItself || $0.side == .target }
    // A set that is compared with itself has each of its invalid rows on both sides.
    let isTwice = isItself && diagnostics.invalidRows.contains { $0.side == .model }
    invalid.add(
      entries.prefix(InvalidRows.named).map { entry in
        let first = entry.side == .target ? targets.calls.rows : models.calls.rows
        return InvalidRows.Entry(
          row: first.lowerBound + entry.row, side: isItself ? nil : entry.side.rawValue,
          reason: entry.reason.description)
      }, count: isTwice ? diagnostics.invalidCount / 2 : diagnostics.invalidCount)
    return invalid
  }
}
