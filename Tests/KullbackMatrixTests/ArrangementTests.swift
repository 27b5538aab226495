import KullbackMatrix
import KullbackTestSupport
import Testing

@Suite struct ArrangementTests {
  @Test(arguments: 0..<50)
  func elementsAreCopiedBitForBit(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let rows = Int.random(in: 0...9, using: &generator)
    let columns = Int.random(in: 1...9, using: &generator)
    let values = (0..<rows * columns).map { _ in Double(bitPattern: generator.next()) }
    // With gaps between the rows, every other time.
    var matrix = Matrix(values, rows: rows, columns: columns)
    if seed.isMultiple(of: 2) { matrix = matrix[columns: columns / 2..<columns] }
    let rowPlaces = Array(0..<rows).shuffled(using: &generator).dropLast(rows / 3)
    let columnPlaces = Array(0..<matrix.columns).shuffled(using: &generator)
    let arranged = AnyMatrix(matrix).arranged(rows: Array(rowPlaces), columns: columnPlaces)
    #expect(arranged.rows == rowPlaces.count && arranged.columns == columnPlaces.count)
    for (row, rowPlace) in rowPlaces.enumerated() {
      for (column, columnPlace) in columnPlaces.enumerated() {
        #expect(
          arranged.value(row: row, column: column).bitPattern
            == matrix[rowPlace, columnPlace].bitPattern)
      }
    }
    #expect(matrix.arranged().values.map(\.bitPattern) == matrix.values.map(\.bitPattern))
  }

  @Test func everyTypeIsArranged() {
    func check<Element: MatrixElement>(_ values: [Element]) {
      let matrix = AnyMatrix(Matrix(values, rows: 2, columns: 2))
      let turned = matrix.arranged(rows: [1, 0], columns: [1, 0])
      #expect(turned.kind == Element.elementKind)
      #expect(turned.matrix(of: Element.self)?.values == values.reversed())
    }
    check([1, 2, 3, 4] as [Float])
    check([1, 2, 3, 4] as [Double])
    check([1, 2, 3, 4] as [Float16])
    check([1, 2, 3, 4].map { BFloat16($0) })
    check([1, 2, 3, 4] as [Int32])
    check([1, 2, 3, 4] as [Int64])
  }

  @Test func placesThatAreNotThereTrap() async {
    await #expect(processExitsWith: .failure) {
      _ = Matrix([1.0, 2], rows: 1, columns: 2).arranged(columns: [0, 2])
    }
    await #expect(processExitsWith: .failure) {
      _ = Matrix([1.0, 2], rows: 1, columns: 2).arranged(rows: [-1])
    }
  }
}
