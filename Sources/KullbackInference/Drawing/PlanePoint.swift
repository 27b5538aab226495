/// A point of a drawing.
public struct PlanePoint: Sendable, Equatable {
  /// To the right.
  public var x: Double
  /// Upwards.
  public var y: Double

  /// A point.
  public init(x: Double, y: Double) {
    (self.x, self.y) = (x, y)
  }
}
