internal import Kullback
internal import KullbackFiles
internal import KullbackInference

/// The work of `kullback family`.
struct FamilyRun {
  let command: FamilyCommand

  private static let measures: [Measure] = [
    .forwardKL, .reverseKL, .targetEntropy, .modelEntropy, .crossEntropy,
  ]

  func run() throws {
    let (family, options) = (command.family.family, command.options)
    let started = ContinuousClock.now
    let targets = try side(command.target)
    var models = try side(command.model)
    try match(&models, to: targets)
    let (target, model) = (targets.file, models.file)
    let (rows, others) = (target.matrix.rows, model.matrix.rows)
    guard rows == others || rows == 1 || others == 1 else {
      throw Failure(
        .invalidData,
        "\(target.name), \(model.name): \(Format.count(rows, "row")) and \(Format.count(others)), and"
          + " neither has a single row to compare with all of the other's")
    }
    guard target.matrix.columns == model.matrix.columns else {
      throw Failure(
        .invalidData,
        "\(target.name), \(model.name): \(Format.count(target.matrix.columns, "column")) and"
          + " \(Format.count(model.matrix.columns)): both need one for each class")
    }
    let count = rows == 1 ? others : rows
    let bytes = { (file: InputFile) in
      file.matrix.rows == 1 && count > 1 ? 0 : file.matrix.columns * file.matrix.kind.byteCount
    }
    let run = RowwiseRun(
      quantities: Self.measures.map { .init($0) }, unit: try command.base.unit, rows: 0..<count,
      bytesPerRow: bytes(target) + bytes(model), blockBytes: Blocks.targetBytes,
      output: command.output, options: options, started: started)
    var invalid = InvalidRows()
    let outcome = try run.run { [models] stream, range, _ in
      let values = try family.evaluate(
        targets: targets.parameters(rows == 1 ? 0..<1 : range),
        models: models.parameters(others == 1 ? 0..<1 : range),
        targetsAs: targets.parametrisation, modelsAs: models.parametrisation,
        threads: options.threads)
      invalid.add(
        values.invalidRows.prefix(InvalidRows.named).map { entry in
          InvalidRows.Entry(
            row: range.lowerBound + entry.row, side: entry.side.rawValue, reason: entry.reason)
        }, count: values.invalidCount)
      return stream.add(values: [
        values.forwardKL, values.reverseKL, values.targetEntropy, values.modelEntropy,
        values.crossEntropy,
      ])
    }
    try EvaluateReport(
      inputs: [("target", report(targets)), ("model", report(models))], run: run,
      outcome: outcome, invalid: invalid, isWide: command.wide,
      captions: [(rows, target), (others, model)].filter { $0.0 > 1 }.map(\.1.captions)
        .first { !$0.isEmpty }
    ).tell()
  }

  /// A file, and what its columns hold.
  private struct Side {
    var file: InputFile
    /// The columns of the parameters.
    let places: [Int]
    /// What they are of; nil for the family's own.
    let parametrisation: Parametrisation?
    /// What the file calls them, where they are converted.
    var given: [String]?

    /// The parameters of some rows.
    func parameters(_ rows: Range<Int>) -> [[Double]] {
      rows.map { row in places.map { file.matrix.value(row: row, column: $0) } }
    }
  }

  /// Opens a file, and finds what its columns hold: by the names in its header, where it has one.
  private func side(_ path: InputPath) throws(Failure) -> Side {
    let family = command.family.family
    var file = try InputFile(path, command.reading(.parameters), isStreamed: true)
    let (names, width) = (family.parameters, file.matrix.columns)
    guard !names.isEmpty else {
      guard width >= 2 else {
        throw Failure(
          .invalidData,
          "\(file.name): a \(family.name) distribution has a column for each of at least 2 classes")
      }
      return Side(file: file, places: Array(0..<width), parametrisation: nil)
    }
    guard width == names.count else {
      throw Failure(
        .invalidData,
        "\(file.name): \(Format.count(width, "column")), and a \(family.name) distribution has"
          + " \(names.count): \(names.joined(separator: ", "))")
    }
    guard let header = file.columnNames, !command.match.isByPosition else {
      return Side(file: file, places: Array(0..<width), parametrisation: nil)
    }
    do throws(UnknownParameters) {
      let (parametrisation, places) = try family.parametrisation(of: header)
      let isOwn = parametrisation.parameters == names
      if places != Array(0..<width) { file.matching.reordered = [.columns] }
      return Side(
        file: file, places: places,
        parametrisation: isOwn ? nil : parametrisation,
        given: isOwn ? nil : places.map { header[$0] })
    } catch {
      throw Failure(
        .invalidData, "\(file.name): \(error)",
        hint: (error.synonyms.isEmpty ? "" : error.synonyms + "; ")
          + "--by-position takes the columns as \(names.joined(separator: ", "))")
    }
  }

  /// Puts the models in the order of the targets: rows by their labels, and classes by their names.
  private func match(_ model: inout Side, to target: Side) throws(Failure) {
    let isByPosition = command.match.isByPosition
    if command.family.family.parameters.isEmpty {
      try model.file.matchColumns(to: target.file.columnSide, byPosition: isByPosition)
    }
    try model.file.matchRows(to: target.file.rowSide, byPosition: isByPosition)
  }

  private func report(_ side: Side) -> InputReport {
    let (family, file) = (command.family.family, side.file)
    return InputReport(
      file: file.name, rows: file.matrix.rows, columns: file.matrix.columns,
      type: file.matrix.kind.name, form: family.name,
      parameters: family.parameters.isEmpty ? ["one for each class"] : family.parameters,
      table: family.parameters.isEmpty
        ? file.layout.map { .init($0, classes: file.matrix.columns) } : file.table,
      convertedFrom: side.given, reordered: file.matching.reordered,
      byPosition: file.matching.byPosition)
  }
}
