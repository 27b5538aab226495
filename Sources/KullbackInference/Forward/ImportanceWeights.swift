internal import KullbackKernels
internal import CLibm

/// Self-normalised weights of draws, from the logarithms of ratios of densities.
struct ImportanceWeights: Sendable {
  /// log p - log q of each draw, up to a constant.
  let logRatios: [Double]
  /// The power to which the ratios were raised, at most 1.
  let temper: Double
  /// Sum to 1.
  let values: [Double]

  /// The weights of ratios raised to a power.
  init(_ logRatios: [Double], temper: Double = 1) {
    self.logRatios = logRatios
    self.temper = temper
    let most = logRatios.max() ?? 0
    let raised = logRatios.map { exp(temper * ($0 - most)) }
    let sum = raised.reduce(0, +)
    values = raised.map { $0 / sum }
  }

  /// The weights raised to the largest power that leaves an effective sample size.
  ///
  /// A proposal far from the target gives nearly all weight to a few draws, from which no covariance can be
  /// told; flattened weights still point the way.
  ///
  /// Source: Koblents and Míguez, *Stat. Comput.* 25 (2015) 407, on transformed weights.
  static func tempered(_ logRatios: [Double], least: Double) -> ImportanceWeights {
    let plain = ImportanceWeights(logRatios)
    guard plain.effectiveSampleSize < least else { return plain }
    var (low, high) = (0.0, 1.0)
    for _ in 0..<40 {
      let middle = (low + high) / 2
      if ImportanceWeights(logRatios, temper: middle).effectiveSampleSize < least {
        high = middle
      } else {
        low = middle
      }
    }
    return ImportanceWeights(logRatios, temper: low)
  }

  /// 1 / Σ w²: how many draws of the target itself say as much about its mean.
  var effectiveSampleSize: Double { 1 / values.reduce(0) { $0 + $1 * $1 } }

  /// The logarithm of the mean ratio: of the target's normaliser over the proposal's.
  var logMeanRatio: Double {
    let most = logRatios.max() ?? 0
    return most + log(logRatios.reduce(0) { $0 + exp($1 - most) } / Double(logRatios.count))
  }

  /// The standard error of the logarithm of the mean ratio.
  var logMeanRatioError: Double {
    max(0, 1 / effectiveSampleSize - 1 / Double(values.count)).squareRoot()
  }
}
