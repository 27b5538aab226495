internal import Kullback
internal import KullbackFiles

/// The files of `kullback compare`: a target and models whose rows belong together.
struct CompareInputs {
  let target: RowSource
  let models: [RowSource.Side]
  /// Rows of each file that does not have a single one.
  let count: Int
  /// The input that has all rows, and what they are called.
  let rowSide: Matching.Names

  /// Opens the files.
  init(_ command: CompareCommand) throws {
    let set = command.set
    let (targetForm, modelForm) = (command.targetForm ?? set.form, command.modelForm ?? set.form)
    target =
      LlamaBaseFile.isThat(command.target.text)
      ? .base(try BaseFile(command.target)) : .file(try Self.open(command, targetForm))
    var (models, rowSide) = ([RowSource.Side](), target.shape.rows == 1 ? nil : target.rowSide)
    for path in command.models {
      var file = try InputFile(
        path, command.reading(.classes, form: modelForm), isStreamed: true)
      if let columns = target.columnSide {
        try file.matchColumns(to: columns, byPosition: command.match.isByPosition)
      }
      if let rowSide { try file.matchRows(to: rowSide, byPosition: command.match.isByPosition) }
      if file.rows != 1 { rowSide = rowSide ?? file.rowSide }
      models.append(RowSource.Side(file: file, set: try file.rowSet(modelForm, set)))
    }
    self.models = models
    self.rowSide = rowSide ?? target.rowSide
    let all = [(target.name, target.shape)] + models.map { ($0.file.name, $0.set.shape) }
    let most = all.first { $0.1.rows != 1 } ?? all[0]
    count = most.1.rows
    for (name, shape) in all
    where shape.columns != target.shape.columns || (shape.rows != 1 && shape.rows != count) {
      throw Failure(
        KullbackError.shapeMismatch(target: most.1, model: shape), in: "\(most.0), \(name)")
    }
    guard target.mayStandForAll || target.shape.rows == count else {
      throw Failure(
        KullbackError.shapeMismatch(target: target.shape, model: most.1),
        in: "\(target.name), \(most.0)")
    }
  }

  private static func open(_ command: CompareCommand, _ form: Form) throws -> RowSource.Side {
    let file = try InputFile(
      command.target, command.reading(.classes, form: form), isStreamed: true)
    return RowSource.Side(file: file, set: try file.rowSet(form, command.set))
  }

  /// Files whose rows are read as they are.
  private var files: [RowSource.Side] { (target.side.map { [$0] } ?? []) + models }

  /// Bytes of a row in all files together.
  var bytesPerRow: Int {
    files.reduce(target.side == nil ? target.bytesPerRow : 0) { bytes, side in
      let isRepeated = side.set.count == 1 && count > 1
      return bytes + (isRepeated ? 0 : side.set.bytesPerRow)
    }
  }

  /// Bytes of a block of all files, which memory holds while one model after the other is read.
  func blockBytes() throws -> Int {
    min(target.blockBytes, try Blocks.targetBytes(files.map(\.file), bytesPerRow: bytesPerRow))
  }

  /// Rows with which a block has to begin, as a file does.
  var cuts: [Int] { files.flatMap(\.set.cuts) }
}
