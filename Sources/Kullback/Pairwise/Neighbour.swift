/// A row of a set and how far it is from a query.
public struct Neighbour: Sendable, Hashable {
  /// The row's number in the set.
  public let row: Int
  /// The measure of the query and the row, in nats where it is information.
  public let value: Double

  /// A row at a distance.
  public init(row: Int, value: Double) {
    self.row = row
    self.value = value
  }

  /// Nearer ones come first, of equally near ones the one with the smaller number.
  static func precedes(_ first: Neighbour, _ second: Neighbour) -> Bool {
    first.value < second.value || (first.value == second.value && first.row < second.row)
  }
}
