public import KullbackMatrix

/// Reading NumPy's .npy files.
public enum NPY {
  /// Reads a matrix: the last dimension is columns, all others are rows in C order, and one alone is a single row.
  ///
  /// Elements of float16, float32, float64, bfloat16, int32 and int64 in this machine's order are mapped
  /// where they lie, also in Fortran order and at odd bytes: the rows are then not in order
  /// (`AnyMatrix.isInOrder`). Others are converted into fresh memory.
  ///
  /// - Throws: `FileError.cannotRead`, `.malformed`.
  public static func read(_ path: String) throws(FileError) -> AnyMatrix {
    try array(in: Bytes(path: path), path: path).matrix()
  }

  /// Reads whole numbers, those of several dimensions in C order.
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

  /// The array that the bytes of a file are.
  static func array(in bytes: Bytes, path: String) throws(FileError) -> StoredArray {
    let header = try header(of: bytes, path: path)
    let count = header.end - header.dataOffset
    guard let elements = bytes.window(from: header.dataOffset, count: count) else {
      throw .malformed(path: path, place: "header", reason: "the array does not lie in the file")
    }
    return StoredArray(
      element: header.element, shape: header.shape, isFortranOrder: header.isFortranOrder,
      bytes: elements, path: path)
  }
}
