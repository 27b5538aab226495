import KullbackMatrix
import Testing

@testable import KullbackFiles

/// Cells that hold no number.
@Suite struct MissingCellTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func read(
    _ text: String, _ missing: TableOptions.MissingCells = .invalid
  ) throws -> Table {
    var options = TableOptions()
    options.missing = missing
    return try MatrixReader.read(try scratch.file("a.csv", text), options: options)
  }

  @Test(arguments: [
    "", "NA", "nan", "NaN", "N/A", "#N/A", "<NA>", "null", "None", " ", "\"\"", "\"NA\"", "-", ".",
  ])
  func theyAreNotANumberOrZero(cell: String) throws {
    let text = "name,a,b\nx,1,2\ny,3,\(cell)\nz,\(cell),6\n"
    let table = try read(text)
    #expect(table.matrix.doubles.map(\.isNaN) == [false, false, false, true, true, false])
    #expect(
      table.layout?.missing
        == .init(count: 2, row: 3, column: 3, name: "b", readAs: .invalid))
    #expect(table.rowLabels == ["x", "y", "z"])
    let zeros = try read(text, .zero)
    #expect(zeros.matrix.doubles == [1, 2, 3, 0, 0, 6])
    #expect(zeros.layout?.missing?.readAs == .zero)
  }

  @Test func nothingElseIsMissing() throws {
    #expect(try read("a,b\n1,2\n").layout?.missing == nil)
    for cell in ["<5", "x", "12%", "#DIV/0!", "1e999"] {
      for missing in TableOptions.MissingCells.allCases {
        #expect(
          refusal { _ = try read("a,b\n1,\(cell)\n2,3\n", missing) }?.place == "row 2, column 2")
      }
    }
    // Rows of other lengths are errors as before, and so is an empty line in a single column.
    #expect(refusal { _ = try read("1,2\n3\n", .zero) }?.place == "row 2")
    #expect(refusal { _ = try read("1\n\n2\n", .zero) }?.place == "row 2, column 1")
    #expect(try read("a,b\n1,inf\n", .zero).matrix.doubles == [1, .infinity])
  }

  @Test func theFirstIsNamedWhereverPartsAreCut() throws {
    // More than a part of a text that is read at a time.
    var lines = (0..<60_000).map { "\($0).125,2.0625,3.03125" }
    for row in [41_234, 59_999] { lines[row] = "1,,3" }
    let table = try read("a,b,c\n" + lines.joined(separator: "\n"))
    #expect(table.layout?.missing == .init(count: 2, row: 41_236, column: 2, name: "b"))
    #expect(table.matrix.value(row: 59_999, column: 1).isNaN)
    #expect(table.matrix.value(row: 59_998, column: 0) == 59_998.125)
  }

  @Test func theyMayStandInTheFirstRowAndInLongTables() throws {
    #expect(try read("1,\n3,4\n", .zero).matrix.doubles == [1, 0, 3, 4])
    #expect(try read("NA,1\n3,4\n", .zero).matrix.doubles == [0, 1, 3, 4])
    var options = TableOptions()
    options.long = LongColumns(
      row: .numbers(1...1), column: .numbers(2...2), value: .numbers(3...3), absent: 0)
    let path = try scratch.file("l.csv", "d,w,n\n1,a,NA\n1,b,4\n")
    let table = try MatrixReader.read(path, options: options)
    #expect(table.matrix.doubles[0].isNaN)
    #expect(table.layout?.missing == .init(count: 1, row: 2, column: 3))
    options.missing = .zero
    #expect(try MatrixReader.read(path, options: options).matrix.doubles == [0, 4])
  }

  @Test func aLabelThatIsMissingIsRefused() throws {
    let path = try scratch.file("y.csv", "label\n1\nNA\n")
    let refused = refusal { _ = try MatrixReader.readLabels(path) }
    #expect(refused?.place == "row 2" && refused?.reason == "the label is missing")
  }
}
