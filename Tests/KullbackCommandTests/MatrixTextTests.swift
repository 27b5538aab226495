import Testing

@testable import KullbackCommand

@Suite struct MatrixTextTests {
  private func lines(_ matrix: [[Double]], width: Int = 80) -> [String]? {
    MatrixText.lines(
      matrix, rows: matrix.indices.map { "row\($0)" },
      columns: matrix.first?.indices.map { "c\($0)" } ?? [], width: width)
  }

  @Test func numbersHaveTheSameDecimals() {
    #expect(
      lines([[0, 1.5], [12.25, 0.125]]) == [
        "         c0    c1", "row0      0  1.50", "row1  12.25  0.12",
      ])
  }

  @Test func whatIsNotZeroIsNotShownAsZero() {
    #expect(lines([[0, 1], [1e-9, .infinity]])?[2] == "row1  1e-09    inf")
    #expect(lines([[.nan, 0]])?[1] == "row0  nan   0")
  }

  @Test func hugeNumbersKeepTheirDigits() {
    #expect(lines([[1.25e300, 5]])?[1] == "row0  1.25e+300   5")
    #expect(lines([[123_456, 1]])?[1] == "row0  123456   1")
  }

  @Test func digitsAreFewerWhereThereIsLessRoom() throws {
    let matrix = [[Double]](repeating: [Double](repeating: 0.123456, count: 10), count: 2)
    // Two columns between numbers of six and five characters, one, and numbers of four.
    for (room, taken) in [(84, 84), (83, 74), (73, 64), (63, 54)] {
      #expect(try #require(lines(matrix, width: room))[1].count == taken)
    }
    #expect(lines(matrix, width: 40) == nil)
  }

  @Test func longNamesAreCutShort() throws {
    let name = String(repeating: "x", count: 40)
    let lines = try #require(MatrixText.lines([[1]], rows: [name], columns: [name], width: 60))
    #expect(lines.allSatisfy { $0.count < 40 } && lines[1].contains("…"))
  }

  @Test func nothingIsALineOfNames() {
    #expect(MatrixText.lines([], rows: [], columns: [], width: 10) == [""])
  }
}
