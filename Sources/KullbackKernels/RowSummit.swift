/// What the statistics of one row say to those who write or score it.
struct RowSummit: Sendable {
  /// What is stored for the largest class; NaN where the row is not valid.
  var top = 0.0
  /// Minus the logarithm of that class's probability.
  var logRest = 0.0
  /// What became of the row.
  var status: UInt8 = 0
}
