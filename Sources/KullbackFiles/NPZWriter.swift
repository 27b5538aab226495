internal import KullbackMatrix

/// Writes a .npz file of a matrix, row after row, and of lists of words: NumPy's arrays in a zip archive, stored.
///
/// The file gets its name when `finish()` has been called. Source: as of `ZipArchive`.
final class NPZWriter: FileWriter {
  private struct Member {
    let name: String
    let offset: Int
    var checksum = 0
    var size = 0
  }

  var temporaryPath: String? { file.temporaryPath }
  private let file: AtomicFile
  private var written = 0
  private var members: [Member] = []

  /// Starts a file.
  init(path: String) throws(FileError) {
    file = try AtomicFile(path: path)
  }

  /// Begins a matrix of `Float64`, whose rows are given by `append(_:)`.
  func begin(_ name: String, rows: Int, columns: Int) throws(FileError) {
    try begin(name)
    try put(NPYWriter.header(rows: rows, columns: columns, kind: .float64))
  }

  /// Adds numbers to the array that was begun.
  func append(_ values: [Double]) throws(FileError) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 * values.count)
    for value in values { bytes += Self.bytes(value.bitPattern) }
    try put(bytes)
  }

  /// Writes a list of words, as NumPy keeps text.
  func write(_ name: String, words: [String]) throws(FileError) {
    let texts = words.map { Array($0.unicodeScalars) }
    let width = max(1, texts.map(\.count).max() ?? 1)
    try begin(name)
    try put(NPYWriter.header(type: "<U\(width)", shape: "(\(words.count),)"))
    for text in texts {
      let scalars = text.map(\.value) + [UInt32](repeating: 0, count: width - text.count)
      try put(scalars.flatMap { Self.bytes($0) })
    }
  }

  private func begin(_ name: String) throws(FileError) {
    try end()
    let member = Member(name: name + ".npy", offset: written)
    members.append(member)
    // Version 4.5, for sizes of eight bytes, which follow the data with the checksum (bit 3).
    try file(
      [0x50, 0x4B, 3, 4] + Self.bytes(UInt16(45)) + Self.bytes(UInt16(8 | 1 << 11))
        + Self.bytes(UInt16(0)) + Self.date + Self.bytes(UInt32(0))
        + Self.bytes(UInt32.max) + Self.bytes(UInt32.max)
        + Self.bytes(UInt16(member.name.utf8.count)) + Self.bytes(UInt16(20))
        + Array(member.name.utf8) + Self.bytes(UInt16(1)) + Self.bytes(UInt16(16))
        + Self.bytes(UInt64(0)) + Self.bytes(UInt64(0)))
  }

  /// The first of January 1980: archives of the same contents are the same.
  private static let date: [UInt8] = [0, 0, 0x21, 0]

  private func put(_ bytes: [UInt8]) throws(FileError) {
    let last = members.count - 1
    members[last].checksum = Deflate.checksum(bytes, after: members[last].checksum)
    members[last].size += bytes.count
    try file(bytes)
  }

  private func file(_ bytes: [UInt8]) throws(FileError) {
    try file.write(bytes)
    written += bytes.count
  }

  /// What stands behind a member's data.
  private func end() throws(FileError) {
    guard let member = members.last else { return }
    try file(
      [0x50, 0x4B, 7, 8] + Self.bytes(UInt32(member.checksum)) + Self.bytes(UInt64(member.size))
        + Self.bytes(UInt64(member.size)))
  }

  /// Writes the directory and gives the file its name.
  func finish() throws(FileError) {
    try end()
    let start = written
    for member in members {
      try file(
        [0x50, 0x4B, 1, 2] + Self.bytes(UInt16(45)) + Self.bytes(UInt16(45))
          + Self.bytes(UInt16(8 | 1 << 11)) + Self.bytes(UInt16(0)) + Self.date
          + Self.bytes(UInt32(member.checksum)) + Self.bytes(UInt32.max) + Self.bytes(UInt32.max)
          + Self.bytes(UInt16(member.name.utf8.count)) + Self.bytes(UInt16(28))
          + [UInt8](repeating: 0, count: 10) + Self.bytes(UInt32.max) + Array(member.name.utf8)
          + Self.bytes(UInt16(1)) + Self.bytes(UInt16(24)) + Self.bytes(UInt64(member.size))
          + Self.bytes(UInt64(member.size)) + Self.bytes(UInt64(member.offset)))
    }
    let (size, place) = (written - start, written)
    let count = UInt64(members.count)
    try file(
      [0x50, 0x4B, 6, 6] + Self.bytes(UInt64(44)) + Self.bytes(UInt16(45)) + Self.bytes(UInt16(45))
        + Self.bytes(UInt32(0)) + Self.bytes(UInt32(0)) + Self.bytes(count) + Self.bytes(count)
        + Self.bytes(UInt64(size)) + Self.bytes(UInt64(start)))
    try file(
      [0x50, 0x4B, 6, 7] + Self.bytes(UInt32(0)) + Self.bytes(UInt64(place)) + Self.bytes(UInt32(1))
    )
    try file(
      [0x50, 0x4B, 5, 6] + Self.bytes(UInt16(0)) + Self.bytes(UInt16(0))
        + Self.bytes(UInt16(members.count)) + Self.bytes(UInt16(members.count))
        + Self.bytes(UInt32.max) + Self.bytes(UInt32.max) + Self.bytes(UInt16(0)))
    try file.commit()
  }

  func discard() {
    file.discard()
  }

  private static func bytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }
}
