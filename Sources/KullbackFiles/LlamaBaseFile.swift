internal import KullbackSystem
public import KullbackMatrix

/// A file of logits that llama.cpp's perplexity tool saves with `--kl-divergence-base`: tokens of a text, and for those of
/// the second half of each chunk the log-probabilities of what follows, in 16 bits a class.
///
/// A row is a scale, a minimum and a code for each class, log p = scale · code + minimum. It is mapped, and may be larger than
/// memory. What the file is was found by reading files that the tool wrote; it has no version.
public struct LlamaBaseFile: Sendable {
  /// Tokens of a chunk.
  public let contextLength: Int
  /// Classes: the tokens that there are.
  public let classes: Int
  /// Chunks of the text.
  public let chunks: Int
  /// Rows of a chunk.
  public let rowsPerChunk: Int
  /// Rows: 16-bit units, two of scale, two of minimum and one for each class, whatever number their bits would be.
  public let units: AnyMatrix
  /// The token that follows, one a row.
  public let nextTokens: [Int32]

  static let magic = Array("_logits_".utf8)

  /// Whether a file, of those that can be read twice, begins as such a file does.
  public static func isThat(_ path: String) -> Bool {
    guard path != "-", let status = FilePlace.status(path), status.st_mode & S_IFMT == S_IFREG,
      let bytes = try? Bytes(path: path)
    else { return false }
    return bytes.prefix(magic.count) == magic
  }

  /// Opens a file.
  ///
  /// - Throws: `FileError.cannotRead`; `.malformed` for a file that is cut off or too long, whose bytes are in another order, or whose
  ///   tokens are no classes.
  public init(path: String) throws(FileError) {
    func malformed(_ place: Int, _ reason: String) -> FileError {
      .malformed(path: path, place: "byte \(place)", reason: reason)
    }
    let bytes = try Bytes(path: path)
    guard bytes.prefix(Self.magic.count) == Self.magic else {
      throw malformed(0, "not a base file of llama.cpp: it does not begin with _logits_")
    }
    guard bytes.count >= 20 else {
      throw malformed(bytes.count, "the file ends inside the header: an interrupted run")
    }
    let header = Self.numbers(bytes.slice(from: 8, count: 12)).map(Int.init)
    let (length, classes, chunks) = (header[0], header[1], header[2])
    // Sizes that only the other order of bytes makes ordinary.
    let swapped = header.map { Int(Int32(truncatingIfNeeded: $0).byteSwapped) }
    if header.contains(where: { $0 >= 1 << 24 || $0 < 0 }),
      swapped.allSatisfy({ $0 > 0 && $0 < 1 << 24 })
    {
      throw malformed(8, "the file is of a machine with the bytes in the other order")
    }
    guard length > 2, classes > 0, chunks > 0 else {
      throw malformed(8, "\(chunks) chunks of \(length) tokens and \(classes) classes")
    }
    let rowsPerChunk = length - 1 - length / 2
    let (tokens, overflow) = length.multipliedReportingOverflow(by: chunks)
    let width = 4 + classes + classes % 2
    let (units, more) = (rowsPerChunk * chunks).multipliedReportingOverflow(by: width)
    guard !overflow, !more, tokens <= Int.max / 16, units <= Int.max / 16 else {
      throw malformed(8, "\(chunks) chunks of \(length) tokens and \(classes) classes are too many")
    }
    let (start, end) = (20 + 4 * tokens, 20 + 4 * tokens + 2 * units)
    guard bytes.count >= end else {
      throw malformed(
        bytes.count,
        "the file is cut off: \(counted(chunks, "chunk")) of \(length) tokens and \(classes) classes end at byte"
          + " \(end); an interrupted run")
    }
    guard bytes.count == end else {
      throw malformed(end, "\(counted(bytes.count - end, "byte")) behind the last row")
    }
    let all = Self.numbers(bytes.slice(from: 20, count: 4 * tokens))
    var next: [Int32] = []
    for chunk in 0..<chunks {
      let first = chunk * length + length / 2 + 1
      next += all[first..<first + rowsPerChunk]
    }
    guard let wrong = all.firstIndex(where: { $0 < 0 || $0 >= classes }) else {
      nextTokens = next
      (contextLength, self.classes, self.chunks) = (length, classes, chunks)
      self.rowsPerChunk = rowsPerChunk
      self.units = bytes.matrix(
        .float16, rows: rowsPerChunk * chunks, columns: width, from: start)
      return
    }
    throw malformed(20 + 4 * wrong, "token \(all[wrong]) is none of \(classes) classes")
  }

  /// The chunk and position, from 0, of the token that a row predicts.
  public func place(ofRow row: Int) -> (chunk: Int, position: Int) {
    (row / rowsPerChunk, row % rowsPerChunk + contextLength / 2 + 1)
  }

  private static func numbers(_ bytes: [UInt8]) -> [Int32] {
    stride(from: 0, to: bytes.count - 3, by: 4).map { at in
      Int32(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << (8 * UInt32($1)) })
    }
  }
}
