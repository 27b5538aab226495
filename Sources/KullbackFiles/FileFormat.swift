/// A format of files: the one list that is read by help texts, by errors, and by what opens files.
///
/// A file of any of them may be compressed with gzip where it is not mapped by arrays, as .safetensors is: it is read as
/// what it holds.
public struct FileFormat: Sendable, Hashable {
  /// What a file of a format holds.
  public enum Contents: Sendable {
    /// A matrix, or labels of classes.
    case matrix
    /// Matrices with a name each, of which `ArrayPath` names one.
    case namedMatrices
    /// A picture.
    case picture
  }

  /// What people call it.
  public let name: String
  /// How names of such files end, without the dot.
  public let ending: String
  /// What a file holds.
  public let contents: Contents
  /// Whether files are read.
  public let isRead: Bool
  /// Whether files are written.
  public let isWritten: Bool

  /// NumPy's arrays, one a file.
  public static let npy = FileFormat(
    name: "NumPy array", ending: "npy", contents: .matrix, isRead: true, isWritten: true)
  /// Text whose columns are separated by commas.
  public static let csv = FileFormat(
    name: "comma-separated text", ending: "csv", contents: .matrix, isRead: true, isWritten: true)
  /// Text whose columns are separated by tabs.
  public static let tsv = FileFormat(
    name: "tab-separated text", ending: "tsv", contents: .matrix, isRead: true, isWritten: false)
  /// NumPy's arrays by name.
  public static let npz = FileFormat(
    name: "NumPy archive", ending: "npz", contents: .namedMatrices, isRead: true, isWritten: true)
  /// Arrays by name, as models of language are kept in.
  public static let safetensors = FileFormat(
    name: "safetensors", ending: "safetensors", contents: .namedMatrices, isRead: true,
    isWritten: true)
  /// Which of several files of arrays by name has which.
  public static let safetensorsIndex = FileFormat(
    name: "index of safetensors files", ending: "safetensors.index.json", contents: .namedMatrices,
    isRead: true, isWritten: false)
  /// Text with an object of JSON a line.
  public static let jsonl = FileFormat(
    name: "JSON lines", ending: "jsonl", contents: .matrix, isRead: false, isWritten: true)
  /// Pictures of shapes and texts.
  public static let svg = FileFormat(
    name: "SVG picture", ending: "svg", contents: .picture, isRead: false, isWritten: true)
  /// Pictures of pixels.
  public static let png = FileFormat(
    name: "PNG picture", ending: "png", contents: .picture, isRead: false, isWritten: true)

  /// All formats.
  public static let all = [npy, npz, csv, tsv, safetensors, safetensorsIndex, jsonl, svg, png]

  /// The formats that `MatrixReader` reads.
  public static var ofInputs: [FileFormat] { all.filter(\.isRead) }
  /// The formats that results of all pairs, neighbours and fits are written in.
  public static let ofResults = [npy, csv]
  /// The formats that results of rows are written in.
  public static let ofRows = [npy, npz, csv, jsonl, safetensors]
  /// The formats that pictures are written in.
  public static var ofPictures: [FileFormat] {
    all.filter { $0.isWritten && $0.contents == .picture }
  }

  /// Endings as a sentence has them: ".npy, .csv or .tsv".
  public static func endings(of formats: [FileFormat]) -> String {
    let endings = formats.map { ".\($0.ending)" }
    guard let last = endings.last, endings.count > 1 else { return endings.first ?? "" }
    return endings.dropLast().joined(separator: ", ") + " or " + last
  }

  /// Whether a name ends as those of such files do, in small letters or capitals.
  public func isThat(of path: String) -> Bool { path.lowercased().hasSuffix(".\(ending)") }

  /// The format of an input, by its first bytes, or else by its name, of which .gz is no part; what nothing is said of is text.
  static func ofInput(_ start: [UInt8], named path: String) -> FileFormat {
    if start.starts(with: NPYHeader.magic) { return .npy }
    if SafetensorsFile.isBegun(by: start) { return .safetensors }
    if ZipArchive.isBegun(by: start) { return .npz }
    let name = Gzip.nameInside(path)
    let named = ofInputs.first { $0.isThat(of: name) } ?? .csv
    // A text may have any name; the length of a header, which a damaged file has too, is none.
    if named == .safetensors, !start.prefix(8).contains(0) { return .csv }
    // Something else of this name: its first bytes are no archive's.
    return named == .npz ? .csv : named
  }
}
