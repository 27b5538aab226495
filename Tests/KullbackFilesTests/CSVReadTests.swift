import KullbackFiles
import KullbackMatrix
import Testing

@Suite struct CSVReadTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func check(
    _ text: String, _ rows: [[Double]], labels: [String]? = nil, names: [String]? = nil,
    as name: String = "a.csv", at location: SourceLocation = #_sourceLocation
  ) throws {
    let table = try MatrixReader.read(try scratch.file(name, text))
    #expect(table.matrix.rows == rows.count, sourceLocation: location)
    #expect(table.matrix.doubles == rows.flatMap { $0 }, sourceLocation: location)
    #expect(table.rowLabels == labels, sourceLocation: location)
    #expect(table.columnNames == names, sourceLocation: location)
  }

  @Test func rowsAreLines() throws {
    try check("1,2\n3,4\n", [[1, 2], [3, 4]])
    try check("1,2\n3,4", [[1, 2], [3, 4]])
    try check("1,2\r\n3,4\r\n", [[1, 2], [3, 4]])
    try check("1,2\r3,4", [[1, 2], [3, 4]])
    try check("1,2\n\n3,4\n\n\n", [[1, 2], [3, 4]])
    try check("5", [[5]])
  }

  @Test func theFirstRowOfNamesIsAHeader() throws {
    try check("a,b\n1,2\n", [[1, 2]], names: ["a", "b"])
    try check("p\n1\n2\n", [[1], [2]], names: ["p"])
  }

  @Test func theFirstColumnOfNamesIsLabels() throws {
    try check("x,1,2\ny,3,4\n", [[1, 2], [3, 4]], labels: ["x", "y"])
    try check("x,1,2\n2020,3,4\nz,5,6", [[1, 2], [3, 4], [5, 6]], labels: ["x", "2020", "z"])
  }

  @Test func aHeaderMayNameTheLabelsOrNot() throws {
    try check("name,a,b\nx,1,2\n", [[1, 2]], labels: ["x"], names: ["a", "b"])
    try check(",a,b\nx,1,2\n", [[1, 2]], labels: ["x"], names: ["a", "b"])
    try check("a,b\nx,1,2\n", [[1, 2]], labels: ["x"], names: ["a", "b"])
  }

  // As pandas writes a frame: a column without a name is its index, and no class.
  @Test func aColumnWithoutANameIsLabels() throws {
    try check(",a,b\n0,1,2\n1,3,4\n", [[1, 2], [3, 4]], labels: ["0", "1"], names: ["a", "b"])
    try check(",0,1\n0,5,6\n1,7,8\n", [[5, 6], [7, 8]], labels: ["0", "1"], names: ["0", "1"])
  }

  @Test func tabsSeparateToo() throws {
    try check("a\tb\n1\t2\n", [[1, 2]], names: ["a", "b"], as: "a.tsv")
    try check("1\t2\n3\t4\n", [[1, 2], [3, 4]], as: "no extension")
    try check("1,2\n3,4\n", [[1, 2], [3, 4]], as: "no extension")
    let path = try scratch.file("b.csv", "1\t2\n")
    #expect(try CSV.read(path, separator: "\t").matrix.doubles == [1, 2])
  }

  @Test func quotesAreThoseOfRFC4180() throws {
    try check(
      "\"a \"\"x\"\", y\",\"b\r\nc\"\n\"1\",2\n", [[1, 2]], names: ["a \"x\", y", "b\r\nc"])
  }

  @Test func aByteOrderMarkIsNoPartOfTheFirstCell() throws {
    try check("\u{FEFF}1,2\n", [[1, 2]])
    try check("\u{FEFF}\"a\",b\n1,2\n", [[1, 2]], names: ["a", "b"])
  }

  @Test func labelsMayBeOfAnyAlphabet() throws {
    try check("français,1\n日本語,2\n", [[1], [2]], labels: ["français", "日本語"])
  }

  @Test func infinitiesAreSpeltInManyWays() throws {
    try check(
      "inf,-inf,+inf\nInfinity,-INFINITY,Inf\n",
      [[.infinity, -.infinity, .infinity], [.infinity, -.infinity, .infinity]])
    let table = try MatrixReader.read(try scratch.file("n.csv", "nan,1\n1,NaN\n"))
    #expect(table.matrix.doubles.map(\.isNaN) == [true, false, false, true])
  }

  // Numbers half-way between two, and the ends of the range.
  @Test(arguments: [
    ("1e23", 1e23), ("9007199254740993", 9_007_199_254_740_992.0), (" 0.1 ", 0.1), ("+1", 1),
    ("1.", 1), (".5", 0.5), ("-0", -0.0), ("1E-3", 0.001),
    ("2.2250738585072014e-308", .leastNormalMagnitude),
    ("1.7976931348623157e308", .greatestFiniteMagnitude),
    ("4.9406564584124654e-324", .leastNonzeroMagnitude),
    ("0.500000000000000166533453693773481063544750213623046875", 0x1.0000000000002p-1),
  ])
  func numbersAreRoundedToTheNearest(text: String, expected: Double) throws {
    let table = try MatrixReader.read(try scratch.file("a.csv", "\(text),1\n"))
    #expect(table.matrix.value(row: 0, column: 0).bitPattern == expected.bitPattern)
  }
}
