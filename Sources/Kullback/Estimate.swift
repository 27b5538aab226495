/// A number that was estimated from rows, with its standard error.
public struct Estimate: Sendable, Equatable {
  /// The estimate.
  public let value: Double
  /// Its standard error where rows are independent; NaN of fewer than two rows.
  public let standardError: Double
  /// Its standard error where rows of one group may depend on each other: nil where no groups are known, NaN of fewer
  /// than two.
  public let clusteredError: Double?

  /// An estimate.
  public init(value: Double, standardError: Double, clusteredError: Double? = nil) {
    self.value = value
    self.standardError = standardError
    self.clusteredError = clusteredError
  }

  /// The error that supposes less: the clustered one where there is one.
  public var error: Double { clusteredError ?? standardError }
}
