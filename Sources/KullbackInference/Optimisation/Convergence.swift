/// Why a search ended.
public enum Convergence: Sendable, Equatable {
  /// The gradient fell below the tolerance.
  case gradientBelowTolerance
  /// The value no longer fell by more than its tolerance.
  case valueStandsStill
  /// Iterations ran out.
  case iterationsExhausted
  /// No step along the direction lowers the value: rounding, or a gradient that is not the value's.
  case noFurtherDecrease
  /// The value falls without bound.
  case unbounded
  /// The classes are separable and there is no penalty: no model is the best, larger weights are always better.
  case separable
  /// Some rows are separable and there is no penalty: as for all of them, larger weights are always better.
  case partlySeparable

  /// Whether what was found is a minimum to within the tolerances.
  public var isConverged: Bool { self == .gradientBelowTolerance || self == .valueStandsStill }
}

extension Convergence: CustomStringConvertible {
  /// In words.
  public var description: String {
    switch self {
    case .gradientBelowTolerance: "converged: the gradient is below its tolerance"
    case .valueStandsStill: "converged: the value no longer falls"
    case .iterationsExhausted: "not converged: the iterations ran out"
    case .noFurtherDecrease: "not converged: no step lowers the value"
    case .unbounded: "not converged: the value falls without bound"
    case .separable: "not converged: the classes are separable, so that no maximum exists"
    case .partlySeparable: "not converged: some rows are separable, so that no maximum exists"
    }
  }
}
