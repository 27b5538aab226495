import KullbackFiles
import KullbackMatrix
import Testing

/// Texts as other programs write them.
@Suite struct TextDialectTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func read(
    _ text: String, as name: String = "a.csv", _ options: TableOptions = TableOptions()
  ) throws -> Table {
    try MatrixReader.read(try scratch.file(name, text), options: options)
  }

  private func reason(_ text: String, _ options: TableOptions = TableOptions()) -> String {
    let refused = refusal { _ = try read(text, options) }
    return "\(refused?.place ?? ""): \(refused?.reason ?? "")"
  }

  private func read(_ text: String, _ options: TableOptions) throws -> Table {
    try read(text, as: "a.txt", options)
  }

  private func check(
    _ text: String, _ rows: [Double], labels: [String]? = nil, names: [String]? = nil,
    separator: ColumnSeparator = .character(","), decimal: DecimalMark = .point, comments: Int = 0,
    at location: SourceLocation = #_sourceLocation
  ) throws {
    for name in ["a.csv", "a.txt"] {
      let table = try read(text, as: name)
      #expect(table.matrix.doubles == rows, "\(text)", sourceLocation: location)
      #expect(table.rowLabels == labels, "\(text)", sourceLocation: location)
      #expect(table.columnNames == names, "\(text)", sourceLocation: location)
      #expect(table.layout?.separator == separator, "\(text)", sourceLocation: location)
      #expect(table.layout?.decimal == decimal, "\(text)", sourceLocation: location)
      #expect(table.layout?.comments == comments, "\(text)", sourceLocation: location)
    }
  }

  @Test func semicolonsSeparateWithPointsAndCommas() throws {
    let semicolon = ColumnSeparator.character(";")
    try check("1;2\n3;4\n", [1, 2, 3, 4], separator: semicolon)
    try check(
      "x;a;b\nr1;0.25;0.75\nr2;0.5;0.5\n", [0.25, 0.75, 0.5, 0.5], labels: ["r1", "r2"],
      names: ["a", "b"], separator: semicolon)
    // As spreadsheets of half of the world write it, and R's write.csv2.
    try check(
      "x;a;b\r\nr1;0,25;0,75\r\nr2;0,5;-1,5e-3\r\n", [0.25, 0.75, 0.5, -0.0015],
      labels: ["r1", "r2"], names: ["a", "b"], separator: semicolon, decimal: .comma)
    try check(
      "\"\";\"a, b\";\"c\"\n\"1\";0,25;3\n\"2\";0,5;4\n", [0.25, 3, 0.5, 4], labels: ["1", "2"],
      names: ["a, b", "c"], separator: semicolon, decimal: .comma)
    // Two columns of labels.
    try check(
      "site;plot;a;b\nn;p;1;2\nn;q;3;4\n", [1, 2, 3, 4], labels: ["n / p", "n / q"],
      names: ["a", "b"], separator: semicolon)
    try check("a|b\n1|2\n", [1, 2], names: ["a", "b"], separator: .character("|"))
  }

  @Test func commasInTabsAreDecimalWhereTheyAreCertain() throws {
    let table = try read("a\tb\n0,25\t3\n0,5\t1\n", as: "a.tsv")
    #expect(table.matrix.doubles == [0.25, 3, 0.5, 1] && table.layout?.decimal == .comma)
    // 1,234 may be either; so may numbers that have both.
    #expect(reason("a;b\n1,234;5\n2,345;6\n").contains("--decimal comma"))
    #expect(reason("a;b\n0,25;5.5\n2,3;6\n").contains("row 2, column 1"))
    #expect(reason("a;b\n0,25;5\n1.234,5;6\n").contains("row 3, column 1"))
    #expect(reason("a;b\n0,25;5\n1.5;6\n").contains("row 2, column 1"))
    var options = TableOptions()
    options.decimal = .comma
    #expect(try read("a;b\n1,234;5\n", options).matrix.doubles == [1.234, 5])
    #expect(reason("a;b\n0,25;5\n1.5;6\n", options).contains("no points"))
    #expect(try read("\"1,5\",2\n3,\"0,25\"\n", options).matrix.doubles == [1.5, 2, 3, 0.25])
    options.decimal = .point
    #expect(reason("a;b\n0,25;5\n", options).contains("row 2, column 1"))
  }

  @Test func blanksSeparateAsWriteTableAndSavetxtHaveIt() throws {
    try check(
      "2.500000000000000000e-01 7.500000000000000000e-01\n5.0e-01 5.0e-01\n",
      [0.25, 0.75, 0.5, 0.5], separator: .blanks)
    try check("  1   2\n 30  40 \n", [1, 2, 30, 40], separator: .blanks)
    try check("1  2\n30\t 40\n   \n", [1, 2, 30, 40], separator: .blanks)
    try check(
      "\"a\" \"b\"\n\"r 1\" 0.25 0.75\n\"r\"\"2\" 0.5 0.5\n", [0.25, 0.75, 0.5, 0.5],
      labels: ["r 1", "r\"2"], names: ["a", "b"], separator: .blanks)
    try check(
      "\"a\" \"b\"\n\"1\" 0.25 NA\n", [], separator: .blanks, isMissing: true)
    // Row numbers without quotes, and blanks in front of the names above them.
    for text in ["a b\n1 0.25 0.75\n2 0.5 0.5\n", " a b\n0 0.25 0.75\n1 0.5 0.5\n"] {
      let first = text.hasPrefix("a") ? 1 : 0
      try check(
        text, [0.25, 0.75, 0.5, 0.5], labels: ["\(first)", "\(first + 1)"], names: ["a", "b"],
        separator: .blanks)
    }
    // Numbers in quotes with commas, labels over two lines, and labels with a blank before a comma.
    let broken = try read("\"0,25\" \"0,75\"\n\"0,5\" \"0,5\"\n")
    #expect(broken.matrix.doubles == [0.25, 0.75, 0.5, 0.5] && broken.layout?.decimal == .comma)
    #expect(try read("\"a\nb\";1;2\n\"c;\";3;4\n").rowLabels == ["a\nb", "c;"])
    #expect(try read("row 1,2,3\nrow 2,4,5\n").matrix.doubles == [2, 3, 4, 5])
    #expect(try read("\ta\tb\n0\t0,25\t0,5\n1\t0,5\t1\n", as: "a.csv").rowLabels == ["0", "1"])
    let tabs = try read("\"a\"\t\"b\"\n\"1\"\t0.25\t0.75\n\"2\"\t0.5\t0.5\n")
    #expect(tabs.rowLabels == ["1", "2"] && tabs.columnNames == ["a", "b"])
    // Blanks that separate thousands are not guessed at.
    #expect(reason("1 234\n5 678\n").contains("--separator blanks"))
    var options = TableOptions()
    options.separator = .blanks
    #expect(try read("1 234\n5 678\n", options).matrix.doubles == [1, 234, 5, 678])
  }

  private func check(
    _ text: String, _ rows: [Double], separator: ColumnSeparator, isMissing: Bool
  ) throws {
    let table = try read(text)
    #expect(table.layout?.separator == separator)
    #expect((table.layout?.missing != nil) == isMissing)
  }

  @Test func aLineMayNameTheSeparator() throws {
    let semicolon = ColumnSeparator.character(";")
    try check("sep=;\na;b\n1;3\n1;1\n", [1, 3, 1, 1], names: ["a", "b"], separator: semicolon)
    try check("\"sep=;\"\r\n1;3\r\n1;1\r\n", [1, 3, 1, 1], separator: semicolon)
    try check("\u{FEFF}SEP=,\n1,3\n", [1, 3])
    #expect(try read("sep=\t\n1\t3\n").matrix.doubles == [1, 3])
    // Rows are numbered as a text editor does.
    #expect(reason("sep=;\n1;3\nx;1;\n").contains("row 3"))
  }

  @Test func aSeparatorAtLineEndsIsNoColumn() throws {
    try check("1,3,\n1,1,\n", [1, 3, 1, 1])
    try check("a,b,\n1,3,\n", [1, 3], names: ["a", "b"])
    try check("a,b\n1,3,\n1,1,\n", [1, 3, 1, 1], names: ["a", "b"])
    try check("x,1,3,\ny,1,1,\n", [1, 3, 1, 1], labels: ["x", "y"])
    // The header may have names for all columns, and no separator behind them.
    try check(
      "name,a,b\nx,1,3,\ny,1,1,\n", [1, 3, 1, 1], labels: ["x", "y"], names: ["a", "b"])
    try check("0,1,2,\n0.5,0.25,0.25,\n", [0.5, 0.25, 0.25], names: ["0", "1", "2"])
    try check("1;3;\n1;1;\n", [1, 3, 1, 1], separator: .character(";"))
    #expect(try read("1,3,\n1,1,\n").layout?.hasEmptyEnd == true)
    // A column that has a name, or a cell that is not empty, is one.
    #expect(try read("a,b,c\n1,3,\n1,1,\n").matrix.columns == 3)
    #expect(try read("1,3,\n1,1,2\n").matrix.columns == 3)
    #expect(reason("1,3,\n1,1,\n1,1\n").contains("2 cells, where other rows have 3"))
  }

  @Test func linesThatBeginWithASignAreComments() throws {
    try check("# from run 7\na,b\n1,3\n1,1\n", [1, 3, 1, 1], names: ["a", "b"], comments: 1)
    try check("# a,b\n1,3\n1,1\n", [1, 3, 1, 1], names: ["a", "b"])
    try check("# a b\n1 3\n1 1\n", [1, 3, 1, 1], names: ["a", "b"], separator: .blanks)
    try check(
      "#a b\n#\n# c d\n1 3\n1 1\n# end\n", [1, 3, 1, 1], names: ["c", "d"], separator: .blanks,
      comments: 3)
    try check("# epoch 7 of 9\n1 3\n1 1\n", [1, 3, 1, 1], separator: .blanks, comments: 1)
    try check("1,3\n# half,way\n\n1,1\n# end", [1, 3, 1, 1], comments: 2)
    // Labels may begin with it, and names that are numbers.
    try check("#cats,5,3\n#dogs,1,1\n", [5, 3, 1, 1], labels: ["#cats", "#dogs"])
    try check("\"# x\",5,3\n\"# y\",1,1\n", [5, 3, 1, 1], labels: ["# x", "# y"])
    // A row that is commented out is no header.
    try check("# 0.5,0.5\n1,3\n1,1\n", [1, 3, 1, 1], comments: 1)
    var options = TableOptions()
    options.header = false
    let table = try read("# a,b\n1,3\n", options)
    #expect(table.columnNames == nil && table.layout?.comments == 1)
    options = TableOptions()
    options.long = LongColumns(
      row: .numbers(1...1), column: .numbers(2...2), value: .numbers(3...3), absent: 0)
    #expect(try read("# x\n1,a,3\n# y\n1,b,4\n", options).matrix.doubles == [3, 4])
  }

  @Test func tablesOfFeaturesBySamplesAreTransposed() throws {
    let text =
      "# Constructed from biom file\n#OTU ID\tS1\tS2\tS3\ttaxonomy\nf1\t1.0\t2.0\t3.0\tk__A; p__B, c\n"
      + "f2\t4.0\t0.0\t6.0\tk__C\n"
    var options = TableOptions()
    options.isTransposed = true
    for name in ["a.tsv", "a.txt", "a.biom"] {
      let table = try read(text, as: name, options)
      #expect(table.matrix.doubles == [1, 4, 2, 0, 3, 6])
      #expect(table.rowLabels == ["S1", "S2", "S3"] && table.columnNames == ["f1", "f2"])
      #expect(table.layout?.taxonomy == "taxonomy" && table.layout?.comments == 1)
      #expect(refusal { _ = try read(text, as: name) }?.reason.contains("--transpose") == true)
    }
    let lineage = text.replacing("taxonomy", with: "ConsensusLineage")
    #expect(try read(lineage, as: "a.tsv", options).matrix.rows == 3)
    // What is only called so, and holds numbers, is a sample.
    let numbers = "#OTU ID\tS1\tS2\ttaxonomy\nf1\t1\t2\t3\n"
    #expect(try read(numbers, as: "a.tsv", options).matrix.rows == 3)
    options.columns = [.name("S2"), .name("S1")]
    #expect(try read(text, as: "a.tsv", options).matrix.doubles == [2, 0, 1, 4])
  }

  @Test func optionsDecideWhatTheFirstLinesDoNot() throws {
    var options = TableOptions()
    options.separator = .character(":")
    #expect(try read("1:2\n", options).matrix.doubles == [1, 2])
    options.separator = .character("é")
    #expect(reason("1:2\n", options).contains("cannot be separated"))
    for (name, separator) in [
      ("comma", ColumnSeparator.character(",")), ("tab", .character("\t")), ("blanks", .blanks),
      ("semicolon", .character(";")), ("~", .character("~")),
    ] {
      #expect(ColumnSeparator(named: name) == separator && separator.description == name)
    }
    for name in ["", "ab", "é", "1", "\"", "-", "."] {
      #expect(ColumnSeparator(named: name) == nil)
    }
  }

  // MARK: Encodings

  private func utf16(_ text: String, bigEndian: Bool, mark: Bool = true) -> [UInt8] {
    (mark ? [0xFEFF] : []).flatMap { bytes([$0 as UInt16], bigEndian: bigEndian) }
      + bytes(Array(text.utf16), bigEndian: bigEndian)
  }

  @Test(arguments: [true, false], [true, false])
  func utf16IsReadInBothOrders(bigEndian: Bool, mark: Bool) throws {
    let text = "name\ta\tb\r\n日本 𝄞é\t1\t0.5\r\nx\t3\t-2e-3\r\n"
    // Without a mark every second byte has to be zero at the start.
    let shown = mark ? text : text.replacing("日本 𝄞", with: "")
    let path = try scratch.file("a.txt", utf16(shown, bigEndian: bigEndian, mark: mark))
    let table = try MatrixReader.read(path)
    #expect(table.matrix.doubles == [1, 0.5, 3, -0.002])
    #expect(table.rowLabels == [mark ? "日本 𝄞é" : "é", "x"] && table.columnNames == ["a", "b"])
    #expect(table.layout?.encoding == .utf16)
    var whole = utf16(text, bigEndian: bigEndian)
    whole.removeLast()
    let cut = try scratch.file("b.txt", whole)
    #expect(refusal { _ = try MatrixReader.read(cut) }?.place == "byte \(whole.count - 1)")
    let half = try scratch.file(
      "c.txt",
      utf16("a,", bigEndian: bigEndian) + bytes([0xD834 as UInt16, 44], bigEndian: bigEndian))
    #expect(refusal { _ = try MatrixReader.read(half) }?.place == "byte 6")
  }

  @Test func encodingsOfOneByteAreReadWhereTheyAreNamed() throws {
    let path = try scratch.file(
      "a.csv", Array("caf".utf8) + [0xE9] + Array(",b\n1,3\n".utf8))
    #expect(
      refusal { _ = try MatrixReader.read(path) }?.reason.contains("--encoding latin-1") == true)
    var options = TableOptions()
    options.encoding = .latin1
    #expect(try MatrixReader.read(path, options: options).columnNames == ["café", "b"])
    let windows = try scratch.file("b.csv", [0x80, 0x93] + Array(",b\n1,3\n".utf8))
    let said = refusal { _ = try MatrixReader.read(windows) }?.reason
    #expect(said?.contains("--encoding windows-1252") == true)
    options.encoding = .windows1252
    let table = try MatrixReader.read(windows, options: options)
    #expect(table.columnNames == ["€“", "b"] && table.layout?.encoding == .windows1252)
    let none = try scratch.file("c.csv", Array("1,2\n3,".utf8) + [0x81])
    #expect(refusal { _ = try MatrixReader.read(none, options: options) }?.place == "byte 6")
    options.encoding = .utf8
    #expect(
      refusal { _ = try MatrixReader.read(path, options: options) }?.place == "line 1, byte 3")
    options.encoding = .utf16
    let wide = try scratch.file("d.csv", bytes(Array("1,2\n3,4\n".utf16)))
    #expect(try MatrixReader.read(wide, options: options).matrix.doubles == [1, 2, 3, 4])
  }
}
