/// Reading an input that is neither numbers nor lines.
package enum InputBytes {
  /// All bytes of a file, a pipe or, for "-", standard input.
  package static func read(_ path: String) throws(FileError) -> [UInt8] {
    let bytes = try Bytes(path: path)
    try AvailableMemory.check(bytes.count, for: inputName(path))
    return bytes.prefix(bytes.count)
  }
}
