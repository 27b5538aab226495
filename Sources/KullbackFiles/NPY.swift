public import KullbackMatrix

/// Reading NumPy's .npy files.
public enum NPY {
  /// Reads a matrix: two dimensions, or one as a single row.
  ///
  /// Elements of float16, float32, float64, bfloat16, int32 and int64 in this machine's order are mapped
  /// where they lie, also in Fortran order: the rows are then not in order (`AnyMatrix.isInOrder`). Others, and
  /// elements that do not begin at a multiple of their size, are converted into fresh memory.
  ///
  /// - Throws: `FileError.cannotRead`, `.malformed`.
  public static func read(_ path: String) throws(FileError) -> AnyMatrix {
    try read(Bytes(path: path), path: path)
  }

  /// Reads whole numbers of one dimension, or of two of which one is 1.
  ///
  /// - Throws: `FileError.cannotRead`, `.malformed`.
  public static func readLabels(_ path: String) throws(FileError) -> [Int64] {
    try labels(of: read(path), path: path)
  }

  static func labels(of matrix: AnyMatrix, path: String) throws(FileError) -> [Int64] {
    guard matrix.kind.isInteger else {
      throw .malformed(
        path: path, place: "header", reason: "labels are whole numbers, not \(matrix.kind.name)")
    }
    guard matrix.rows == 1 || matrix.columns == 1 else {
      throw .malformed(
        path: path, place: "header",
        reason: "labels have one dimension, not \(matrix.rows) x \(matrix.columns)")
    }
    if let wide = matrix.matrix(of: Int64.self) { return wide.values }
    return matrix.matrix(of: Int32.self)?.values.map { Int64($0) } ?? []
  }

  static func header(of bytes: Bytes, path: String) throws(FileError) -> NPYHeader {
    let header: NPYHeader
    do {
      header = try NPYHeader(bytes.prefix(1 << 20), fileLength: bytes.count)
    } catch {
      throw .malformed(path: path, place: "byte \(error.byte)", reason: error.reason)
    }
    guard header.end == bytes.count else {
      throw .malformed(
        path: path, place: "byte \(header.end)",
        reason: bytes.slice(from: header.end, count: 6) == NPYHeader.magic
          ? "a second array begins: save each in a file of its own"
          : "\(counted(bytes.count - header.end, "byte")) behind the array's end")
    }
    return header
  }

  static func read(_ bytes: Bytes, path: String) throws(FileError) -> AnyMatrix {
    let header = try header(of: bytes, path: path)
    guard header.shape.count == 1 || header.shape.count == 2 else {
      throw .malformed(
        path: path, place: "header",
        reason: NPYHeader.dimensions(of: header.shape))
    }
    let rows = header.shape.count == 1 ? 1 : header.shape[0]
    let columns = header.shape[header.shape.count - 1]
    // A single row or column is the same in both orders.
    let isTransposed = header.isFortranOrder && rows > 1 && columns > 1
    // Elements that no processor's loads are aligned to are copied.
    let isAligned = bytes.isAligned(from: header.dataOffset, to: header.element.byteCount)
    if let kind = header.element.direct, isAligned {
      return isTransposed
        ? bytes.matrix(kind, rows: columns, columns: rows, from: header.dataOffset).transposed()
        : bytes.matrix(kind, rows: rows, columns: columns, from: header.dataOffset)
    }
    try AvailableMemory.check(rows * columns * header.element.convertedByteCount, for: path)
    return converted(bytes, header, rows, columns, isTransposed)
  }

  private static func converted(
    _ bytes: Bytes, _ header: NPYHeader, _ rows: Int, _ columns: Int, _ isTransposed: Bool
  ) -> AnyMatrix {
    let element = header.element
    func convert<Bits: FixedWidthInteger & BitwiseCopyable, Element: MatrixElement>(
      _ body: (Bits) -> Element
    ) -> AnyMatrix {
      // Without columns there may be more rows than anyone can count.
      guard rows > 0, columns > 0 else {
        return AnyMatrix(Matrix<Element>(rows: rows, columns: columns))
      }
      return unsafe bytes.withBytes { source in
        AnyMatrix(
          unsafe Matrix<Element>(rows: rows, columns: columns) { buffer in
            // Tiles keep both sides of a transposition in cache.
            let tile = isTransposed ? 64 : columns
            for firstRow in stride(from: 0, to: rows, by: tile) {
              for firstColumn in stride(from: 0, to: columns, by: tile) {
                for row in firstRow..<min(rows, firstRow + tile) {
                  for column in firstColumn..<min(columns, firstColumn + tile) {
                    let place = isTransposed ? column * rows + row : row * columns + column
                    // SAFETY: the header's check says that all elements lie inside the bytes.
                    let bits = unsafe source.loadUnaligned(
                      fromByteOffset: header.dataOffset + place * element.byteCount, as: Bits.self)
                    unsafe buffer[row * columns + column] = body(
                      element.isBigEndian ? Bits(bigEndian: bits) : Bits(littleEndian: bits))
                  }
                }
              }
            }
          })
      }
    }
    switch (element.kind, element.byteCount) {
    case (.float, 2): return convert { Float16(bitPattern: $0) }
    case (.bfloat, _): return convert { BFloat16(bitPattern: $0) }
    case (.float, 4): return convert { Float(bitPattern: $0) }
    case (.float, _): return convert { Double(bitPattern: $0) }
    case (.signed, 1): return convert { (bits: Int8) in Int32(bits) }
    case (.signed, 2): return convert { (bits: Int16) in Int32(bits) }
    case (.signed, 4): return convert { (bits: Int32) in bits }
    case (.signed, _): return convert { (bits: Int64) in bits }
    case (.unsigned, 1): return convert { (bits: UInt8) in Int64(bits) }
    case (.unsigned, 2): return convert { (bits: UInt16) in Int64(bits) }
    case (.unsigned, 4): return convert { (bits: UInt32) in Int64(bits) }
    // Beyond Int64 an unsigned number is as good as the largest one: it is no label, and as a count it
    // dwarfs the others either way.
    case (.unsigned, _): return convert { (bits: UInt64) in Int64(clamping: bits) }
    case (.bool, _): return convert { (bits: UInt8) in Int32(bits == 0 ? 0 : 1) }
    }
  }
}
