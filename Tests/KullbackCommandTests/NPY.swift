import Foundation

/// The simplest possible writer and reader of .npy, independent of the one that is tested.
enum NPY {
  /// A file of float32 rows.
  static func floats(_ rows: [[Float]]) -> Data {
    var data = header("<f4", shape: "(\(rows.count), \(rows.first?.count ?? 0))")
    for value in rows.joined() {
      data.append(contentsOf: littleEndian(UInt64(value.bitPattern), bytes: 4))
    }
    return data
  }

  /// A file of int64 labels.
  static func labels(_ labels: [Int64]) -> Data {
    var data = header("<i8", shape: "(\(labels.count),)")
    for label in labels {
      data.append(contentsOf: littleEndian(UInt64(bitPattern: label), bytes: 8))
    }
    return data
  }

  private static func littleEndian(_ value: UInt64, bytes: Int) -> [UInt8] {
    (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
  }

  /// The opening of a file of version 1.
  static func header(_ type: String, shape: String, fortran: Bool = false) -> Data {
    var text =
      "{'descr': '\(type)', 'fortran_order': \(fortran ? "True" : "False"), 'shape': \(shape), }"
    text += String(repeating: " ", count: 63 - (text.utf8.count + 10) % 64) + "\n"
    var data = Data([0x93] + Array("NUMPY".utf8) + [1, 0])
    data.append(UInt8(text.utf8.count & 0xFF))
    data.append(UInt8(text.utf8.count >> 8))
    data.append(contentsOf: Array(text.utf8))
    return data
  }

  /// The header's text and the elements, read as so many bytes each.
  static func read(_ path: String) throws -> (header: String, bytes: [UInt8]) {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let length = Int(bytes[8]) | Int(bytes[9]) << 8
    let header = String(decoding: bytes[10..<10 + length], as: UTF8.self)
    return (header, Array(bytes[(10 + length)...]))
  }

  /// The elements of a float64 file.
  static func doubles(_ path: String) throws -> [Double] {
    let bytes = try read(path).bytes
    return stride(from: 0, to: bytes.count, by: 8).map { start in
      let pattern = bytes[start..<start + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      return Double(bitPattern: pattern)
    }
  }
}
