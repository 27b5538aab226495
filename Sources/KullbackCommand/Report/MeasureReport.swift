internal import Kullback

/// What is reported of one measure over all rows.
struct MeasureReport {
  /// The name it has on the command line.
  let name: String
  /// What it is in symbols, `D(target‖model)`.
  let symbol: String
  /// The unit of its values; empty for plain numbers.
  let unit: String
  let summary: Summary

  /// Where the quantiles are, in percent.
  static let percentages = Summary.probabilities.map { ($0 * 1000).rounded() / 10 }
}

extension MeasureReport {
  /// The table of summaries: one row a measure.
  static func table(_ reports: [MeasureReport], width: Int?) -> [String] {
    // Quantiles leave from the inside out, so that a narrow table still shows the median and the tail.
    let dispensabilities = [6, 7, 9, 8, 0, 8, 9, 7, 3, 6]
    let quantiles = zip(percentages, dispensabilities).map { percentage, dispensability in
      let title = percentage == 50 ? "median" : Format.value(percentage) + " %"
      return Table.Column(title: title, dispensability: dispensability)
    }
    let isAnyInfinite = reports.contains { $0.summary.infinite > 0 }
    // A single row has neither.
    let haveErrors = reports.contains { !$0.summary.standardError.isNaN }
    let errors: [Table.Column] =
      haveErrors
      ? [
        .init(title: "± error", dispensability: 2), .init(title: "std. dev.", dispensability: 5),
      ] : []
    var table = Table(
      [
        .init(title: "measure", alignsLeft: true),
        .init(title: "", alignsLeft: true),
        .init(title: "unit", alignsLeft: true),
        .init(title: "mean"),
      ] + errors + [.init(title: "min", dispensability: 4)] + quantiles + [
        .init(title: "max"),
        .init(title: "at row", dispensability: 1),
        .init(title: "count", dispensability: 11),
        .init(title: "invalid", dispensability: 11),
        .init(title: "infinite", dispensability: isAnyInfinite ? 0 : 10),
      ])
    for report in reports {
      let summary = report.summary
      let row = [
        report.name, report.symbol, report.unit.isEmpty ? "-" : report.unit,
        short(summary.mean),
      ]
      let errors =
        haveErrors
        ? [
          Format.value(summary.standardError, digits: 2), short(summary.standardDeviation),
        ] : []
      let end = [
        short(summary.max), summary.maxRow.map(String.init) ?? "-",
        String(summary.count), String(summary.invalid), String(summary.infinite),
      ]
      table.append(row + errors + [short(summary.min)] + summary.quantiles.map(short) + end)
    }
    return table.lines(width: width)
  }

  private static func short(_ value: Double) -> String {
    Format.value(value, digits: 5)
  }
}

extension MeasureReport: Encodable {
  private enum Key: String, CodingKey {
    case name, symbol, unit, count, invalid, infinite, mean, standardError, standardDeviation
    case min, max, maxRow, quantiles, quantilesAreExact
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: .name)
    try container.encode(symbol, forKey: .symbol)
    try container.encode(unit, forKey: .unit)
    try container.encode(summary.count, forKey: .count)
    try container.encode(summary.invalid, forKey: .invalid)
    try container.encode(summary.infinite, forKey: .infinite)
    try container.encode(summary.mean, forKey: .mean)
    try container.encode(summary.standardError, forKey: .standardError)
    try container.encode(summary.standardDeviation, forKey: .standardDeviation)
    try container.encode(summary.min, forKey: .min)
    try container.encode(summary.max, forKey: .max)
    try container.encode(summary.maxRow, forKey: .maxRow)
    let named = zip(Self.percentages, summary.quantiles).map { (Format.exact($0), $1) }
    try container.encode(Dictionary(uniqueKeysWithValues: named), forKey: .quantiles)
    try container.encode(summary.quantilesAreExact, forKey: .quantilesAreExact)
  }
}
