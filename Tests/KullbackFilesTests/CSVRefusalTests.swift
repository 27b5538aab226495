import KullbackFiles
import Testing

@Suite struct CSVRefusalTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func check(
    _ text: String, _ place: String, _ words: String,
    at location: SourceLocation = #_sourceLocation
  ) throws {
    let path = try scratch.file("a.csv", text)
    let refusal = refusal { _ = try MatrixReader.read(path) }
    #expect(refusal?.place == place, sourceLocation: location)
    let reason = refusal?.reason ?? ""
    #expect(reason.contains(words), "\(reason)", sourceLocation: location)
  }

  @Test func aFileWithoutNumbersIsRefused() throws {
    try check("", "", "no rows")
    try check("\n\r\n\n", "", "no rows")
    try check("a,b\n", "", "no rows")
  }

  @Test func cellsThatAreNoNumbersAreNamed() throws {
    try check("1,2\n3,4x\n", "row 2, column 2", "\"4x\"")
    try check("a,b\n1,0x10\n", "row 2, column 2", "\"0x10\"")
    try check("a,b\n1,nan(5)\n", "row 2, column 2", "\"nan(5)\"")
    try check("a,b\nc,d\n1,2\n", "row 2, column 1", "\"c\"")
    try check("a,b,c\nx,1,2\ny,z,3\n", "row 3, column 2", "\"z\"")
  }

  // It would be lost in silence if it were taken for a header.
  @Test func aMistakeInTheFirstRowMakesItNoHeader() throws {
    try check("1,2x\n3,4\n", "row 1, column 2", "\"2x\"")
    try check("1,2,3x,4\n3,4,5,6\n", "row 1, column 3", "\"3x\"")
    try check("l,0.5,O.5\nm,0.5,0.5\n", "row 1, column 3", "\"O.5\"")
  }

  // In one column an empty line is an empty cell: the rows behind it would move up.
  @Test func anEmptyLineInTheMiddleOfOneColumnIsNamed() throws {
    try check("1\n\n2\n", "row 2, column 1", "empty")
    try check("p\n1\n\n\n2\n", "row 3, column 1", "empty")
  }

  @Test func rowsOfDifferentLengthsAreNamed() throws {
    try check("1,2\n3\n", "row 2", "1 cell, where other rows have 2")
    try check("1,2\n3,4,5\n", "row 2", "3 cells, where other rows have 2")
    try check("a,b,c\n1,2\n", "row 2", "2 cells")
    try check("a,b\n1,2,3\n", "row 2", "3 cells")
    try check("a\n1,2\n", "row 2", "2 cells")
  }

  // Are the numbers of the first row names of columns, or its label the only one that is a name?
  @Test func aFirstRowThatMayBeAHeaderIsNotGuessedAt() throws {
    try check("label,0,1\n5,0.5,0.5\n6,0.1,0.9\n", "row 1, column 1", "header")
  }

  @Test func quotesThatDoNotCloseAreNamed() throws {
    try check("1,\"2\n3,4\n", "row 1, column 2", "not closed")
    try check("1,\"2\"3\n", "row 1, column 2", "behind a closed quote")
  }

  @Test func whatIsNotTextIsRefusedWithItsByte() throws {
    let latin = try scratch.file("a.csv", Array("1,2\ncaf".utf8) + [0xE9, 0x2C, 0x33, 0x0A])
    let refused = refusal { _ = try MatrixReader.read(latin) }
    #expect(refused?.place == "line 2, byte 7")
    #expect(refused?.reason.contains("byte 0xE9") == true)
    #expect(refused?.reason.contains("iconv -f LATIN1 -t UTF-8") == true)
    // Quotation marks of Windows-1252, after lines of every end.
    let windows = try scratch.file(
      "w.csv", Array("1,2\r\n3,4\n\r5,6\r".utf8) + [0x93, 0x37, 0x94, 0x2C, 0x38, 0x0A])
    let other = refusal { _ = try MatrixReader.read(windows) }
    #expect(other?.place == "line 5, byte 14")
    #expect(other?.reason.contains("byte 0x93") == true)
    #expect(other?.reason.contains("iconv -f WINDOWS-1252 -t UTF-8") == true)
    let wide = try scratch.file("b.csv", [0xFF, 0xFE, 0, 0, 0x31, 0, 0, 0])
    #expect(refusal { _ = try MatrixReader.read(wide) }?.reason.contains("UTF-32") == true)
    let overlong = try scratch.file("c.csv", [0x31, 0xC0, 0x80])
    #expect(refusal { _ = try MatrixReader.read(overlong) }?.place == "line 1, byte 1")
  }

  @Test func errorsNameTheFileAndThePlace() throws {
    let path = try scratch.file("a.csv", "1,2\n3,x\n")
    let error = #expect(throws: FileError.self) { try MatrixReader.read(path) }
    #expect(error?.description == "\(path): row 2, column 2: \"x\" is not a number")
  }
}
