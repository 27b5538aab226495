internal import CLibm

/// A uniform distribution on an interval.
///
///     p(x) = 1 / (upper - lower),  lower <= x <= upper
public struct Uniform: DistributionFamily, Equatable {
  /// The lower end.
  public let lower: Double
  /// The upper end.
  public let upper: Double

  /// The distribution between two ends.
  ///
  /// - Throws: `InferenceError.invalidParameter` unless both are finite, the lower below the upper, and
  ///   their distance finite.
  public init(lower: Double, upper: Double) throws(InferenceError) {
    self.lower = try Parameter.finite("lower end", lower)
    self.upper = try Parameter.finite("upper end", upper)
    guard lower < upper else {
      throw .invalidParameter("upper end", upper, mustBe: "above the lower end \(lower)")
    }
    _ = try Parameter.finite("distance of the ends", upper - lower)
  }

  private var width: Double { upper - lower }

  /// The differential entropy.
  ///
  ///     H(p) = log(upper - lower)
  ///
  /// Source: Cover and Thomas, *Elements of Information Theory*, 2nd ed., example 8.1.1.
  public var entropy: Double { log(width) }

  /// The divergence from a model.
  ///
  ///     D(p‖q) = log(w_q / w_p),  w the distance of the ends
  ///
  /// - Special values: +inf where the target's interval is not within the model's.
  /// - Accuracy: relative error at most 1e-14, near equality too.
  ///
  /// Source: Gil, Alajaji and Linder 2013, *Inf. Sci.* 249, table 2 (uniform).
  public func divergence(to model: Uniform) -> Double {
    guard model.lower <= lower, upper <= model.upper else { return .infinity }
    // What the model has beyond the target at either end: no difference of widths that could cancel.
    let beyond = (model.upper - upper) + (lower - model.lower)
    return beyond < width ? log1p(beyond / width) : log(model.width) - log(width)
  }
}
