import Foundation
import KullbackInference
import KullbackTestSupport
import Testing

/// Values that mpmath computed with 120 digits; `Golden/make_special_functions.py` says how.
struct SpecialFunctionGolden: Decodable, Sendable {
  struct Case: Decodable, Sendable {
    let f: String
    let x: [Double]
    let y: String
  }

  let cases: [Case]

  static let table: SpecialFunctionGolden = {
    guard
      let url = Bundle.module.url(
        forResource: "special_functions", withExtension: "json", subdirectory: "Golden"),
      let data = try? Data(contentsOf: url),
      let table = try? JSONDecoder().decode(SpecialFunctionGolden.self, from: data)
    else { preconditionFailure("special_functions.json is not there or not readable") }
    return table
  }()
}

/// A function under test, with the error its documentation promises.
struct SpecialFunctionCheck: Sendable, CustomTestStringConvertible {
  let name: String
  /// The largest error, relative or, if smaller, as a multiple of `floor`.
  let tolerance: Double
  var floor = 0.0
  let value: @Sendable ([Double]) -> Double

  var testDescription: String { name }

  static let all: [SpecialFunctionCheck] = [
    .init(name: "logExcess", tolerance: 1e-15) { SpecialFunctions.logExcess($0[0]) },
    .init(name: "expExcess", tolerance: 1e-15) { SpecialFunctions.expExcess($0[0]) },
    .init(name: "ratioExcess", tolerance: 1e-15) {
      SpecialFunctions.ratioExcess($0[0], over: $0[1])
    },
    .init(name: "logRatio", tolerance: 1e-15) { SpecialFunctions.logRatio($0[0], over: $0[1]) },
    .init(name: "productsExcess", tolerance: 1.5e-15) {
      SpecialFunctions.ratioExcess(products: $0[0], $0[1], over: $0[2], $0[3])
    },
    .init(name: "logGamma", tolerance: 4e-15) { SpecialFunctions.logGamma($0[0]) },
    .init(name: "digamma", tolerance: 1e-15, floor: 1) { SpecialFunctions.digamma($0[0]) },
    .init(name: "standardGammaEntropy", tolerance: 3e-15, floor: 1) {
      SpecialFunctions.standardGammaEntropy($0[0])
    },
    .init(name: "stirlingRemainder", tolerance: 1e-15) {
      SpecialFunctions.stirlingRemainder($0[0])
    },
    .init(name: "stirlingRemainderSlope", tolerance: 1e-15) {
      SpecialFunctions.stirlingRemainderSlope($0[0])
    },
    .init(name: "logGammaExcess", tolerance: 1e-14) {
      SpecialFunctions.logGammaExcess(from: $0[0], to: $0[1], difference: $0[1] - $0[0])
    },
    .init(name: "shapeExcess", tolerance: 1e-13) {
      SpecialFunctions.shapeExcess(from: $0[0], to: $0[1], difference: $0[1] - $0[0])
    },
    .init(name: "shapeFall", tolerance: 2e-14) { SpecialFunctions.shapeFall($0[0], by: $0[1]) },
    .init(name: "scaledSlopeFall", tolerance: 2e-14) {
      SpecialFunctions.scaledSlopeFall($0[0], by: $0[1])
    },
    .init(name: "scaledLogLessDigamma", tolerance: 3e-15) {
      SpecialFunctions.scaledLogLessDigamma($0[0])
    },
    .init(name: "shapeCurvature", tolerance: 4e-15, floor: 1) {
      SpecialFunctions.shapeCurvature($0[0])
    },
    .init(name: "shapeCurvatureFall", tolerance: 2e-14, floor: 1) {
      SpecialFunctions.shapeCurvatureFall($0[0], by: $0[1]) * ($0[0] / $0[1] + 1)
    },
    .init(name: "logScaledBesselI0", tolerance: 2e-15) {
      SpecialFunctions.logScaledBesselI0($0[0])
    },
    .init(name: "besselRatio", tolerance: 1e-15) { SpecialFunctions.besselRatio($0[0]) },
    .init(name: "besselRatioComplement", tolerance: 5e-14) {
      SpecialFunctions.besselRatioComplement($0[0])
    },
    .init(name: "besselRatioSlope", tolerance: 2e-15) {
      SpecialFunctions.besselRatioSlope($0[0])
    },
    .init(name: "logBesselExcess", tolerance: 1e-13) {
      SpecialFunctions.logBesselExcess(from: $0[0], to: $0[1])
    },
  ]
}

@Suite struct SpecialFunctionTests {
  @Test func everyFunctionOfTheTableIsChecked() {
    let names = Set(SpecialFunctionGolden.table.cases.map(\.f))
    #expect(names == Set(SpecialFunctionCheck.all.map(\.name)))
  }

  @Test(arguments: SpecialFunctionCheck.all)
  func valuesAreWithinTheErrorTheDocumentationStates(_ check: SpecialFunctionCheck) throws {
    var worst = (error: 0.0, at: [Double]())
    for golden in SpecialFunctionGolden.table.cases where golden.f == check.name {
      let expected = try #require(Double(golden.y))
      let value = check.value(golden.x)
      let error = min(
        relativeError(value, expected),
        check.floor > 0 ? abs(value - expected) / check.floor : .infinity)
      if !(error <= worst.error) { worst = (error, golden.x) }
    }
    #expect(worst.error <= check.tolerance, "\(check.name) at \(worst.at)")
  }

  @Test func theEndsOfTheRangesAreExact() {
    #expect(SpecialFunctions.logExcess(0) == 0)
    #expect(SpecialFunctions.logExcess(-0.0).sign == .plus)
    #expect(SpecialFunctions.logExcess(-1) == .infinity)
    #expect(SpecialFunctions.logExcess(.infinity) == .infinity)
    #expect(SpecialFunctions.expExcess(0) == 0)
    #expect(SpecialFunctions.expExcess(-0.0).sign == .plus)
    #expect(SpecialFunctions.expExcess(1000) == .infinity)
    #expect(SpecialFunctions.expExcess(.infinity) == .infinity)
    #expect(SpecialFunctions.ratioExcess(0, over: 1) == .infinity)
    #expect(SpecialFunctions.logGamma(1) == 0)
    #expect(SpecialFunctions.logGamma(2) == 0)
    #expect(SpecialFunctions.logGamma(0) == .infinity)
    #expect(SpecialFunctions.logGamma(.infinity) == .infinity)
    #expect(SpecialFunctions.digamma(0) == -.infinity)
    #expect(SpecialFunctions.besselRatio(0) == 0)
    #expect(SpecialFunctions.logScaledBesselI0(0) == 0)
    #expect(SpecialFunctions.logBesselExcess(from: 0, to: 0) == 0)
  }

  @Test func productsAreSubtractedBeforeTheyAreRounded() {
    let (x, y) = (1 + 0x1p-30, 1 - 0x1p-30)
    #expect(SpecialFunctions.differenceOfProducts(x, y, 1, 1) == -0x1p-60)
    #expect(SpecialFunctions.differenceOfProducts(3, 5, 2, 4) == 7)
  }

  @Test func weightsNeedNotBeNormalised() throws {
    // ½ log(½ / ¼) + ½ log(½ / ¾), times the sum of the first.
    let expected = 0.5 * log(2) + 0.5 * log(2.0 / 3)
    let value = SpecialFunctions.weightedDivergence(target: [3, 3], model: [2, 6])
    #expect(relativeError(value, 6 * expected) < 1e-15)
    #expect(SpecialFunctions.weightedDivergence(target: [1, 0], model: [1, 1]) == log(2))
    #expect(SpecialFunctions.weightedDivergence(target: [1, 1], model: [1, 0]) == .infinity)
    #expect(SpecialFunctions.weightedDivergence(target: [1, 2], model: [3, 6]) == 0)
  }

  @Test func sumsKeepWhatEachAdditionRounds() {
    let values = [1, 1e100, 1, -1e100]
    #expect(SpecialFunctions.compensatedSum(4) { values[$0] } == 2)
    #expect(SpecialFunctions.compensatedSum(2) { $0 == 0 ? .infinity : 1 } == .infinity)
  }
}
