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
  private static func place(_ name: String) -> String {
    "tensor \(ArrayNames.called(name, upTo: 40))"
  }

  /// The array of a name, or the only one, as a matrix or a vector.
  ///
  /// - Throws: `FileError.malformed` where there is none of the name, or more than one and no name, with the names
  ///   that there are; where its elements cannot be read, or its dimensions are not one or two.
  public func tensor(_ name: String?) throws(FileError) -> Safetensors.Tensor {
    let array = try array(name)
    guard (1...2).contains(array.shape.count) else {
      throw .malformed(
        path: path, place: array.place,
        reason:
          "shape \(StoredArray.spell(array.shape)) has \(counted(array.shape.count, "dimension")), and not one or two"
      )
    }
    return Safetensors.Tensor(try array.matrix(), isVector: array.shape.count == 1)
  }

  /// The array of a name, or the only one.
  ///
  /// - Throws: as `tensor(_:)`, but for the dimensions.
  func array(_ name: String?) throws(FileError) -> StoredArray {
    let name = try ArrayNames(names, path: path).resolved(name) { header.entries[$0] != nil }
    guard let entry = header.entries[name] else { preconditionFailure("a name without an array") }
    func malformed(_ reason: String) -> FileError {
      .malformed(path: path, place: Self.place(name), reason: reason)
    }
    guard let element = entry.element else {
      throw malformed("elements of type \(entry.type.inBrief) cannot be read")
    }
    guard let count = StoredArray.elements(entry.shape),
      count * element.byteCount == entry.end - entry.begin,
      let bytes = arrays.window(from: entry.begin, count: entry.end - entry.begin)
    else {
      throw malformed(
        "\(entry.end - entry.begin) bytes of \(entry.type.inBrief) are not of the shape \(StoredArray.spell(entry.shape))"
      )
    }
    return StoredArray(
      element: element, shape: entry.shape, bytes: bytes, path: path, place: Self.place(name))
  }
}
