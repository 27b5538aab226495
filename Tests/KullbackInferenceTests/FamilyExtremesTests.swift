import Foundation
import Kullback
import KullbackInference
import KullbackTestSupport
import Testing

/// Divergences and entropies of parameters from anywhere; `Golden/make_family_extremes.py` says how.
struct FamilyExtremesGolden: Decodable, Sendable {
  let family: String
  let target: [Double]
  let model: [Double]
  let divergence: String
  let entropy: String
  /// The relative error of the divergence, where it is more than usual.
  let tolerance: Double?

  static let table: [FamilyExtremesGolden] = {
    guard
      let url = Bundle.module.url(
        forResource: "family_extremes", withExtension: "json", subdirectory: "Golden"),
      let data = try? Data(contentsOf: url),
      let table = try? JSONDecoder().decode([FamilyExtremesGolden].self, from: data)
    else { preconditionFailure("family_extremes.json is not there or not readable") }
    return table
  }()
}

@Suite struct FamilyExtremesTests {
  @Test(.timeLimit(.minutes(5)), arguments: NamedFamily.all.map(\.name))
  func agreesWithManyDigits(name: String) throws {
    let family = try #require(NamedFamily.all.first { $0.name == name })
    let cases = FamilyExtremesGolden.table.filter { $0.family == name }
    #expect(!cases.isEmpty)
    for golden in cases {
      let values = try family.evaluate(targets: [golden.target], models: [golden.model])
      let divergence = try #require(Double(golden.divergence))
      let entropy = try #require(Double(golden.entropy))
      let place = Comment("\(name) \(golden.target) \(golden.model)")
      guard values.invalidRows.isEmpty else {
        // Only a cross entropy that nobody can tell.
        #expect(entropy == -.infinity && divergence > 1e290, place)
        continue
      }
      let tolerance = golden.tolerance ?? 1e-12
      let value = values.forwardKL[0]
      let isRight =
        value == divergence
        || abs(value - divergence) <= tolerance * divergence + 4 * .leastNonzeroMagnitude
        || (tolerance > 1e-12 && max(value, divergence) == .infinity)
      #expect(isRight, "\(place): \(value), \(divergence)")
      let found = values.targetEntropy[0]
      #expect(
        found == entropy || abs(found - entropy) <= 1e-13 * max(1, abs(entropy)),
        "\(place): \(found), \(entropy)")
    }
  }

  /// Every parameter, every other: each call ends, nothing is NaN without a word, no divergence is negative.
  @Test(.timeLimit(.minutes(5)), arguments: NamedFamily.all.map(\.name))
  func everyParameterFromTheLeastToTheLargestNumberEnds(name: String) throws {
    let family = try #require(NamedFamily.all.first { $0.name == name })
    var random = SeededGenerator(seed: 3)
    let rows = (0..<400).compactMap { _ in Self.row(of: family, &random) }
    for row in rows {
      let models = [row] + (0..<8).compactMap { _ in Self.row(of: family, &random) }
      let targets = [[Double]](repeating: row, count: models.count)
      let values = try family.evaluate(targets: targets, models: models)
      let said = Set(values.invalidRows.map(\.row))
      for index in models.indices where !said.contains(index) {
        let place = Comment("\(name) \(row) \(models[index])")
        #expect(values.forwardKL[index] >= 0 && values.reverseKL[index] >= 0, place)
        #expect(!values.targetEntropy[index].isNaN && !values.modelEntropy[index].isNaN, place)
        #expect(!values.crossEntropy[index].isNaN, place)
      }
      for finding in values.invalidRows {
        #expect(
          finding.reason.contains("range of numbers") || finding.reason.contains("trials"),
          "\(name) \(row) \(models[finding.row]): \(finding.reason)")
      }
      #expect(said.contains(0) || values.forwardKL[0] == 0, "\(name) \(row)")
    }
  }

  /// A row of parameters that the family takes.
  private static func row(of family: NamedFamily, _ random: inout SeededGenerator) -> [Double]? {
    let magnitudes = [
      .leastNonzeroMagnitude, 0x1p-1030, .leastNormalMagnitude, 1e-300, 1e-200, 1e-100, 1e-20, 1e-5,
      0.3, 1, 7, 1e5, 1e20, 1e31,
      1e100, 1e200, 1e300, Double.greatestFiniteMagnitude,
    ]
    let names = family.parameters.isEmpty ? ["weight", "weight", "weight"] : family.parameters
    var row = names.map { name -> Double in
      let size = magnitudes[Int(random.uniform() * Double(magnitudes.count))]
      switch name {
      case "probability": return size <= 1 ? size : 1 - 1 / size
      case "trials": return [0, 1, 7, 1e4, 0x1p53][Int(random.uniform() * 5)]
      case "mean", "location", "lower", "upper":
        return [-1, 0, 1][Int(random.uniform() * 3)] * size
      default: return size
      }
    }
    if family.name == "categorical" {
      row = row.map { min($0, 1) / 3 }
      row[2] = 1 - row[0] - row[1]
    }
    if family.name == "uniform" { row.sort() }
    guard let values = try? family.evaluate(targets: [row], models: [row]) else { return nil }
    let refused = values.invalidRows.contains { !$0.reason.contains("range of numbers") }
    return refused ? nil : row
  }
}
