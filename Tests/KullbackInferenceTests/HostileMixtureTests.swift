import Foundation
import Kullback
import KullbackInference
import KullbackTestSupport
import Testing

/// Expectation maximisation on samples that are peaked, tied, constant, far from 0, without weight, alone or alike.
@Suite struct HostileMixtureTests {
  private struct Data {
    let samples: [[Double]]
    let weights: [Double]?
    let name: String
  }

  private static func data(_ random: inout SeededGenerator) -> Data {
    let rows = [1, 2, 5, 40, 200][Int(random.uniform() * 5)]
    let columns = 1 + Int(random.uniform() * 3)
    let kinds = (0..<columns).map { _ in Int(random.uniform() * 6) }
    let level = [0, 0, 1, 1e6, -1e9, 1e100][Int(random.uniform() * 6)]
    let scale = [1, 1, 1e-6, 1e5, 1e-100, 1e90][Int(random.uniform() * 6)]
    var samples = (0..<rows).map { row in
      kinds.map { kind in
        let value: Double =
          switch kind {
          case 0: 0
          case 1: random.uniform() < 0.5 ? 0 : 1
          case 2: Double(Int(random.uniform() * 4))
          case 3: pow(random.normal(), 5)
          default: random.normal() + (row % 2 == 0 ? 8 : 0)
          }
        return level + scale * value
      }
    }
    if rows > 2, random.uniform() < 0.4 {
      for row in 0..<rows / 2 { samples[row] = samples[rows - 1 - row] }
    }
    let weights: [Double]? =
      random.uniform() < 0.5
      ? nil
      : samples.indices.map { _ in
        random.uniform() < 0.4 ? 0 : pow(10, 6 * random.uniform() - 3)
      }
    return Data(
      samples: samples, weights: weights,
      name: "\(rows) x \(columns), \(kinds), level \(level), scale \(scale)")
  }

  /// Σ rₖ of each component with the means and covariances that belong to them, by plain loops.
  private struct Moments {
    var share = 0.0
    var mean: [Double]
    var covariance: [[Double]]
  }

  private static func moments(
    _ data: Data, _ mixture: GaussianMixture
  ) throws -> [Moments] {
    let n = data.samples[0].count
    let samples = Matrix(data.samples)
    let parts = try mixture.components.map { try $0.logDensities(at: samples) }
    let whole = try mixture.logDensities(at: samples)
    return mixture.components.enumerated().map { index, component in
      let shares = whole.indices.map { row in
        (data.weights?[row] ?? 1)
          * exp(log(mixture.weights[index]) + parts[index][row] - whole[row])
      }
      let share = shares.reduce(0, +)
      // About the component's mean, so that nothing cancels.
      let shift = (0..<n).map { column in
        zip(shares, data.samples).reduce(0) {
          $0 + ($1.0 == 0 ? 0 : $1.0 * ($1.1[column] - component.mean[column]))
        } / share
      }
      var covariance = [[Double]](repeating: [Double](repeating: 0, count: n), count: n)
      for i in 0..<n {
        for j in 0..<n {
          for (r, x) in zip(shares, data.samples) where r > 0 {
            covariance[i][j] +=
              r * (x[i] - component.mean[i] - shift[i]) * (x[j] - component.mean[j] - shift[j])
              / share
          }
        }
      }
      return Moments(share: share, mean: shift, covariance: covariance)
    }
  }

  @Test func theObjectiveNeverFallsAndItsEndIsStationary() throws {
    var random = SeededGenerator(seed: 31)
    var (fits, ends) = (0, 0)
    for _ in 0..<400 {
      let data = Self.data(&random)
      var search = ExpectationMaximisation(components: 1 + Int(random.uniform() * 3))
      search.family = random.uniform() < 0.5 ? .full : .meanField
      search.regularisation = [0, 1e-6, 0.05][Int(random.uniform() * 3)]
      (search.tolerance, search.maximumIterations) = (1e-13, 3000)
      let place = Comment(
        "\(data.name), \(search.components) components, \(search.family), \(search.regularisation)")
      let fit: MixtureFit
      do {
        fit = try search.fit(samples: Matrix(data.samples), weights: data.weights)
      } catch {
        // Whatever is refused says why.
        #expect(error is InferenceError, "\(place): \(error)")
        continue
      }
      fits += 1
      #expect(zip(fit.objectives, fit.objectives.dropFirst()).allSatisfy { $1 >= $0 }, place)
      // Components narrower than the steps between numbers at their means are as good as can be written down.
      let isResolved = try fit.mixture.components.allSatisfy { component in
        let covariance = try component.covariance
        return component.mean.indices.allSatisfy {
          covariance[$0, $0].squareRoot() > 1e6 * component.mean[$0].ulp
        }
      }
      guard fit.convergence.isConverged, isResolved else { continue }
      ends += 1
      try Self.checkStationary(fit, data, search, place)
    }
    #expect(fits > 100 && ends > 80, "\(fits) \(ends)")
  }

  /// Each component is what its shares of the samples make of it, to within the slowness of the iterations.
  private static func checkStationary(
    _ fit: MixtureFit, _ data: Data, _ search: ExpectationMaximisation, _ place: Comment
  ) throws {
    let moments = try moments(data, fit.mixture)
    let n = data.samples[0].count
    let counted = data.samples.indices.filter { (data.weights?[$0] ?? 1) > 0 }
    let mass = counted.reduce(0) { $0 + (data.weights?[$1] ?? 1) }
    let all = moments.reduce(0) { $0 + $1.share }
    #expect(relativeError(all, mass) < 1e-9, place)
    for (index, component) in fit.mixture.components.enumerated() {
      #expect(abs(moments[index].share / mass - fit.mixture.weights[index]) < 1e-5, place)
      let covariance = try component.covariance
      for i in 0..<n {
        let deviation = covariance[i, i].squareRoot()
        #expect(abs(moments[index].mean[i]) < 1e-4 * deviation, "\(place): mean of \(i)")
        guard search.regularisation == 0 else { continue }
        for j in 0..<(search.family == .full ? n : 0) {
          #expect(
            abs(moments[index].covariance[i][j] - covariance[i, j])
              < 1e-4 * deviation * covariance[j, j].squareRoot(), "\(place): \(i), \(j)")
        }
      }
    }
  }
}
