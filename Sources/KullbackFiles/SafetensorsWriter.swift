internal import KullbackMatrix

/// Writes a .safetensors file.
///
/// The file gets its name when `finish()` has been called.
public final class SafetensorsWriter: FileWriter {
  /// Where the unfinished file stands; nil for pipes and devices.
  public var temporaryPath: String? { file.temporaryPath }
  private let file: AtomicFile

  /// Starts a file.
  ///
  /// - Throws: `FileError.cannotCreate`.
  public init(path: String) throws(FileError) {
    file = try AtomicFile(path: path)
  }

  /// Starts a file of one array, `values`, of `Float64`, whose rows are given by `append(_:)`.
  ///
  /// - Throws: `FileError.cannotCreate`.
  init(
    path: String, rows: Int, columns: Int, metadata: [String: String]
  ) throws(FileError) {
    file = try AtomicFile(path: path)
    try file.write(
      Safetensors.opening(
        [(name: "values", type: "F64", shape: [rows, columns], bytes: 8 * rows * columns)], metadata
      ))
  }

  /// Adds numbers to the one array.
  func append(_ values: [Double]) throws(FileError) {
    try file.write(
      values.flatMap { value in
        (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
      })
  }

  /// Writes all arrays.
  ///
  /// - Throws: `FileError.failed`.
  public func write(_ contents: Safetensors) throws(FileError) {
    try file.write(contents.opening())
    for (_, tensor) in contents.tensors.sorted(by: { $0.key < $1.key }) {
      let matrix = tensor.matrix
      let width = matrix.columns * matrix.kind.byteCount
      for row in 0..<matrix.rows {
        // SAFETY: a row of the matrix, copied inside the closure.
        let bytes = unsafe matrix[rows: row..<row + 1].withUnsafeBaseAddress { base in
          unsafe Array(UnsafeRawBufferPointer(start: base, count: width))
        }
        try file.write(bytes)
      }
    }
  }

  /// Gives the file its name.
  ///
  /// - Throws: `FileError.failed`.
  public func finish() throws(FileError) {
    try file.commit()
  }

  /// Removes what has been written.
  public func discard() {
    file.discard()
  }
}
