import Foundation
import Kullback
import Testing

/// Summaries and parts as bytes, which are the JSON that the command writes.
@Suite struct SummaryBytesTests {
  private static let values: [[Double]] = [
    [], [1.5], [0, -0.0, .infinity, .nan, 1e-300, -3],
    (0..<500).map { (k: Int) -> Double in sin(Double(k)) * 1e3 },
  ]

  @Test(arguments: values, [0, 3, 1_000_000])
  func whatIsReadIsWhatWasWritten(values: [Double], limit: Int) throws {
    let summary = Summary(values, firstRow: 7, exactLimit: limit)
    let again = try Summary(bytes: summary.bytes)
    #expect(again.bytes == summary.bytes)
    #expect(again.description == summary.description)
    #expect(again.exactLimit == limit)
    let quantiles = zip(again.quantiles, summary.quantiles)
    #expect(quantiles.allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN })
  }

  @Test(arguments: values, [3, 1_000_000])
  func theContentIsThatOfTheCommand(values: [Double], limit: Int) throws {
    let summary = Summary(values, exactLimit: limit)
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    struct Whole: Codable {
      let kullback: String
      let version: Int
      let content: Summary
    }
    let read = try decoder.decode(Whole.self, from: Data(summary.bytes))
    #expect(read.kullback == "summary")
    #expect(read.content.bytes == summary.bytes)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .prettyPrinted
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    #expect(try Summary(bytes: encoder.encode(read)).bytes == summary.bytes)
  }

  @Test func summariesOfPartsAddUpInAnyOrder() throws {
    let values = (0..<3000).map { (k: Int) -> Double in exp(sin(Double(k)) * 20) }
    let whole = Summary(values, exactLimit: 500)
    var parts = stride(from: 0, to: 3000, by: 700).map {
      Summary(Array(values[$0..<min(3000, $0 + 700)]), firstRow: $0, exactLimit: 500)
    }
    parts.reverse()
    let sum = try parts.reduce(Summary(exactLimit: 500)) { try $0 + Summary(bytes: $1.bytes) }
    #expect(sum.mean == whole.mean)
    #expect(sum.variance == whole.variance)
    #expect(sum.quantiles == whole.quantiles)
    #expect(sum.maxRow == whole.maxRow)
  }

  @Test func partsAreReadAgain() throws {
    let rows = Matrix<Float>((0..<40).map { Float($0 % 7) }, rows: 8, columns: 5)
    let set = try DistributionSet(logits: rows)
    var stream = EvaluationStream(measures: [.forwardKL, .jeffreys], worstRows: 3)
    try stream.add(target: set, model: set[0..<1])
    let part = EvaluationPart(stream)
    let again = try EvaluationPart(bytes: part.bytes)
    #expect(again.bytes == part.bytes)
    let joined = try EvaluationPart.stream(joining: [again], unit: .nats)
    #expect(joined.worstRows == stream.worstRows)
    #expect(joined.summary(of: .jeffreys).mean == stream.summary(of: .jeffreys).mean)
  }

  @Test func whatWasNotWrittenIsRefused() throws {
    let bytes = Summary([1, 2, .nan], exactLimit: 10).bytes
    for place in bytes.indices {
      #expect(throws: KullbackError.self) { try Summary(bytes: bytes[..<place]) }
    }
    let text = String(decoding: bytes, as: UTF8.self)
    let wrong = [
      ("\"version\":1", "\"version\":2"), ("summary", "part"), ("\"count\":2", "\"count\":3"),
      ("\"invalid\":1", "\"invalid\":-1"), ("\"invalid\":1", "\"invalid\":1.5"),
      ("\"invalid\":1,", ""), ("[1.0,2.0]", "[1.0,\"x\"]"), ("[1.0,2.0]", "[1.0,1e999]"),
      ("[1.0,2.0]", "[[1.0],2.0]"), ("{", "{{"), ("}", "}x"),
    ]
    for (old, new) in wrong {
      let changed = text.replacingOccurrences(of: old, with: new)
      #expect(changed != text)
      #expect(throws: KullbackError.self, "\(changed)") { try Summary(bytes: changed.utf8) }
    }
    let deep = String(repeating: "[", count: 100_000)
    #expect(throws: KullbackError.self) { try Summary(bytes: deep.utf8) }
  }

  /// Every byte replaced by some others: it is read or refused, and what is read can be used.
  @Test func brokenBytesAreReadOrRefused() {
    for values in Self.values {
      for limit in [2, 1000] {
        let bytes = Summary(values, exactLimit: limit).bytes
        for place in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 200)) {
          for byte in [UInt8(ascii: "0"), UInt8(ascii: "-"), UInt8(ascii: "9"), 0, 0xFF] {
            var changed = bytes
            changed[place] = byte
            guard let summary = try? Summary(bytes: changed) else { continue }
            _ = (summary + summary).quantiles
            _ = summary.description
          }
        }
      }
    }
  }

  @Test func findingsAndWorstRowsGoByTheirNumbers() throws {
    var (early, late) = (Diagnostics(), Diagnostics())
    let rows = Matrix<Float>(repeating: .nan, rows: 800, columns: 2)
    let good = try DistributionSet(logits: Matrix<Float>(rows: 1, columns: 2))
    let bad = try DistributionSet(logits: rows)
    early = try evaluate(target: bad, model: good).diagnostics
    late = try evaluate(target: bad, model: good, firstRow: 800).diagnostics
    #expect(late.invalidRows.first?.row == 800)
    let sums = [early + late, late + early]
    for sum in sums {
      #expect(sum.invalidCount == 1600)
      #expect(sum.invalidRows.map(\.row) == Array(0..<1000))
    }
  }
}
