internal import Kullback
internal import KullbackFiles
internal import KullbackInference

/// The work of `kullback family`.
struct FamilyEvaluation {
  let command: FamilyCommand

  private static let quantities: [StreamedEvaluation.Quantity] = [
    Measure.forwardKL, .reverseKL, .targetEntropy, .modelEntropy, .crossEntropy,
  ].map(StreamedEvaluation.Quantity.init)

  func run() throws {
    let (family, options) = (command.family.family, command.options)
    let target = try InputFile(command.target, command.table.options(.parameters))
    let model = try InputFile(command.model, command.table.options(.parameters))
    try command.output?.check(against: [target, model])
    let (targets, models) = try (parameters(of: target), parameters(of: model))
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
    let session = EvaluationSession(
      inputs: [
        ("target", InputReport(target, family)), ("model", InputReport(model, family)),
      ],
      evaluation: StreamedEvaluation(
        quantities: Self.quantities, unit: try command.base.unit, rows: 0..<count,
        bytesPerRow: bytes(target) + bytes(model), output: command.output, isQuiet: options.quiet),
      options: options, isWide: command.wide,
      labels: (rows == 1 ? nil : target.rowLabels) ?? (others == 1 ? nil : model.rowLabels))
    try session.run { range, _ in
      let values = try family.evaluate(
        targets: targets(rows == 1 ? 0..<1 : range), models: models(others == 1 ? 0..<1 : range))
      return StreamedEvaluation.Block(
        columns: [
          values.forwardKL, values.reverseKL, values.targetEntropy, values.modelEntropy,
          values.crossEntropy,
        ],
        invalidCount: values.invalidCount,
        invalid: values.invalidRows.prefix(InvalidRows.named).map { entry in
          InvalidRows.Entry(
            row: range.lowerBound + entry.row, side: entry.side.rawValue, reason: entry.reason)
        })
    }
  }

  /// The parameters of a file's rows, in the family's order.
  private func parameters(of file: InputFile) throws(Failure) -> (Range<Int>) -> [[Double]] {
    let (family, matrix) = (command.family.family, file.matrix)
    let names = family.parameters
    var order = Array(0..<matrix.columns)
    if names.isEmpty {
      guard matrix.columns >= 2 else {
        throw Failure(
          .invalidData,
          "\(file.name): a \(family.name) distribution has a column for each of at least 2 classes")
      }
    } else {
      guard matrix.columns == names.count else {
        throw Failure(
          .invalidData,
          "\(file.name): \(Format.count(matrix.columns, "column")), and a \(family.name) distribution has"
            + " \(names.count): \(names.joined(separator: ", "))")
      }
      if let header = file.columnNames, Set(header) == Set(names) {
        order = names.map { name in header.firstIndex(of: name) ?? 0 }
      }
    }
    return { rows in
      rows.map { row in order.map { matrix.value(row: row, column: $0) } }
    }
  }
}

extension InputReport {
  init(_ file: InputFile, _ family: NamedFamily) {
    self.init(
      file: file.name, rows: file.matrix.rows, columns: file.matrix.columns,
      type: file.matrix.kind.name, form: family.name,
      parameters: family.parameters.isEmpty ? ["one for each class"] : family.parameters)
  }
}
