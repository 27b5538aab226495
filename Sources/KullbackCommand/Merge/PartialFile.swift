internal import Kullback
internal import KullbackFiles

/// What `evaluate --partial` writes and `merge` reads: what was found of some rows of the inputs. Its JSON:
///
///     kullback      "partial"
///     version       of the format: 1
///     inputs        as in the report of evaluate
///     firstRow, lastRow   the rows of the whole: from the first to before the last
///     base          of logarithms: "e", or a number
///     seconds, bytes      what the part took, and read
///     block, groups   by what errors are clustered, if they are: blocks of so many rows, or a file of groups
///     labels        of rows with right classes: ignored, and what `LabelComparison` of the library says of the others
///     part          what `EvaluationPart` of the library says of it
struct PartialFile: Codable {
  private let kullback: String
  private let version: Int
  let inputs: [String: InputReport]
  private let firstRow: Int
  private let lastRow: Int
  let base: String
  let seconds: Double
  let bytes: Int
  private let block: Int?
  private let groups: String?
  let labels: LabelledRows.Found?
  let part: EvaluationPart

  /// The rows of the whole.
  var rows: Range<Int> { firstRow..<lastRow }

  /// What a run has found of its rows, which are some of all.
  init(
    _ outcome: RowwiseRun.Outcome, of rows: Range<Int>,
    inputs: [(name: String, report: InputReport)],
    base: LogarithmBase, bytesPerRow: Int, groups: GroupOptions, labels: LabelledRows.Found?
  ) {
    kullback = "partial"
    version = 1
    self.inputs = Dictionary(uniqueKeysWithValues: inputs.map { ($0.name, $0.report) })
    (firstRow, lastRow) = (rows.lowerBound, rows.upperBound)
    self.base = base.description
    seconds = outcome.rate.seconds
    bytes = (outcome.stream.rows - outcome.resumed) * bytesPerRow
    (block, self.groups) = (groups.block, groups.groups?.name)
    self.labels = labels
    part = EvaluationPart(outcome.stream)
  }

  /// By what errors are clustered, in words.
  var groupName: String { GroupOptions.name(block: block, groups: groups) }

  /// Whether another part has groups of the same kind; a file of them may be elsewhere there.
  func hasGroups(like other: PartialFile) -> Bool {
    block == other.block && (groups == nil) == (other.groups == nil)
  }

  /// Writes the file, which gets its name when it is whole.
  func write(to output: OutputPath) throws(Failure) {
    try Output.write(try JSON.text(self), to: output.path)
  }

  /// Reads a file.
  static func read(_ path: InputPath) throws(Failure) -> PartialFile {
    let file: PartialFile = try JSON.read(path, writtenBy: "evaluate --partial")
    guard file.kullback == "partial", file.version == 1 else {
      throw Failure(.invalidData, "\(path.name): a partial result of another version")
    }
    let numbers = [file.firstRow, file.lastRow, file.bytes, file.part.firstRow, file.part.rows]
    guard numbers.allSatisfy({ (0...1 << 56).contains($0) }), file.firstRow <= file.lastRow else {
      throw Failure(.invalidData, "\(path.name): rows that no input has")
    }
    return file
  }
}
