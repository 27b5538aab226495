internal import KullbackMatrix

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// A .safetensors file that is open: its header has been read, and none of its arrays.
struct SafetensorsFile {
  private let path: String
  private let header: SafetensorsHeader
  /// The bytes behind the header.
  private let arrays: Bytes

  /// The longest header that the format allows.
  private static let longestHeader = 100_000_000

  /// Whether a file that begins so is probably one: the length of a header, and the header's brace.
  static func isBegun(by start: [UInt8]) -> Bool {
    start.count > 9 && start[8] == UInt8(ascii: "{") && start[4..<8].allSatisfy { $0 == 0 }
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
    var end = 0
    let entries = header.entries.sorted {
      ($0.value.begin, $0.value.end) < ($1.value.begin, $1.value.end)
    }
    for (name, entry) in entries {
      guard entry.begin == end, entry.end >= entry.begin, entry.end <= arrays.count else {
        throw malformed(
          "tensor \(name.inBrief)",
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
  var metadata: [String: String] { header.metadata }

  /// What the arrays are called, in order.
  var names: [String] { header.entries.keys.sorted() }

  /// The array of a name, or the only one.
  ///
  /// - Throws: `FileError.malformed` where there is none of the name, or more than one and no name; both list the
  ///   names that there are.
  func tensor(_ name: String?) throws(FileError) -> Safetensors.Tensor {
    let names = names
    let listed =
      names.prefix(12).map { $0.inBrief(upTo: 80) }.joined(separator: ", ")
      + (names.count > 12 ? " and \(names.count - 12) others" : "")
    guard let name = name ?? (names.count == 1 ? names[0] : nil) else {
      throw .malformed(
        path: path, place: "",
        reason: names.isEmpty
          ? "it holds no arrays"
          : "it holds \(names.count) arrays, of which FILE:ARRAY names one: \(listed)")
    }
    guard let entry = header.entries[name] else {
      throw .malformed(
        path: path, place: "",
        reason: "no array is called \"\(name.inBrief)\": "
          + (names.isEmpty ? "it holds none" : "there \(names.count == 1 ? "is" : "are") \(listed)")
      )
    }
    return try tensor(name, entry)
  }

  private func tensor(
    _ name: String, _ entry: SafetensorsHeader.Entry
  ) throws(FileError) -> Safetensors.Tensor {
    func malformed(_ reason: String) -> FileError {
      .malformed(path: path, place: "tensor \(name.inBrief)", reason: reason)
    }
    guard let kind = entry.kind else {
      throw malformed("elements of type \(entry.type.inBrief) cannot be read")
    }
    guard let (rows, columns) = entry.size(kind),
      let bytes = arrays.window(from: entry.begin, count: entry.end - entry.begin)
    else {
      throw malformed(
        "\(entry.end - entry.begin) bytes of \(entry.type.inBrief) are not of the shape \(NPYHeader.spell(entry.shape))"
      )
    }
    let matrix = bytes.matrix(kind, rows: rows, columns: columns)
    // Elements that do not begin at a multiple of their size are copied.
    return Safetensors.Tensor(
      bytes.isAligned(to: kind.byteCount) ? matrix : Rearrangement.copied(matrix),
      isVector: entry.shape.count == 1)
  }
}
