/// What is added up over pairs of rows x = p / v and y = q / v with weights v, one a class.
public enum MixtureSum: Sendable, Equatable {
  /// Σ v (x + y) log(x + y): what the Jensen-Shannon divergence needs.
  case entropy
  /// Σ v |x - y|: twice the total variation distance.
  case distance
}
