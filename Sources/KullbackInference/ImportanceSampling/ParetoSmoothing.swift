internal import CLibm

/// Importance weights with a smoothed tail, and what the tail says about the proposal they come from.
///
///     let smoothed = try ParetoSmoothing(logWeights: fit.logWeights)
///     print(smoothed)   // Pareto k-hat 0.31 of 4000 draws: good: below 0.7, weighted means …
///
/// The largest M = ⌈min(S/5, 3√S)⌉ of S weights are replaced by the quantiles of a generalised Pareto distribution
/// fitted to them, none above the largest raw weight. Its shape k̂ says how heavy the tail is: below 0.7 the errors
/// of weighted means fall with more draws about as they should, above they do not.
///
/// Source: Vehtari, Simpson, Gelman, Yao and Gabry, *Pareto smoothed importance sampling*, J. Mach. Learn. Res.
/// 25(72) (2024).
public struct ParetoSmoothing: Sendable, Equatable {
  /// Whether weighted means, and the distribution the draws come from, can be trusted.
  public enum Reliability: Sendable, Equatable {
    /// k̂ is below the threshold for so many draws.
    case good
    /// k̂ is below 0.7 and above the threshold: more draws would do.
    case needsMoreDraws
    /// k̂ is from 0.7 to 1: the errors fall too slowly for any affordable number of draws.
    case poor
    /// k̂ is above 1: the weights have no mean.
    case useless
    /// The tail has too few draws to say.
    case unknown

    /// Whether weighted means can be trusted.
    public var isTrusted: Bool { self == .good }
  }

  /// k̂, the shape of the tail; -infinity where the largest weights are all the same to nine digits, NaN where the tail has
  /// fewer than 5.
  public let shape: Double
  /// How many of the largest weights are the tail.
  public let tailCount: Int
  /// min(1 - 1 / log₁₀ S, 0.7).
  public let threshold: Double
  /// The logarithms of the smoothed weights, which sum to 1, in the order of the draws.
  public let logWeights: [Double]
  /// The logarithm of the mean of the smoothed weights before they were normalised.
  ///
  /// Where the proposal is normalised, an estimate of the logarithm of the target's mass: its evidence.
  public let logMeanWeight: Double

  /// How many independent draws of the target the weighted draws are worth: 1 / Σ w².
  public var effectiveSampleSize: Double {
    1 / logWeights.reduce(0) { $0 + exp(2 * $1) }
  }

  /// The weights themselves, which sum to 1.
  public var weights: [Double] { logWeights.map { exp($0) } }

  /// What k̂ says.
  public var reliability: Reliability {
    if shape.isNaN { return .unknown }
    if shape < threshold { return .good }
    if shape < 0.7 { return .needsMoreDraws }
    return shape <= 1 ? .poor : .useless
  }

  /// Smooths the logarithms of weights, which need not be normalised.
  ///
  /// - Special values: -infinity is a weight of 0.
  /// - Complexity: sorts the weights.
  /// - Throws: `InferenceError.invalidParameter` where there are no weights, one is NaN or +infinity, or all
  ///   are 0.
  public init(logWeights raw: [Double]) throws(InferenceError) {
    guard !raw.isEmpty else {
      throw .invalidParameter("number of weights", 0, mustBe: "at least 1")
    }
    if let bad = raw.first(where: { !($0 < .infinity) }) {
      throw .invalidParameter("log weight", bad, mustBe: "a number below infinity")
    }
    let largest = raw.reduce(-.infinity, max)
    guard largest > -.infinity else {
      throw .invalidParameter("largest log weight", largest, mustBe: "above -infinity")
    }
    let count = Double(raw.count)
    threshold = min(1 - 1 / log10(count), 0.7)
    var smoothed = raw.map { $0 - largest }
    let tail = Int(min(count / 5, 3 * count.squareRoot()).rounded(.up))
    tailCount = tail
    shape = Self.smooth(&smoothed, tail: tail)
    let sum = smoothed.reduce(0) { $0 + exp($1) }
    logMeanWeight = largest + log(sum / count)
    logWeights = smoothed.map { $0 - log(sum) }
  }

  /// Smooths weights whose largest is 1; returns k̂.
  private static func smooth(_ logWeights: inout [Double], tail: Int) -> Double {
    guard tail >= 5, tail < logWeights.count else { return .nan }
    let order = logWeights.indices.sorted {
      (logWeights[$0], $0) < (logWeights[$1], $1)
    }
    let cut = exp(logWeights[order[order.count - tail - 1]])
    let places = order.suffix(tail)
    let excesses = places.map { exp(logWeights[$0]) - cut }
    // The whole tail is no larger than the cut, but for the rounding of logarithms: a bounded weight.
    guard let highest = excesses.last, highest > 1e-9 else { return -.infinity }
    let pareto = GeneralisedPareto(fitting: excesses)
    guard pareto.shape.isFinite, pareto.scale > 0 else { return .nan }
    for (rank, place) in places.enumerated() {
      let p = (Double(rank) + 0.5) / Double(tail)
      logWeights[place] = min(0, log(cut + pareto.quantile(p)))
    }
    return pareto.shape
  }
}

extension ParetoSmoothing: CustomStringConvertible {
  /// The verdict in a sentence.
  public var description: String {
    let head = summary + ": "
    return switch reliability {
    case .good: head + "good: below \(Self.rounded(threshold)), weighted means can be trusted"
    case .needsMoreDraws:
      head + "usable with more draws: above \(Self.rounded(threshold)), the threshold for so many"
    case .poor:
      head + "not to be trusted: above 0.7, the approximation misses too much of the target"
    case .useless:
      head + "not to be trusted at all: above 1, the weights have no mean"
    case .unknown: head + "unknown: too few draws to see the tail of the weights"
    }
  }

  /// The verdict; where there is a reason against a good one, that reason.
  func verdict(unless reason: String?) -> String {
    guard let reason, reliability == .good || reliability == .needsMoreDraws else {
      return description
    }
    return "\(summary): no verdict, because \(reason)"
  }

  /// k̂ and what it is of.
  var summary: String { "Pareto k-hat \(Self.rounded(shape)) of \(logWeights.count) draws" }

  private static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}
