internal import Kullback
internal import KullbackKernels
internal import KullbackLinearAlgebra
internal import KullbackMatrix

/// The samples a mixture is fitted to, and the two halves of an iteration over them.
struct MixtureSamples: Sendable {
  let samples: Matrix<Double>
  /// Weights whose mean over the samples that have some is 1; nil where all are the same.
  let weights: [Double]?
  /// How many samples have a weight above 0.
  let count: Int
  /// The variance of each column.
  let variances: [Double]
  let family: GaussianFamily
  let regularisation: Double
  let threads: Int

  /// Sums for every component are kept for so many parts of the samples.
  private static let parts = 16
  /// A component with less than this of a sample has lost all.
  private static let leastShare = 1e-8

  init(
    _ samples: Matrix<Double>, weights: [Double]?, family: GaussianFamily,
    regularisation: Double, threads: Int
  ) throws {
    let moments = try SampleMoments(
      samples, weights: weights, family: .meanField, threads: threads)
    self.samples = samples
    let mean = moments.weight / Double(moments.count)
    self.weights = weights.map { $0.map { $0 / mean } }
    (count, self.family, self.threads) = (moments.count, family, threads)
    self.regularisation = regularisation
    variances =
      samples.columns == 0
      ? []
      : (0..<samples.columns).map {
        moments.scatter[$0, $0] / moments.weight
      }
    if let column = variances.firstIndex(where: { !($0 > 0) }) {
      throw moments.count < 2
        ? InferenceError.tooFewSamples(moments.count, needed: 2)
        : InferenceError.dependentColumn(column)
    }
  }

  /// What an iteration sums up over the samples.
  struct Sums: Sendable {
    /// Σ w log q(x), over the number of samples in the end.
    var logLikelihood = 0.0
    /// Each component's Σ w r.
    var shares: [Double]
    /// Each component's Σ w r (x - c) about the centre c it had.
    var offsets: [[Double]]
    /// Each component's Σ w r (x - c)(x - c)ᵀ.
    var scatters: [Scatter]

    init(components: Int, dimension: Int, family: GaussianFamily) {
      shares = [Double](repeating: 0, count: components)
      offsets = [[Double]](
        repeating: [Double](repeating: 0, count: dimension), count: components)
      // Each its own storage: copies of one would all be copied when first written.
      scatters = (0..<components).map { _ in Scatter(dimension: dimension, family: family) }
    }

    mutating func add(_ other: Sums) {
      logLikelihood += other.logLikelihood
      for index in shares.indices {
        shares[index] += other.shares[index]
        for column in offsets[index].indices {
          offsets[index][column] += other.offsets[index][column]
        }
        scatters[index].add(other.scatters[index])
      }
    }
  }

  /// The mean log likelihood of a mixture, and the sums of samples shared out by it.
  func expectation(of mixture: GaussianMixture) throws -> Sums {
    let evaluator = MixtureEvaluator(mixture)
    var sums = try sum(around: mixture.components.map(\.mean)) { points in
      let scores = try evaluator.scores(of: points)
      return (evaluator.logDensities(of: scores), evaluator.responsibilities(of: scores))
    }
    sums.logLikelihood /= Double(count)
    guard sums.logLikelihood.isFinite else { throw InferenceError.notFiniteAtStart }
    return sums
  }

  /// The sums of samples shared out by a closure, which gives a value and each component's part of each point.
  private func sum(
    around centres: [[Double]],
    _ share: @Sendable (Matrix<Double>) throws -> (values: [Double], parts: Matrix<Double>)
  ) throws -> Sums {
    let dimension = samples.columns
    let results = try RowTiles(rows: samples.rows, atMost: Self.parts).map(threads: threads) {
      part in
      var sums = Sums(components: centres.count, dimension: dimension, family: family)
      let tiles = RowTiles(rows: part.count, numbersPerRow: 2 * dimension + 2 * centres.count)
      for tile in tiles.ranges {
        let range = part.lowerBound + tile.lowerBound..<part.lowerBound + tile.upperBound
        let points = samples[rows: range]
        let (values, parts) = try share(points)
        for (index, row) in range.enumerated() {
          let weight = weights?[row] ?? 1
          if weight > 0 { sums.logLikelihood += weight * values[index] }
        }
        var centred = Matrix<Double>(rows: range.count, columns: dimension)
        for (component, centre) in centres.enumerated() {
          let shares = range.map { row in
            (weights?[row] ?? 1) * parts[row - range.lowerBound, component]
          }
          KullbackInference.centre(points, on: centre, into: &centred)
          try sums.add(centred, shares, to: component)
        }
      }
      return sums
    }
    var all = Sums(components: centres.count, dimension: dimension, family: family)
    for result in results { all.add(result) }
    return all
  }

  /// The mixture that is the most likely for samples so shared out.
  func mixture(of sums: Sums, around centres: [[Double]]) throws -> GaussianMixture {
    var components: [MultivariateNormal] = []
    for (index, share) in sums.shares.enumerated() {
      guard share > Self.leastShare else { throw InferenceError.collapsedComponent(index) }
      let shift = sums.offsets[index].map { $0 / share }
      let mean = zip(centres[index], shift).map { $0 + $1 }
      var covariance = sums.scatters[index].sums
      covariance.withMutableElements { elements, stride in
        for row in shift.indices {
          for column in family == .full ? 0...row : row...row {
            let sum =
              elements[row * stride + column]
              + (row == column ? regularisation * variances[row] : 0)
            elements[row * stride + column] = sum / share - shift[row] * shift[column]
          }
        }
      }
      do {
        components.append(
          try MultivariateNormal.normal(mean: mean, scatter: covariance, divisor: 1))
      } catch {
        throw InferenceError.collapsedComponent(index)
      }
    }
    return try GaussianMixture(weights: sums.shares, components: components)
  }

  /// What the regularisation takes from a mixture's mean log likelihood: ε Σₖ tr(Σₖ⁻¹ diag s²) / (2 N).
  func penalty(of mixture: GaussianMixture) throws -> Double {
    guard regularisation > 0 else { return 0 }
    var sum = 0.0
    for component in mixture.components {
      // tr(Σ⁻¹ diag s²) = Σⱼ s²ⱼ |L⁻¹ eⱼ|².
      var columns = Matrix<Double>(rows: variances.count, columns: variances.count)
      for (index, variance) in variances.enumerated() {
        columns[index, index] = variance.squareRoot()
      }
      sum += try NormalEvaluator(component).squaredLengths(ofOffsets: columns).reduce(0, +)
    }
    return regularisation * sum / (2 * Double(count))
  }

  /// A mixture to begin with: samples drawn far from each other share the others out, each to the nearest.
  func start(
    _ components: Int, _ generator: inout SplitMix
  ) throws -> GaussianMixture {
    let centres = try MixtureSeeding(self).centres(components, &generator)
    let scales = variances.map { 1 / $0.squareRoot() }
    let sums = try sum(around: centres) { points in
      var parts = Matrix<Double>(rows: points.rows, columns: centres.count)
      let nearest = nearestRows(of: points, to: centres, scales: scales).map(\.index)
      for (row, index) in nearest.enumerated() { parts[row, index] = 1 }
      return ([Double](repeating: 0, count: points.rows), parts)
    }
    // A share of one sample, or of samples in a subspace, has no covariance: each has a little of all.
    var shared = sums
    for index in shared.scatters.indices {
      shared.scatters[index].add(diagonal: variances, times: 0.01 * max(1, shared.shares[index]))
    }
    return try mixture(of: shared, around: centres)
  }
}

extension MixtureSamples.Sums {
  /// Adds centred rows with the shares that a component has of them.
  mutating func add(
    _ centred: Matrix<Double>, _ parts: [Double], to component: Int
  ) throws(LinearAlgebraError) {
    var rows = centred
    var offset = offsets[component]
    var share = 0.0
    centred.withElements { elements, stride in
      for (row, part) in parts.enumerated() where part > 0 {
        share += part
        for column in offset.indices { offset[column] += part * elements[row * stride + column] }
      }
    }
    offsets[component] = offset
    shares[component] += share
    scaleRows(of: &rows, by: parts.map { $0.squareRoot() })
    try scatters[component].add(rows)
  }
}
