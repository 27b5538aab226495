internal import Kullback
internal import KullbackFiles

/// A file that is read, with what is known of it.
struct InputFile {
  private let path: InputPath
  var matrix: AnyMatrix
  /// The labels of its rows, where a CSV file has some.
  var rowLabels: [String]?
  /// The names of its columns, where a CSV file has some.
  var columnNames: [String]?
  /// What of a text was taken for what.
  let layout: TableLayout?
  /// What the file calls the type of its elements.
  let elementType: String
  /// What of it was brought in line with another input's names.
  var matching = Matching()

  /// What messages call it.
  var name: String { path.name }

  /// What of a text that holds no distributions was taken for what.
  var table: InputReport.TextTable? {
    layout.map { .init($0, columns: matrix.columns) }
  }

  /// Refuses work that would hold so many numbers of 8 bytes beside the file.
  func checkMemory(forNumbers rows: Int, _ columns: Int) throws(Failure) {
    try MemoryNeed(rows, columns, of: 8).check(for: name)
  }

  /// Opens a file, or reads standard input.
  ///
  /// - Parameter isStreamed: whether rows are read once, in blocks, so that a file that holds columns need not be
  ///   put in order as a whole.
  init(
    _ path: InputPath, _ options: TableOptions = TableOptions(.parameters), isStreamed: Bool = false
  ) throws(Failure) {
    self.path = path
    do {
      let table = try MatrixReader.read(path.text, options: options)
      matrix = table.matrix
      rowLabels = table.rowLabels
      columnNames = table.columnNames
      layout = table.layout
      elementType = table.elementType
    } catch {
      throw Failure(error)
    }
    if !isStreamed { matrix = try inOrder(matrix) }
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

  /// The rows as distributions.
  func distributions(
    _ form: Form, _ options: SetOptions
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
    guard matrix.columns == 1 else { return }
    throw Failure(
      .invalidData,
      "\(name): \(Format.count(matrix.rows, "row")) of one class, which are all the same distribution",
      hint: "--transpose reads a column of numbers as one distribution")
  }
}

extension InputReport {
  init(_ file: InputFile, _ set: DistributionSet) {
    self.init(
      file: file.name, rows: set.count, columns: set.classes, type: set.matrix.kind.name,
      form: set.form.description,
      temperature: set.form == .logits ? set.temperature : nil,
      smoothing: set.form == .weights ? set.smoothing : nil,
      tolerance: set.form == .probabilities || set.form == .logProbabilities
        ? set.tolerance : nil,
      table: file.layout.map { .init($0, classes: set.classes) },
      reordered: file.matching.reordered, byPosition: file.matching.byPosition)
  }
}
