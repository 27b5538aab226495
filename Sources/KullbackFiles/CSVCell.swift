/// What a cell of text spells.
enum CSVCell: Equatable {
  case number(Double)
  /// A number that no `Double` is near.
  case tooLarge
  case blank
  /// A word for a value that is not there.
  case missing
  /// A number in a notation that is not read; which, in words.
  case foreign(String)
  case word

  /// Reads a cell.
  ///
  /// Numbers are decimal, their minus sign also U+2212, thousands also separated by spaces that do not
  /// break (U+00A0, U+2009, U+202F); and "inf", "-inf" and "nan" in any case. What is too small for a
  /// `Double` is 0.
  init(_ bytes: some RandomAccessCollection<UInt8>) {
    let cell = CSVCell.trimmed(bytes)
    // strtod also takes hexadecimal numbers and "nan(...)": cells have neither.
    if !cell.isEmpty, cell.allSatisfy(CSVCell.isOfANumber),
      let number = Double(String(decoding: cell, as: UTF8.self))
    {
      self = number.isFinite ? .number(number) : .tooLarge
      return
    }
    // Longer ones are no word that is known, and no number.
    self = cell.count > 1000 ? .word : CSVCell(String(decoding: cell, as: UTF8.self))
  }

  /// Reads a cell of which the numbers have this decimal point.
  init(_ bytes: some RandomAccessCollection<UInt8>, point: UInt8) {
    let usual = UInt8(ascii: ".")
    guard point != usual, bytes.contains(where: { $0 == point || $0 == usual }) else {
      self.init(bytes)
      return
    }
    guard bytes.contains(usual) else {
      self.init(bytes.map { $0 == point ? usual : $0 })
      return
    }
    let cell = CSVCell(bytes)
    self = cell.number == nil ? cell : .foreign("numbers have decimal commas here, and no points")
  }

  /// Reads a cell of a text.
  init(_ text: TextBytes, _ cell: Range<Int>, _ dialect: TextDialect) {
    let number = DecimalReader.shared.scan(
      text, from: cell.lowerBound, to: cell.upperBound, point: dialect.point)
    if let number, number.end == cell.upperBound {
      self = .number(number.number)
    } else if let number = CSVCell.named(text, cell) {
      self = .number(number)
    } else if let first = text[cell].first, CSVCell.beginsNoNumber(first) {
      self = .word
    } else {
      self.init(text[cell], point: dialect.point)
    }
  }

  /// Whether a byte is a letter with which no number begins, no name of one, and no word for a missing one.
  private static func beginsNoNumber(_ byte: UInt8) -> Bool {
    let small = byte | 0x20
    return small >= UInt8(ascii: "a") && small <= UInt8(ascii: "z")
      && ![UInt8(ascii: "i"), UInt8(ascii: "m"), UInt8(ascii: "n")].contains(small)
  }

  /// The number that has a name of three letters: inf, -inf or nan.
  private static func named(_ text: TextBytes, _ cell: Range<Int>) -> Double? {
    let isNegative = cell.count == 4 && text[cell.lowerBound] == UInt8(ascii: "-")
    guard cell.count == 3 || isNegative else { return nil }
    let letters = text[cell].suffix(3).reduce(UInt32(0)) { $0 << 8 | UInt32($1 | 0x20) }
    // The letters of inf and of nan.
    if letters == 0x696E66 { return isNegative ? -.infinity : .infinity }
    return letters == 0x6E616E ? .nan : nil
  }

  private init(_ text: String) {
    let spelt = CSVCell.withoutThinSpaces(text.replacing("\u{2212}", with: "-"))
    if spelt.utf8.allSatisfy(CSVCell.isOfANumber), let number = Double(spelt) {
      self = number.isFinite ? .number(number) : .tooLarge
      return
    }
    switch spelt.lowercased() {
    case "inf", "+inf", "infinity", "+infinity": self = .number(.infinity)
    case "-inf", "-infinity": self = .number(-.infinity)
    case "nan", "+nan", "-nan": self = .number(.nan)
    case let text where text.allSatisfy(\.isWhitespace): self = .blank
    case let text where CSVCell.missingWords.contains(text): self = .missing
    case let text where CSVCell.failures.contains(text):
      self = .foreign("a spreadsheet's word for a formula that failed")
    default: self = CSVCell.notation(spelt).map(CSVCell.foreign) ?? .word
    }
  }

  /// Whether a cell is a truth value, as True and FALSE.
  static func isTruth(_ bytes: some RandomAccessCollection<UInt8>) -> Bool {
    guard bytes.count <= 7 else { return false }
    return ["true", "false"].contains(
      String(decoding: trimmed(bytes), as: UTF8.self).lowercased())
  }

  /// The number, where it is one.
  var number: Double? {
    if case .number(let number) = self { number } else { nil }
  }

  /// Whether it is a number, readable or not.
  var isNumeric: Bool {
    switch self {
    case .number, .tooLarge, .foreign: true
    case .blank, .missing, .word: false
    }
  }

  /// Why a message refuses the cell.
  func refusal(_ bytes: ArraySlice<UInt8>) -> String {
    switch self {
    case .foreign(let notation): "\"\(brief(bytes))\" is not a number: \(notation)"
    case .tooLarge: "\"\(brief(bytes))\" is beyond the largest float64, 1.8e308"
    case .number, .blank, .missing, .word: "\"\(brief(bytes))\" is not a number"
    }
  }

  /// The whole number that a cell spells in digits alone, or nil.
  static func whole(_ bytes: some RandomAccessCollection<UInt8>) -> Int? {
    let cell = trimmed(bytes)
    guard !cell.isEmpty, cell.count <= 18, cell.allSatisfy(isDigit) else {
      return nil
    }
    return cell.reduce(0) { $0 * 10 + Int($1 & 15) }
  }

  /// Whether a cell is a number with a decimal point or an exponent.
  static func hasFraction(_ bytes: some RandomAccessCollection<UInt8>, point: UInt8) -> Bool {
    bytes.contains { [point, 0x45, 0x65].contains($0) }
      && CSVCell(bytes, point: point).number != nil
  }

  /// Whether a cell of a text is a number with a decimal point or an exponent.
  static func hasFraction(_ text: TextBytes, _ cell: Range<Int>, _ dialect: TextDialect) -> Bool {
    text[cell].contains { $0 == dialect.point || $0 | 0x20 == UInt8(ascii: "e") }
      && CSVCell(text, cell, dialect).number != nil
  }

  /// Whether it stands for a value that is not there.
  var isMissing: Bool {
    switch self {
    case .blank, .missing: true
    case .number(let number): number.isNaN
    case .tooLarge, .foreign, .word: false
    }
  }

  /// The number in a table, also where it is missing; nil where the cell is refused.
  func value(_ missing: TableOptions.MissingCells) -> Double? {
    guard isMissing else { return number }
    return missing == .zero ? 0 : .nan
  }

  private static let missingWords: Set<String> = [
    "na", "n/a", "#n/a", "<na>", "null", "none", "nil", "missing", "-", "--", "---", ".", "?",
  ]

  /// What spreadsheets write where a formula fails.
  private static let failures: Set<String> = ["#value!", "#div/0!", "#ref!", "#num!", "#name?"]

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte >= 0x30 && byte <= 0x39
  }

  private static func isOfANumber(_ byte: UInt8) -> Bool {
    isDigit(byte) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains(byte)
  }

  private static func trimmed<Cell: RandomAccessCollection<UInt8>>(
    _ cell: Cell
  ) -> Cell.SubSequence {
    var cell = cell[...]
    while let last = cell.last, last == 32 || last == 9 { cell = cell.dropLast() }
    while let first = cell.first, first == 32 || first == 9 { cell = cell.dropFirst() }
    return cell
  }

  /// The text without spaces around it, and without those that separate thousands.
  private static func withoutThinSpaces(_ text: String) -> String {
    let thin: Set<Character> = ["\u{A0}", "\u{2009}", "\u{202F}"]
    guard text.contains(where: thin.contains) else { return text }
    var body = text[...]
    while let first = body.first, thin.contains(first) { body = body.dropFirst() }
    while let last = body.last, thin.contains(last) { body = body.dropLast() }
    let groups = body.split(omittingEmptySubsequences: false, whereSeparator: thin.contains)
    guard let first = groups.first, let last = groups.last, groups.count > 1 else {
      return String(body)
    }
    let start = first.drop { $0 == "-" || $0 == "+" }
    let end = last.prefix { $0 != "." }
    let areThousands =
      (1...3).contains(start.utf8.count) && areDigits(start) && end.utf8.count == 3
      && areDigits(end)
      && groups.dropFirst().dropLast().allSatisfy { $0.utf8.count == 3 && areDigits($0) }
    return areThousands ? groups.joined() : String(body)
  }

  private static func areDigits(_ text: Substring) -> Bool {
    text.utf8.allSatisfy(isDigit)
  }

  /// The notation of a number that is not read, in words.
  private static func notation(_ text: String) -> String? {
    if let first = text.first, "\u{2012}\u{2013}\u{2014}".contains(first),
      isLikeANumber(text.dropFirst())
    {
      return "a minus is written - or as U+2212, not as a dash"
    }
    let bound = text.drop { "<>=~\u{2264}\u{2265}\u{2248} ".contains($0) }
    if bound.count < text.count, text.first != " ", isLikeANumber(bound) {
      return "bounds and estimates are not read"
    }
    if let last = text.last, "*\u{2020}\u{2021}".contains(last) {
      let number = text.reversed().drop { "*\u{2020}\u{2021} ".contains($0) }.reversed()
      if isLikeANumber(String(number)[...]) { return "marks behind numbers are not read" }
    }
    if text.hasPrefix("("), text.hasSuffix(")"), isLikeANumber(text.dropFirst().dropLast()) {
      return "brackets around numbers are not read"
    }
    if let last = text.last, "%\u{2030}".contains(last), isLikeANumber(text.dropLast()) {
      return "percentages are not read"
    }
    let currencies = "$\u{20AC}\u{A3}\u{A5}"
    let amount = text.drop { currencies.contains($0) || $0 == "-" }
    if amount.count < text.count, text.contains(where: currencies.contains), isLikeANumber(amount) {
      return "amounts of money are not read"
    }
    if let last = text.last, currencies.contains(last), isLikeANumber(text.dropLast()) {
      return "amounts of money are not read"
    }
    let parts = text.split(
      separator: "d", maxSplits: 1, omittingEmptySubsequences: false)
    let fortran = parts.count == 2 ? parts : text.split(separator: "D", maxSplits: 1)
    if fortran.count == 2, Double(fortran[0]) != nil, Int(fortran[1]) != nil,
      text.utf8.first.map({ $0 < 0x3A }) == true
    {
      return "exponents are written with e, not with D"
    }
    guard isLikeANumber(text[...]) else { return nil }
    return text.contains(",")
      ? "thousands separators are not read (--decimal comma if it is a decimal comma)"
      : "separators between digits are not read"
  }

  /// Whether a text is digits with points, commas or other separators among them.
  private static func isLikeANumber(_ text: Substring) -> Bool {
    let separators: Set<Character> = [
      ",", ".", "'", "\u{2019}", "_", " ", "\u{A0}", "\u{2009}", "\u{202F}",
    ]
    let body = text.drop { $0 == "-" || $0 == "+" || $0 == " " }
    let digits = body.utf8.count(where: isDigit)
    let mantissa = body.prefix { $0 != "e" && $0 != "E" }
    guard digits > 0, let first = mantissa.first, first != " ",
      mantissa.allSatisfy({ separators.contains($0) || ("0"..."9").contains($0) })
    else { return false }
    let exponent = body.dropFirst(mantissa.count + 1)
    guard mantissa.count == body.count || Int(exponent) != nil else { return false }
    // A number with more than one point is the number of a chapter or of a version.
    return body.contains { separators.contains($0) && $0 != "." } || Double(body) != nil
  }
}
