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

  /// Reads a file, whose arrays are mapped where they lie.
  ///
  /// Elements of F64, F32, F16, BF16, I64 and I32 are mapped, those of other types converted to the next wider one of these.
  /// `MatrixReader` reads one array of a file, of any number of dimensions.
  ///
  /// - Throws: `FileError.cannotRead`; `.malformed` for a header that is cut off or no JSON, for arrays that
  ///   overlap, leave gaps or do not lie in the file, or whose size is not their shape's.
  public static func read(_ path: String) throws(FileError) -> Safetensors {
    let file = try SafetensorsFile(Bytes(path: path), path: path)
    var result = Safetensors(tensors: [:], metadata: file.metadata)
    for name in file.names { result.tensors[name] = try file.tensor(name) }
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
    Self.opening(
      tensors.sorted { $0.key < $1.key }.map { name, tensor in
        (
          name: name, type: SafetensorsHeader.type(of: tensor.matrix.kind), shape: tensor.shape,
          bytes: tensor.matrix.byteCount
        )
      }, metadata)
  }

  /// The same of arrays that follow each other.
  static func opening(
    _ arrays: [(name: String, type: String, shape: [Int], bytes: Int)], _ metadata: [String: String]
  ) -> [UInt8] {
    var entries = ["\"__metadata__\":" + json(metadata)]
    var end = 0
    for array in arrays {
      let begin = end
      end += array.bytes
      let shape = array.shape.map(String.init).joined(separator: ",")
      entries.append(
        "\(json(array.name)):{\"dtype\":\"\(array.type)\","
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
}
