internal import KullbackFiles

/// A file of class labels, one a row.
struct LabelFile {
  let name: String
  private(set) var labels: [Int64]
  /// What the rows are called, where a CSV file says it.
  private(set) var rowLabels: [String]?
  /// What of a text was taken for what.
  let table: InputReport.TextTable?
  /// What of it was brought in line with another input's names.
  private(set) var matching = Matching()

  init(_ path: InputPath) throws(Failure) {
    name = path.name
    do {
      let file = try MatrixReader.readLabelledLabels(path.text)
      (labels, rowLabels) = (file.labels, file.rowLabels)
      table = file.layout.map { .init($0, columns: 1) }
    } catch {
      throw Failure(error)
    }
  }

  /// Puts the labels in the order in which another input has their rows, where both have labels of rows.
  mutating func matchRows(to other: Matching.Names, byPosition: Bool) throws(Failure) {
    let own = Matching.Names(input: name, names: rowLabels)
    guard
      let places = try matching.places(of: .rows, in: own, like: other, byPosition: byPosition)
    else { return }
    labels = places.map { labels[$0] }
    rowLabels = other.names
  }
}

extension InputReport {
  init(_ file: LabelFile) {
    self.init(
      file: file.name, rows: file.labels.count, columns: 1, type: "int64", form: "class labels",
      parameters: ["counted from 0"], table: file.table, reordered: file.matching.reordered,
      byPosition: file.matching.byPosition)
  }
}
