internal import KullbackFiles

/// What is reported of an input: the file, its shape, and how its rows become distributions.
struct InputReport: Codable, Equatable {
  var file: String
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
  struct TextTable: Codable, Equatable {
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
    /// How the text was written, where that is not with commas or tabs, decimal points and UTF-8.
    private(set) var separator: String?
    private(set) var decimal: String?
    private(set) var encoding: String?
    /// How many lines were comments, where any were.
    private(set) var comments: Int?
    /// Whether an empty column at the end was left out.
    private(set) var emptyColumn: Bool?
    /// The column that was left out because it is called like one of taxonomies.
    private(set) var taxonomy: String?
    private(set) var missing: Missing?

    /// Cells that held no number.
    struct Missing: Codable, Equatable {
      let cells: Int
      /// Where the first of them stood, counted from 1.
      let row: Int
      let column: Int
      let name: String?
      /// What they are taken for.
      let readAs: String

      /// As in `3 cells, the first in row 7, column "b"`.
      var text: String {
        let place = name.map { "\"\($0.inBrief)\"" } ?? "\(column)"
        return
          "\(Format.count(cells, "cell")), the first in row \(Format.count(row)), column \(place)"
      }
    }

    init(_ layout: TableLayout, classes: Int? = nil, columns: Int? = nil) {
      header = layout.hasHeader
      labelColumns = layout.labelColumns
      leftOutColumns = layout.leftOut
      transposed = layout.isTransposed
      long = layout.isLong
      (self.classes, self.columns) = (classes, columns)
      if ![.character(","), .character("\t")].contains(layout.separator) {
        separator = layout.separator.description
      }
      if layout.decimal != .point { decimal = layout.decimal.rawValue }
      if layout.encoding != .utf8 { encoding = layout.encoding.rawValue }
      if layout.comments > 0 { comments = layout.comments }
      if layout.hasEmptyEnd { emptyColumn = true }
      taxonomy = layout.taxonomy
      missing = layout.missing.map {
        Missing(
          cells: $0.count, row: $0.row, column: $0.column, name: $0.name,
          readAs: $0.readAs.rawValue)
      }
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
      if let separator { parts.append("separator: \(separator)") }
      if let decimal { parts.append("decimal: \(decimal)") }
      if let encoding { parts.append("encoding: \(encoding)") }
      if let comments { parts.append("comment lines: \(Format.count(comments))") }
      if emptyColumn == true { parts.append("empty column at the end left out") }
      if let taxonomy { parts.append("\"\(taxonomy.inBrief)\" left out") }
      if let missing {
        parts.append("missing: \(missing.text)" + (missing.readAs == "zero" ? ": read as 0" : ""))
      }
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
