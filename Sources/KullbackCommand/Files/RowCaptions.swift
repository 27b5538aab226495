/// What rows of an input are called where a report names one: by their labels, by their indices in an array of several
/// dimensions, or by their file and place where there are several files.
struct RowCaptions {
  /// The labels of all rows, where there are some.
  var labels: [String]?
  /// The dimensions that rows are counted by, where there is more than one.
  var dimensions: [Int]?
  /// What the place of a row is called, where a file says more than its number.
  var place: (@Sendable (Int) -> String)?
  /// The files that the rows are in, and how many each has, where there are several.
  var files: [(name: String, rows: Int)] = []

  /// Whether a row's number is all that there is to say.
  var isEmpty: Bool {
    labels == nil && dimensions == nil && place == nil && files.count < 2
  }

  /// What a row is called, if there is more to say than its number.
  func callAsFunction(_ row: Int) -> String? {
    if let labels { return labels[row] }
    if let dimensions {
      var (rest, indices) = (row, [Int]())
      for size in dimensions.reversed() {
        indices.insert(rest % size, at: 0)
        rest /= size
      }
      return "[" + indices.map(String.init).joined(separator: ", ") + "]"
    }
    if let place { return place(row) }
    guard files.count > 1 else { return nil }
    var place = row
    for file in files {
      guard place >= file.rows else { return "\(file.name) row \(place)" }
      place -= file.rows
    }
    return nil
  }
}
