/// The directory of a zip archive, whose members are stored or deflated.
///
/// Source: PKWARE's *.ZIP File Format Specification* (APPNOTE.TXT), version 6.3, sections 4.3 and 4.5.3.
struct ZipArchive {
  /// A file in the archive.
  struct Member {
    let name: String
    fileprivate let flags: Int
    fileprivate let method: Int
    fileprivate let checksum: Int
    fileprivate let packed: Int
    fileprivate let size: Int
    fileprivate let header: Int
  }

  let members: [Member]
  private let bytes: Bytes
  private let path: String

  /// Whether a file that begins so is an archive.
  static func isBegun(by start: [UInt8]) -> Bool {
    start.starts(with: [0x50, 0x4B, 3, 4]) || start.starts(with: [0x50, 0x4B, 5, 6])
  }

  /// The longest directory that is read: of a million members and more.
  private static let longestDirectory = 1 << 28
  /// A byte of deflated data stands for this many at most.
  private static let mostPerByte = 1032

  /// Reads the directory at the end of an archive.
  init(_ bytes: Bytes, path: String) throws(FileError) {
    self.bytes = bytes
    self.path = path
    let end = try Self.end(of: bytes, path: path)
    func malformed(_ place: Int, _ reason: String) -> FileError {
      .malformed(path: path, place: "byte \(place)", reason: reason)
    }
    guard end.size <= Self.longestDirectory, end.offset <= end.place,
      end.size == end.place - end.offset
    else {
      throw malformed(end.place, "the archive's directory does not lie before its end")
    }
    let directory = Record(bytes.slice(from: end.offset, count: end.size))
    var (members, at): ([Member], Int) = ([], 0)
    var names: Set<String> = []
    while at < end.size {
      guard directory.number(at, 4) == 0x0201_4B50,
        let lengths = directory.numbers(at + 28, 3),
        at + 46 + lengths.reduce(0, +) <= end.size
      else { throw malformed(end.offset + at, "the archive's directory is damaged") }
      let member = Self.member(directory, at, lengths)
      guard names.insert(member.name).inserted else {
        throw malformed(end.offset + at, "\"\(member.name.inBrief)\" stands twice in the archive")
      }
      members.append(member)
      at += 46 + lengths.reduce(0, +)
    }
    guard members.count == end.count else {
      throw malformed(
        end.place,
        "the archive is said to have \(counted(end.count, "member")), and has \(members.count)")
    }
    self.members = members
  }

  private static func member(_ directory: Record, _ at: Int, _ lengths: [Int]) -> Member {
    func number(_ offset: Int, _ size: Int) -> Int { directory.number(at + offset, size) ?? -1 }
    var (packed, size, header) = (number(20, 4), number(24, 4), number(42, 4))
    // Numbers that do not fit stand behind the name, in this order.
    var (field, last) = (at + 46 + lengths[0], at + 46 + lengths[0] + lengths[1])
    while field + 4 <= last {
      let length = directory.number(field + 2, 2) ?? 0
      if directory.number(field, 2) == 1 {
        var place = field + 4
        last = min(last, place + length)
        func wide(_ value: inout Int) {
          guard value == 0xFFFF_FFFF else { return }
          value = place + 8 <= last ? directory.number(place, 8) ?? -1 : -1
          place += 8
        }
        wide(&size)
        wide(&packed)
        wide(&header)
        break
      }
      field += 4 + length
    }
    return Member(
      name: String(decoding: directory.bytes(at + 46, lengths[0]), as: UTF8.self),
      flags: number(8, 2), method: number(10, 2), checksum: number(16, 4), packed: packed,
      size: size, header: header)
  }

  /// Where the directory is: its first byte, its length, how many members it has, and where it ends.
  private static func end(
    of bytes: Bytes, path: String
  ) throws(FileError) -> (offset: Int, size: Int, count: Int, place: Int) {
    // Only a comment of 65,535 bytes at most may follow.
    let first = max(0, bytes.count - 22 - 0xFFFF)
    let tail = Record(bytes.slice(from: first, count: bytes.count - first))
    var at = bytes.count - first - 22
    while at >= 0,
      tail.number(at, 4) != 0x0605_4B50 || tail.number(at + 20, 2) != bytes.count - first - at - 22
    {
      at -= 1
    }
    func number(_ offset: Int, _ size: Int) -> Int { tail.number(at + offset, size) ?? -1 }
    guard at >= 0 else {
      throw .malformed(
        path: path, place: "byte \(bytes.count)",
        reason: "the zip archive ends before its directory")
    }
    guard number(4, 2) == number(6, 2) else {
      throw .malformed(
        path: path, place: "byte \(first + at + 4)", reason: "a part of a split zip archive")
    }
    let plain = (
      offset: number(16, 4), size: number(12, 4), count: number(10, 2), place: first + at
    )
    guard plain.offset == 0xFFFF_FFFF || plain.size == 0xFFFF_FFFF || plain.count == 0xFFFF else {
      return plain
    }
    let pointer = Record(bytes.slice(from: max(0, plain.place - 20), count: 20))
    guard plain.place >= 20, pointer.number(0, 4) == 0x0706_4B50,
      let place = pointer.number(8, 8), place >= 0, place <= plain.place - 56
    else { return plain }
    let wide = Record(bytes.slice(from: place, count: 56))
    guard wide.number(0, 4) == 0x0606_4B50, let offset = wide.number(48, 8),
      let size = wide.number(40, 8), let count = wide.number(32, 8), offset >= 0, size >= 0
    else {
      throw .malformed(
        path: path, place: "byte \(place)", reason: "the archive's directory is damaged")
    }
    return (offset, size, count, place)
  }

  /// The bytes of a member: those of the archive where they are stored, and in memory where they are deflated.
  ///
  /// The checksum of a deflated member is compared; stored ones are not read for it.
  func contents(_ member: Member) throws(FileError) -> Bytes {
    func malformed(_ place: Int, _ reason: String) -> FileError {
      .malformed(path: path, place: "byte \(place)", reason: "\(member.name.inBrief): \(reason)")
    }
    guard member.flags & 1 == 0 else { throw malformed(member.header, "it is encrypted") }
    let header = Record(bytes.slice(from: max(0, member.header), count: 30))
    guard member.header >= 0, header.number(0, 4) == 0x0403_4B50,
      let lengths = header.numbers(26, 2),
      let packed = bytes.window(
        from: member.header + 30 + lengths.reduce(0, +), count: member.packed)
    else { throw malformed(max(0, member.header), "it does not lie in the archive") }
    let start = member.header + 30 + lengths.reduce(0, +)
    switch member.method {
    case 0:
      guard member.packed == member.size else {
        throw malformed(start, "it is stored, and said to have two sizes")
      }
      return packed
    case 8:
      guard member.size >= 0, member.size / Self.mostPerByte <= member.packed else {
        throw malformed(start, "\(member.packed) bytes do not inflate to \(member.size)")
      }
      try AvailableMemory.check(member.size, for: path)
      guard let inflated = Deflate.inflated(packed, count: member.size) else {
        throw malformed(start, "its deflated bytes are damaged")
      }
      guard Deflate.checksum(inflated) == member.checksum else {
        throw malformed(start, "its checksum is another one: it is damaged")
      }
      return Bytes(inflated)
    default:
      throw malformed(
        start, "compression method \(member.method) is not read: stored and deflated are")
    }
  }
}

/// Little-endian numbers in some bytes.
private struct Record {
  private let all: [UInt8]

  init(_ bytes: [UInt8]) {
    all = bytes
  }

  /// A number of so many bytes; nil where they are not there, or it is beyond what an `Int` holds.
  func number(_ at: Int, _ size: Int) -> Int? {
    guard at >= 0, at + size <= all.count else { return nil }
    return Int(exactly: all[at..<at + size].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }

  /// Numbers of two bytes.
  func numbers(_ at: Int, _ count: Int) -> [Int]? {
    let numbers = (0..<count).compactMap { number(at + 2 * $0, 2) }
    return numbers.count == count ? numbers : nil
  }

  func bytes(_ at: Int, _ count: Int) -> ArraySlice<UInt8> { all[at..<at + count] }
}
