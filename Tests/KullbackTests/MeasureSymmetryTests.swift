import Kullback
import Testing

@Suite struct MeasureSymmetryTests {
  private static let measures =
    (Measure.all + Measure.families.flatMap(\.samples)).map(\.name)

  @Test(arguments: measures)
  func aMeasureIsSymmetricWhereExchangingSidesChangesNothing(name: String) throws {
    let p = try DistributionSet(weights: Matrix([[5.0, 2, 1], [1, 1, 8], [3, 3, 1]]))
    let q = try DistributionSet(weights: Matrix([[1.0, 4, 4], [2, 5, 2], [1, 6, 2]]))
    let measure = try Measure.named(name)
    let one = try evaluate(target: p, model: q, measures: [measure])[measure]
    let other = try evaluate(target: q, model: p, measures: [measure])[measure]
    let areSame = zip(one, other).allSatisfy { abs($0 - $1) <= 1e-12 }
    #expect(areSame == measure.isSymmetric)
  }
}
