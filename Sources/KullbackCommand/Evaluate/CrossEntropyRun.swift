internal import Kullback
internal import KullbackFiles

/// The work of `kullback cross-entropy`.
struct CrossEntropyRun {
  let command: CrossEntropyCommand

  func run() throws {
    let options = command.options
    let started = ContinuousClock.now
    let isByPosition = command.match.isByPosition
    var labelFile = try LabelFile(command.labels)
    let file = try InputFile(
      command.model, command.reading(.classes, form: command.set.form), isStreamed: true)
    let set = try file.rowSet(command.set.form, command.set)
    try labelFile.matchRows(to: file.rowSide, byPosition: isByPosition)
    let labels = labelFile.labels
    guard labels.count == set.count else {
      throw Failure(
        .invalidData,
        "\(command.labels): \(Format.count(labels.count, "label")) for the \(Format.count(set.count, "row")) of \(file.name)"
      )
    }
    var inputs = [("labels", InputReport(labelFile)), ("model", InputReport(file, set))]
    var weights: [Double]?
    if let path = command.classWeights {
      var weightFile = try InputFile(path)
      weights = try classWeights(&weightFile, of: file)
      inputs.append(("weights", InputReport(classWeights: weightFile)))
    }
    let rows = try command.set.rows?.resolved(count: set.count) ?? 0..<set.count
    let leftOut = try command.selection.rowsLeftOut(of: set.count, file)
    let bytesPerRow = set.bytesPerRow
    let ignored = command.ignoreIndex.map(Int64.init)
    let run = RowwiseRun(
      quantities: [.init(.crossEntropy, symbol: "H(label,q)")], unit: try command.base.unit,
      rows: rows, bytesPerRow: bytesPerRow,
      blockBytes: try Blocks.targetBytes([file], bytesPerRow: bytesPerRow),
      cuts: set.cuts, output: command.output, labels: file.rowLabels, options: options,
      started: started, groups: try command.groups.rowGroups(of: file.name, rows: set.count),
      groupName: command.groups.name)
    if !options.quiet { FormHint.give(file, set.parts[0], option: "--form") }
    let outcome = try run.run { stream, range, progress in
      let results = try stream.add(
        labels: Array(labels[range]), model: set[range], smoothing: command.labelSmoothing,
        ignoring: ignored, classWeights: weights, leavingOut: leftOut(range))
      progress(range.count)
      return results
    }
    let stream = outcome.stream
    try EvaluateReport(
      inputs: inputs, run: run, outcome: outcome,
      invalid: InvalidRows(stream.diagnostics, sides: false, captions: file.captions),
      isWide: command.wide,
      captions: file.captions,
      scores: weights == nil && ignored == nil
        ? nil
        : .init(
          ignored: stream.rowsLeftOut - leftOut.count(in: rows), weightedMean: stream.weightedMean)
    ).tell()
  }

  /// A weight for each class of a file, by the class's name where both have names.
  private func classWeights(
    _ file: inout InputFile, of model: InputFile
  ) throws(Failure) -> [Double] {
    let (matrix, classes) = (file.matrix, model.columns)
    let isVector = matrix.rows == 1 || matrix.columns == 1
    let places =
      isVector
      ? try file.vector(
        .columns, like: model.columnSide, byPosition: command.match.isByPosition
      ).places : nil
    guard isVector, matrix.rows * matrix.columns == classes else {
      throw Failure(
        .invalidData,
        "\(file.name): \(matrix.rows) x \(matrix.columns) weights for \(classes) classes")
    }
    let values = matrix.doubles.values
    let weights = places.map { $0.map { values[$0] } } ?? values
    for (index, value) in weights.enumerated() where !(value >= 0 && value.isFinite) {
      throw Failure(.invalidData, "\(file.name): the weight of class \(index) is \(value)")
    }
    return weights
  }
}

extension InputReport {
  fileprivate init(classWeights file: InputFile) {
    self.init(
      file: file.name, rows: file.matrix.rows, columns: file.matrix.columns,
      type: file.matrix.kind.name, form: "class weights", parameters: ["one for each class"],
      reordered: file.matching.reordered, byPosition: file.matching.byPosition)
  }
}
