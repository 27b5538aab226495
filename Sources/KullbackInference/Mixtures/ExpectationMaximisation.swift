internal import Kullback
internal import KullbackKernels
internal import KullbackLinearAlgebra
public import KullbackMatrix

/// Fits a mixture of normal distributions to samples by expectation maximisation, a forward KL at each step.
///
///     q* = argmin D(p‖q) = argmin H(p,q)        p the samples, q = Σ wₖ N(mₖ, Σₖ)
///
/// Each iteration shares every sample out among the components by their densities there, and makes each
/// component the normal distribution of maximum likelihood of its shares. The likelihood never falls: where
/// rounding would let it, the search ends with the mixture before.
///
/// The likelihood has no maximum where a component may shrink onto one sample. `regularisation` ε keeps that
/// from happening: every component has, beside its samples, ε of a further sample with the variances s² of all
/// samples together, Σₖ = (Σₙ rₙₖ (xₙ - mₖ)(xₙ - mₖ)ᵀ + ε diag s²) / Σₙ rₙₖ. What the iterations raise is then
/// the mean log likelihood less the penalty ε Σₖ tr(Σₖ⁻¹ diag s²) / (2 N), which also never falls.
///
/// Source: Dempster, Laird and Rubin, *J. R. Stat. Soc. B* 39 (1977) 1; for the penalty Chen and Tan, *J.
/// Multivar. Anal.* 100 (2009) 1367.
public struct ExpectationMaximisation: Sendable {
  /// How many components.
  public var components: Int
  /// Which covariances they have: full, or diagonal.
  public var family = GaussianFamily.full
  /// From how many choices of samples to begin; the best fit is kept.
  public var restarts = 1
  /// Chooses the samples to begin at.
  public var seed: UInt64 = 1
  /// ε above: 1e-6 lets a component on a single sample be a thousandth as wide as all samples together; 0 is
  /// plain maximum likelihood.
  public var regularisation = 1e-6
  /// A start ends where an iteration raises its objective by less than this, in nats a sample.
  public var tolerance = 1e-9
  /// The most iterations of a start.
  public var maximumIterations = 1000
  /// At most so many threads; the result is the same bits whatever their number.
  public var threads: Int?

  /// A fit of so many components with the default options.
  public init(components: Int) {
    self.components = components
  }

  /// Fits a mixture to samples.
  ///
  /// - Parameters:
  ///   - samples: a sample a row.
  ///   - weights: one for each sample, 0 or above, in any unit; all 1 by default.
  ///   - first: where to begin, in the place of samples that are drawn far from each other (k-means++).
  ///   - report: is told of every iteration; what it throws ends the fit.
  /// - Complexity: an iteration reads the samples once for each component, with n² operations for a sample and
  ///   component twice (trsm, syrk); memory is a constant times the components and n².
  /// - Throws: `InferenceError.sampleNotFinite`; `.lengthMismatch` and `.invalidParameter` for weights and
  ///   options; `.tooFewDistinctSamples`; `.dependentColumn` where a column is constant;
  ///   `.collapsedComponent` where a component collapsed from every start.
  public func fit(
    samples: Matrix<Double>, weights: [Double]? = nil, from first: GaussianMixture? = nil,
    report: (MixtureProgress) throws -> Void = { _ in }
  ) throws -> MixtureFit {
    try check(samples, first)
    let rows = try MixtureSamples(
      samples, weights: weights, family: family, regularisation: regularisation,
      threads: try checked(threads: threads))
    guard rows.count >= components else {
      throw InferenceError.tooFewDistinctSamples(components: components)
    }
    var generator = SplitMix(seed: seed)
    var best: (run: Run, start: Int)?
    var ends: [Double?] = []
    var collapse = InferenceError.collapsedComponent(0)
    for start in 0..<(first == nil ? restarts : 1) {
      do {
        let mixture = try first ?? rows.start(components, &generator)
        let run = try run(from: mixture, on: rows) { iteration, objective in
          try report(
            MixtureProgress(start: start, iteration: iteration, objective: objective))
        }
        ends.append(run.objectives.last)
        if best.map({ run.end > $0.run.end }) ?? true { best = (run, start) }
      } catch let error as InferenceError {
        guard case .collapsedComponent = error else { throw error }
        collapse = error
        ends.append(nil)
      }
    }
    guard let best else { throw collapse }
    return MixtureFit(
      mixture: best.run.mixture, family: family, crossEntropy: -best.run.logLikelihood,
      objectives: best.run.objectives, start: best.start, starts: ends, sampleCount: rows.count,
      convergence: best.run.convergence)
  }

  /// The course of one start.
  private struct Run {
    var mixture: GaussianMixture
    var logLikelihood = 0.0
    var objectives: [Double] = []
    var convergence = Convergence.iterationsExhausted
    var end: Double { objectives.last ?? -.infinity }
  }

  private func run(
    from first: GaussianMixture, on rows: MixtureSamples,
    report: (_ iteration: Int, _ objective: Double) throws -> Void
  ) throws -> Run {
    var run = Run(mixture: first)
    var mixture = first
    // Ends: each turn adds an objective, and their number is limited.
    while true {
      // One reading of the samples gives this mixture's likelihood and what the next one is made of.
      let sums = try rows.expectation(of: mixture)
      let objective = try sums.logLikelihood - rows.penalty(of: mixture)
      if objective < run.end {
        // Rounding; of more than the last digits where components are too narrow for the digits of their means.
        let isSmall = run.end - objective <= max(tolerance, 1e-10 * max(1, abs(run.end)))
        run.convergence = isSmall ? .valueStandsStill : .noFurtherDecrease
        return run
      }
      (run.mixture, run.logLikelihood) = (mixture, sums.logLikelihood)
      run.objectives.append(objective)
      let iteration = run.objectives.count - 1
      try report(iteration, run.end)
      if iteration > 0, run.end - run.objectives[iteration - 1] < tolerance {
        run.convergence = .valueStandsStill
        return run
      }
      if iteration >= maximumIterations { return run }
      mixture = try rows.mixture(of: sums, around: mixture.components.map(\.mean))
    }
  }

  private func check(
    _ samples: Matrix<Double>, _ first: GaussianMixture?
  ) throws(InferenceError) {
    for (name, value) in [
      ("components", components), ("restarts", restarts),
      ("maximumIterations", maximumIterations),
    ] where value < 1 {
      throw .invalidParameter(name, Double(value), mustBe: "1 or above")
    }
    for (name, value) in [("regularisation", regularisation), ("tolerance", tolerance)]
    where !(value >= 0 && value.isFinite) {
      throw .invalidParameter(name, value, mustBe: "0 or above and finite")
    }
    guard let first else { return }
    guard first.components.count == components else {
      throw .lengthMismatch(
        "components of the first mixture", expected: components, given: first.components.count)
    }
    guard first.dimension == samples.columns else {
      throw .lengthMismatch(
        "dimensions of the first mixture", expected: samples.columns, given: first.dimension)
    }
  }
}
