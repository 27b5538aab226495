import KullbackFiles
import KullbackMatrix
import KullbackTestSupport
import Testing

/// What is a header, what a label, what a number.
@Suite struct TableRuleTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func read(_ text: String, _ options: TableOptions = TableOptions()) throws -> Table {
    try MatrixReader.read(try scratch.file("a.csv", text), options: options)
  }

  private func reason(_ text: String, _ options: TableOptions = TableOptions()) -> String {
    let refused = refusal { _ = try read(text, options) }
    return "\(refused?.place ?? ""): \(refused?.reason ?? "")"
  }

  // Tables of every shape, written in every combination of header, labels, quotes and line ends.
  @Test(arguments: ["\n", "\r\n", "\r"], [false, true])
  func whatIsWrittenIsReadBack(end: String, quotes: Bool) throws {
    let headers = ["names", "whole", "none"]
    let labels = ["none", "words", "unnamed", "index", "doc_id", "two"]
    var seed: UInt64 = 7
    func random() -> Double {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(seed >> 11) / 0x1p53 + 0.015625
    }
    for header in headers {
      for label in labels {
        // Without a header nothing tells numbers of rows from numbers.
        if header == "none", !["none", "words"].contains(label) { continue }
        for (rows, columns) in [(1, 3), (2, 3), (5, 4), (40, 7)] {
          let values = (0..<rows).map { _ in (0..<columns).map { _ in random() } }
          let names = (0..<columns).map { header == "names" ? "class \($0), of all" : "\($0)" }
          let titles: [String: [String]] = [
            "none": [], "words": ["name"], "unnamed": [""], "index": ["index"],
            "doc_id": ["doc_id"], "two": ["Unnamed: 0", "sample"],
          ]
          // A word before whole numbers may be a label as well.
          if header == "whole", label == "words" || label == "two" { continue }
          func cells(_ row: Int) -> [String] {
            switch label {
            case "none": []
            case "words": ["row \(row)"]
            case "two": ["\(row)", "s\(row)"]
            default: ["\(row + 3)"]
            }
          }
          func line(_ cells: [String], _ quotes: Bool) -> String {
            cells.map { quotes || $0.contains(",") ? "\"\($0)\"" : $0 }.joined(separator: ",") + end
          }
          var text = header == "none" ? "" : line((titles[label] ?? []) + names, quotes)
          for row in 0..<rows {
            text += line(cells(row) + values[row].map { "\($0)" }, quotes)
          }
          let table = try read(text)
          #expect(table.matrix.doubles == values.flatMap { $0 }, "\(header), \(label): \(text)")
          #expect(table.columnNames == (header == "none" ? nil : names))
          #expect(table.layout?.hasHeader == (header != "none"))
          let expected = (0..<rows).map { cells($0).joined(separator: " / ") }
          #expect(table.rowLabels == (label == "none" ? nil : expected))
        }
      }
    }
  }

  @Test func aHeaderOfNumbersIsToldOrAskedFor() throws {
    #expect(try read("0,1,2\n0.2,0.3,0.5\n").matrix.rows == 1)
    #expect(try read("1,3\n1,1\n").matrix.rows == 2)
    #expect(try read("\"7\",\"3\"\n1,1\n").columnNames == ["7", "3"])
    for text in [
      "0,1\n0.5,0.5\n", "0,1,2\n5,3,1\n", "1990,1991\n0.5,0.5\n", "x,0,1\ny,0.5,0.5\n",
    ] {
      #expect(reason(text).contains("--header"), "\(text)")
      var options = TableOptions()
      options.header = true
      #expect(try read(text, options).matrix.rows == 1)
      options.header = false
      #expect(try read(text, options).matrix.rows == 2)
    }
    #expect(try read("0,1\n0.5,0.5\n", TableOptions(.parameters)).matrix.rows == 2)
  }

  @Test func numbersOfRowsAreNoClass() throws {
    #expect(reason("0,5,3\n1,2,2\n2,4,1\n").contains("--label-columns"))
    #expect(reason("sample,a,b\n1,5,3\n2,2,2\n3,4,1\n").contains("--label-columns"))
    #expect(reason("a,b,doc_id\n1,5,3\n2,2,2\n").contains("identifiers"))
    #expect(reason("id,a\n0.5,1\n0.6,2\n").contains("fractions"))
  }

  @Test func numbersInOtherNotationsAreReadOrNamed() throws {
    #expect(try read("a,b\n\u{2212}0.5,1\n").matrix.doubles == [-0.5, 1])
    #expect(
      try read("a,b\n1\u{A0}234,1\u{202F}000\u{202F}000.5\n").matrix.doubles == [1234, 1_000_000.5])
    #expect(reason("a,b,c\n\"1,234\",10,5\n812,33,9\n77,8,9\n").contains("row 2, column 1"))
    for cell in [
      "\"1,234\"", "\"0,25\"", "1'000", "1 000", "12%", "$5", "0.25D+00", "1_000", "#REF!",
    ] {
      #expect(reason("a,b\n1,3\n\(cell),1\n").contains("row 3, column 1"), "\(cell)")
      #expect(reason("a,b\n\(cell),1\n1,3\n").contains("row 2, column 1"), "\(cell)")
    }
  }

  @Test(arguments: [
    "<5", ">5", "\u{2264} 5", "<=0.5", "~3", "1.5*", "2 **", "(12)", "(1,234)", "\u{2013}1.5",
    "\u{2014}2", "True", "false",
  ])
  func aColumnOfNumbersInOtherNotationsIsNoColumnOfLabels(cell: String) throws {
    let cell = "\"\(cell)\""
    for header in ["", "a,b\n"] {
      let place = header.isEmpty ? "row 1, column 1" : "row 2, column 1"
      let said = reason("\(header)\(cell),3\n\(cell),1.5\n\(cell),1\n")
      #expect(said.contains(place) && said.contains("is not a number"), "\(cell): \(said)")
    }
    // Where the header says so they are labels.
    #expect(try read("id,a,b\n\(cell),3,1\n\(cell),1,2\n").rowLabels?.count == 2)
  }

  @Test(arguments: ["2024-01-02", "10ms", "1a", "<a>", "(none)", "a*", "\u{2013}", "true north"])
  func wordsThatAreLikeNumbersAreLabels(cell: String) throws {
    #expect(try read("a,b,c\n\(cell),3,1\n\(cell),1,2\n").rowLabels?.count == 2)
  }

  @Test func threeClassesAreNotOfferedWhereColumnsHoldWords() throws {
    let words = reason("doc,term,count\na,x,1\na,y,2\nb,x,3\nb,y,1\n")
    #expect(words.contains("--long doc,term,count") && !words.contains("three classes"), "\(words)")
    let second = reason("doc,term,count\n1,x,1\n1,y,2\n2,x,3\n2,y,1\n")
    #expect(second.contains("--long doc,term,count") || second.contains("column 2"), "\(second)")
    #expect(!second.contains("three classes"), "\(second)")
    let numbers = reason("doc,term,count\n1,1,1\n1,2,2\n2,1,3\n2,2,1\n")
    #expect(numbers.contains("--columns 1,2,3 as three classes"), "\(numbers)")
  }

  @Test func numbersBeyondTheRangeAreZeroOrNamed() throws {
    let tiny = "0." + String(repeating: "0", count: 400) + "1"
    #expect(try read("a,b\n\(tiny),1e-999\n").matrix.doubles == [0, 0])
    #expect(reason("a,b\n1,1e999\n").contains("beyond the largest float64"))
  }

  @Test func columnsAreChosenByNumberAndName() throws {
    var options = TableOptions()
    options.columns = [.name("b"), .numbers(2...2)]
    #expect(try read("id,a,b,c\nx,1,2,3\n", options).matrix.doubles == [2, 1])
    options.columns = [.from(3)]
    #expect(try read("id,a,b,c\nx,1,2,3\n", options).matrix.doubles == [2, 3])
    options.columns = [.numbers(9...9)]
    #expect(reason("id,a\nx,1\n", options).contains("no column 9"))
    options.columns = nil
    options.labelColumns = [.name("c"), .numbers(1...1)]
    let table = try read("id,a,b,c\n7,1,2,3\n", options)
    #expect(table.matrix.doubles == [1, 2])
    #expect(table.rowLabels == ["3 / 7"])
  }

  @Test func aNumberALineIsNamedAndRead() throws {
    let text = "doc,word,count\n1,10,3\n1,9,5\n2,9,1\n"
    #expect(reason(text).contains("--long doc,word,count"))
    var options = TableOptions()
    options.long = LongColumns(
      row: .name("doc"), column: .name("word"), value: .numbers(3...3), absent: 0)
    let table = try read(text, options)
    #expect(table.matrix.doubles == [5, 3, 1, 0])
    #expect(table.rowLabels == ["1", "2"])
    #expect(table.columnNames == ["9", "10"])
    #expect(reason(text + "1,9,5\n", options).contains("already"))
    options.long?.absent = nil
    #expect(reason(text, options).contains("no number"))
  }

  @Test func columnsAreReadAsRows() throws {
    var options = TableOptions()
    #expect(reason("#OTU ID,S1,S2\nf1,1,2\nf2,4,0\n").contains("--transpose"))
    options.isTransposed = true
    let table = try read("#OTU ID,S1,S2\nf1,1,2\nf2,4,0\n", options)
    #expect(table.matrix.doubles == [1, 4, 2, 0])
    #expect(table.rowLabels == ["S1", "S2"] && table.columnNames == ["f1", "f2"])
    let array = try scratch.file("a.npy", npy(header("<i4", "(2, 1)"), [3, 0, 0, 0, 4, 0, 0, 0]))
    #expect(try MatrixReader.read(array, options: options).matrix.columns == 2)
  }

  @Test func otherFormatsAreNamed() throws {
    for (start, name) in [
      ([0x50, 0x4B, 3, 4], "zip"), ([0x1F, 0x8B], "gzip"), ([0xFF, 0xFE, 0, 0], "UTF-32"),
    ] as [([UInt8], String)] {
      let path = try scratch.file("a.csv", start + [UInt8](repeating: 1, count: 20))
      #expect(refusal { _ = try MatrixReader.read(path) }?.reason.contains(name) == true)
    }
  }

  @Test func messagesAreShort() {
    let long = String(repeating: "é", count: 100_000)
    for text in ["a,b\n1,\(long)\n", "\(long),b,b\n1,x,2\n", "1,2\n3,4,\(long)\n", "\(long)\n1\n"] {
      let options = TableOptions()
      #expect((try? read(text, options)) != nil || reason(text, options).utf8.count < 400)
    }
  }
}
