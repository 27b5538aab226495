internal import KullbackKernels
internal import KullbackLinearAlgebra
internal import KullbackMatrix

/// Two batches of normals, compared pair by pair.
struct NormalBatch: Sendable {
  let target: MultivariateNormals
  let model: MultivariateNormals

  /// From so many dimensions on LAPACK is faster than lanes.
  private static let fewest = 49

  private typealias Outcome = (value: Double, invalid: [NormalDivergences.Invalid])

  func divergences(threads: Int) -> NormalDivergences {
    let count = target.count == 1 ? model.count : target.count
    let outcomes =
      target.dimension < Self.fewest
      ? inChunks(count, threads: threads) { side(bySide: $0) }
      : oneByOne(count, threads: threads)
    return NormalDivergences(
      values: outcomes.map(\.value), invalid: outcomes.flatMap(\.invalid))
  }

  /// A pair in each lane of a vector; pairs that need a second look one by one.
  private func side(bySide pairs: Range<Int>) -> [Outcome] {
    let results = compareNormals(
      targetMeans: target.means, targets: target.covariances, modelMeans: model.means,
      models: model.covariances, pairs: pairs)
    var comparison = NormalComparison(dimension: target.dimension)
    return pairs.enumerated().map { place, pair in
      var invalid = [
        reason(results.refusedTargets[place], target, pair, isModel: false),
        reason(results.refusedModels[place], model, pair, isModel: true),
      ].compactMap { $0 }
      guard invalid.isEmpty else { return (.nan, invalid) }
      var spread = results.spreads[place]
      if NormalComparison.isClose(
        spread, dimension: target.dimension, inflation: results.inflations[place])
      {
        do throws(InferenceError) {
          let factor = try factor(of: model, pair)
          spread =
            try comparison.closeSpread(
              covariance(of: target, pair), covariance(of: model, pair), factor: factor) ?? spread
        } catch {
          invalid.append(.init(pair: pair, isModel: true, reason: error))
          return (.nan, invalid)
        }
      }
      return (0.5 * (spread + results.distances[place]), [])
    }
  }

  /// LAPACK on a pair at a time; a side that is one normal is factored once.
  private func oneByOne(_ count: Int, threads: Int) -> [Outcome] {
    let targets = Result { () throws(InferenceError) in try shared(target) }
    let models = Result { () throws(InferenceError) in try shared(model) }
    return inChunks(count, threads: threads) { pairs in
      var comparison = NormalComparison(dimension: target.dimension)
      var p = NormalOperand(dimension: target.dimension)
      var q = NormalOperand(dimension: target.dimension)
      return pairs.map { pair in
        var invalid: [NormalDivergences.Invalid] = []
        do throws(InferenceError) { try load(&p, target, pair, targets) } catch {
          invalid.append(.init(pair: pair, isModel: false, reason: error))
        }
        do throws(InferenceError) { try load(&q, model, pair, models) } catch {
          invalid.append(.init(pair: pair, isModel: true, reason: error))
        }
        guard invalid.isEmpty else { return (.nan, invalid) }
        do throws(InferenceError) {
          return (try comparison.divergence(p, q), [])
        } catch {
          return (.nan, [.init(pair: pair, isModel: true, reason: error)])
        }
      }
    }
  }

  /// The normal that stands for all of a side; nil where each pair has its own.
  private func shared(_ side: MultivariateNormals) throws(InferenceError) -> NormalOperand? {
    side.count == 1 ? try side.normal(0).operand : nil
  }

  private func load(
    _ operand: inout NormalOperand, _ side: MultivariateNormals, _ pair: Int,
    _ shared: Result<NormalOperand?, InferenceError>
  ) throws(InferenceError) {
    if let one = try shared.get() {
      operand = one
      return
    }
    let covariance = side.covariance(pair)
    operand.mean = side.means[rows: pair..<pair + 1]
    operand.covariance = covariance
    if let bad = side.means.row(pair).first(where: { !$0.isFinite }) {
      throw .invalidParameter("mean", bad, mustBe: "finite")
    }
    do throws(LinearAlgebraError) {
      try LAPACK.potrf(covariance, into: &operand.factor)
    } catch {
      // What is not finite is the reason, where there is such; a look beforehand would cost as much as a twelfth.
      try checkFinite(lowerTriangleOf: covariance, "covariance")
      throw InferenceError(error)
    }
    // Of what is not finite only an infinite variance has a factor.
    let isFinite = operand.factor.withElements { factor, stride in
      (0..<covariance.rows).allSatisfy { factor[$0 * stride + $0].isFinite }
    }
    if !isFinite { try checkFinite(lowerTriangleOf: covariance, "covariance") }
  }

  /// What is wrong with one side of a pair; nil if nothing is.
  private func reason(
    _ refused: Int32, _ side: MultivariateNormals, _ pair: Int, isModel: Bool
  ) -> NormalDivergences.Invalid? {
    let index = side.count == 1 ? 0 : pair
    func invalid(_ reason: InferenceError) -> NormalDivergences.Invalid {
      .init(pair: pair, isModel: isModel, reason: reason)
    }
    var sum = 0.0
    side.means.withElements { means, stride in
      for column in 0..<side.dimension { sum += 0 * means[index * stride + column] }
    }
    if sum.isNaN {
      let bad = side.means.row(index).first { !$0.isFinite }
      return invalid(.invalidParameter("mean", bad ?? .nan, mustBe: "finite"))
    }
    guard refused > 0 else { return nil }
    do {
      try checkFinite(lowerTriangleOf: covariance(of: side, pair), "covariance")
    } catch {
      return invalid(error)
    }
    return invalid(.notPositiveDefinite(order: Int(refused)))
  }

  private func covariance(of side: MultivariateNormals, _ pair: Int) -> Matrix<Double> {
    side.covariance(side.count == 1 ? 0 : pair)
  }

  private func factor(
    of side: MultivariateNormals, _ pair: Int
  ) throws(InferenceError) -> Matrix<Double> {
    try algebra { () throws(LinearAlgebraError) in try LAPACK.potrf(covariance(of: side, pair)) }
  }
}
