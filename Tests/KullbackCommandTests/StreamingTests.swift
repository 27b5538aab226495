import Testing

@testable import KullbackCommand

@Suite struct StreamingTests {
  @Test func blocksCoverEveryRowOnceInOrder() {
    let blocks = Array(Blocks(3..<1_000_003, bytesPerRow: 10_000))
    #expect(blocks.count > 1)
    #expect(Array(blocks.joined()) == Array(3..<1_000_003))
    #expect(blocks.allSatisfy { $0.count * 10_000 <= Blocks.targetBytes })
  }

  @Test func aRowLargerThanABlockIsABlock() {
    #expect(Array(Blocks(0..<3, bytesPerRow: 1 << 40)) == [0..<1, 1..<2, 2..<3])
  }

  @Test func noRowsAreNoBlocks() {
    #expect(Array(Blocks(5..<5, bytesPerRow: 8)).isEmpty)
  }

  @Test func countsEveryInvalidRowAndNamesTheFirst() {
    var invalid = InvalidRows()
    for row in 0..<25 {
      invalid.add([.init(row: row, side: "target", reason: "contains NaN")], count: 1)
    }
    #expect(invalid.count == 25)
    #expect(invalid.first.map(\.row) == Array(0..<10))
    #expect(invalid.lines(of: 30).last == "  ... and 15 more")
  }
}
