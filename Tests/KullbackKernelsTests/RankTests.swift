import KullbackKernels
import KullbackMatrix
import KullbackTestSupport
import Testing

/// The rank of a class in a row against a plain count, on every instruction set.
@Suite struct RankTests {
  static let kinds: [ElementKind] = [.float32, .float64, .float16, .bfloat16, .int32, .int64]

  /// Rows of few values, so that many classes are equal.
  private func rows(_ n: Int, count: Int, seed: UInt64) -> [[Double]] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { index in
      (0..<n).map { _ in (random.uniform() * (index % 2 == 0 ? 4 : 1000)).rounded(.down) }
    }
  }

  private func rank(_ row: [Double], _ wanted: Int) -> Double {
    Double(
      1 + row.indices.count { row[$0] > row[wanted] || (row[$0] == row[wanted] && $0 < wanted) })
  }

  @Test(arguments: kinds)
  func agreesWithCounting(kind: ElementKind) {
    for n in lengths where n <= 3000 {
      let rows = rows(n, count: 6, seed: UInt64(n))
      let wanted = rows.indices.map { [0, n - 1, n / 2, n / 3, (n * 7) / 8, n / 5][$0] }
      let operand = RowOperand(rows, as: kind, form: .weights)
      let kept = rows.indices.map { row in
        (0..<n).map { operand.matrix.value(row: row, column: $0) }
      }
      for set in InstructionSet.available {
        let ranks = rankClasses(wanted.map { Int64($0) }, operand, threads: 2, on: set)
        #expect(ranks == zip(kept, wanted).map(rank), "\(n) \(kind.name) on \(set)")
      }
    }
  }

  @Test(arguments: GuardedBuffer.Edge.allCases, [ElementKind.float32, .float64, .float16])
  func nothingBesideARowIsRead(edge: GuardedBuffer.Edge, kind: ElementKind) {
    for n in [1, 2, 7, 8, 9, 15, 17, 33] {
      let rows = rows(n, count: 2, seed: 3)
      let operand = RowOperand(
        guarded(rows, as: kind, gap: 3, shift: 2, edge), form: .weights, tolerance: 1)
      for set in InstructionSet.available {
        let ranks = rankClasses([0, Int64(n - 1)], operand, threads: 1, on: set)
        #expect(ranks == [rank(rows[0], 0), rank(rows[1], n - 1)], "\(n) on \(set)")
      }
    }
  }

  @Test func aRepeatedRowHasARankForEveryClass() {
    let operand = RowOperand([[3, -.infinity, 3, 9]], as: .float32, isRepeated: true)
    for set in InstructionSet.available {
      let ranks = rankClasses([0, 1, 2, 3, 4, -1], operand, threads: 1, on: set)
      #expect(ranks[..<4] == [2, 4, 3, 1] && ranks[4].isNaN && ranks[5].isNaN)
    }
  }

  /// Integers are widened a block at a time: a row of many blocks does not fit the room for one.
  @Test(arguments: [ElementKind.int32, .int64])
  func wholeNumbersAreCountedBlockByBlock(kind: ElementKind) {
    let rows = rows(100_000, count: 2, seed: 21)
    let operand = RowOperand(rows, as: kind, form: .weights)
    for set in InstructionSet.available {
      let ranks = rankClasses([99_999, 12_345], operand, threads: 1, on: set)
      #expect(ranks == [rank(rows[0], 99_999), rank(rows[1], 12_345)], "on \(set)")
    }
  }

  @Test func rowsLongerThanASegmentAreCountedToTheirEnd() {
    var random = SeededGenerator(seed: 8)
    let row = (0..<1_100_001).map { _ in Float(random.uniform()) }
    let operand = RowOperand(
      AnyMatrix(Matrix(row, rows: 1, columns: row.count)), form: .logits, tolerance: 1)
    for wanted in [0, 1_048_575, 1_048_576, 1_100_000] {
      let value = row[wanted]
      var exact = 1
      for (k, x) in row.enumerated() where x > value || (x == value && k < wanted) { exact += 1 }
      #expect(rankClasses([Int64(wanted)], operand) == [Double(exact)])
    }
  }
}
