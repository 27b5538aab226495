/// What is reported of one measure over all rows.
struct MeasureReport {
  /// The name it has on the command line.
  let name: String
  /// What it is in symbols, `D(target‖model)`.
  let symbol: String
  /// The unit of its values; nil for shares and distances without one.
  let unit: String?
  let count: Int
  let invalid: Int
  let infinite: Int
  let mean: Double
  let standardError: Double
  let standardDeviation: Double
  let minimum: Double
  let maximum: Double
  /// The first row where the maximum stands, counted from 0 in the file; nil when there is none.
  let maximumRow: Int?
  /// One value for every entry of `percentages`.
  let quantiles: [Double]

  static let percentages: [Double] = [1, 5, 10, 25, 50, 75, 90, 95, 99, 99.9]
}

extension MeasureReport {
  /// The table of summaries: one row a measure.
  static func table(_ reports: [MeasureReport], width: Int?) -> [String] {
    // Quantiles leave from the inside out, so that a narrow table still shows the median and the tail.
    let dispensabilities = [5, 6, 9, 8, 0, 8, 9, 6, 2, 5]
    let quantiles = zip(percentages, dispensabilities).map { percentage, dispensability in
      let title = percentage == 50 ? "median" : Format.value(percentage) + " %"
      return Table.Column(title: title, dispensability: dispensability)
    }
    var table = Table(
      [
        .init(title: "measure", alignsLeft: true),
        .init(title: "", alignsLeft: true, dispensability: 7),
        .init(title: "unit", alignsLeft: true),
        .init(title: "mean"),
        .init(title: "± error"),
        .init(title: "std. dev.", dispensability: 4),
        .init(title: "min", dispensability: 3),
      ] + quantiles + [
        .init(title: "max"),
        .init(title: "at row", dispensability: 1),
        .init(title: "count", dispensability: 10),
        .init(title: "invalid", dispensability: 11),
        .init(title: "infinite", dispensability: 10),
      ])
    for report in reports {
      let row = [
        report.name, report.symbol, report.unit ?? "-",
        short(report.mean), Format.value(report.standardError, digits: 2),
        short(report.standardDeviation), short(report.minimum),
      ]
      let end = [
        short(report.maximum), report.maximumRow.map(String.init) ?? "-",
        String(report.count), String(report.invalid), String(report.infinite),
      ]
      table.append(row + report.quantiles.map(short) + end)
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
    case min, max, maxRow, quantiles
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: .name)
    try container.encode(symbol, forKey: .symbol)
    try container.encode(unit, forKey: .unit)
    try container.encode(count, forKey: .count)
    try container.encode(invalid, forKey: .invalid)
    try container.encode(infinite, forKey: .infinite)
    try container.encode(mean, forKey: .mean)
    try container.encode(standardError, forKey: .standardError)
    try container.encode(standardDeviation, forKey: .standardDeviation)
    try container.encode(minimum, forKey: .min)
    try container.encode(maximum, forKey: .max)
    try container.encode(maximumRow, forKey: .maxRow)
    let named = zip(Self.percentages, quantiles).map { (Format.exact($0), $1) }
    try container.encode(Dictionary(uniqueKeysWithValues: named), forKey: .quantiles)
  }
}
