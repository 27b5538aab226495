/// Which rows count as neighbours.
struct NeighbourLimit: Sendable {
  let count: Int
  let radius: Double
  let excludesSameRow: Bool
}
