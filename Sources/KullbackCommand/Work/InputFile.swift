internal import Kullback
internal import KullbackFiles

/// A file that is read, with what is known of it.
struct InputFile {
  /// As it was named on the command line.
  let path: String
  let matrix: AnyMatrix
  /// The labels of its rows, where a CSV file has some.
  let rowLabels: [String]?
  /// The names of its columns, where a CSV file has some.
  let columnNames: [String]?

  /// What messages call it.
  var name: String { path == "-" ? "standard input" : path }

  /// Refuses work that would hold so many numbers of 8 bytes beside the file.
  func checkMemory(forNumbers rows: Int, _ columns: Int) throws(Failure) {
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    let bytes = overflow ? Int.max : count.multipliedReportingOverflow(by: 8).partialValue
    let needed = overflow || count > Int.max / 8 ? Int.max - (1 << 20) : bytes
    try Failure.ofFile { () throws(FileError) in
      try AvailableMemory.check(needed, for: name)
    }
  }

  /// Opens a file, or reads standard input.
  init(_ path: String) throws(Failure) {
    self.path = path
    do {
      let table = try MatrixReader.read(path)
      matrix = table.matrix
      rowLabels = table.rowLabels
      columnNames = table.columnNames
    } catch {
      throw Failure(error)
    }
  }

  /// The rows as distributions.
  func distributions(
    _ form: FormArgument, _ options: SetOptions
  ) throws(Failure) -> DistributionSet {
    do {
      return try DistributionSet(
        matrix, form: form.form, temperature: options.temperature, smoothing: options.smoothing,
        tolerance: options.tolerance)
    } catch {
      throw Failure(error, in: name)
    }
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
        ? set.tolerance : nil)
  }
}
