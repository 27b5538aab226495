internal import Kullback

/// An estimate as reports say it.
struct EstimateReport: Encodable {
  let value: Double
  let standardError: Double
  /// Nil where there are no groups of rows.
  let clusteredError: Double?

  init(_ estimate: Estimate) {
    value = estimate.value
    standardError = estimate.standardError
    clusteredError = estimate.clusteredError
  }

  /// The mean of a summary, with the clustered error that was found beside it.
  init(_ summary: Summary, clusteredError: Double?) {
    value = summary.mean
    standardError = summary.standardError
    self.clusteredError = clusteredError
  }

  /// The heads of the cells of errors.
  static func errorColumns(clustered: Bool) -> [Table.Column] {
    [.init(title: "± error")] + (clustered ? [.init(title: "± clustered")] : [])
  }

  /// The value and its errors.
  var cells: [String] { [Format.value(value)] + errorCells }

  private var errorCells: [String] {
    [standardError, clusteredError].compactMap(\.self).map(Self.error)
  }

  /// An error as it is printed.
  static func error(_ value: Double) -> String {
    value.isNaN ? "-" : Format.value(value, digits: 3)
  }
}
