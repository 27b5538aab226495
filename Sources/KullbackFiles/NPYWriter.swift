public import KullbackMatrix

/// Writes a .npy file, rows after rows.
///
/// The file gets its name when `finish()` has been called.
public final class NPYWriter: FileWriter {
  /// Rows that the file is to have.
  public let rows: Int
  /// Columns of every row.
  public let columns: Int
  /// What elements are written as.
  public let kind: ElementKind
  /// Where the unfinished file stands; nil for pipes and devices.
  public var temporaryPath: String? { file.temporaryPath }
  private let file: AtomicFile
  private let path: String
  private var written = 0

  /// Starts a file.
  ///
  /// - Throws: `FileError.cannotCreate`.
  public init(path: String, rows: Int, columns: Int, kind: ElementKind = .float64) throws(FileError)
  {
    self.path = path
    self.rows = rows
    self.columns = columns
    self.kind = kind
    file = try AtomicFile(path: path)
    try file.write(NPYWriter.header(rows: rows, columns: columns, kind: kind))
  }

  static func header(rows: Int, columns: Int, kind: ElementKind) -> [UInt8] {
    let type =
      switch kind {
      case .float16: "<f2"
      case .float32: "<f4"
      case .float64: "<f8"
      case .bfloat16: "<V2"
      case .int32: "<i4"
      case .int64: "<i8"
      }
    return header(type: type, shape: "(\(rows), \(columns))")
  }

  static func header(type: String, shape: String) -> [UInt8] {
    let text = "{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }"
    // Elements begin at a multiple of 64 bytes; the header ends with a line feed.
    let padding = (64 - (10 + text.utf8.count + 1) % 64) % 64
    let body = Array(text.utf8) + [UInt8](repeating: 32, count: padding) + [10]
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(body.count & 255), UInt8(body.count >> 8)]
      + body
  }

  /// Writes further rows, given row after row.
  ///
  /// - Precondition: `values` is whole rows, no more than are missing.
  /// - Throws: `FileError.failed`.
  public func append(_ values: [Double]) throws(FileError) {
    take(values.count)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count * kind.byteCount)
    func add(_ bits: some FixedWidthInteger) {
      var bits = bits.littleEndian
      // SAFETY: copied inside the closure.
      unsafe withUnsafeBytes(of: &bits) { unsafe bytes.append(contentsOf: $0) }
    }
    for value in values {
      switch kind {
      case .float64: add(value.bitPattern)
      case .float32: add(Float(value).bitPattern)
      case .float16: add(Float16(value).bitPattern)
      case .bfloat16: add(BFloat16(Float(value)).bitPattern)
      case .int32: add(Int32(value))
      case .int64: add(Int64(value))
      }
    }
    try file.write(bytes)
  }

  /// Writes further rows as they are stored.
  ///
  /// - Precondition: the element type and the columns are those of the file.
  /// - Throws: `FileError.failed`.
  public func append(_ matrix: AnyMatrix) throws(FileError) {
    precondition(matrix.kind == kind && matrix.columns == columns, "rows of another type or width")
    take(matrix.rows * matrix.columns)
    // Rows without gaps are one stretch of memory, of which a piece at a time is copied.
    let isDense = matrix.rowStride == columns
    let width = columns * kind.byteCount
    let step = isDense ? max(1, (1 << 20) / max(1, width)) : 1
    for row in stride(from: 0, to: matrix.rows, by: step) {
      let some = min(step, matrix.rows - row)
      // SAFETY: `some` rows of the matrix; more than one only where they have no gaps.
      let bytes = unsafe matrix[rows: row..<row + some].withUnsafeBaseAddress { base in
        unsafe Array(UnsafeRawBufferPointer(start: base, count: some * width))
      }
      try file.write(bytes)
    }
  }

  private func take(_ elements: Int) {
    precondition(columns > 0 ? elements % columns == 0 : elements == 0, "rows that are not whole")
    written += columns > 0 ? elements / columns : 0
    precondition(written <= rows, "more rows than were announced")
  }

  /// Gives the file its name.
  ///
  /// - Precondition: all rows have been written.
  /// - Throws: `FileError.failed`.
  public func finish() throws(FileError) {
    precondition(written == rows || columns == 0, "\(written) of \(rows) rows were written")
    try file.commit()
  }

  /// Removes what has been written.
  public func discard() {
    file.discard()
  }
}
