internal import KullbackMatrix

/// Reading a matrix from a file of any known format.
public enum MatrixReader {
  /// A file that is open, and how it is to be read.
  private struct Input {
    /// What messages call it.
    let name: String
    let array: String?
    let bytes: Bytes
    let format: FileFormat

    init(_ text: String, encoding: TextEncoding? = nil) throws(FileError) {
      let path = ArrayPath(text)
      array = path.array
      name = inputName(path.file)
      // A pipe gives its bytes only once.
      bytes = try Bytes(path: path.file) { start throws(FileError) in
        guard MatrixReader.isText(FileFormat.ofInput(start, named: path.file)) else { return }
        try CSV.refuseUnlessText(start, path: inputName(path.file), encoding: encoding)
      }
      format = FileFormat.ofInput(bytes.prefix(16), named: path.file)
      guard array == nil || format.contents == .namedMatrices else {
        let formats = FileFormat.ofInputs.filter { $0.contents == .namedMatrices }
        throw .malformed(
          path: name, place: "",
          reason: "an array in it is named, and only \(FileFormat.endings(of: formats)) have names")
      }
    }

    /// The array, where the file is no text, and what the file calls the type of its elements.
    ///
    /// - Parameter isNeverEmpty: whether an array without a number is refused.
    func matrix(isNeverEmpty: Bool) throws(FileError) -> (matrix: AnyMatrix, elementType: String) {
      func check(_ shape: [Int]) throws(FileError) {
        guard isNeverEmpty, shape.contains(0) else { return }
        throw .malformed(
          path: name, place: "header",
          reason: "the file holds no rows of numbers: shape \(NPYHeader.spell(shape))")
      }
      guard format != .safetensors else {
        let tensor = try SafetensorsFile(bytes, path: name).tensor(array)
        try check(tensor.shape)
        return (tensor.matrix, tensor.matrix.kind.name)
      }
      try UnreadFormat.refuse(bytes.prefix(16), path: name)
      let header = try NPY.header(of: bytes, path: name)
      try check(header.shape)
      return (try NPY.read(bytes, path: name), header.element.name)
    }
  }

  private static func isText(_ format: FileFormat) -> Bool { format == .csv || format == .tsv }

  /// Reads a .npy or .safetensors file, or else text as `CSV` reads it; "-" is standard input.
  ///
  /// The first bytes say what a file is, and its name where they do not. An array of several is named behind a colon,
  /// `model.safetensors:lm_head.weight`, as `ArrayPath` says.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - options: how a text is read; of an array, which columns are numbers and which are labels, by their
  ///     numbers, and whether columns are read as rows.
  /// - Throws: `FileError.cannotRead`, or `.malformed`, also for a file without a number; where an array is not named, or
  ///   not there, with the names of those that are.
  public static func read(
    _ path: String, options: TableOptions = TableOptions()
  ) throws(FileError) -> Table {
    let input = try Input(path, encoding: options.encoding)
    guard !isText(input.format) else {
      return try CSV.read(input.bytes, path: input.name, separator: nil, options: options)
    }
    let (matrix, elementType) = try input.matrix(isNeverEmpty: true)
    guard options.long == nil else {
      throw .malformed(path: input.name, place: "", reason: "--long is for text")
    }
    let table = Table(
      matrix: matrix, rowLabels: nil, columnNames: nil, layout: nil, elementType: elementType)
    let chosen = try table.choosing(options, path: input.name)
    return options.isTransposed == true ? chosen.transposed() : chosen
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
    let input = try Input(path)
    let name = input.name
    guard isText(input.format) else {
      return (try NPY.labels(of: input.matrix(isNeverEmpty: false).matrix, path: name), nil, nil)
    }
    let table = try CSV.read(
      input.bytes, path: name, separator: nil, options: TableOptions(.parameters))
    let matrix = table.matrix
    guard matrix.columns == 1 else {
      throw .malformed(
        path: name, place: "", reason: "labels are one column, not \(matrix.columns)")
    }
    var labels: [Int64] = []
    for row in 0..<matrix.rows {
      let value = matrix.value(row: row, column: 0)
      guard let label = Int64(exactly: value) else {
        throw .malformed(
          path: name, place: "row \(row + 1)",
          reason: value.isNaN ? "the label is missing" : "\(value) is not a whole number")
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
