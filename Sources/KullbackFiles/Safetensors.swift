public import KullbackMatrix

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// Reading and writing .safetensors files: named arrays of numbers, and text about them.
///
/// A file is the length of its header as 8 bytes, little-endian, the header in JSON, and the arrays' bytes.
///
/// Source: the format's description at https://github.com/huggingface/safetensors.
public struct Safetensors: Sendable {
  /// An array of one or two dimensions; one is a matrix of a single row.
  public struct Tensor: Sendable {
    /// Its dimensions.
    public let shape: [Int]
    /// Its elements.
    public let matrix: AnyMatrix

    /// A matrix, or a vector where it has one row and `isVector` says so.
    public init(_ matrix: AnyMatrix, isVector: Bool = false) {
      precondition(!isVector || matrix.rows == 1, "a vector is one row")
      self.matrix = matrix
      shape = isVector ? [matrix.columns] : [matrix.rows, matrix.columns]
    }
  }

  /// The arrays by name.
  public var tensors: [String: Tensor]
  /// What is said about them.
  public var metadata: [String: String]

  /// What a file holds, or is to hold.
  public init(tensors: [String: Tensor], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// The longest header that the format allows.
  static let longestHeader = 100_000_000

  /// Reads a file, whose arrays are mapped where they lie.
  ///
  /// Elements are F64, F32, F16, BF16, I64 or I32.
  ///
  /// - Throws: `FileError.cannotRead`; `.malformed` for a header that is cut off or no JSON, for arrays that
  ///   overlap, leave gaps or do not lie in the file, or whose size is not their shape's.
  public static func read(_ path: String) throws(FileError) -> Safetensors {
    guard case .mapped(let file) = try Bytes(path: path) else {
      throw .cannotRead(path: path, reason: "a .safetensors file cannot be a pipe")
    }
    let bytes = Bytes.mapped(file)
    func malformed(_ place: String, _ reason: String) -> FileError {
      .malformed(path: path, place: place, reason: reason)
    }
    guard bytes.count >= 8 else { throw malformed("byte 0", "the file ends before its header") }
    let length = bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= longestHeader, Int(length) <= bytes.count - 8 else {
      throw malformed("byte 0", "a header of \(length) bytes does not fit into the file")
    }
    let start = 8 + Int(length)
    let header: Header
    do {
      header = try JSONDecoder().decode(
        Header.self, from: Data(bytes.prefix(start).dropFirst(8)))
    } catch {
      let text = Array(bytes.prefix(start).dropFirst(8))
      if let mistake = JSONSyntax.firstMistake(in: text) {
        throw malformed("byte \(8 + mistake)", "the header is not JSON from here on")
      }
      throw malformed("header", (error as? DecodingError)?.inWords ?? "it is not what it has to be")
    }
    var result = Safetensors(tensors: [:], metadata: header.metadata)
    var end = 0
    for (name, entry) in header.entries.sorted(by: { $0.value.begin < $1.value.begin }) {
      guard let kind = entry.kind else {
        throw malformed(
          "tensor \(name.inBrief)", "elements of type \(entry.type.inBrief) cannot be read")
      }
      guard entry.begin == end, entry.end >= entry.begin, entry.end <= bytes.count - start else {
        throw malformed(
          "tensor \(name.inBrief)",
          "its bytes \(entry.begin) to \(entry.end) overlap others, leave a gap or pass the end")
      }
      guard let (rows, columns) = entry.size(kind) else {
        throw malformed(
          "tensor \(name.inBrief)",
          "\(entry.end - entry.begin) bytes of \(entry.type.inBrief) are not of the shape \(NPYHeader.spell(entry.shape))"
        )
      }
      var matrix = AnyMatrix(
        mapping: file, byteOffset: start + entry.begin, kind: kind, rows: rows, columns: columns)
      // Elements that do not begin at a multiple of their size are copied.
      if !(start + entry.begin).isMultiple(of: kind.byteCount) {
        matrix = Rearrangement.copied(matrix)
      }
      result.tensors[name] = Tensor(matrix, isVector: entry.shape.count == 1)
      end = entry.end
    }
    guard end == bytes.count - start else {
      throw malformed("byte \(start + end)", "there are bytes that belong to no tensor")
    }
    return result
  }

  /// Writes a file, which gets its name when it is whole.
  ///
  /// - Throws: `FileError.cannotCreate`, `.failed`.
  public func write(to path: String) throws(FileError) {
    let writer = try SafetensorsWriter(path: path)
    try writer.write(self)
    try writer.finish()
  }

  /// The length of the header, and the header: a multiple of 8 bytes, where the arrays begin.
  func opening() -> [UInt8] {
    var entries = ["\"__metadata__\":" + Self.json(metadata)]
    var end = 0
    for name in tensors.keys.sorted() {
      guard let tensor = tensors[name] else { continue }
      let begin = end
      end += tensor.matrix.byteCount
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      entries.append(
        "\(Self.json(name)):{\"dtype\":\"\(Self.type(of: tensor.matrix.kind))\","
          + "\"shape\":[\(shape)],\"data_offsets\":[\(begin),\(end)]}")
    }
    var header = Array("{\(entries.joined(separator: ","))}".utf8)
    header += [UInt8](repeating: 32, count: (8 - header.count % 8) % 8)
    return (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + header
  }

  private static func json(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Text always has a JSON form.
    return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }

  fileprivate static func type(of kind: ElementKind) -> String {
    switch kind {
    case .float64: "F64"
    case .float32: "F32"
    case .float16: "F16"
    case .bfloat16: "BF16"
    case .int64: "I64"
    case .int32: "I32"
    }
  }
}

/// The header of a file.
private struct Header: Decodable {
  struct Entry: Decodable {
    let type: String
    let shape: [Int]
    let offsets: [Int]

    enum CodingKeys: String, CodingKey {
      case type = "dtype"
      case shape
      case offsets = "data_offsets"
    }

    var begin: Int { offsets.first ?? -1 }
    var end: Int { offsets.count == 2 ? offsets[1] : -1 }

    var kind: ElementKind? { ElementKind.allCases.first { Safetensors.type(of: $0) == type } }

    /// Rows and columns, where the bytes are as many.
    func size(_ kind: ElementKind) -> (rows: Int, columns: Int)? {
      guard (1...2).contains(shape.count), shape.allSatisfy({ $0 >= 0 }) else { return nil }
      let (rows, columns) = (shape.count == 1 ? 1 : shape[0], shape[shape.count - 1])
      let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
      let bytes = count.multipliedReportingOverflow(by: kind.byteCount)
      guard !overflow, !bytes.overflow, bytes.partialValue == end - begin else { return nil }
      return (rows, columns)
    }
  }

  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  var entries: [String: Entry] = [:]
  var metadata: [String: String] = [:]

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Name.self)
    for key in container.allKeys {
      if key.stringValue == "__metadata__" {
        metadata = try container.decode([String: String].self, forKey: key)
      } else {
        entries[key.stringValue] = try container.decode(Entry.self, forKey: key)
      }
    }
  }
}
