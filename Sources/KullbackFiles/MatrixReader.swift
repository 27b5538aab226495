internal import KullbackMatrix

/// Reading a matrix from a file of any known format.
public enum MatrixReader {
  /// Reads a .npy file, or else comma- or tab-separated text; "-" is standard input.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - options: how a text is read; of an array, which columns are numbers and which are labels, by their
  ///     numbers, and whether columns are read as rows.
  /// - Throws: `FileError.cannotRead`, or `.malformed`, also for a file without a number.
  public static func read(
    _ path: String, options: TableOptions = TableOptions()
  ) throws(FileError) -> Table {
    let bytes = try bytes(path)
    let name = inputName(path)
    guard isNPY(bytes, path) else {
      return try CSV.read(bytes, path: name, separator: nil, options: options)
    }
    try UnreadFormat.refuse(bytes, path: name)
    let header = try NPY.header(of: bytes, path: name)
    guard !header.shape.contains(0) else {
      throw .malformed(
        path: name, place: "header",
        reason: "the file holds no rows of numbers: shape \(NPYHeader.spell(header.shape))")
    }
    guard options.long == nil else {
      throw .malformed(path: name, place: "", reason: "--long is for text")
    }
    let table = Table(
      matrix: try NPY.read(bytes, path: name), rowLabels: nil, columnNames: nil, layout: nil,
      elementType: header.element.name)
    let chosen = try table.choosing(options, path: name)
    return options.isTransposed == true ? chosen.transposed() : chosen
  }

  /// All bytes of a file, of which the first are those of an array or of text.
  private static func bytes(_ path: String) throws(FileError) -> Bytes {
    try Bytes(path: path) { start throws(FileError) in
      guard !isNPY(.inMemory(start), path) else { return }
      try CSV.refuseUnlessText(.inMemory(start), path: inputName(path))
    }
  }

  private static func isNPY(_ bytes: Bytes, _ path: String) -> Bool {
    path.hasSuffix(".npy") || bytes.prefix(6) == [0x93] + Array("NUMPY".utf8)
  }

  /// Reads class labels: whole numbers, one a row.
  ///
  /// - Throws: `FileError.cannotRead`, `.malformed`.
  public static func readLabels(_ path: String) throws(FileError) -> [Int64] {
    try readLabelledLabels(path).labels
  }

  /// Reads class labels, what their rows are called where the file says it, and what of a text was taken for what.
  ///
  /// - Throws: as `readLabels(_:)`.
  public static func readLabelledLabels(
    _ path: String
  ) throws(FileError) -> (labels: [Int64], rowLabels: [String]?, layout: TableLayout?) {
    // A pipe gives its bytes only once.
    let bytes = try bytes(path)
    let name = inputName(path)
    guard !isNPY(bytes, path) else {
      try UnreadFormat.refuse(bytes, path: name)
      return (try NPY.labels(of: NPY.read(bytes, path: name), path: name), nil, nil)
    }
    let table = try CSV.read(
      bytes, path: name, separator: nil, options: TableOptions(.parameters))
    let matrix = table.matrix
    guard matrix.columns == 1 else {
      throw .malformed(
        path: name, place: "", reason: "labels are one column, not \(matrix.columns)")
    }
    var labels: [Int64] = []
    for row in 0..<matrix.rows {
      guard let label = Int64(exactly: matrix.value(row: row, column: 0)) else {
        throw .malformed(
          path: name, place: "row \(row + 1)",
          reason: "\(matrix.value(row: row, column: 0)) is not a whole number")
      }
      labels.append(label)
    }
    return (labels, table.rowLabels, table.layout)
  }
}

extension Table {
  /// The columns that are asked for by their numbers.
  fileprivate func choosing(_ options: TableOptions, path: String) throws(FileError) -> Table {
    func places(_ references: [ColumnReference]) throws(FileError) -> [Int] {
      try ColumnReference.places(references, names: nil, count: matrix.columns, path: path)
    }
    guard options.labelColumns?.isEmpty == false || options.columns != nil else { return self }
    let labels = try places(options.labelColumns ?? [])
    let numbers =
      try options.columns.map(places) ?? (0..<matrix.columns).filter { !labels.contains($0) }
    guard !numbers.isEmpty, !numbers.contains(where: labels.contains) else {
      throw .malformed(
        path: path, place: "",
        reason: numbers.isEmpty
          ? "no column is left for numbers" : "a column is to be labels, and to be numbers")
    }
    if !Rearrangement.isRange(numbers) {
      let (count, overflow) = matrix.rows.multipliedReportingOverflow(
        by: numbers.count * matrix.kind.byteCount)
      try AvailableMemory.check(overflow ? Int.max - (1 << 20) : count, for: path)
    }
    return Table(
      matrix: Rearrangement.columns(numbers)(matrix),
      rowLabels: labels.isEmpty
        ? nil
        : (0..<matrix.rows).map { row in
          labels.map { spelt(matrix.value(row: row, column: $0)) }.joined(separator: " / ")
        },
      columnNames: nil, layout: nil, elementType: elementType)
  }

  private func spelt(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? String(value)
  }
}
