/// Which divergence between targets p and a model q a fit minimises.
public enum CategoricalObjective: Sendable, Hashable {
  /// D(p‖q): maximum likelihood, where p is the empirical distribution of class labels.
  case forwardKL
  /// D(q‖p): the model seeks what the target holds likely, and avoids what it holds unlikely.
  case reverseKL
  /// λ D(p‖q) + (1 - λ) D(q‖p), with λ, the share of forward KL, in 0...1.
  case mixture(forwardShare: Double)

  /// The factor of D(p‖q); D(q‖p) has what is left to 1.
  var forwardShare: Double {
    switch self {
    case .forwardKL: 1
    case .reverseKL: 0
    case .mixture(let share): share
    }
  }
}
