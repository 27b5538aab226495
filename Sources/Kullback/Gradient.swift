/// Values of rows and the matrix of their gradients with respect to the model's logits.
public struct Gradient<Element: LogitElement>: Sendable {
  /// The value of each row, in nats.
  public let values: [Double]
  /// The gradient of each row's value with respect to the same row of the model's logits.
  public let gradient: Matrix<Element>
  /// Rows that could not be evaluated; their gradients are NaN.
  public let diagnostics: Diagnostics
}
