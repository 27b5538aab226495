/// The bytes of a zip archive of stored files.
///
/// - Parameters:
///   - files: names and contents.
///   - extra: bytes that stand behind each name, in which numbers that need eight bytes would.
///   - method: how members are said to be compressed.
func zip(
  _ files: [(name: String, contents: [UInt8])], extra: Int = 0, method: UInt16 = 0,
  sizes: [Int]? = nil, checksums: [UInt32]? = nil
) -> [UInt8] {
  var (archive, directory): ([UInt8], [UInt8]) = ([], [])
  let padding: [UInt8] =
    extra == 0
    ? [] : bytes([UInt16(0xCAFE), UInt16(extra - 4)]) + [UInt8](repeating: 0, count: extra - 4)
  for (index, file) in files.enumerated() {
    let name = Array(file.name.utf8)
    let size = UInt32(sizes?[index] ?? file.contents.count)
    let common =
      bytes([UInt16(0), method, 0, 0]) + bytes([checksums?[index] ?? 0])
      + bytes([UInt32(file.contents.count), size])
      + bytes([UInt16(name.count), UInt16(extra)])
    directory +=
      [0x50, 0x4B, 1, 2] + bytes([UInt16(20), 20]) + common + bytes([UInt16(0), 0, 0])
      + bytes([UInt32(0), UInt32(archive.count)]) + name + padding
    archive += [0x50, 0x4B, 3, 4] + bytes([UInt16(20)]) + common + name + padding + file.contents
  }
  let end =
    [0x50, 0x4B, 5, 6] + bytes([UInt16(0), 0, UInt16(files.count), UInt16(files.count)])
    + bytes([UInt32(directory.count), UInt32(archive.count)]) + bytes([UInt16(0)])
  return archive + directory + end
}
