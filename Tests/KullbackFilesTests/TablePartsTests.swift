import KullbackMatrix
import KullbackTestSupport
import Testing

@testable import KullbackFiles

/// A text is read in parts, and where they are cut changes nothing.
@Suite struct TablePartsTests {
  private struct Random {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
  }

  /// What reading comes to, in words.
  private func outcome(
    _ text: String, _ options: TableOptions = TableOptions(), isBlank: Bool = false, partSize: Int
  ) -> String {
    do {
      let table = try Bytes(Array(text.utf8)).withText { text throws(FileError) in
        try CSVTable(
          path: "a.csv", text: text,
          dialect: isBlank ? .blanks : TextDialect(separator: UInt8(ascii: ",")),
          start: .init(place: 0, rows: 0), options: options, marks: TextMarks(text),
          partSize: partSize
        ).read()
      }
      return "\(table.matrix.rows) \(table.matrix.doubles) \(table.rowLabels ?? [])"
        + " \(table.columnNames ?? []) \(table.layout as Any)"
    } catch {
      return "\(error)"
    }
  }

  /// A table with a header and labels, or without, of which some rows may be broken.
  private func text(_ random: inout Random) -> String {
    let columns = 1 + random.below(5)
    let end = ["\n", "\r\n", "\r"][random.below(3)]
    let (hasLabels, isBroken) = (random.below(2) == 0, random.below(2) == 0)
    let quotes = random.below(3)
    func label(_ row: Int) -> String {
      switch quotes {
      case 0: "row \(row)"
      case 1: "\"row \(row)\""
      default: "\"row \(row), \"\"\(end)\""
      }
    }
    let numbers = ["1", "0.5", "-2.25e-3", "1234567.125", " 7 ", "inf", "nan", "\"3\"", "1e400"]
    let wrong = ["", "x", "1,2", "\"", "\"a\"b", "NA", "\u{2212}1", "1;2", "#"]
    var lines = random.below(2) == 0 ? [(0..<columns).map { "c\($0)" }.joined(separator: ",")] : []
    for row in 0..<random.below(30) {
      var cells = hasLabels ? [label(row)] : []
      for _ in 0..<columns {
        let isWrong = isBroken && random.below(40) == 0
        let cells_ = isWrong ? wrong : numbers.dropLast(isBroken ? 0 : 1)
        cells.append(cells_[random.below(cells_.count)])
      }
      lines.append(cells.joined(separator: ","))
      if isBroken, random.below(20) == 0 { lines.append("") }
      if random.below(30) == 0 { lines.append("# a comment, 1") }
    }
    return lines.joined(separator: end) + (random.below(2) == 0 ? end : "")
  }

  @Test(arguments: [UInt64](1...40))
  func partsOfAnySizeMakeTheSameTable(seed: UInt64) {
    var random = Random(state: seed &* 0x9E37_79B9_7F4A_7C15)
    for _ in 0..<25 {
      let text = text(&random)
      var options = TableOptions()
      if random.below(4) == 0 { options.columns = [.from(2), .numbers(1...1)] }
      if random.below(4) == 0 { options.header = random.below(2) == 0 }
      if random.below(2) == 0 { options.missing = .zero }
      let isBlank = random.below(3) == 0
      let cells = isBlank ? text.replacing(",", with: " ") : text
      let whole = outcome(cells, options, isBlank: isBlank, partSize: .max)
      for size in [1, 10, 100] {
        #expect(
          outcome(cells, options, isBlank: isBlank, partSize: size) == whole, "\(cells)")
      }
    }
  }

  @Test func theFirstErrorIsSaidWhateverPartItIsIn() {
    let rows = (0..<200).map { "\($0).5,1" }
    for broken in [0, 7, 199] {
      var rows = rows
      rows[broken] = "x,1"
      rows[199] = broken == 199 ? "x,1" : "1,y"
      let said = outcome(rows.joined(separator: "\n"), partSize: 16)
      #expect(said.hasPrefix("a.csv: row \(broken + 1), column 1: \"x\""), "\(said)")
    }
  }

  // What is said of all rows is said of the parts together, each of which has it.
  @Test func whatAllRowsHaveIsSeenOverParts() {
    func said(_ rows: [String]) -> [String] {
      [1, 30, Int.max].map { outcome(rows.joined(separator: "\n"), partSize: $0) }
    }
    let counted = (0..<100).map { "\($0),5,\(100 - $0),1" }
    for outcome in said(counted) { #expect(outcome.contains("may be numbers of rows")) }
    for broken in [2, 50, 99] {
      var rows = counted
      rows[broken] = "7,5,1,1"
      for outcome in said(rows) { #expect(outcome.hasPrefix("100 ")) }
    }
    let fractions = ["0,1,2"] + (1..<100).map { "\($0).5,\($0),2" }
    for outcome in said(fractions) { #expect(outcome.hasPrefix("99 ")) }
    for whole in [1, 60, 99] {
      var rows = fractions
      rows[whole] = "1,2,3"
      for outcome in said(rows) { #expect(outcome.contains("--header")) }
    }
    let ends = ["a,b,"] + (1..<100).map { "\($0 * $0),\($0)," }
    for outcome in said(ends) { #expect(outcome.contains("hasEmptyEnd: true")) }
    for outcome in said(ends + ["1,2,3"]) { #expect(outcome.contains("hasEmptyEnd: false")) }
    let words = (0..<100).map { "\($0 < 51 ? "x" : "7"),1,2" }
    for outcome in said(words) { #expect(outcome.contains("labelColumns: [1]")) }
    for outcome in said(Array(words.dropFirst(2))) { #expect(outcome.contains("\"x\"")) }
    let identifiers = ["n,a_id"] + (0..<99).map { "x,\($0)" }
    for outcome in said(identifiers) { #expect(outcome.contains("columns of identifiers")) }
    for outcome in said(identifiers + ["x,0.5"]) { #expect(outcome.hasPrefix("100 ")) }
  }

  @Test func aHeaderOfManyNamesOverShortRowsTakesNoMemory() {
    let names = (0..<100_000).map { "a\($0)" }.joined(separator: ",")
    let row = "\n1" + String(repeating: ",1", count: 99_999)
    let said = outcome(names + row + String(repeating: "\n1", count: 100_000), partSize: 1 << 16)
    #expect(said.contains("1 cell, where other rows have 100000"), "\(said.prefix(200))")
  }

  // Every column is called like one of identifiers, and looked at in one walk along each row.
  @Test func manyColumnsOfIdentifiersCostWhatOthersDo() {
    let names = ["name"] + (0..<20_000).map { "c\($0)_id" }
    let row = "x" + String(repeating: ",7", count: 20_000)
    let text =
      names.joined(separator: ",") + "\n" + Array(repeating: row, count: 20).joined(separator: "\n")
    #expect(outcome(text, partSize: 1 << 20).contains("what columns of identifiers are called"))
  }
}
