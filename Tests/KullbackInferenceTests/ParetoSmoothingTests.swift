import Foundation
import KullbackInference
import KullbackTestSupport
import Testing

@Suite struct ParetoSmoothingTests {
  struct Case: Decodable {
    let logWeights: [Double]
    let tail: Int
    let shape: Double
    let logMean: Double
    let effective: Double
    let largest: Double
  }

  @Test func agreesWithTheTableOfFiftyDigits() throws {
    let url = try #require(
      Bundle.module.url(forResource: "pareto", withExtension: "json", subdirectory: "Golden"))
    let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: url))
    #expect(cases.count == 12)
    for item in cases {
      let smoothed = try ParetoSmoothing(logWeights: item.logWeights)
      #expect(smoothed.tailCount == item.tail)
      // The weights are what is left of exp(300 + ...) after a shift, which rounds them by 300 × 2⁻⁵³.
      #expect(abs(smoothed.shape - item.shape) < 1e-9)
      #expect(abs(smoothed.logMeanWeight - item.logMean) < 1e-9)
      #expect(relativeError(smoothed.effectiveSampleSize, item.effective) < 1e-9)
      #expect(relativeError(smoothed.weights.max() ?? 0, item.largest) < 1e-9)
      #expect(abs(smoothed.weights.reduce(0, +) - 1) < 1e-12)
    }
  }

  /// Draws of weights whose tail falls as x^(-1/k).
  static func tail(_ k: Double, _ count: Int) -> [Double] {
    var generator = SeededGenerator(seed: 11)
    return (0..<count).map { _ in -k * log(1 - generator.uniform()) }
  }

  @Test(arguments: [
    (0.2, ParetoSmoothing.Reliability.good), (0.85, .poor), (1.5, .useless),
  ]) func shapesAreFoundAndJudged(k: Double, expected: ParetoSmoothing.Reliability) throws {
    let smoothed = try ParetoSmoothing(logWeights: Self.tail(k, 20000))
    // 425 draws in the tail: (1 + k) / √425 is the standard error of k.
    #expect(abs(smoothed.shape - k) < 3 * (1 + k) / 425.0.squareRoot())
    #expect(smoothed.reliability == expected)
    #expect(smoothed.reliability.isTrusted == (expected == .good))
  }

  @Test func theThresholdGrowsWithTheDraws() throws {
    let few = try ParetoSmoothing(logWeights: Self.tail(0.3, 100))
    #expect(few.threshold == 0.5)
    #expect(try ParetoSmoothing(logWeights: Self.tail(0.3, 4000)).threshold == 0.7)
    let between = try ParetoSmoothing(logWeights: Self.tail(0.5, 100))
    #expect(between.shape > 0.5 && between.shape < 0.7)
    #expect(between.reliability == .needsMoreDraws)
    #expect(between.description.contains("more draws"))
  }

  @Test func onlyTheTailChangesAndKeepsItsOrder() throws {
    let raw = Self.tail(0.5, 500)
    let smoothed = try ParetoSmoothing(logWeights: raw)
    let order = raw.indices.sorted { raw[$0] < raw[$1] }
    let shift = raw[order[0]] - smoothed.logWeights[order[0]]
    for place in order.dropLast(smoothed.tailCount) {
      #expect(abs(raw[place] - smoothed.logWeights[place] - shift) < 1e-12)
    }
    for (low, high) in zip(order, order.dropFirst()) {
      #expect(smoothed.logWeights[low] <= smoothed.logWeights[high])
    }
  }

  @Test func aFactorOfAllWeightsChangesTheMeanAlone() throws {
    let raw = Self.tail(0.5, 500)
    let (one, other) = (
      try ParetoSmoothing(logWeights: raw), try ParetoSmoothing(logWeights: raw.map { $0 - 64 })
    )
    #expect(abs(one.shape - other.shape) < 1e-9)
    #expect(abs(one.logMeanWeight - 64 - other.logMeanWeight) < 1e-9)
  }

  @Test func equalWeightsAreAsGoodAsDrawsOfTheTarget() throws {
    let smoothed = try ParetoSmoothing(logWeights: [Double](repeating: -3, count: 100))
    #expect(smoothed.shape == -.infinity)
    #expect(smoothed.reliability == .good)
    #expect(abs(smoothed.effectiveSampleSize - 100) < 1e-9)
    #expect(abs(smoothed.logMeanWeight + 3) < 1e-12)
  }

  /// A normal distribution that is the target has weights that differ by the rounding of logarithms alone.
  @Test func weightsThatAreEqualButForRoundingAreTrusted() throws {
    for noise in [0x1p-52, 1e-13, 1e-11] {
      var state: UInt64 = 7
      let raw = (0..<4000).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return 3 + noise * (Double(state >> 40) / 0x1p20)
      }
      let smoothed = try ParetoSmoothing(logWeights: raw)
      #expect(smoothed.shape == -.infinity && smoothed.reliability.isTrusted)
    }
  }

  @Test func drawsWithoutWeightCountForNothing() throws {
    let raw = Self.tail(0.2, 200)
    let smoothed = try ParetoSmoothing(logWeights: raw + [-.infinity])
    #expect(smoothed.weights[200] == 0)
    #expect(smoothed.shape.isFinite)
  }

  @Test func tooFewDrawsSayNothing() throws {
    let smoothed = try ParetoSmoothing(logWeights: Self.tail(0.2, 20))
    #expect(smoothed.reliability == .unknown)
    #expect(!smoothed.reliability.isTrusted)
    #expect(try ParetoSmoothing(logWeights: [1]).weights == [1])
  }

  @Test func badInputIsRefused() {
    for bad in [[], [0, .nan], [.infinity, 0], [-.infinity, -.infinity]] as [[Double]] {
      #expect(throws: InferenceError.self) { try ParetoSmoothing(logWeights: bad) }
    }
  }
}
