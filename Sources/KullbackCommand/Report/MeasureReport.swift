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
  /// Whether a row's value is best where it is largest, so that nobody asks which row has the largest one.
  var isAgreement = false
  /// Whether values are 0 or 1: of such only the mean says something.
  var isIndicator = false
  /// The error of the mean where rows of a group may depend on each other; nil where there are no groups.
  var clusteredError: Double?

  /// Where the quantiles are, in percent.
  static let percentages = Summary.probabilities.map { ($0 * 1000).rounded() / 10 }
}

extension MeasureReport {
  /// The table of summaries: one row a measure.
  static func table(_ reports: [MeasureReport], width: Int?) -> [String] {
    // Quantiles leave from the inside out, so that a narrow table still shows the median and the tails.
    let dispensabilities = [4, 7, 8, 10, 9, 0, 9, 10, 8, 5, 3]
    let quantiles = zip(percentages, dispensabilities).map { percentage, dispensability in
      let title = percentage == 50 ? "median" : Format.value(percentage) + " %"
      return Table.Column(title: title, dispensability: dispensability)
    }
    let isAnyInfinite = reports.contains { $0.summary.infinite > 0 }
    // A single row has neither.
    let haveErrors = reports.contains { !$0.summary.standardError.isNaN }
    let areClustered = reports.contains { $0.clusteredError != nil }
    var errors: [Table.Column] = []
    if haveErrors { errors.append(.init(title: "± error", dispensability: 2)) }
    if areClustered { errors.append(.init(title: "± clustered")) }
    if haveErrors { errors.append(.init(title: "std. dev.", dispensability: 6)) }
    var table = Table(
      [
        .init(title: "measure", alignsLeft: true),
        .init(title: "", alignsLeft: true),
        .init(title: "unit", alignsLeft: true),
        .init(title: "mean"),
      ] + errors + [.init(title: "min", dispensability: 3)] + quantiles + [
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
      var errors: [String] = []
      if haveErrors { errors.append(Format.value(summary.standardError, digits: 2)) }
      if areClustered {
        errors.append(report.clusteredError.map { Format.value($0, digits: 2) } ?? "-")
      }
      if haveErrors { errors.append(short(summary.standardDeviation)) }
      let end = [
        report.isIndicator ? "-" : short(summary.max), report.maxRow.map(String.init) ?? "-",
        String(summary.count), String(summary.invalid), String(summary.infinite),
      ]
      let spread =
        report.isIndicator
        ? quantiles.map { _ in "-" } + ["-"] : [short(summary.min)] + summary.quantiles.map(short)
      table.append(row + errors + spread + end)
    }
    return table.lines(width: width)
  }

  /// The table of intervals in which quantiles lie with 95 %: one row a measure.
  static func intervals(_ reports: [MeasureReport]) -> [String] {
    var table = Table(
      [.init(title: "quantiles, 95 %", alignsLeft: true)]
        + percentages.map { .init(title: Format.value($0) + " %") })
    let some = reports.filter { !$0.isIndicator && $0.summary.count > 1 }
    guard !some.isEmpty else { return [] }
    for report in some {
      table.append([report.name] + report.summary.quantileIntervals().map(interval))
    }
    return ["", "where rows are independent, quantiles lie with 95 % from ... to"]
      + table.lines(width: nil)
  }

  private static func interval(_ interval: QuantileInterval) -> String {
    "\(interval.lower.map(short) ?? "")...\(interval.upper.map(short) ?? "")"
  }

  /// The first row of the largest value, where that is wanted.
  private var maxRow: Int? { isAgreement ? nil : summary.maxRow }

  private static func short(_ value: Double) -> String {
    Format.value(value, digits: 5)
  }
}

extension MeasureReport: Encodable {
  private enum Key: String, CodingKey {
    case name, symbol, unit, count, invalid, infinite, mean, standardError, standardDeviation
    case min, max, maxRow, quantiles, quantilesAreExact
    case quantileIntervals, clusteredError
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
    try container.encode(maxRow, forKey: .maxRow)
    let named =
      isIndicator ? [] : zip(Self.percentages, summary.quantiles).map { (Format.exact($0), $1) }
    try container.encode(Dictionary(uniqueKeysWithValues: named), forKey: .quantiles)
    try container.encode(summary.quantilesAreExact, forKey: .quantilesAreExact)
    let intervals =
      isIndicator
      ? []
      : zip(Self.percentages, summary.quantileIntervals()).map {
        (Format.exact($0), [$1.lower, $1.upper])
      }
    try container.encode(
      Dictionary(uniqueKeysWithValues: intervals), forKey: .quantileIntervals)
    try container.encodeIfPresent(clusteredError, forKey: .clusteredError)
  }
}
