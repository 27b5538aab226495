internal import Kullback
internal import KullbackInference

/// What `fit gaussian` says.
struct FitGaussianReport: Encodable {
  let direction: String
  let family: String
  let dimension: Int
  /// What the dimensions are called, where that is known.
  let names: [String]?
  /// What of texts was taken for what.
  let tables: TextTables?
  /// What of the inputs was brought in line with the rows of samples or features.
  let matched: Matches?
  /// One component each.
  let weights: [Double]
  let means: [[Double]]
  let covariances: [[[Double]]]
  /// Standard deviations of every dimension by itself.
  let deviations: [[Double]]
  /// Of a single normal distribution.
  var mean: [Double]?
  var covariance: [[Double]]?
  var crossEntropy: Double?
  var entropy: Double?
  var divergence: Double?
  var divergenceError: Double?
  var evidenceLowerBound: Double?
  var evidenceLowerBoundError: Double?
  var logNormaliser: Double?
  var logNormaliserError: Double?
  var effectiveSampleSize: Double?
  /// Of which the effective sample size is a part.
  var draws: Int?
  var paretoShape: Double?
  /// Whether the weights can be trusted, in words.
  var trust: String?
  var converged: Bool
  var convergence: String
  /// Of the search; rounds of importance sampling for a density's forward KL.
  var iterations: Int?
  var objectives: [Double]?
  var samples: Int?
  let output: String?
  let picture: String?
  var seconds = 0.0
  let version: String

  init(
    _ command: FitGaussianCommand, _ subject: FitSubject, _ result: GaussianResult
  ) throws {
    let mixture = try result.mixture()
    let file = try MixtureFile(mixture, names: subject.names)
    (names, tables, matched) = (subject.names, subject.tables, subject.matched)
    deviations = mixture.components.map(\.deviations)
    (weights, means, covariances) = (file.weights, file.means, file.covariances)
    family = command.family.rawValue
    dimension = subject.dimension
    output = command.output?.path
    picture = command.picture?.path
    version = KullbackTool.version
    switch result {
    case .likelihood(let fit):
      (direction, converged, convergence) = ("forward", true, "closed form: maximum likelihood")
      (crossEntropy, samples) = (fit.crossEntropy, fit.sampleCount)
      effectiveSampleSize = fit.effectiveSampleSize
    case .mixture(let fit):
      (direction, converged) = ("forward", fit.convergence.isConverged)
      convergence =
        fit.convergence == .valueStandsStill
        ? "converged: the likelihood no longer rises" : fit.convergence.description
      (crossEntropy, samples, iterations) = (fit.crossEntropy, fit.sampleCount, fit.iterations)
      objectives = fit.objectives
    case .reverse(let fit):
      (direction, converged) = ("reverse", fit.convergence.isConverged)
      (convergence, iterations) = (fit.convergence.description, fit.iterations)
      (entropy, crossEntropy) = (fit.entropy, fit.crossEntropy.value)
      evidenceLowerBound = fit.evidenceLowerBound.value
      evidenceLowerBoundError = fit.evidenceLowerBound.standardError
      effectiveSampleSize = fit.smoothing.effectiveSampleSize
      draws = fit.logWeights.count
      (paretoShape, trust) = (fit.smoothing.shape, fit.verdict)
    case .forward(let fit):
      (direction, converged) = ("forward", fit.convergence.isConverged)
      (convergence, iterations) = (fit.convergence.description, fit.rounds.count)
      (crossEntropy, divergence) = (fit.crossEntropy, fit.divergence)
      (divergenceError, logNormaliser) = (fit.divergenceError, fit.logNormaliser)
      (logNormaliserError, draws) = (fit.logNormaliserError, fit.draws)
      effectiveSampleSize = fit.effectiveSampleSize
      (paretoShape, trust) = (fit.smoothing.shape, fit.verdict)
    }
    if means.count == 1 { (mean, covariance) = (means[0], covariances[0]) }
  }

  /// As in "forward KL, D(p‖q), full".
  var title: String {
    "\(direction) KL, \(direction == "forward" ? "D(p‖q)" : "D(q‖p)"), \(family)"
      + (weights.count > 1 ? ", \(weights.count) components" : "")
  }

  /// What a picture says below.
  var notes: [String] { quantities.map { "\($0.name)  \($0.value)" } }

  private var quantities: [(name: String, value: String)] {
    func text(_ value: Double, _ error: Double? = nil) -> String {
      Format.value(value) + (error.map { " ± \(Format.value($0, digits: 2))" } ?? "") + " nats"
    }
    var lines: [(name: String, value: String)] = []
    let names = direction == "forward" ? "H(p,q)" : "H(q,p)"
    if let crossEntropy { lines.append((names, text(crossEntropy))) }
    if let entropy { lines.append(("H(q)", text(entropy))) }
    if let divergence { lines.append(("D(p‖q)", text(divergence, divergenceError))) }
    if let evidenceLowerBound {
      lines.append(
        ("lower bound of log ∫p (ELBO)", text(evidenceLowerBound, evidenceLowerBoundError)))
    }
    if let logNormaliser {
      lines.append(("log ∫p", text(logNormaliser, logNormaliserError)))
    }
    return lines
  }

  private static func count(_ value: Double) -> String {
    value.isFinite ? Format.count(Int(value.rounded())) : Format.value(value)
  }

  /// The report as lines.
  var lines: [String] {
    var lines = ["\(title)  \(Format.count(dimension, "dimension"))"]
    lines += (tables?.lines ?? []) + (matched?.lines ?? []) + [""]
    var table = Table(
      [
        Table.Column(title: weights.count > 1 ? "component" : "", alignsLeft: true),
        Table.Column(title: "dimension", alignsLeft: names != nil), Table.Column(title: "mean"),
        Table.Column(title: "deviation"),
      ])
    for (index, mean) in means.enumerated() {
      for (column, value) in mean.enumerated() {
        let name =
          weights.count > 1 ? "\(index)  weight \(Format.value(weights[index], digits: 4))" : ""
        table.append([
          column == 0 ? name : "", names?[column] ?? String(column), Format.value(value),
          Format.value(deviations[index][column]),
        ])
      }
    }
    lines += table.lines(width: Terminal.width) + [""]
    lines += quantities.map { "\($0.name)  \($0.value)" }
    if let effectiveSampleSize {
      let whole =
        draws.map { "\(Format.count($0, "draw"))" }
        ?? samples.map {
          Format.count($0, "sample")
        }
      lines.append(
        "effective sample size  \(Self.count(effectiveSampleSize))"
          + (whole.map { " of \($0)" } ?? ""))
    }
    if let trust { lines.append(trust) }
    let unit = logNormaliser == nil ? "iteration" : "round"
    lines.append(convergence + (iterations.map { ", after \(Format.count($0, unit))" } ?? ""))
    lines.append("done in \(Format.time(seconds))")
    for path in [output, picture] { if let path { lines.append("written: \(path)") } }
    return lines
  }
}
