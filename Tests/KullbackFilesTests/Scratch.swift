import Foundation
import KullbackFiles
import KullbackMatrix
import Testing

/// A folder that is gone when the test is over.
final class Scratch {
  let folder: String

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "kullback-\(UUID())").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: folder)
  }

  func path(_ name: String) -> String { "\(folder)/\(name)" }

  /// Writes a file and gives its path.
  func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    try Data(bytes).write(to: URL(filePath: path(name)))
    return path(name)
  }

  /// Writes a file of text and gives its path.
  func file(_ name: String, _ text: String) throws -> String {
    try file(name, Array(text.utf8))
  }

  /// Makes a named pipe and gives its path.
  func pipe(_ name: String) throws -> String {
    // SAFETY: a valid C string for the call.
    try #require(unsafe mkfifo(path(name), 0o600) == 0)
    return path(name)
  }

  func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: path(name))))
  }

  /// The names in the folder, hidden ones too.
  func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }
}

/// Opens a pipe without waiting for its other end.
func openAtOnce(_ path: String, _ mode: Int32) -> Int32 {
  // SAFETY: a valid C string for the call.
  unsafe open(path, mode | O_NONBLOCK)
}

/// The bytes of a .npy file as NumPy lays it out, its header's text given.
func npy(_ header: String, _ data: [UInt8] = [], version: UInt8 = 1, length: Int? = nil) -> [UInt8]
{
  let lengthBytes = version == 1 ? 2 : 4
  let padding = (64 - (8 + lengthBytes + header.utf8.count + 1) % 64) % 64
  let text = Array(header.utf8) + [UInt8](repeating: 32, count: padding) + [10]
  let size = length ?? text.count
  return [0x93] + Array("NUMPY".utf8) + [version, 0]
    + (0..<lengthBytes).map { UInt8(truncatingIfNeeded: size >> ($0 * 8)) } + text + data
}

/// A header's text.
func header(_ descr: String, _ shape: String, fortran: Bool = false) -> String {
  "{'descr': '\(descr)', 'fortran_order': \(fortran ? "True" : "False"), 'shape': \(shape), }"
}

/// The bytes of numbers, the lowest first or last.
func bytes<Number: FixedWidthInteger>(_ numbers: [Number], bigEndian: Bool = false) -> [UInt8] {
  numbers.flatMap { number in
    let low = (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    return bigEndian ? low.reversed() : low
  }
}

extension AnyMatrix {
  /// All elements, row after row.
  var doubles: [Double] {
    (0..<rows).flatMap { row in (0..<columns).map { value(row: row, column: $0) } }
  }
}

/// The refusal of a malformed file: its place and reason.
func refusal(_ body: () throws -> Void) -> (place: String, reason: String)? {
  do {
    try body()
    Issue.record("nothing was refused")
  } catch FileError.malformed(_, let place, let reason) {
    return (place, reason)
  } catch {
    Issue.record("\(error)")
  }
  return nil
}
