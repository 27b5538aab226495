/// What one round of importance sampling found.
public struct ForwardRound: Sendable, Equatable {
  /// Counted from 1.
  public let round: Int
  /// Draws from the proposal.
  public let draws: Int
  /// How many draws of the target itself would say as much.
  public let effectiveSampleSize: Double
  /// The Pareto k̂ of the weights: from 0.7 on, the moments cannot be trusted.
  public let paretoShape: Double
  /// The power to which the weights were raised to leave enough of them; 1 where they are as they are.
  public let temper: Double
  /// The mean square of the changes of means and variances since the round before, in units of their errors.
  ///
  /// About 1 where only chance changes them. Nil in the first round, and next to one whose
  /// weights were raised to a power.
  public let change: Double?
}
