/// Reading an input that is neither numbers nor lines.
public enum InputBytes {
  /// All bytes of a file, a pipe or, for "-", standard input.
  ///
  /// Memory: what is read.
  ///
  /// - Throws: `FileError` where it cannot be read, or does not fit into the memory that there is.
  public static func read(_ path: String) throws(FileError) -> [UInt8] {
    let bytes = try Bytes(path: path)
    try AvailableMemory.check(bytes.count, for: inputName(path))
    return bytes.prefix(bytes.count)
  }
}
