internal import Kullback
internal import KullbackFiles

/// A file that is read, or several whose rows follow each other, with what is known of it.
struct InputFile {
  private let path: InputPath
  /// The rows of each file, of the same columns.
  private(set) var parts: [AnyMatrix]
  /// The labels of its rows, where a CSV file has some.
  var rowLabels: [String]?
  /// The names of its columns, where a CSV file has some.
  var columnNames: [String]?
  /// What of a text was taken for what.
  let layout: TableLayout?
  /// What the file calls the type of its elements.
  let elementType: String
  /// The dimensions that rows are counted by, where there is more than one.
  let dimensions: [Int]?
  /// The files, where there are several, and the rows of each.
  let files: [(name: String, rows: Int)]
  /// What of it was brought in line with another input's names.
  var matching = Matching()

  /// What messages call it.
  var name: String { path.name }
  /// Rows of all files.
  var rows: Int { parts.reduce(0) { $0 + $1.rows } }
  /// Numbers of a row.
  var columns: Int { parts[0].columns }
  /// All rows.
  ///
  /// - Precondition: there is one file, or rows are not streamed.
  var matrix: AnyMatrix {
    get {
      precondition(parts.count == 1, "rows of several files")
      return parts[0]
    }
    set { parts = [newValue] }
  }

  /// What of a text that holds no distributions was taken for what.
  var table: InputReport.TextTable? {
    layout.map { .init($0, columns: columns) }
  }

  /// What its rows are called in reports.
  var captions: RowCaptions {
    RowCaptions(labels: rowLabels, dimensions: dimensions, files: files)
  }

  /// Refuses work that would hold so many numbers of 8 bytes beside the file.
  func checkMemory(forNumbers rows: Int, _ columns: Int) throws(Failure) {
    try MemoryNeed(rows, columns, of: 8).check(for: name)
  }

  /// Opens a file, or those that a folder or a pattern names, or reads standard input.
  ///
  /// - Parameter isStreamed: whether rows are read once, in blocks, so that a file that holds columns need not be
  ///   put in order as a whole, nor several files be put together.
  init(
    _ path: InputPath, _ options: TableOptions = TableOptions(.parameters), isStreamed: Bool = false
  ) throws(Failure) {
    self.path = path
    let paths = try InputFiles.named(by: path)
    var tables: [KullbackFiles.Table] = []
    do throws(FileError) {
      for path in paths { tables.append(try MatrixReader.read(path.text, options: options)) }
    } catch {
      throw Failure(error)
    }
    let first = tables[0]
    try Self.check(tables, named: paths.map(\.name))
    parts = tables.map(\.matrix)
    rowLabels =
      tables.contains { $0.rowLabels == nil } ? nil : tables.flatMap { $0.rowLabels ?? [] }
    columnNames = first.columnNames
    layout = first.layout
    elementType = first.elementType
    dimensions = tables.count == 1 ? first.dimensions : nil
    files = tables.count == 1 ? [] : zip(paths, tables).map { ($0.name, $1.matrix.rows) }
    if !isStreamed {
      try join()
      matrix = try inOrder(matrix)
    }
  }

  /// Refuses files whose rows are of different columns.
  private static func check(_ tables: [KullbackFiles.Table], named names: [String]) throws(Failure)
  {
    for (table, name) in zip(tables, names).dropFirst() {
      guard table.matrix.columns == tables[0].matrix.columns else {
        throw Failure(
          .invalidData,
          "\(name): rows of \(Format.count(table.matrix.columns)), where those of \(names[0]) have"
            + " \(Format.count(tables[0].matrix.columns))")
      }
      guard table.columnNames == tables[0].columnNames else {
        throw Failure(
          .invalidData, "\(name): its columns are called otherwise than those of \(names[0])")
      }
    }
  }

  /// Puts the columns of a part in another order.
  mutating func arrange(_ part: Int, columns places: [Int]) {
    parts[part] = parts[part].arranged(columns: places)
  }

  /// Puts the rows of several files together, in memory.
  mutating func join() throws(Failure) {
    guard parts.count > 1 else { return }
    guard Set(parts.map(\.kind)).count == 1 else {
      throw Failure(
        .invalidData,
        "\(name): files of \(Set(parts.map(\.kind.name)).sorted().joined(separator: " and ")), which are not put together"
      )
    }
    try MemoryNeed(rows, columns, of: parts[0].kind.byteCount).check(for: name)
    matrix = AnyMatrix(joining: parts)
  }

  /// Rows of the file with the elements of each one after the other, copied where the file holds columns.
  private func inOrder(_ rows: AnyMatrix) throws(Failure) -> AnyMatrix {
    guard !rows.isInOrder else { return rows }
    try MemoryNeed(rows.rows, rows.columns, of: rows.kind.byteCount).check(for: name)
    return rows.inOrder()
  }

  /// Some of the rows as distributions whose elements lie one after the other, for work that reads them again
  /// and again.
  func held(_ set: DistributionSet, threads: Int?) throws(Failure) -> DistributionSet {
    guard !set.matrix.isInOrder else { return set }
    try MemoryNeed(set.count, set.classes, of: set.matrix.kind.byteCount).check(for: name)
    do { return try set.inOrder(threads: threads) } catch { throw Failure(error, in: name) }
  }

  /// The rows as distributions, where they are not streamed.
  func distributions(
    _ form: Form, _ options: SetOptions
  ) throws(Failure) -> DistributionSet {
    try distributions(of: matrix, form, options)
  }

  /// The rows as distributions, of one file or of several.
  func rowSet(_ form: Form, _ options: SetOptions) throws(Failure) -> RowSet {
    var sets: [DistributionSet] = []
    for part in parts { sets.append(try distributions(of: part, form, options)) }
    return RowSet(sets)
  }

  private func distributions(
    of matrix: AnyMatrix, _ form: Form, _ options: SetOptions
  ) throws(Failure) -> DistributionSet {
    try checkClasses()
    do {
      return try DistributionSet(
        matrix, form: form, temperature: options.temperature, smoothing: options.smoothing,
        tolerance: options.tolerance)
    } catch {
      if case .unsupportedElements = error, elementType == "uint16" {
        throw Failure(
          .invalidData, "\(name): uint16 elements are not \(form)",
          hint:
            "bits of bfloat16: numpy.save(file, a.view(ml_dtypes.bfloat16)); counts: --form weights"
        )
      }
      throw Failure(error, in: name)
    }
  }

  /// Refuses rows of one class: as distributions they are all the same.
  func checkClasses() throws(Failure) {
    guard columns == 1 else { return }
    throw Failure(
      .invalidData,
      "\(name): \(Format.count(rows, "row")) of one class, which are all the same distribution",
      hint: "--transpose reads a column of numbers as one distribution")
  }
}

extension InputReport {
  init(_ file: InputFile, _ set: RowSet) {
    self.init(file, set.parts[0], rows: set.count)
  }

  init(_ file: InputFile, _ set: DistributionSet, rows: Int? = nil) {
    self.init(
      file: file.name, rows: rows ?? set.count, columns: set.classes, type: set.matrix.kind.name,
      form: set.form.description,
      temperature: set.form == .logits ? set.temperature : nil,
      smoothing: set.form == .weights ? set.smoothing : nil,
      tolerance: set.form == .probabilities || set.form == .logProbabilities
        ? set.tolerance : nil,
      table: file.layout.map { .init($0, classes: set.classes) }, dimensions: file.dimensions,
      files: file.files.isEmpty ? nil : file.files.count,
      reordered: file.matching.reordered, byPosition: file.matching.byPosition)
  }
}
