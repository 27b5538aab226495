/// A measure of all pairs.
public struct PairwiseEvaluation<Element: PairwiseElement>: Sendable {
  /// A row for each target, a column for each model.
  public let values: Matrix<Element>
  /// What is known beside the values.
  public let report: PairwiseReport

  /// The value of a target and a model.
  public subscript(target: Int, model: Int) -> Element { values[target, model] }
}
