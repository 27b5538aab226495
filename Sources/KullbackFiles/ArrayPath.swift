internal import KullbackSystem

/// An array by its file's name and, where a file holds several, by its own: `model.safetensors:lm_head.weight`.
public struct ArrayPath: Sendable, Equatable, CustomStringConvertible {
  /// The file; "-" is standard input.
  public let file: String
  /// What the array is called in it; nil where the file has only one.
  public let array: String?

  /// An array of a file.
  public init(file: String, array: String? = nil) {
    self.file = file
    self.array = array
  }

  /// The array that a text names.
  ///
  /// What exists under the whole text is the file, whatever colons its name has; else the file is the longest one
  /// whose name ends before a colon, and where there is none, the whole text.
  public init(_ text: String) {
    self.init(file: text)
    guard text != "-", Self.status(text) == nil else { return }
    let bytes = text.utf8
    for colon in bytes.indices.reversed() where bytes[colon] == UInt8(ascii: ":") {
      let file = String(text[..<colon])
      guard let status = Self.status(file), status.st_mode & S_IFMT != S_IFDIR else { continue }
      self.init(file: file, array: String(text[bytes.index(after: colon)...]))
      return
    }
  }

  /// As it was named: "model.safetensors:lm_head.weight".
  public var description: String { array.map { "\(file):\($0)" } ?? file }

  private static func status(_ path: String) -> stat? {
    var result = stat()
    // SAFETY: the path is a C string for the call, which fills in the status that it is given.
    return unsafe stat(path, &result) == 0 ? result : nil
  }
}
