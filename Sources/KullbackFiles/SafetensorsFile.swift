internal import KullbackMatrix

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// A .safetensors file that is open: its header has been read, and none of its arrays.
///
/// Memory: the header's; arrays are mapped when they are asked for. Source: the format's description by its authors,
/// github.com/huggingface/safetensors.
public struct SafetensorsFile {
  private let path: String
  private let header: SafetensorsHeader
  /// The bytes behind the header.
  private let arrays: Bytes
  /// What the arrays are called, in order.
  public let names: [String]

  /// The longest header that the format allows.
  private static let longestHeader = 100_000_000

  /// Whether a file that begins so is probably one: the length of a header, and the header's brace.
  static func isBegun(by start: [UInt8]) -> Bool {
    start.count > 9 && start[8] == UInt8(ascii: "{") && start[4..<8].allSatisfy { $0 == 0 }
  }

  /// Opens a file.
  ///
  /// - Throws: as `Safetensors.read(_:)`, but for what is wrong with an array's elements.
  public init(path: String) throws(FileError) {
    try self.init(Bytes(path: path), path: inputName(path))
  }

  /// Reads the header, and checks that every byte behind it belongs to one array.
  init(_ bytes: Bytes, path: String) throws(FileError) {
    self.path = path
    func malformed(_ place: String, _ reason: String) -> FileError {
      .malformed(path: path, place: place, reason: reason)
    }
    guard bytes.isMapped else {
      throw .cannotRead(path: path, reason: "a .safetensors file cannot be a pipe")
    }
    guard bytes.count >= 8 else { throw malformed("byte 0", "the file ends before its header") }
    let length = bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= Self.longestHeader,
      let arrays = bytes.window(from: 8 + Int(length), count: bytes.count - 8 - Int(length))
    else {
      throw malformed("byte 0", "a header of \(length) bytes does not fit into the file")
    }
    self.arrays = arrays
    let text = bytes.slice(from: 8, count: Int(length))
    do {
      header = try JSONDecoder().decode(SafetensorsHeader.self, from: Data(text))
    } catch {
      if let mistake = JSONSyntax.firstMistake(in: text) {
        throw malformed("byte \(8 + mistake)", "the header is not JSON from here on")
      }
      throw malformed("header", (error as? DecodingError)?.inWords ?? "it is not what it has to be")
    }
    if let repeated = JSONSyntax.repeatedKey(in: text) {
      throw malformed("header", "\"\(repeated.inBrief)\" stands in it twice")
    }
    names = header.entries.keys.sorted()
    var end = 0
    let entries = header.entries.sorted {
      ($0.value.begin, $0.value.end) < ($1.value.begin, $1.value.end)
    }
    for (name, entry) in entries {
      guard entry.begin == end, entry.end >= entry.begin, entry.end <= arrays.count else {
        throw malformed(
          Self.place(name),
          "its bytes \(entry.begin) to \(entry.end) overlap others, leave a gap or pass the end")
      }
      end = entry.end
    }
    guard end == arrays.count else {
      throw malformed(
        "byte \(8 + Int(length) + end)", "there are bytes that belong to no tensor")
    }
  }

  /// What is said about the arrays.
  public var metadata: [String: String] { header.metadata }

  /// Where an array is, as errors say it; one without a name is quoted, to be seen.
  private static func place(_ name: String) -> String { "tensor \(called(name, upTo: 40))" }

  private static func called(_ name: String, upTo limit: Int) -> String {
    name.allSatisfy(\.isWhitespace) ? "\"\(name.inBrief(upTo: limit))\"" : name.inBrief(upTo: limit)
  }

  /// The array of a name, or the only one.
  ///
  /// - Throws: `FileError.malformed` where there is none of the name, or more than one and no name; both list the
  ///   names that there are.
  public func tensor(_ name: String?) throws(FileError) -> Safetensors.Tensor {
    guard let name = name ?? (names.count == 1 ? names[0] : nil) else {
      throw .malformed(
        path: path, place: "",
        reason: names.isEmpty
          ? "it holds no arrays"
          : "it holds \(names.count) arrays, of which FILE:ARRAY names one: \(listedNames)")
    }
    guard let entry = header.entries[name] else {
      throw .malformed(
        path: path, place: "",
        reason: "no array is called \"\(name.inBrief)\": "
          + (names.isEmpty
            ? "it holds none" : "there \(names.count == 1 ? "is" : "are") \(listedNames)")
      )
    }
    return try tensor(name, entry)
  }

  /// The first few names.
  private var listedNames: String {
    names.prefix(12).map { Self.called($0, upTo: 80) }.joined(separator: ", ")
      + (names.count > 12 ? " and \(names.count - 12) others" : "")
  }

  private func tensor(
    _ name: String, _ entry: SafetensorsHeader.Entry
  ) throws(FileError) -> Safetensors.Tensor {
    func malformed(_ reason: String) -> FileError {
      .malformed(path: path, place: Self.place(name), reason: reason)
    }
    guard let kind = entry.kind else {
      throw malformed("elements of type \(entry.type.inBrief) cannot be read")
    }
    guard (1...2).contains(entry.shape.count) else {
      throw malformed(NPYHeader.dimensions(of: entry.shape))
    }
    guard let (rows, columns) = entry.size(kind),
      let bytes = arrays.window(from: entry.begin, count: entry.end - entry.begin)
    else {
      throw malformed(
        "\(entry.end - entry.begin) bytes of \(entry.type.inBrief) are not of the shape \(NPYHeader.spell(entry.shape))"
      )
    }
    let matrix = bytes.matrix(kind, rows: rows, columns: columns)
    let isVector = entry.shape.count == 1
    guard !bytes.isAligned(to: kind.byteCount) else {
      return Safetensors.Tensor(matrix, isVector: isVector)
    }
    // Elements that do not begin at a multiple of their size are copied, by way of a list of them.
    let (needed, overflow) = matrix.byteCount.multipliedReportingOverflow(by: 2)
    try AvailableMemory.check(overflow ? Int.max - (1 << 20) : needed, for: path)
    return Safetensors.Tensor(Rearrangement.copied(matrix), isVector: isVector)
  }
}
