import Foundation
import KullbackFiles
import KullbackMatrix
import Testing

@Suite struct WriterTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  // The bytes that `numpy.save` writes for the same matrix.
  @Test func aMatrixIsWrittenAsNumPyWritesIt() throws {
    let writer = try NPYWriter(path: scratch.path("a.npy"), rows: 2, columns: 2)
    try writer.append([1.5, -2])
    try writer.append([.infinity, 0])
    try writer.finish()
    let text = header("<f8", "(2, 2)")
    let expected = npy(text, bytes([1.5, -2, .infinity, 0].map(\.bitPattern)))
    #expect(expected.count == 128 + 32)
    #expect(try scratch.bytes("a.npy") == expected)
  }

  @Test(arguments: ElementKind.allCases)
  func everyKindIsReadAsItWasWritten(kind: ElementKind) throws {
    let path = scratch.path("a.npy")
    let writer = try NPYWriter(path: path, rows: 2, columns: 3, kind: kind)
    try writer.append([1, -2, 3])
    try writer.append([100, 0, 5])
    try writer.finish()
    let matrix = try NPY.read(path)
    #expect(matrix.kind == kind)
    #expect((matrix.rows, matrix.columns) == (2, 3))
    #expect(matrix.doubles == [1, -2, 3, 100, 0, 5])
  }

  @Test func rowsAreWrittenAsTheyAreStored() throws {
    let matrix = Matrix<Float16>([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    let writer = try NPYWriter(path: scratch.path("a.npy"), rows: 3, columns: 3, kind: .float16)
    try writer.append(AnyMatrix(matrix[rows: 0..<1]))
    try writer.append(AnyMatrix(matrix[rows: 1..<3]))
    try writer.finish()
    #expect(try NPY.read(scratch.path("a.npy")).matrix(of: Float16.self) == matrix)
  }

  @Test func rowsWithGapsAreWrittenWithoutThem() throws {
    let wide = Matrix<Float>([[1, 2, -1], [3, 4, -1]])
    let gaps = unsafe wide.withUnsafeBaseAddress { base in
      unsafe Matrix<Float>(
        borrowing: base, rows: 2, columns: 2, rowStride: 3, owner: scratch.keeper)
    }
    let writer = try NPYWriter(path: scratch.path("a.npy"), rows: 2, columns: 2, kind: .float32)
    try withExtendedLifetime(wide) { try writer.append(AnyMatrix(gaps)) }
    try writer.finish()
    #expect(try NPY.read(scratch.path("a.npy")).doubles == [1, 2, 3, 4])
  }

  @Test(arguments: [(0, 3), (3, 0), (0, 0)])
  func noRowsAndNoColumnsAreWritten(rows: Int, columns: Int) throws {
    let path = scratch.path("a.npy")
    try NPYWriter(path: path, rows: rows, columns: columns).finish()
    let matrix = try NPY.read(path)
    #expect((matrix.rows, matrix.columns) == (rows, columns))
  }

  @Test func moreThanABufferIsWrittenWhole() throws {
    let path = scratch.path("a.npy")
    let writer = try NPYWriter(path: path, rows: 1000, columns: 1000, kind: .float32)
    for row in 0..<1000 { try writer.append([Double](repeating: Double(row), count: 1000)) }
    try writer.finish()
    let matrix = try NPY.read(path)
    #expect((0..<1000).allSatisfy { matrix.value(row: $0, column: 999) == Double($0) })
  }

  @Test func numbersAsTextComeBackExactly() throws {
    let values = [0.1, -0.0, 1e23, .infinity, -.infinity, 5e-300, .greatestFiniteMagnitude, 1 / 3]
    let path = scratch.path("a.csv")
    let writer = try CSVWriter(path: path, columns: values.indices.map { "c\($0)" })
    try writer.append(values)
    try writer.append(values.map { -$0 })
    try writer.finish()
    let table = try CSV.read(path)
    #expect(table.columnNames == values.indices.map { "c\($0)" })
    #expect(
      table.matrix.doubles.map(\.bitPattern) == (values + values.map { -$0 }).map(\.bitPattern))
  }

  @Test func theSpellingsAreThoseOfNumPy() throws {
    let writer = try CSVWriter(
      path: scratch.path("a.csv"), columns: ["a,b", "say \"c\"", "d", "e"])
    try writer.append([.nan, .infinity, -.infinity, 0.5])
    try writer.finish()
    #expect(
      String(decoding: try scratch.bytes("a.csv"), as: UTF8.self)
        == "\"a,b\",\"say \"\"c\"\"\",d,e\nnan,inf,-inf,0.5\n")
  }

  @Test func rowsWithLabelsComeBackExactly() throws {
    let path = scratch.path("a.csv")
    let writer = try CSVWriter(path: path, width: 3)
    try writer.append(words: ["", "x", "a, \"b\""])
    try writer.append(["one\ntwo"], [0.1, -Double.infinity])
    try writer.append(["three"], [1.0 / 3, 5e-300])
    try writer.finish()
    let table = try CSV.read(path)
    #expect(table.columnNames == ["x", "a, \"b\""])
    #expect(table.rowLabels == ["one\ntwo", "three"])
    #expect(table.matrix.doubles == [0.1, -.infinity, 1 / 3, 5e-300])
  }

  @Test func floatsAreWrittenWithTheDigitsOfFloats() throws {
    let writer = try CSVWriter(path: scratch.path("a.csv"), width: 4)
    try writer.append(["a"], [Float(0.1), .nan, 1 / 3])
    try writer.finish()
    #expect(String(decoding: try scratch.bytes("a.csv"), as: UTF8.self) == "a,0.1,nan,0.33333334\n")
  }

  @Test func resultsGoToEitherFormat() throws {
    let columns: [[Double]] = [[1, 2], [3, 4], [5, 6]]
    let array = try TableWriter(path: scratch.path("a.npy"), rows: 2, columns: ["x", "y", "z"])
    try array.append(columns: columns)
    try array.finish()
    #expect(try NPY.read(scratch.path("a.npy")).doubles == [1, 3, 5, 2, 4, 6])
    let text = try TableWriter(path: scratch.path("a.csv"), rows: 2, columns: ["x", "y", "z"])
    try text.append(columns: columns)
    try text.finish()
    let table = try CSV.read(scratch.path("a.csv"))
    #expect(table.columnNames == ["x", "y", "z"])
    #expect(table.matrix.doubles == [1, 3, 5, 2, 4, 6])
  }

  @Test func rowsThatWereNotAnnouncedTrap() async {
    await #expect(processExitsWith: .failure) {
      try NPYWriter(path: "/dev/null", rows: 1, columns: 2).append([1, 2, 3, 4])
    }
    await #expect(processExitsWith: .failure) {
      try NPYWriter(path: "/dev/null", rows: 2, columns: 2).append([1, 2, 3])
    }
    await #expect(processExitsWith: .failure) {
      try NPYWriter(path: "/dev/null", rows: 1, columns: 2).finish()
    }
  }
}

extension Scratch {
  /// Something to own memory that another keeps alive.
  fileprivate final class Keeper: Sendable {}
  fileprivate var keeper: Keeper { Keeper() }
}
