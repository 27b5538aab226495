internal import ArgumentParser
internal import Kullback
internal import KullbackFiles

/// How the text of a file is read as a table, where the rules are not to decide.
struct TableArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Whether the first row of text is names of columns: yes or no (default: by rules).",
      valueName: "yes|no"),
    transform: TableArguments.answer)
  var header: Bool?

  @Option(
    help: ArgumentHelp(
      "Columns of labels, counted from 1 or by name: 1,2 or none (default: by rules).",
      valueName: "columns"),
    transform: ColumnList.init(parsing:))
  var labelColumns: ColumnList?

  @Option(
    help: ArgumentHelp(
      "Only these columns of numbers, counted from 1 or by name: 2...5,8 or a,b.",
      valueName: "columns"),
    transform: ColumnList.init(parsing:))
  var columns: ColumnList?

  @Flag(inversion: .prefixedNo, help: "Read columns as rows.")
  var transpose: Bool?

  @Option(
    help: ArgumentHelp(
      "Text of a number a line: the columns of the row's label, the class and the number.",
      valueName: "row,class,number"),
    transform: ColumnList.init(parsing:))
  var long: ColumnList?

  @Option(
    help: ArgumentHelp(
      "What separates the columns of text: comma, tab, semicolon, blanks or a character (default: what the first lines"
        + " show).", valueName: "separator"),
    transform: TableArguments.separator)
  var separator: ColumnSeparator?

  @Option(
    help: ArgumentHelp(
      "Whether numbers of text are 0.25 or 0,25: point or comma (default: what the first lines show).",
      valueName: "point|comma"))
  var decimal: DecimalMark?

  @Option(
    help: ArgumentHelp(
      "The encoding of text: \(TextEncoding.allValueStrings.joined(separator: ", ")) (default: UTF-8, or UTF-16 where"
        + " it shows).", valueName: "name"))
  var encoding: TextEncoding?

  @Option(
    help: ArgumentHelp(
      "What empty cells of text, NA and nan are: invalid, as their rows then, or zero.",
      valueName: "invalid|zero"))
  var missing: TableOptions.MissingCells = .invalid

  func validate() throws {
    guard let long else { return }
    guard long.references.count == 3 else {
      throw ValidationError("--long takes three columns, as in --long sample,feature,count")
    }
    guard labelColumns == nil, columns == nil else {
      throw ValidationError("--long excludes --label-columns and --columns")
    }
  }

  /// The options for a file.
  ///
  /// What has no line in a text of a number a line is 0, but not in logarithms.
  func options(
    _ contents: TableOptions.Contents, _ array: ArrayArguments, form: Form = .weights
  ) -> TableOptions {
    var options = TableOptions(contents)
    options.header = header
    options.labelColumns = labelColumns?.references
    options.columns = columns?.references
    options.isTransposed = transpose
    array.tell(&options)
    options.separator = separator
    options.decimal = decimal
    options.encoding = encoding
    options.missing = missing
    if let long = long?.references {
      options.long = LongColumns(
        row: long[0], column: long[1], value: long[2],
        absent: form == .weights || form == .probabilities ? 0 : nil)
    }
    return options
  }

  private static func answer(_ text: String) throws -> Bool {
    switch text {
    case "yes": true
    case "no": false
    default: throw ValidationError("--header is yes or no")
    }
  }

  private static func separator(_ name: String) throws -> ColumnSeparator {
    guard let separator = ColumnSeparator(named: name) else {
      throw ValidationError(
        "--separator is comma, tab, semicolon, pipe, blanks or a character that no number has")
    }
    return separator
  }
}
