import CKullback
import Kullback
import Testing

/// Summaries by their numbers.
@Suite struct SummaryTests {
  private func made(exactLimit: Int64 = -1, _ values: [Double] = [], firstRow: Int64 = 0) -> (
    kullback_summary
  ) {
    var summary: kullback_summary = 0
    #expect(kullback_summary_new(exactLimit, &summary, nil) == KULLBACK_OK)
    let count = Int64(values.count)
    #expect(kullback_summary_add(summary, values, count, 1, firstRow, nil) == KULLBACK_OK)
    return summary
  }

  private func read(_ summary: kullback_summary) -> kullback_summary_values {
    var values = kullback_summary_values()
    values.size = UInt32(MemoryLayout<kullback_summary_values>.size)
    #expect(kullback_summary_read(summary, &values, nil) == KULLBACK_OK)
    return values
  }

  private func encoded(_ summary: kullback_summary) -> [UInt8] {
    var needed: UInt64 = 0
    #expect(kullback_summary_encode(summary, nil, 0, &needed, nil) == KULLBACK_TOO_SMALL)
    var bytes = [UInt8](repeating: 0, count: Int(needed))
    #expect(kullback_summary_encode(summary, &bytes, needed, &needed, nil) == KULLBACK_OK)
    return bytes
  }

  @Test func partsAddUpToTheLibrarysWhole() throws {
    let values = (0..<100).map { $0 == 17 ? Double.nan : Double(($0 * 37) % 101) / 7 }
    let whole = Summary(values)
    let first = made(Array(values[..<40]))
    let second = made(Array(values[40...]), firstRow: 40)
    var other: kullback_summary = 0
    let bytes = encoded(second)
    #expect(kullback_summary_decode(bytes, UInt64(bytes.count), &other, nil) == KULLBACK_OK)
    #expect(kullback_summary_merge(first, other, nil) == KULLBACK_OK)
    let found = read(first)
    #expect(found.count == 99)
    #expect(found.invalid == 1)
    #expect(found.mean == whole.mean)
    #expect(found.variance == whole.variance)
    #expect(found.standard_error == whole.standardError)
    #expect((found.min, found.max) == (whole.min, whole.max))
    #expect(found.max_row == Int64(try #require(whole.maxRow)))
    var quantiles = [0.0, 0, 0]
    let places = [0, 0.5, 1]
    #expect(kullback_summary_quantiles(first, places, 3, &quantiles, nil) == KULLBACK_OK)
    #expect(quantiles == whole.quantiles(at: places))
    for summary in [first, second, other] { #expect(kullback_summary_free(summary) == KULLBACK_OK) }
    #expect(kullback_summary_free(first) == KULLBACK_INVALID)
  }

  @Test func valuesMayLieApart() {
    let summary = made()
    #expect(kullback_summary_add(summary, [1, 100, 2, 100, 3], 3, 2, 0, nil) == KULLBACK_OK)
    #expect(read(summary).mean == 2)
    #expect(kullback_summary_merge(summary, summary, nil) == KULLBACK_OK)
    #expect(read(summary).count == 6)
    _ = kullback_summary_free(summary)
  }

  @Test func theLimitIsTheCallers() {
    let summary = made(exactLimit: 2, [1, 2, 3])
    #expect(read(summary).quantiles_are_exact == 0)
    _ = kullback_summary_free(summary)
  }

  @Test func whatIsNoneIsRefused() {
    let summary = made([1])
    _ = kullback_summary_free(summary)
    var needed: UInt64 = 0
    var values = kullback_summary_values()
    for none in [0, summary, .max] {
      #expect(kullback_summary_add(none, [1], 1, 1, 0, nil) == KULLBACK_INVALID)
      #expect(kullback_summary_merge(none, none, nil) == KULLBACK_INVALID)
      #expect(kullback_summary_encode(none, nil, 0, &needed, nil) == KULLBACK_INVALID)
      #expect(kullback_summary_read(none, &values, nil) == KULLBACK_INVALID)
      #expect(kullback_summary_quantiles(none, [0.5], 1, nil, nil) == KULLBACK_INVALID)
    }
    let good = made([1])
    #expect(kullback_summary_add(good, nil, 1, 1, 0, nil) == KULLBACK_INVALID)
    #expect(kullback_summary_add(good, [1], 1, 1, -1, nil) == KULLBACK_INVALID)
    #expect(kullback_summary_add(good, [1], -1, 1, 0, nil) == KULLBACK_INVALID)
    #expect(kullback_summary_read(good, &values, nil) == KULLBACK_INVALID)
    #expect(kullback_summary_read(good, nil, nil) == KULLBACK_INVALID)
    #expect(kullback_summary_new(0, nil, nil) == KULLBACK_INVALID)
    var quantile = [0.0]
    for wrong in [-0.1, 1.1, .nan] {
      #expect(kullback_summary_quantiles(good, [wrong], 1, &quantile, nil) == KULLBACK_INVALID)
    }
    var decoded: kullback_summary = 0
    #expect(kullback_summary_decode(nil, 0, &decoded, nil) == KULLBACK_INVALID)
    #expect(kullback_summary_decode([1, 2], 2, &decoded, nil) == KULLBACK_INVALID)
    _ = kullback_summary_free(good)
  }
}
