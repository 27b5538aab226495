/// A type of element that logits can have, and the type that their log-softmax has.
public protocol LogitElement: MatrixElement {
  /// `Double` for `Double`, else `Float`.
  associatedtype Normalised: LogitElement
}

extension Float: LogitElement {
  /// The same.
  public typealias Normalised = Float
}

extension Double: LogitElement {
  /// The same.
  public typealias Normalised = Double
}

extension Float16: LogitElement {
  /// Wider: a log-probability keeps more digits than its logit has.
  public typealias Normalised = Float
}

extension BFloat16: LogitElement {
  /// Wider: a log-probability keeps more digits than its logit has.
  public typealias Normalised = Float
}
