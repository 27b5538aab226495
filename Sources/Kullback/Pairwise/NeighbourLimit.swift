/// Which rows count as neighbours.
struct NeighbourLimit: Sendable {
  let count: Int
  let radius: Double
  let excludesSameRow: Bool

  /// How many are kept until it is known which of them is the query's own row.
  var kept: Int { excludesSameRow && count < .max ? count + 1 : count }
}
