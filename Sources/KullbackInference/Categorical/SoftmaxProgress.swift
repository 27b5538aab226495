/// Where the fit of a softmax regression stands after an iteration.
public struct SoftmaxProgress: Sendable, Equatable {
  /// Iterations done; 0 at the start.
  public let iteration: Int
  /// How often the objective was evaluated so far.
  public let evaluations: Int
  /// What is minimised: the divergences' means, weighted as asked for, and the penalty.
  ///
  /// Where the targets are class labels H(p) is 0, and this is the mean log loss and the penalty.
  public let objective: Double
  /// D(p‖q) and its parts; nil where the fit is by reverse KL alone.
  public let forward: DivergenceParts?
  /// D(q‖p) and its parts; nil where the fit is by forward KL alone.
  public let reverse: DivergenceParts?
  /// (λ/2) Σ W².
  public let penalty: Double
  /// The largest element of the objective's gradient, in absolute value.
  public let gradientNorm: Double
}
