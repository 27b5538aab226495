import Foundation
import Kullback
import KullbackInference
import KullbackTestSupport
import Testing

@Suite struct MaximumLikelihoodTests {
  private static func samples(_ count: Int, _ dimension: Int, offset: Double = 0) -> Matrix<Double>
  {
    var generator = SplitMix(seed: 3)
    let rows = (0..<count).map { _ -> [Double] in
      let common = generator.uniform()
      return (0..<dimension).map {
        offset + Double($0) + common + Double($0 + 1) * generator.uniform()
      }
    }
    return Matrix(rows)
  }

  /// Mean and covariance by plain sums in twice the precision's stead: about the first row.
  private static func plain(
    _ x: Matrix<Double>, _ weights: [Double]? = nil
  ) -> (mean: [Double], covariance: [[Double]]) {
    let weights = weights ?? [Double](repeating: 1, count: x.rows)
    let total = weights.reduce(0, +)
    let rows = (0..<x.rows).map { x.row($0) }
    let mean = (0..<x.columns).map { column in
      rows[0][column]
        + zip(rows, weights).reduce(0) { $0 + $1.1 * ($1.0[column] - rows[0][column]) } / total
    }
    let covariance = mean.indices.map { i in
      mean.indices.map { j in
        zip(rows, weights).reduce(0) { $0 + $1.1 * ($1.0[i] - mean[i]) * ($1.0[j] - mean[j]) }
          / total
      }
    }
    return (mean, covariance)
  }

  @Test(arguments: [(3, 1), (4, 3), (500, 3), (5000, 2)])
  func momentsAreThoseOfPlainSums(count: Int, dimension: Int) throws {
    let samples = Self.samples(count, dimension)
    let fit = try MultivariateNormal.maximumLikelihood(samples: samples)
    let expected = Self.plain(samples)
    let covariance = try fit.normal.covariance
    for i in 0..<dimension {
      #expect(abs(fit.normal.mean[i] - expected.mean[i]) < 1e-13 * abs(expected.mean[i]))
      for j in 0..<dimension {
        #expect(
          abs(covariance[i, j] - expected.covariance[i][j]) < 1e-12 * expected.covariance[i][i])
      }
    }
    #expect(fit.sampleCount == count && abs(fit.effectiveSampleSize - Double(count)) < 1e-9)
  }

  @Test func aMeanFarFromZeroCostsNoDigits() throws {
    // 2³⁰ is added without rounding away what is there: samples are multiples of 2⁻²⁰.
    let near = Self.samples(300, 2).values.map { ($0 * 0x1p20).rounded() * 0x1p-20 }
    let far = near.map { $0 + 0x1p30 }
    let fits = try [near, far].map {
      try MultivariateNormal.maximumLikelihood(samples: Matrix($0, rows: 300, columns: 2))
    }
    let covariances = try fits.map { try $0.normal.covariance.values }
    for (a, b) in zip(covariances[0], covariances[1]) { #expect(abs(a - b) < 1e-12 * abs(a)) }
    for (a, b) in zip(fits[0].normal.mean, fits[1].normal.mean) {
      #expect(abs(a + 0x1p30 - b) < 1e-6)
    }
  }

  @Test func crossEntropyIsMinusTheMeanLogLikelihood() throws {
    let samples = Self.samples(200, 3)
    for family in GaussianFamily.allCases {
      for divisor in CovarianceDivisor.allCases {
        let fit = try MultivariateNormal.maximumLikelihood(
          samples: samples, family: family, divisor: divisor)
        let mixture = try GaussianMixture(weights: [1], components: [fit.normal])
        let mean = try mixture.logDensities(at: samples).reduce(0, +) / 200
        #expect(abs(fit.crossEntropy + mean) < 1e-12, "\(family) \(divisor)")
      }
    }
  }

  @Test func noOtherDistributionOfTheFamilyHasALowerCrossEntropy() throws {
    let samples = Self.samples(200, 2)
    for family in GaussianFamily.allCases {
      let fit = try MultivariateNormal.maximumLikelihood(samples: samples, family: family)
      for (index, step) in [(0, 0.01), (0, -0.01), (1, 0.01), (1, -0.01)] {
        var mean = fit.normal.mean
        var factor = fit.normal.factor
        for isMean in [true, false] {
          if isMean { mean[index] += step } else { factor[index, index] += step }
          let other = try GaussianMixture(
            weights: [1], components: [MultivariateNormal(mean: mean, factor: factor)])
          let crossEntropy = try -other.logDensities(at: samples).reduce(0, +) / 200
          #expect(crossEntropy > fit.crossEntropy)
        }
      }
    }
  }

  @Test func aMeanFieldIsTheDiagonalOfTheFullCovariance() throws {
    let samples = Self.samples(100, 3)
    let full = try MultivariateNormal.maximumLikelihood(samples: samples).normal.covariance
    let field = try MultivariateNormal.maximumLikelihood(samples: samples, family: .meanField)
    let covariance = try field.normal.covariance
    for i in 0..<3 {
      for j in 0..<3 {
        #expect(abs(covariance[i, j] - (i == j ? full[i, i] : 0)) < 1e-13)
      }
    }
  }

  @Test func aWeightIsARowSoManyTimes() throws {
    let rows: [[Double]] = [[0, 1], [2, 0], [1, 5], [4, 4], [-3, 2]]
    let weights = [1.0, 3, 2, 0, 1]
    let weighted = try MultivariateNormal.maximumLikelihood(samples: Matrix(rows), weights: weights)
    let repeated = try MultivariateNormal.maximumLikelihood(
      samples: Matrix([rows[0], rows[1], rows[1], rows[1], rows[2], rows[2], rows[4]]))
    #expect(zip(weighted.normal.mean, repeated.normal.mean).allSatisfy { abs($0 - $1) < 1e-14 })
    for (a, b) in zip(weighted.normal.factor.values, repeated.normal.factor.values) {
      #expect(abs(a - b) < 1e-13)
    }
    #expect(abs(weighted.crossEntropy - repeated.crossEntropy) < 1e-13)
    #expect(weighted.sampleCount == 4)
    #expect(abs(weighted.effectiveSampleSize - 49.0 / 15) < 1e-13)
  }

  @Test func theUnbiasedDivisorIsOneLess() throws {
    let samples = Self.samples(10, 2)
    let least = try MultivariateNormal.maximumLikelihood(samples: samples).normal.covariance
    let unbiased = try MultivariateNormal.maximumLikelihood(samples: samples, divisor: .unbiased)
      .normal.covariance
    for (a, b) in zip(least.values, unbiased.values) { #expect(abs(a * 10 / 9 - b) < 1e-13) }
  }

  @Test func threadsDoNotChangeABit() throws {
    let samples = Self.samples(20_000, 4)
    let fits = try [1, 2, 3].map {
      try MultivariateNormal.maximumLikelihood(samples: samples, threads: $0)
    }
    #expect(fits[0].normal == fits[1].normal && fits[0].normal == fits[2].normal)
  }

  @Test func tooFewSamplesAreSaidToBeTooFew() throws {
    #expect(throws: InferenceError.tooFewSamples(3, needed: 4)) {
      try MultivariateNormal.maximumLikelihood(samples: Self.samples(3, 3))
    }
    #expect(throws: InferenceError.tooFewSamples(2, needed: 3)) {
      try MultivariateNormal.maximumLikelihood(samples: Self.samples(3, 2), weights: [1, 0, 1])
    }
    _ = try MultivariateNormal.maximumLikelihood(samples: Self.samples(3, 3), family: .meanField)
    for empty in [Matrix<Double>(rows: 0, columns: 2), Matrix<Double>(rows: 5, columns: 0)] {
      #expect(throws: InferenceError.tooFewSamples(0, needed: 1)) {
        try MultivariateNormal.maximumLikelihood(samples: empty)
      }
    }
    #expect(throws: InferenceError.tooFewSamples(0, needed: 1)) {
      try MultivariateNormal.maximumLikelihood(samples: Self.samples(2, 1), weights: [0, 0])
    }
  }

  @Test func samplesInASubspaceAreSaidToBe() throws {
    let rows = Self.samples(50, 2)
    let dependent = (0..<50).map { [rows[$0, 0], rows[$0, 1], 3 * rows[$0, 0] - rows[$0, 1] + 1] }
    #expect(throws: InferenceError.dependentColumn(2)) {
      try MultivariateNormal.maximumLikelihood(samples: Matrix(dependent))
    }
    _ = try MultivariateNormal.maximumLikelihood(samples: Matrix(dependent), family: .meanField)
    let constant = (0..<50).map { [rows[$0, 0], 0.1, rows[$0, 1]] }
    for family in GaussianFamily.allCases {
      #expect(throws: InferenceError.dependentColumn(1)) {
        try MultivariateNormal.maximumLikelihood(samples: Matrix(constant), family: family)
      }
    }
    #expect(throws: InferenceError.dependentColumn(0)) {
      try MultivariateNormal.maximumLikelihood(
        samples: Matrix([[Double]](repeating: [1, 2], count: 9)))
    }
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func aRowThatIsNotFiniteIsNamed(value: Double) {
    var samples = Self.samples(5000, 2)
    samples[4321, 1] = value
    #expect(throws: InferenceError.sampleNotFinite(row: 4321, column: 1)) {
      try MultivariateNormal.maximumLikelihood(samples: samples)
    }
  }

  @Test func badWeightsAreRefused() {
    let samples = Self.samples(4, 1)
    #expect(throws: InferenceError.lengthMismatch("weights of the samples", expected: 4, given: 3))
    {
      try MultivariateNormal.maximumLikelihood(samples: samples, weights: [1, 1, 1])
    }
    for bad in [-1, Double.nan, .infinity] {
      #expect {
        try MultivariateNormal.maximumLikelihood(samples: samples, weights: [1, bad, 1, 1])
      } throws: { "\($0)".contains("weight of sample 1") }
    }
  }
}
