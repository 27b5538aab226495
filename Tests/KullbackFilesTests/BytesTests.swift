import KullbackMatrix
import Testing

@testable import KullbackFiles

@Suite struct BytesTests {
  private let scratch: Scratch
  private let numbers: [Float] = [1, 2, 3, 4, 5, 6]

  init() throws { scratch = try Scratch() }

  /// Six numbers, mapped and in memory.
  private func sources() throws -> [Bytes] {
    let bytes = bytes(numbers.map(\.bitPattern))
    return [try Bytes(path: try scratch.file("a", bytes)), Bytes(bytes)]
  }

  @Test func aWindowSeesItsPartAlone() throws {
    for all in try sources() {
      let window = try #require(all.window(from: 4, count: 12))
      #expect(window.count == 12)
      #expect(window.isMapped == all.isMapped)
      #expect(window.prefix(100) == all.slice(from: 4, count: 12))
      #expect(window.slice(from: 8, count: 100) == all.slice(from: 12, count: 4))
      let inner = try #require(window.window(from: 8, count: 4))
      #expect(inner.prefix(4) == all.slice(from: 12, count: 4))
      #expect(try #require(all.window(from: 0, count: 24)).prefix(24) == all.prefix(24))
      #expect(try #require(window.window(from: 12, count: 0)).prefix(1).isEmpty)
    }
  }

  @Test func aWindowThatPassesTheEndIsNone() throws {
    for all in try sources() {
      let window = try #require(all.window(from: 4, count: 12))
      for (offset, count) in [
        (-1, 1), (0, -1), (0, 13), (13, 0), (12, 1), (-4, 4), (1, .max), (.max, 1), (.max, .max),
        (.min, 1), (0, .min), (1, 12),
      ] {
        #expect(window.window(from: offset, count: count) == nil, "\(offset), \(count)")
      }
    }
  }

  @Test func aWindowOnAFileSharesItsMapping() throws {
    let all = try sources()[0]
    let window = try #require(all.window(from: 8, count: 16))
    // SAFETY: addresses are compared, and nothing is read.
    unsafe all.withBytes { whole in
      unsafe window.withBytes { part in
        #expect(unsafe whole.baseAddress.map { unsafe $0 + 8 } == part.baseAddress)
      }
    }
    #expect(window.matrix(.float32, rows: 2, columns: 2).isMapped)
  }

  @Test func aMatrixLiesWhereItsWindowIs() throws {
    for all in try sources() {
      let window = try #require(all.window(from: 4, count: 20))
      let matrix = window.matrix(.float32, rows: 2, columns: 2, from: 4)
      #expect(matrix.doubles == [3, 4, 5, 6])
    }
  }

  @Test func aMatrixIsInOrderWhereItsElementsAreAligned() throws {
    let (mapped, read) = (try sources()[0], try sources()[1])
    func isInOrder(_ bytes: Bytes, from offset: Int) throws -> Bool {
      try #require(bytes.window(from: 2, count: 8))
        .matrix(.float32, rows: 1, columns: 1, from: offset).isInOrder
    }
    // A mapping begins with a page, and what was read is copied.
    #expect(try isInOrder(mapped, from: 2))
    #expect(try !isInOrder(mapped, from: 0))
    #expect(try isInOrder(read, from: 0))
  }

  @Test func aMatrixThatPassesItsWindowTraps() async {
    await #expect(processExitsWith: .failure) {
      let bytes = Bytes([UInt8](repeating: 0, count: 64)).window(from: 0, count: 15)
      _ = bytes?.matrix(.float32, rows: 2, columns: 2)
    }
  }

  @Test func theFirstBytesAreSeenOnceWhateverTheyComeFrom() throws {
    let text = [UInt8](repeating: 49, count: Bytes.firstBytes + 10)
    var looks: [Int] = []
    let mapped = try Bytes(path: try scratch.file("long", text)) { looks.append($0.count) }
    #expect(looks == [Bytes.firstBytes] && mapped.seen == Bytes.firstBytes)
    #expect(try Bytes(path: scratch.path("long")).seen == 0)
    let late = try scratch.file("late.csv", text + [0, 44])
    #expect(refusal { _ = try CSV.read(late) }?.place == "byte \(text.count)")
    let early = try scratch.file("early.csv", [49, 0] + text)
    #expect(refusal { _ = try CSV.read(early) }?.place == "byte 1")
    let names = try scratch.file("names", Array("a\nb\0".utf8))
    #expect(refusal { _ = try RowNames.read(names, count: 2) }?.place == "byte 3")
  }
}
