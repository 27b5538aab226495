import Foundation
import Kullback
import KullbackInference
import KullbackTestSupport
import Testing

/// Divergences and entropies that mpmath integrated or summed; `Golden/make_families.py` says how.
struct FamilyGolden: Decodable, Sendable {
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    let family: String
    let target: [Double]
    let model: [Double]
    let divergence: String
    let entropy: String

    var testDescription: String { "\(family) \(target) \(model)" }
  }

  struct WishartCase: Decodable, Sendable {
    let degrees: Double
    let scale: [[Double]]
    let modelDegrees: Double
    let modelScale: [[Double]]
    let divergence: String
    let entropy: String
  }

  let cases: [Case]
  let wisharts: [WishartCase]

  static let table: FamilyGolden = {
    guard
      let url = Bundle.module.url(
        forResource: "families", withExtension: "json", subdirectory: "Golden"),
      let data = try? Data(contentsOf: url),
      let table = try? JSONDecoder().decode(FamilyGolden.self, from: data)
    else { preconditionFailure("families.json is not there or not readable") }
    return table
  }()
}

@Suite struct FamilyGoldenTests {
  /// What is promised of every divergence, near equality too.
  private static let divergenceError = 1e-12
  private static let entropyError = 1e-13

  private func family(_ name: String) throws -> NamedFamily {
    try #require(NamedFamily.all.first { $0.name == name })
  }

  @Test(arguments: FamilyGolden.table.cases)
  func agreesWithTheIntegral(golden: FamilyGolden.Case) throws {
    let values = try family(golden.family)
      .evaluate(targets: [golden.target], models: [golden.model])
    let divergence = try #require(Double(golden.divergence))
    let entropy = try #require(Double(golden.entropy))
    #expect(values.invalidRows == [])
    let error = abs(values.forwardKL[0] / divergence - 1)
    #expect(error <= Self.divergenceError, "\(values.forwardKL[0]), \(divergence): \(error)")
    #expect(
      abs(values.targetEntropy[0] - entropy) <= Self.entropyError * max(1, abs(entropy)),
      "\(values.targetEntropy[0]), \(entropy)")
    #expect(
      abs(values.crossEntropy[0] - (entropy + divergence))
        <= Self.entropyError * max(1, abs(entropy), divergence))
  }

  @Test(arguments: FamilyGolden.table.cases)
  func directionsAreEachOthersExchangedBitForBit(golden: FamilyGolden.Case) throws {
    let family = try family(golden.family)
    let one = try family.evaluate(targets: [golden.target], models: [golden.model])
    let other = try family.evaluate(targets: [golden.model], models: [golden.target])
    #expect(one.forwardKL[0].bitPattern == other.reverseKL[0].bitPattern)
    #expect(one.reverseKL[0].bitPattern == other.forwardKL[0].bitPattern)
    #expect(one.targetEntropy == other.modelEntropy)
    #expect(one.forwardKL[0] >= 0 && one.reverseKL[0] >= 0)
  }

  @Test(arguments: FamilyGolden.table.cases)
  func aDistributionIsExactlyNothingFromItself(golden: FamilyGolden.Case) throws {
    for row in [golden.target, golden.model] {
      let values = try family(golden.family).evaluate(targets: [row], models: [row])
      #expect(values.forwardKL[0] == 0 && values.forwardKL[0].sign == .plus)
      #expect(values.crossEntropy[0] == values.targetEntropy[0])
    }
  }

  @Test(arguments: FamilyGolden.table.wisharts.indices)
  func wishartsAgreeWithTheIntegral(index: Int) throws {
    let golden = FamilyGolden.table.wisharts[index]
    let p = try Wishart(degreesOfFreedom: golden.degrees, scale: Matrix(golden.scale))
    let q = try Wishart(degreesOfFreedom: golden.modelDegrees, scale: Matrix(golden.modelScale))
    let divergence = try #require(Double(golden.divergence))
    let entropy = try #require(Double(golden.entropy))
    let value = try forwardKL(target: p, model: q)
    #expect(abs(value / divergence - 1) <= Self.divergenceError, "\(value), \(divergence)")
    #expect(abs(p.entropy - entropy) <= Self.entropyError * max(1, abs(entropy)))
    #expect(try forwardKL(target: p, model: p) == 0)
    #expect(try reverseKL(target: q, model: p) == value)
  }

  @Test func wishartOfOneDimensionIsAGammaDistribution() throws {
    let pairs = [(3.0, 0.5, 4.5, 2.0), (1.5, 1, 1.5 * (1 + 0x1p-30), 1 - 0x1p-31)]
    for (n, v, m, w) in pairs {
      let wishart = try forwardKL(
        target: Wishart(degreesOfFreedom: n, scale: Matrix([[v]])),
        model: Wishart(degreesOfFreedom: m, scale: Matrix([[w]])))
      let gamma = try forwardKL(
        target: Gamma(shape: n / 2, scale: 2 * v), model: Gamma(shape: m / 2, scale: 2 * w))
      #expect(abs(wishart / gamma - 1) <= 1e-9)
    }
  }

  @Test func everyFamilyOfTheCatalogueIsInTheTable() {
    let tested = Set(FamilyGolden.table.cases.map(\.family))
    #expect(NamedFamily.all.map(\.name) == tested.sorted())
  }
}
