internal import Kullback
internal import KullbackFiles

/// The files of `kullback compare`: a target and models whose rows belong together.
struct CompareInputs {
  /// One of them.
  struct Side {
    let file: InputFile
    let set: RowSet

    /// Rows of it; a single one stands for all.
    func rows(_ range: Range<Int>) -> DistributionSet {
      set.rows(range)
    }
  }

  let target: Side
  let models: [Side]
  /// Rows of each file that does not have a single one.
  let count: Int

  /// Opens the files.
  init(_ command: CompareCommand) throws {
    let set = command.set
    let (targetForm, modelForm) = (command.targetForm ?? set.form, command.modelForm ?? set.form)
    let first = try InputFile(
      command.target, command.reading(.classes, form: targetForm), isStreamed: true)
    target = Side(file: first, set: try first.rowSet(targetForm, set))
    var (models, rowSide) = ([Side](), first.rows == 1 ? nil : first.rowSide)
    for path in command.models {
      var file = try InputFile(
        path, command.reading(.classes, form: modelForm), isStreamed: true)
      try file.matchColumns(to: first.columnSide, byPosition: command.match.isByPosition)
      if let rowSide { try file.matchRows(to: rowSide, byPosition: command.match.isByPosition) }
      if file.rows != 1 { rowSide = rowSide ?? file.rowSide }
      models.append(Side(file: file, set: try file.rowSet(modelForm, set)))
    }
    self.models = models
    let all = [target] + models
    let most = all.first { $0.set.count != 1 } ?? target
    count = most.set.count
    for side in all
    where side.set.classes != target.set.classes || (side.set.count != 1 && side.set.count != count)
    {
      throw Failure(
        KullbackError.shapeMismatch(target: most.set.shape, model: side.set.shape),
        in: "\(most.file.name), \(side.file.name)")
    }
  }

  /// The file that has all rows.
  var whole: InputFile { all.first { $0.set.count == count }?.file ?? target.file }

  /// All of them.
  var all: [Side] { [target] + models }

  /// Bytes of a row in all files together.
  var bytesPerRow: Int {
    all.reduce(0) { bytes, side in
      let isRepeated = side.set.count == 1 && count > 1
      return bytes + (isRepeated ? 0 : side.set.bytesPerRow)
    }
  }
}
