internal import Kullback
internal import KullbackFiles

/// A file that is read, with what is known of it.
struct InputFile {
  /// As it was named on the command line.
  let path: String
  var matrix: AnyMatrix
  /// The labels of its rows, where a CSV file has some.
  var rowLabels: [String]?
  /// The names of its columns, where a CSV file has some.
  var columnNames: [String]?
  /// What of it was brought in line with another input's names.
  var matching = Matching()

  /// What messages call it.
  var name: String { path == "-" ? "standard input" : path }

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
        ? set.tolerance : nil,
      reordered: file.matching.reordered, byPosition: file.matching.byPosition)
  }
}
