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
    /// What numbers it is, where it has no format.
    let raw: RawLayout?

    init(
      _ text: String, raw: RawLayout? = nil, encoding: TextEncoding? = nil
    ) throws(FileError) {
      let path = ArrayPath(text)
      array = path.array
      name = inputName(path.file)
      // A pipe gives its bytes only once.
      bytes = try Bytes(path: path.file) { start throws(FileError) in
        let format = FileFormat.ofInput(start, named: path.file)
        guard MatrixReader.isText(format), raw == nil || format.isNamed(path.file) else {
          return
        }
        try CSV.refuseUnlessText(start, path: inputName(path.file), encoding: encoding)
      }
      format = FileFormat.ofInput(bytes.prefix(16), named: path.file)
      self.raw = MatrixReader.isText(format) && !format.isNamed(path.file) ? raw : nil
      guard array == nil || format.contents == .namedMatrices else {
        let formats = FileFormat.ofInputs.filter { $0.contents == .namedMatrices }
        throw .malformed(
          path: name, place: "",
          reason: "an array in it is named, and only \(FileFormat.endings(of: formats)) have names")
      }
    }

    /// Whether it is read as a table.
    var isText: Bool { MatrixReader.isText(format) && raw == nil }

    /// The array that is meant, where the file is no text.
    ///
    /// - Parameter isNeverEmpty: whether an array without a number is refused.
    func stored(isNeverEmpty: Bool) throws(FileError) -> StoredArray {
      let stored = try stored()
      guard isNeverEmpty, stored.shape.contains(0) else { return stored }
      throw .malformed(
        path: name, place: "header",
        reason: "the file holds no rows of numbers: shape \(StoredArray.spell(stored.shape))")
    }

    private func stored() throws(FileError) -> StoredArray {
      if let raw { return try raw.array(in: bytes, path: name) }
      switch format {
      case .safetensors: return try SafetensorsFile(bytes, path: name).array(array)
      case .safetensorsIndex: return try SafetensorsIndex(bytes, path: name).array(array)
      case .npz: return try NPZFile(bytes, path: name).array(array)
      default:
        try UnreadFormat.refuse(bytes.prefix(16), path: name)
        return try NPY.array(in: bytes, path: name)
      }
    }
  }

  private static func isText(_ format: FileFormat) -> Bool { format == .csv || format == .tsv }

  /// Reads an array or a text from a file of any format in `FileFormat.ofInputs`; "-" is standard input.
  ///
  /// The first bytes say what a file is, and its name where they do not. An array of several is named behind a colon,
  /// `model.safetensors:lm_head.weight`, as `ArrayPath` says. Of an array of several dimensions the last, or the one
  /// that `options` name, is columns, and all others are rows, in C order.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - options: how a text is read; of an array, which dimension is columns, which columns are numbers and which are
  ///     labels, by their numbers, and whether columns are read as rows.
  /// - Throws: `FileError.cannotRead`, or `.malformed`, also for a file without a number; where an array is not named, or
  ///   not there, with the names of those that are.
  public static func read(
    _ path: String, options: TableOptions = TableOptions()
  ) throws(FileError) -> Table {
    let input = try Input(path, raw: options.raw, encoding: options.encoding)
    guard !input.isText else {
      let options = try options.ofText(path: input.name)
      return try CSV.read(input.bytes, path: input.name, separator: nil, options: options)
        .keeping(options.classes, path: input.name)
    }
    let stored = try input.stored(isNeverEmpty: true)
    guard options.long == nil else {
      throw .malformed(path: input.name, place: "", reason: "--long is for text")
    }
    let leading = try stored.leading(axis: options.axis)
    guard options.isTransposed != true || leading.count <= 1 else {
      throw .malformed(
        path: input.name, place: stored.place,
        reason:
          "shape \(StoredArray.spell(stored.shape)) has more than rows and columns: --axis says which are classes"
      )
    }
    let table = Table(
      matrix: try stored.matrix(axis: options.axis), rowLabels: nil, columnNames: nil, layout: nil,
      elementType: stored.element.name, dimensions: leading.count > 1 ? leading : nil)
    let chosen = try table.choosing(options, path: input.name)
    return try (options.isTransposed == true ? chosen.transposed() : chosen)
      .keeping(options.classes, path: input.name)
  }

  /// Reads for each row whether it is kept: any number but 0, one a row, of several dimensions in C order.
  ///
  /// - Throws: as `read(_:options:)`, and `.malformed` for a NaN.
  public static func readMask(_ path: String) throws(FileError) -> [Bool] {
    let matrix = try read(path, options: TableOptions(.parameters)).matrix
    var kept: [Bool] = []
    kept.reserveCapacity(matrix.rows * matrix.columns)
    for row in 0..<matrix.rows {
      for column in 0..<matrix.columns {
        let value = matrix.value(row: row, column: column)
        guard !value.isNaN else {
          throw .malformed(
            path: inputName(path), place: "row \(row + 1)", reason: "a NaN in a mask")
        }
        kept.append(value != 0)
      }
    }
    return kept
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
    guard input.isText else {
      let stored = try input.stored(isNeverEmpty: false)
      return (try NPY.labels(of: stored.matrix(), path: name), nil, nil)
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

extension FileFormat {
  /// Whether a name says that a file is of this format, compressed or not.
  fileprivate func isNamed(_ path: String) -> Bool { isThat(of: Gzip.nameInside(path)) }
}

extension TableOptions {
  /// The options as a text takes them, whose dimensions are rows and columns.
  fileprivate func ofText(path: String) throws(FileError) -> TableOptions {
    guard let axis else { return self }
    guard (-2...1).contains(axis), isTransposed == nil else {
      throw .malformed(
        path: path, place: "",
        reason: isTransposed == nil
          ? "there is no axis \(axis): a text has rows and columns"
          : "--axis and --transpose are two ways to say which are classes: give one")
    }
    var options = self
    if axis == 0 || axis == -2 { options.isTransposed = true }
    return options
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
      matrix: Rearrangement.choosing(numbers, of: matrix),
      rowLabels: labels.isEmpty
        ? nil
        : (0..<matrix.rows).map { row in
          labels.map { spelt(matrix.value(row: row, column: $0)) }.joined(separator: " / ")
        },
      columnNames: nil, layout: nil, elementType: elementType, dimensions: dimensions)
  }

  private func spelt(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? String(value)
  }
}
