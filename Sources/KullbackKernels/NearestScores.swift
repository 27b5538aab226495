public import KullbackMatrix

/// The scores of centroids for the rows of a tile, and when the least is clear of the next.
public struct NearestScores<Element: MatrixElement>: Sendable {
  /// Added to every product of a centroid.
  public let constants: [Element]
  /// What the rounding of a score is in units of its terms; see `nearest(_:_:extras:places:doubts:on:)`.
  public let slope: Double
  /// What it is at least.
  public let floor: Double

  /// Scores of as many centroids as there are constants.
  public init(constants: [Element], slope: Double, floor: Double) {
    self.constants = constants
    self.slope = slope
    self.floor = floor
  }
}
