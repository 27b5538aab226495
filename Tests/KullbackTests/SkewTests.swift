import Kullback
import KullbackTestSupport
import Testing

/// The skew divergence: what it is between, where it meets other measures, and which weights there are.
@Suite struct SkewTests {
  private let p: DistributionSet
  private let q: DistributionSet

  init() throws {
    var random = SeededGenerator(seed: 5)
    p = try DistributionSet(
      logits: Matrix((0..<20 * 33).map { _ in random.normal() }, rows: 20, columns: 33))
    q = try DistributionSet(
      logits: Matrix((0..<20 * 33).map { _ in random.normal() }, rows: 20, columns: 33))
  }

  private func values(_ measure: Measure) throws -> [Double] {
    try evaluate(target: p, model: q, measures: [measure])[measure]
  }

  @Test func weightOneIsTheForwardDivergenceBitForBit() throws {
    #expect(try values(.skew(weight: 1)) == values(.forwardKL))
  }

  @Test func itRisesWithTheWeightUpToTheForwardDivergence() throws {
    let weights = [1e-6, 0.1, 0.5, 0.9, 0.99, 0.999999]
    var before = [Double](repeating: 0, count: 20)
    for weight in weights {
      let values = try values(.skew(weight: weight))
      #expect(zip(before, values).allSatisfy { $0 < $1 }, "\(weight)")
      before = values
    }
    #expect(zip(before, try values(.forwardKL)).allSatisfy { $0 < $1 })
  }

  @Test func halfOfItBothWaysIsTwiceTheJensenShannonDivergence() throws {
    let skew = try Measure.skew(weight: 0.5)
    let there = try evaluate(target: q, model: p, measures: [skew])[skew]
    for (both, expected) in zip(zip(try values(skew), there), try values(.jensenShannon)) {
      #expect(relativeError((both.0 + both.1) / 2, expected) < 1e-12)
    }
  }

  @Test func aSmallWeightGivesHalfItsSquareTimesTheReverseChiSquared() throws {
    let weight = 1e-7
    for (value, chi) in zip(try values(.skew(weight: weight)), try values(.reverseChiSquared)) {
      #expect(relativeError(value, weight * weight / 2 * chi) < 1e-4)
    }
  }

  @Test func weightsThatAreNoneAreRefused() throws {
    for weight in [0, -0.0, -1, 1.0000001, .infinity, -.infinity, .nan] {
      #expect(throws: KullbackError.self) { try Measure.skew(weight: weight) }
    }
    #expect(
      KullbackError.invalidOrder(2, of: "skew").description
        == "2 is no weight of skew, whose weights are above 0, to 1")
    #expect(KullbackError.unknownMeasure("skew").description.contains("skew:WEIGHT"))
    #expect(try Measure.named("skew:0.990").name == "skew:0.99")
  }

  @Test func aModelWithoutTheTargetsClassesIsAsFarAsTheWeightAllows() throws {
    let one = try DistributionSet(probabilities: Matrix([[1.0, 0], [0.5, 0.5], [0, 1]]))
    let other = try DistributionSet(probabilities: Matrix([[0.0, 1], [1, 0], [0, 1]]))
    let skew = try Measure.skew(weight: 0.75)
    let values = try evaluate(target: one, model: other, measures: [skew])[skew]
    #expect(relativeError(values[0], 1.3862943611198906) < 1e-15)
    // ½ log(½ / ⅞) + ½ log(½ / ⅛).
    #expect(relativeError(values[1], 0.4133392865922339) < 1e-15)
    #expect(values[2] == 0)
  }
}
