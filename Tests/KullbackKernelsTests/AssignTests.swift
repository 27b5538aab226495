import KullbackKernels
import KullbackMatrix
import KullbackTestSupport
import Testing

/// The nearest of several centroids and sums of rows, against plain loops.
@Suite struct AssignTests {
  static let counts = [1, 2, 7, 16, 33, 100]

  @Test(arguments: InstructionSet.available, counts)
  func nearestIsTheFirstOfTheLeast(set: InstructionSet, count: Int) {
    for rows in [1, 3, 7, 8, 15, 16, 17, 31, 33, 64, 65] {
      expectNearest(Float.self, set, count, rows)
      expectNearest(Double.self, set, count, rows)
    }
  }

  /// Whole numbers, so that nothing is rounded and there are ties.
  private func expectNearest<Element: MatrixElement & BinaryFloatingPoint>(
    _: Element.Type, _ set: InstructionSet, _ count: Int, _ rows: Int
  ) {
    var generator = SeededGenerator(seed: UInt64(count * 100 + rows))
    let whole = { (_: Int) in Element(Int(generator.next() % 9)) }
    let values = (0..<count * rows).map(whole), constants = (0..<count).map(whole)
    let extras = (0..<rows).map(whole)
    let products = GuardedBuffer.matrix(values, rows: count, columns: rows, gap: 3, edge: .end)
    var places = [Int32](repeating: -7, count: rows)
    var doubts = [UInt8](repeating: 7, count: rows)
    nearest(
      NearestScores(constants: constants, slope: 0.125, floor: 0.25), products, extras: extras,
      places: &places, doubts: &doubts, on: set)
    for row in 0..<rows {
      let scores = (0..<count).map { values[$0 * rows + row] + constants[$0] }
      let least = scores.min() ?? 0
      let place = scores.firstIndex(of: least) ?? 0
      #expect(places[row] == Int32(place))
      let second = scores.enumerated().filter { $0.offset != place }.map(\.element).min()
      let isClear = second.map { $0 - least > 0.125 * (least + $0 + extras[row]) + 0.25 } ?? false
      // One centroid alone has no other to be clear of.
      if count > 1 { #expect(doubts[row] == (isClear ? 0 : 1)) }
    }
  }

  @Test(arguments: InstructionSet.available)
  func scoresThatAreNotFiniteAreInDoubt(set: InstructionSet) {
    for bad in [Float.infinity, .nan] {
      let products = Matrix<Float>([[bad, 1, 5], [bad, 2, bad]])
      var places = [Int32](repeating: 0, count: 3), doubts = [UInt8](repeating: 0, count: 3)
      nearest(
        NearestScores(constants: [0, 0], slope: 1e-6, floor: 0), products, extras: [],
        places: &places, doubts: &doubts, on: set)
      #expect(doubts[0] == 1 && doubts[1] == 0)
      #expect(places == [0, 0, 0])
    }
  }

  @Test(arguments: InstructionSet.available)
  func rowsAreAddedInOrder(set: InstructionSet) {
    for classes in [1, 3, 8, 15, 16, 17, 40, 129] {
      expectSums(Float.self, set, classes)
      expectSums(Double.self, set, classes)
    }
  }

  private func expectSums<Element: MatrixElement & BinaryFloatingPoint>(
    _: Element.Type, _ set: InstructionSet, _ classes: Int
  ) {
    var generator = SeededGenerator(seed: UInt64(classes))
    let values = generator.normals(20 * classes).map { Element($0) }
    let places = (0..<20).map { _ in Int32(generator.next() % 4) - 1 }
    let scales = (0..<20).map { _ in generator.uniform() }
    let rows = GuardedBuffer.matrix(values, rows: 20, columns: classes, gap: 2, edge: .end)
    for factors in [[], scales] {
      var sums = Matrix<Double>(repeating: 1, rows: 3, columns: classes)
      var exact = [Double](repeating: 1, count: 3 * classes)
      addRows(rows, places: places, scales: factors[...], into: &sums, on: set)
      for (row, place) in places.enumerated() where place >= 0 {
        for k in 0..<classes {
          exact[Int(place) * classes + k] +=
            Double(values[row * classes + k]) * (factors.isEmpty ? 1 : factors[row])
        }
      }
      for (sum, plain) in zip(sums.values, exact) { #expect(abs(sum - plain) < 1e-13) }
    }
  }

  @Test(arguments: InstructionSet.available, lengths)
  func productsAreSummed(set: InstructionSet, length: Int) {
    var generator = SeededGenerator(seed: UInt64(length))
    let (a, b) = (generator.normals(2 * length), generator.normals(length))
    let rows = GuardedBuffer.matrix(a, rows: 2, columns: length, edge: .end)
    var (exact, size) = (0.0, 0.0)
    for k in 0..<length {
      exact += a[length + k] * b[k]
      size += abs(a[length + k] * b[k])
    }
    #expect(abs(dot(rows, row: 1, b, on: set) - exact) <= 1e-14 * size)
  }

  @Test(arguments: InstructionSet.available, [Form.logits, .weights])
  func leastMassesAndGapsAreFound(set: InstructionSet, form: Form) {
    let none = form == .logits ? -Double.infinity : 0
    for length in [1, 2, 7, 9, 16, 65, 511, 512, 513, 1100] {
      var generator = SeededGenerator(seed: UInt64(length))
      let full = (0..<length).map { _ in 1 + generator.uniform() }
      var holes = full
      for k in 0..<length where k % 5 == 3 || k == length - 1 { holes[k] = none }
      let empty = [Double](repeating: none, count: length)
      for kind in [ElementKind.float32, .float64, .float16] {
        let operand = RowOperand([full, holes, empty], as: kind, form: form)
        let found = leastMasses(operand, rows: 0..<3, on: set)
        let stored = (0..<2).map { row in
          (0..<length).map { operand.matrix.value(row: row, column: $0) }.filter { $0 > none }.min()
        }
        #expect(found.least == stored.map { $0 ?? .infinity } + [.infinity])
        #expect(found.gaps == [false, true, true])
      }
    }
    let smoothed = RowOperand([[0, 3, 1]], as: .float32, form: .weights, smoothing: 0.5)
    let found = leastMasses(smoothed, rows: 0..<1, on: set)
    #expect(found.least == [0] && found.gaps == [false])
  }

  @Test(arguments: InstructionSet.available)
  func warmingReadsNothingBeyondTheRows(set: InstructionSet) {
    for columns in [1, 15, 16, 17, 100] {
      let values = [Float](repeating: 1, count: 3 * columns)
      for edge in GuardedBuffer.Edge.allCases {
        let rows = GuardedBuffer.matrix(values, rows: 3, columns: columns, gap: 5, edge: edge)
        warm(rows, on: set)
        #expect(rows.values == values)
      }
    }
  }
}
