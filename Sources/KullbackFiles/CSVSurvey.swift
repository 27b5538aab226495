/// A first look at all rows of a text: whether it has a header, and which columns are labels.
struct CSVSurvey {
  /// What the cells of each row are.
  struct Layout {
    let hasHeader: Bool
    /// A name for each column, where there is a header.
    let names: [String]?
    /// How many cells a row has, without an empty one behind the last separator.
    let width: Int
    /// Whether every row has such a cell.
    var hasEmptyEnd = false
    /// The column that was left out for its name, from 0.
    let taxonomy: Int?
    /// Columns of labels, from 0.
    let labels: [Int]
    /// Columns of numbers, from 0, in the order in which they are wanted.
    let numbers: [Int]
  }

  /// What the cells of a column are, below the first row.
  private struct Column {
    var words = 0
    /// How many of them are True or False.
    var truths = 0
    var fractions = 0

    mutating func add(_ cell: CSVCell, _ bytes: some RandomAccessCollection<UInt8>) {
      if cell == .word { words += 1 }
      if cell == .word, CSVCell.isTruth(bytes) { truths += 1 }
      let isRead = cell.number != nil || cell == .tooLarge
      if isRead, CSVCell.whole(bytes) == nil { fractions += 1 }
    }

    mutating func add(_ later: Column) {
      words += later.words
      truths += later.truths
      fractions += later.fractions
    }
  }

  private let path: String
  private let options: TableOptions
  private let point: UInt8
  /// Whether the first row is a comment that is a header.
  private var isHeaderComment = false
  private var first: [ArraySlice<UInt8>] = []
  private var firstLine = 0
  private var firstQuoted = 0
  private var rowsBelow = 0
  private var secondLine = 0
  private var widthBelow = 0
  private var secondQuoted = 0
  private var leading: [Column] = []
  private var namedLabels: [Bool] = []
  /// Columns behind the first whose names are those of identifiers, and whose cells are whole numbers as far as seen.
  private var suspects: [Int] = []
  /// Whether every row below the first has a number with a decimal point.
  private var haveFractions = true
  /// Whether nothing stands behind the last separator of any row below the first.
  private var endEmpty = true
  private var secondLast: CSVCell?
  private var counter = RowCounter()
  private var long = LongSigns()

  /// How many columns may be labels unasked.
  private static let mostLabels = 4

  init(path: String, options: TableOptions, point: UInt8) {
    self.path = path
    self.options = options
    self.point = point
  }

  /// Takes a comment as the header.
  mutating func take(header: [ArraySlice<UInt8>], line: Int) {
    isHeaderComment = true
    take(header, line: line, quoted: 0)
  }

  private func cell(_ bytes: ArraySlice<UInt8>) -> CSVCell { CSVCell(bytes, point: point) }

  /// Takes the cells of the next row that is not empty.
  mutating func take(_ cells: [ArraySlice<UInt8>], line: Int, quoted: Int) {
    guard !first.isEmpty else {
      (first, firstLine, firstQuoted) = (cells, line, quoted)
      namedLabels = cells.prefix(Self.mostLabels).map { ColumnName($0).isThatOfLabels }
      suspects = cells.indices.dropFirst().filter { ColumnName(cells[$0]).isThatOfIdentifiers }
      return
    }
    rowsBelow += 1
    if secondLine == 0 {
      (secondLine, widthBelow, secondQuoted) = (line, cells.count, quoted)
      leading = Array(repeating: Column(), count: max(0, min(Self.mostLabels, widthBelow - 1)))
      let last =
        cells.count > 1 && cells[cells.count - 1].isEmpty ? cells.count - 2 : cells.count - 1
      secondLast = cell(cells[last])
    }
    endEmpty = endEmpty && cells.count > 1 && cells[cells.count - 1].isEmpty
    for place in 0..<min(leading.count, cells.count) {
      let cell = cell(cells[place])
      leading[place].add(cell, cells[place])
      if endsLabels(cell, place) { break }
    }
    suspects = suspects.filter { $0 < cells.count && CSVCell.whole(cells[$0]) != nil }
    if haveFractions { haveFractions = cells.contains { CSVCell.hasFraction($0, point: point) } }
    counter.take(cells[0])
    if widthBelow == 3, cells.count == 3 { long.take(cells) }
  }

  /// Whether the rows below the first two, where their lines are plain, may be taken by their lines.
  var takesLines: Bool { secondLine > 0 && !(widthBelow == 3 && long.isOpen) }

  /// A survey of rows further below, which `add(_:)` takes.
  var forRowsBelow: CSVSurvey {
    var part = self
    part.rowsBelow = 0
    part.leading = leading.map { _ in Column() }
    (part.haveFractions, part.endEmpty, part.counter) = (true, true, RowCounter())
    return part
  }

  /// Takes what was found in the rows that follow.
  mutating func add(_ part: CSVSurvey) {
    rowsBelow += part.rowsBelow
    for place in leading.indices { leading[place].add(part.leading[place]) }
    let whole = Set(part.suspects)
    suspects = suspects.filter(whole.contains)
    haveFractions = haveFractions && part.haveFractions
    endEmpty = endEmpty && part.endEmpty
    counter.add(part.counter)
  }

  /// How many rows were taken.
  var rows: Int { rowsBelow + (first.isEmpty ? 0 : 1) }

  /// Takes the next row where that is a plain line: of its cells those alone that tell something.
  mutating func take(_ text: TextBytes, _ line: Range<Int>, _ dialect: TextDialect) {
    rowsBelow += 1
    endEmpty =
      endEmpty && !dialect.areBlanks && !line.isEmpty
      && text[line.upperBound - 1] == dialect.separator
    if takesFirst(of: text, line, dialect) { return }
    var cells = LineCells(text, line, dialect)
    for place in leading.indices {
      guard let range = cells.next() else { break }
      let cell = CSVCell(text, range, dialect)
      leading[place].add(cell, text[range])
      if endsLabels(cell, place) { break }
    }
    if counter.counts {
      cells = LineCells(text, line, dialect)
      if let range = cells.next() { counter.take(text[range]) }
    }
    if !suspects.isEmpty {
      cells = LineCells(text, line, dialect)
      var (place, cell) = (-1, Range<Int>?.none)
      suspects = suspects.filter { suspect in
        while place < suspect {
          cell = cells.next()
          place += 1
        }
        return cell.flatMap { CSVCell.whole(text[$0]) } != nil
      }
    }
    guard haveFractions else { return }
    cells = LineCells(text, line, dialect)
    while let range = cells.next() {
      if CSVCell.hasFraction(text, range, dialect) { return }
    }
    haveFractions = false
  }

  /// Takes a line whose first cell, a number, tells all that a line has to tell; whether it is one.
  private mutating func takesFirst(
    of text: TextBytes, _ line: Range<Int>, _ dialect: TextDialect
  ) -> Bool {
    guard suspects.isEmpty, !leading.isEmpty, namedLabels.first != true else { return false }
    let found = DecimalReader.shared.scan(
      text, from: line.lowerBound, to: line.upperBound, point: dialect.point)
    guard let found, found.end == line.upperBound || dialect.separates(text[found.end]) else {
      return false
    }
    let bytes = text[line.lowerBound..<found.end]
    if haveFractions, !bytes.contains(where: { $0 == dialect.point || $0 | 0x20 == 0x65 }) {
      return false
    }
    leading[0].add(.number(found.number), bytes)
    if counter.counts { counter.take(bytes) }
    return true
  }

  /// Whether no column behind this one can be of labels, as far as this row tells.
  private func endsLabels(_ cell: CSVCell, _ place: Int) -> Bool {
    cell.isNumeric && (place >= namedLabels.count || !namedLabels[place])
  }

  /// What has been found, and a doubt that only matters where nothing else is wrong.
  func layout() throws(FileError) -> (layout: Layout, doubt: FileError?) {
    guard rowsBelow > 0, widthBelow > 1, endEmpty, first.count > 1, first[first.count - 1].isEmpty
    else { return try layoutOfAll() }
    var survey = self
    survey.first.removeLast()
    survey.widthBelow -= 1
    var (layout, doubt) = try survey.layoutOfAll()
    layout.hasEmptyEnd = true
    return (layout, doubt)
  }

  private func layoutOfAll() throws(FileError) -> (layout: Layout, doubt: FileError?) {
    let (hasHeader, headerDoubt) = try header()
    guard rowsBelow > 0 || (!hasHeader && !first.isEmpty) else {
      throw malformed("", "the file holds no rows of numbers")
    }
    let width = rowsBelow > 0 && hasHeader ? widthBelow : first.count
    if hasHeader, endEmpty, first.count == width - 1, width > 1 {
      var survey = self
      survey.widthBelow -= 1
      survey.endEmpty = false
      var (layout, doubt) = try survey.layoutOfAll()
      layout.hasEmptyEnd = true
      return (layout, doubt)
    }
    // The column of labels may have no cell in the header at all.
    let isShort = hasHeader && first.count == width - 1 && firstIsLabel
    guard !hasHeader || first.count == width || isShort else {
      throw malformed(
        "row \(secondLine)", "\(counted(width, "cell")), where other rows have \(first.count)")
    }
    let names =
      hasHeader ? (isShort ? [""] : []) + first.enumerated().map(name(place:cell:)) : nil
    if hasHeader, options.isTransposed == nil, options.contents == .classes,
      let name = names?.first, ColumnName.ofFeatures.contains(name.lowercased())
    {
      throw malformed(
        "row \(firstLine)",
        "a column \"\(name)\" is that of a table of features by samples: --transpose reads its columns as"
          + " rows, --no-transpose its rows")
    }
    let (labels, labelDoubt) = try labels(names, width, hasHeader, isShort: isShort)
    let taxonomy = taxonomy(names, labels)
    let numbers = try numbers(names, width, labels, without: taxonomy)
    let layout = Layout(
      hasHeader: hasHeader, names: names, width: width, taxonomy: taxonomy, labels: labels,
      numbers: numbers)
    return (layout, headerDoubt ?? longDoubt(layout) ?? labelDoubt)
  }

  /// R and others comment the header out.
  private func name(place: Int, cell: ArraySlice<UInt8>) -> String {
    let name = String(decoding: cell, as: UTF8.self)
    guard place == 0, name.hasPrefix("#") else { return name }
    return String(name.drop { $0 == "#" || $0 == " " })
  }

  private func malformed(_ place: String, _ reason: String) -> FileError {
    .malformed(path: path, place: place, reason: reason)
  }

  // MARK: The header

  private func header() throws(FileError) -> (isHeader: Bool, doubt: FileError?) {
    if isHeaderComment { return (true, nil) }
    if let header = options.header { return (header, nil) }
    guard !first.isEmpty else { return (false, nil) }
    let references = (options.labelColumns ?? []) + (options.columns ?? [])
    if references.contains(where: \.isName) { return (true, nil) }
    let cells = first.map(cell)
    let names = ColumnName(first[0])
    let isIndex = names.isThatOfLabels && cells.count > 1
    if !cells.contains(where: { $0.number != nil || $0 == .tooLarge }) {
      let rest = cells.count > 1 ? cells.dropFirst() : cells[...]
      return (rest.contains(.word) || (isIndex && rest.allSatisfy(\.isNumeric)), nil)
    }
    let areNames = cells.allSatisfy { $0.number != nil || $0 == .word || $0 == .blank }
    if rowsBelow > 0, areNames, firstQuoted == first.count, secondQuoted < widthBelow {
      return (true, nil)
    }
    // A word before numbers is a label, or the name of the labels.
    let start = isIndex || (cells[0] == .word && cells.count > 1) ? 1 : 0
    guard cells[start...].allSatisfy({ $0.number != nil }) else { return (false, nil) }
    guard rowsBelow > 0 else { return (false, nil) }
    return headerOfNumbers(first[start...], isIndex: isIndex)
  }

  /// Whether whole numbers are names: of the columns of a table without names, or of years.
  private func headerOfNumbers(
    _ cells: ArraySlice<ArraySlice<UInt8>>, isIndex: Bool
  ) -> (isHeader: Bool, doubt: FileError?) {
    let numbers = cells.compactMap(CSVCell.whole)
    let steps = zip(numbers, numbers.dropFirst()).map { $1 - $0 }
    guard options.contents != .parameters, numbers.count == cells.count, let first = numbers.first,
      steps.allSatisfy({ $0 > 0 })
    else { return (false, nil) }
    let counts = steps.allSatisfy { $0 == 1 }
    if isIndex { return (counts && first == 0 || steps.count > 0, nil) }
    if counts, first <= 1, steps.count >= 2, haveFractions { return (true, nil) }
    let isDoubtful =
      steps.isEmpty
      ? first == 0 && haveFractions && rowsBelow > 1
      : haveFractions || (counts && (first == 0 || steps.count >= 2))
    guard isDoubtful else { return (false, nil) }
    let shown = numbers.prefix(3).map(String.init).joined(separator: ", ")
    return (
      false,
      malformed(
        "row \(firstLine)",
        "\(shown)\(numbers.count > 3 ? ", ..." : "") may be names of columns, or numbers: --header yes or"
          + " --header no says which")
    )
  }

  // MARK: Labels

  /// Whether the first column is labels where the header has no cell for it.
  private var firstIsLabel: Bool {
    if let labels = options.labelColumns { return !labels.isEmpty }
    // R puts numbers of rows in quotes, unless it is told not to.
    let countsRows = rowsBelow > 1 && counter.counts && (counter.start ?? 2) <= 1
    return leading.first.map { 2 * $0.words > rowsBelow } == true || secondQuoted > 0 || countsRows
  }

  private func labels(
    _ names: [String]?, _ width: Int, _ hasHeader: Bool, isShort: Bool
  ) throws(FileError) -> (labels: [Int], doubt: FileError?) {
    if let references = options.labelColumns {
      return (
        try ColumnReference.places(references, names: names, count: width, path: path), nil
      )
    }
    let wanted = try options.columns.map { references throws(FileError) in
      try ColumnReference.places(references, names: names, count: width, path: path)
    }
    var labels: [Int] = []
    var doubt: FileError?
    let rows = rowsBelow + (hasHeader ? 0 : 1)
    for place in 0..<min(Self.mostLabels, width - 1) {
      guard wanted?.contains(place) != true else { break }
      var column = place < leading.count ? leading[place] : Column()
      if !hasHeader { column.add(cell(first[place]), first[place]) }
      let name = names.map { ColumnName(Array($0[place].utf8)[...]) }
      let isNamed = name?.isThatOfLabels == true
      if isNamed, name?.isBlank == false, column.fractions > 0, column.words == 0 {
        doubt =
          doubt
          ?? malformed(
            "column \(place + 1)",
            "\"\(names?[place].inBrief ?? "")\" is what columns of labels are called, and its numbers have"
              + " fractions: --label-columns \(place + 1) or --label-columns none says what it is")
      }
      // A column of nothing but True and False is one of features.
      let areWords = 2 * column.words > rows && column.truths < rows
      guard isNamed || (isShort && place == 0) || areWords else { break }
      labels.append(place)
    }
    guard wanted == nil else { return (labels, doubt) }
    return (labels, doubt ?? countDoubt(labels, hasHeader, rows) ?? suspectDoubt(names, hasHeader))
  }

  /// A first column that counts the rows is probably no class.
  private func countDoubt(_ labels: [Int], _ hasHeader: Bool, _ rows: Int) -> FileError? {
    guard labels.isEmpty, widthBelow > 1, rowsBelow > 0, counter.counts,
      options.contents == .classes || (options.contents == .features && !hasHeader)
    else { return nil }
    let start = hasHeader ? counter.start : CSVCell.whole(first[0])
    guard let start, start <= 1, hasHeader || counter.start == start + 1 else { return nil }
    let haveFractions =
      haveFractions
      && (hasHeader || first.dropFirst().contains { CSVCell.hasFraction($0, point: point) })
    guard rows > 2 || (rows == 2 && haveFractions) else { return nil }
    return malformed(
      "column 1",
      "\(start), \(start + 1), ... may be numbers of rows: --label-columns 1 or --label-columns none says"
        + " whether they are labels")
  }

  private func suspectDoubt(_ names: [String]?, _ hasHeader: Bool) -> FileError? {
    guard hasHeader, options.contents == .classes, rowsBelow > 0, let names,
      names.count == first.count,
      let suspect = suspects.first, suspect < names.count, suspect >= leadingLabels(names)
    else { return nil }
    return malformed(
      "column \(suspect + 1)",
      "\"\(names[suspect].inBrief)\" is what columns of identifiers are called: --label-columns or"
        + " --columns says what it is")
  }

  private func leadingLabels(_ names: [String]) -> Int {
    names.prefix(Self.mostLabels).firstIndex { !ColumnName(Array($0.utf8)[...]).isThatOfLabels }
      ?? Self.mostLabels
  }

  private func numbers(
    _ names: [String]?, _ width: Int, _ labels: [Int], without taxonomy: Int?
  ) throws(FileError) -> [Int] {
    guard let references = options.columns else {
      let isLabel = Set(labels)
      let numbers = (0..<width).filter { !isLabel.contains($0) && $0 != taxonomy }
      guard !numbers.isEmpty else { throw malformed("", "no column is left for numbers") }
      return numbers
    }
    let numbers = try ColumnReference.places(references, names: names, count: width, path: path)
    let isLabel = Set(labels)
    if let both = numbers.first(where: isLabel.contains) {
      throw malformed("", "column \(both + 1) is to be labels, and to be numbers")
    }
    guard !numbers.isEmpty else { throw malformed("", "no column is left for numbers") }
    return numbers
  }

  /// The last column, where its name and its first cell are words for kinds of living beings.
  private func taxonomy(_ names: [String]?, _ labels: [Int]) -> Int? {
    guard options.columns == nil, let names, names.count > 2, let name = names.last,
      ColumnName.ofTaxonomies.contains(name.lowercased()), let secondLast, !secondLast.isNumeric,
      !labels.contains(names.count - 1)
    else { return nil }
    return names.count - 1
  }

  // MARK: A number a line

  private func longDoubt(_ layout: Layout) -> FileError? {
    guard layout.width == 3, options.contents == .classes, options.columns == nil,
      options.labelColumns == nil
    else { return nil }
    var signs = long
    if !layout.hasHeader { signs.take(first) }
    let header = layout.names?.map { $0.lowercased() }
    guard signs.areThose(header: header) || layout.labels == [0, 1] else { return nil }
    let columns = layout.names?.map(\.inBrief).joined(separator: ",") ?? "1,2,3"
    let other = signs.haveWords ? "" : ", --columns 1,2,3 as three classes"
    return malformed(
      "", "this looks like a number a line: --long \(columns) reads it so" + other)
  }
}
