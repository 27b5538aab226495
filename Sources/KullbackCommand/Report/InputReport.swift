internal import KullbackFiles

/// What is reported of an input: the file, its shape, and how its rows become distributions.
struct InputReport: Encodable {
  let file: String
  let rows: Int
  let columns: Int
  let type: String
  let form: String
  /// Only for logits.
  var temperature: Double?
  /// Only for weights.
  var smoothing: Double?
  /// Only for forms whose sums are checked.
  var tolerance: Double?
  /// Only for parametric families: what the columns are.
  var parameters: [String]?
  /// Only for text: what was taken for what.
  var table: TextTable?

  /// Only of an array of more than two: the dimensions that rows are counted by, in C order.
  var dimensions: [Int]?
  /// Only of several: how many files the rows are in.
  var files: Int?

  /// What of a text was taken for what.
  struct TextTable: Encodable {
    let header: Bool
    /// Counted from 1.
    let labelColumns: [Int]
    let leftOutColumns: Int
    let transposed: Bool
    let long: Bool
    /// How many numbers a row has: of distributions.
    let classes: Int?
    /// The same of parameters, features, labels and weights.
    let columns: Int?

    init(_ layout: TableLayout, classes: Int? = nil, columns: Int? = nil) {
      header = layout.hasHeader
      labelColumns = layout.labelColumns
      leftOutColumns = layout.leftOut
      transposed = layout.isTransposed
      long = layout.isLong
      (self.classes, self.columns) = (classes, columns)
    }

    /// As in `header: yes; labels: column 1; classes: 26`.
    var line: String {
      let places = labelColumns.map(String.init).joined(separator: ", ")
      let labels =
        labelColumns.isEmpty ? "none" : "column\(labelColumns.count > 1 ? "s" : "") \(places)"
      var parts = ["header: \(header ? "yes" : "no")", "labels: \(labels)"]
      if leftOutColumns > 0 { parts.append("columns left out: \(Format.count(leftOutColumns))") }
      if long { parts.append("a number a line") }
      if transposed { parts.append("columns read as rows") }
      if let classes { parts.append("classes: \(Format.count(classes))") }
      if let columns { parts.append("columns: \(Format.count(columns))") }
      return parts.joined(separator: "; ")
    }
  }

  /// Only for parametric families: what the columns of the file are, where they were converted.
  var convertedFrom: [String]?
  /// What was put in the order of another input's names.
  var reordered: [Matching.Part]?
  /// What was taken by position, though another input has other names.
  var byPosition: [Matching.Part]?

  /// The report's line, `original.npy  2,048 x 32,768 float32  logits, softmax`, in cells.
  var cells: [String] {
    [
      file, "\(sizes) x \(Format.count(columns)) \(type)", "\(form): \(treatment)",
    ]
  }

  /// `4,096`, `4,096 (batch 8 x 512 positions)` or `4,096 (3 files)`.
  private var sizes: String {
    if let files { return "\(Format.count(rows)) (\(Format.count(files, "file")))" }
    guard let dimensions else { return Format.count(rows) }
    let counts = dimensions.map { Format.count($0) }
    let spelt =
      counts.count == 2
      ? "batch \(counts[0]) x \(counts[1]) positions" : counts.joined(separator: " x ")
    return "\(Format.count(rows)) (\(spelt))"
  }

  /// What is done to a row, so that nothing is normalised or smoothed in silence.
  private var treatment: String {
    if let parameters {
      return parameters.joined(separator: ", ")
        + (convertedFrom.map { " from \($0.joined(separator: ", "))" } ?? "")
    }
    if let temperature {
      return temperature == 1 ? "softmax" : "softmax at temperature \(Format.exact(temperature))"
    }
    if let tolerance {
      return "sums must be 1 ± \(Format.value(tolerance, digits: 3)); what is left is divided out"
    }
    let smoothed = smoothing.map { $0 > 0 ? "\(Format.exact($0)) added to every class, " : "" }
    return (smoothed ?? "") + "divided by their sum"
  }

  /// The header of a report, one line an input.
  static func lines(_ inputs: [(name: String, report: InputReport)]) -> [String] {
    var table = Table((0..<4).map { _ in Table.Column(title: "", alignsLeft: true) })
    for (name, report) in inputs { table.append([name] + report.cells) }
    return table.lines(width: nil).dropFirst()
      + inputs.flatMap { name, report in
        (report.table.map { ["\(name): \($0.line)"] } ?? [])
          + Matching(reordered: report.reordered, byPosition: report.byPosition).lines(name)
      }
  }
}
