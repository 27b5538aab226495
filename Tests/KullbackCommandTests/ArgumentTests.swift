import Testing

@testable import KullbackCommand

@Suite struct ArgumentTests {
  @Test(arguments: [
    ("10..<20", 10, 20), ("10...19", 10, 20), ("..<20", 0, 20), ("...19", 0, 20), ("0..<0", 0, 0),
  ])
  func readsRangesOfRows(text: String, lower: Int, upper: Int) {
    let range = RowRange(argument: text)
    #expect(range?.lower == lower)
    #expect(range?.upper == upper)
  }

  @Test(arguments: ["7...", "7..<"])
  func readsRangesToTheEnd(text: String) throws {
    let range = try #require(RowRange(argument: text))
    #expect(range.upper == nil)
    #expect(try range.resolved(count: 9) == 7..<9)
  }

  @Test(arguments: [
    "", "5", "...", "..<", "5..<4", "-1..<4", "a..<4", "1..<b", "1 ..< 2",
    "1..<99999999999999999999",
  ])
  func refusesWhatIsNoRange(text: String) {
    #expect(RowRange(argument: text) == nil)
  }

  @Test func refusesRowsPastTheEnd() throws {
    let range = try #require(RowRange(argument: "3..<6"))
    #expect(throws: Failure.self) { try range.resolved(count: 5) }
    #expect(try range.resolved(count: 6) == 3..<6)
  }

  @Test(arguments: [("e", nil), ("2", 2), ("10", 10), ("1.5", 1.5)] as [(String, Double?)])
  func readsBases(text: String, number: Double?) throws {
    #expect(try #require(LogarithmBase(argument: text)).number == number)
  }

  @Test(arguments: ["", "1", "0", "-2", "0.5", "inf", "nan", "two"])
  func refusesWhatIsNoBase(text: String) {
    #expect(LogarithmBase(argument: text) == nil)
  }

  @Test func tellsOutputFormatsByTheEndingOfTheName() {
    #expect(OutputFile(argument: "a/b.npy")?.format == .npy)
    #expect(OutputFile(argument: "a/B.CSV")?.format == .csv)
    #expect(OutputFile(argument: "results.txt") == nil)
    #expect(OutputFile(argument: "npy") == nil)

  }

  @Test(arguments: [("1M", 1 << 20), ("256m", 256 << 20), ("2G", 2 << 30), ("1048576", 1 << 20)])
  func readsAmountsOfMemory(text: String, bytes: Int) {
    #expect(ByteCount(argument: text)?.bytes == bytes)
  }

  @Test(arguments: ["", "M", "1", "-2G", "1.5G", "2GB", "1023K", "99999999999T", "½M"])
  func refusesWhatIsNoMemory(text: String) {
    #expect(ByteCount(argument: text) == nil)
  }
}
