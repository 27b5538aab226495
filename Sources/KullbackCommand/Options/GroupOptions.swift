internal import ArgumentParser
internal import Kullback
internal import KullbackFiles

/// `--block` and `--groups`, which say which rows may depend on each other.
struct GroupOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Adds errors that take each so many consecutive rows, counted from the file's first, for dependent: chunks of text.",
      valueName: "rows"))
  var block: Int?

  @Option(
    help: ArgumentHelp(
      "Adds errors that take rows with the same label for dependent, documents say: a text file with a line for each row, or whole numbers as .npy or .safetensors.",
      valueName: "file"), completion: .file())
  var groups: InputPath?

  func validate() throws {
    guard block == nil || groups == nil else {
      throw ValidationError("--block and --groups are two ways to say the same: give one")
    }
    if let block, block < 1 { throw ValidationError("--block must be a whole number above 0") }
  }

  /// The groups of the rows of an input; nil where nothing is said.
  func rowGroups(of input: String, rows count: Int) throws -> RowGroups? {
    if let block { return try RowGroups(blocksOf: block) }
    guard let groups else { return nil }
    let file = ArrayPath(groups.text).file
    guard [FileFormat.npy, .safetensors].contains(where: { $0.isThat(of: file) }) else {
      do {
        return RowGroups(labels: try RowNames.read(groups.text, count: count))
      } catch { throw Failure(error) }
    }
    let labels = try LabelFile(groups).labels
    guard labels.count == count else {
      throw Failure(
        .invalidData,
        "\(groups): \(Format.count(labels.count, "label")) for the \(Format.count(count, "row")) of \(input)"
      )
    }
    return RowGroups(labels: labels)
  }

  /// What the groups are, in words.
  var name: String { Self.name(block: block, groups: groups?.name) }

  /// What blocks or the groups of a file are, in words.
  static func name(block: Int?, groups: String?) -> String {
    block.map { "blocks of \(Format.count($0, "row"))" } ?? "groups of \(groups ?? "")"
  }
}
