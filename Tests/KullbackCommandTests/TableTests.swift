import Testing

@testable import KullbackCommand

@Suite struct TableTests {
  private func table() -> Table {
    var table = Table([
      .init(title: "name", alignsLeft: true), .init(title: "value"),
      .init(title: "detail", dispensability: 1), .init(title: "trifle", dispensability: 2),
    ])
    table.append(["a", "1.5", "x", "y"])
    table.append(["‖‖‖‖‖", "100", "x", "y"])
    return table
  }

  @Test func alignsItsColumns() {
    #expect(
      table().lines(width: nil) == [
        "name   value  detail  trifle",
        "a        1.5       x       y",
        "‖‖‖‖‖    100       x       y",
      ])
  }

  @Test(arguments: [(28, 28), (27, 20), (20, 20), (19, 12), (5, 12)])
  func leavesOutColumnsUntilItFits(width: Int, taken: Int) {
    #expect(table().lines(width: width).allSatisfy { $0.count == taken })
  }

  @Test(
    arguments: [
      (0, "0"), (0.1234567, "0.123457"), (1.23456e-11, "1.23456e-11"), (.infinity, "inf"),
      (-.infinity, "-inf"), (.nan, "nan"), (123456, "123456"),
    ] as [(Double, String)])
  func printsSixDigits(value: Double, text: String) {
    #expect(Format.value(value) == text)
  }

  @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567")])
  func separatesThousands(count: Int, text: String) {
    #expect(Format.count(count) == text)
  }

  @Test func scalesRates() {
    #expect(Format.rate(17_100, "rows/s", isWord: true) == "17.1 k rows/s")
    #expect(Format.rate(12, "rows/s", isWord: true) == "12 rows/s")
    #expect(Format.rate(4.38e9, "B/s") == "4.38 GB/s")
  }
}
