import Foundation
import KullbackTestSupport
import Testing

@testable import KullbackInference

@Suite struct ParametrisationTests {
  private static let families = NamedFamily.all.filter { !$0.parameters.isEmpty }

  /// Another way to write a name: other cases, other signs between its words.
  private func restyled(_ name: String, using generator: inout SeededGenerator) -> String {
    switch generator.next() % 4 {
    case 0: name
    case 1: name.uppercased()
    case 2: " " + name.split(separator: "-").joined(separator: "_")
    default: name.split(separator: "-").map(\.capitalized).joined(separator: " ") + " "
    }
  }

  @Test(arguments: 0..<families.count)
  func everyNameIsFoundInAnyOrder(index: Int) throws {
    let family = Self.families[index]
    var generator = SeededGenerator(seed: UInt64(index))
    #expect(family.parametrisations.first?.parameters == family.parameters)
    for parametrisation in family.parametrisations {
      for _ in 0..<40 {
        let order = Array(parametrisation.columns.indices).shuffled(using: &generator)
        let header = order.map { column -> String in
          let names = parametrisation.columns[column].names
          return restyled(
            names[Int.random(in: 0..<names.count, using: &generator)], using: &generator)
        }
        let (found, places) = try family.parametrisation(of: header)
        #expect(found.parameters == parametrisation.parameters, "\(family.name): \(header)")
        #expect(places.map { order[$0] } == Array(order.indices), "\(family.name): \(header)")
      }
    }
  }

  @Test func namesInGreekAreThoseOfTheirLetters() throws {
    let normal = try #require(Self.families.first { $0.name == "normal" })
    #expect(try normal.parametrisation(of: ["σ²", "μ"]).places == [1, 0])
    #expect(
      try normal.parametrisation(of: ["σ²", "µ"]).parametrisation.parameters == [
        "mean", "variance",
      ]
    )
    #expect(try normal.parametrisation(of: ["Sigma^2", "mu"]).places == [1, 0])
  }

  @Test(arguments: 0..<families.count)
  func othersAreRefusedWithThoseThatAreTaken(index: Int) throws {
    let family = Self.families[index]
    for bad in [
      ["x"], ["x", "y"], ["", ""], family.parameters + ["x"], family.parameters.map { _ in "x" },
    ]
      + [family.parameters.map { _ in family.parameters[0] }]
    where bad.count != 1 || bad[0] != family.parameters[0] {
      #expect(throws: UnknownParameters.self, "\(family.name): \(bad)") {
        try family.parametrisation(of: bad)
      }
    }
    do {
      _ = try family.parametrisation(of: family.parameters.map { $0 + " of it" })
      Issue.record("\(family.name) takes what it does not know")
    } catch {
      for name in family.parametrisations.flatMap(\.parameters) {
        #expect(error.description.contains(name))
      }
    }
    // What is one thing to some and another to others is refused with the reason.
    for (name, reason) in family.ambiguities {
      let header = [name] + family.parameters.dropFirst()
      do {
        _ = try family.parametrisation(of: header)
        Issue.record("\(family.name) takes \(name)")
      } catch {
        #expect(error.description.contains(reason))
      }
    }
  }

  @Test(arguments: ["mean", "mu"], ["variance", "sd", "std", "standard deviation", "precision"])
  func momentsOfALogNormalMightBeThoseOfTheVariable(mean: String, other: String) throws {
    let family = try #require(Self.families.first { $0.name == "log-normal" })
    do {
      _ = try family.parametrisation(of: [mean, other])
      Issue.record("taken")
    } catch {
      #expect(error.description.contains("mu and sigma are of log X"), "\(error)")
    }
  }

  /// Parameters in other words, and what they are in the family's own.
  private static func pairs(
    _ generator: inout SeededGenerator
  ) -> [(family: String, names: [String], row: [Double], own: [Double])] {
    let (m, s) = (generator.normal() * 10, exp(generator.normal() * 3))
    let (a, b) = (exp(generator.normal()), exp(generator.normal() * 2))
    let share = generator.uniform() * 0.98 + 0.01
    return [
      ("normal", ["mean", "variance"], [m, s * s], [m, s]),
      ("normal", ["mean", "precision"], [m, 1 / (s * s)], [m, s]),
      ("log-normal", ["mu", "sigma2"], [m, s * s], [m, s]),
      ("log-normal", ["mu", "precision-log"], [m, 1 / (s * s)], [m, s]),
      ("exponential", ["scale"], [1 / s], [s]),
      ("gamma", ["shape", "scale"], [a, 1 / b], [a, b]),
      ("gamma", ["shape", "mean"], [a, a / b], [a, b]),
      ("gamma", ["mean", "variance"], [a / b, a / (b * b)], [a, b]),
      ("gamma", ["mean", "standard-deviation"], [a / b, a.squareRoot() / b], [a, b]),
      ("beta", ["mean", "concentration"], [share, b], [share * b, (1 - share) * b]),
      ("laplace", ["location", "variance"], [m, 2 * s * s], [m, s]),
      ("laplace", ["location", "standard-deviation"], [m, 2.0.squareRoot() * s], [m, s]),
      ("uniform", ["location", "scale"], [m, s], [m, m + s]),
    ]
  }

  @Test(arguments: 0..<20)
  func otherParametersAreConverted(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    let pairs = Self.pairs(&generator)
    for (name, names, row, own) in pairs {
      let family = try #require(Self.families.first { $0.name == name })
      let (parametrisation, places) = try family.parametrisation(of: names)
      #expect(places == Array(names.indices))
      let converted = try parametrisation.converted(row)
      for (value, expected) in zip(converted, own) {
        #expect(abs(value - expected) <= 1e-14 * abs(expected), "\(name) \(names)")
      }
      // On either side of a pair, each by itself.
      let values = try family.evaluate(
        targets: [row], models: [own], targetsAs: parametrisation)
      #expect(values.invalidCount == 0 && abs(values.forwardKL[0]) < 1e-12)
      let others = try family.evaluate(targets: [own], models: [row], modelsAs: parametrisation)
      #expect(others.invalidCount == 0 && abs(others.forwardKL[0]) < 1e-12)
    }
    // None is left out here.
    let ways = Self.families.flatMap { family in
      family.parametrisations.dropFirst().map { "\(family.name) \($0.parameters)" }
    }
    #expect(Set(ways) == Set(pairs.map { "\($0.family) \($0.names)" }))
  }

  @Test(arguments: [
    ("normal", ["mean", "variance"], [0, -1.0], "variance"),
    ("normal", ["mean", "variance"], [0, .infinity], "variance"),
    ("normal", ["mean", "precision"], [0, 0], "precision"),
    ("gamma", ["shape", "scale"], [1, 0], "scale"),
    ("gamma", ["shape", "mean"], [1, .nan], "mean"),
    ("gamma", ["mean", "variance"], [-1, 1], "mean"),
    ("exponential", ["scale"], [-2], "scale"),
    ("beta", ["mean", "concentration"], [1, 3], "mean"),
    ("laplace", ["location", "variance"], [1, 0], "variance"),
    ("uniform", ["location", "scale"], [1, -1], "scale"),
  ])
  func whatIsOutOfRangeIsNamed(
    name: String, names: [String], row: [Double], parameter: String
  ) throws {
    let family = try #require(Self.families.first { $0.name == name })
    let (parametrisation, _) = try family.parametrisation(of: names)
    let values = try family.evaluate(
      targets: [row], models: [row], targetsAs: parametrisation, modelsAs: parametrisation)
    #expect(values.invalidCount == 1 && values.forwardKL[0].isNaN)
    #expect(values.invalidRows.allSatisfy { $0.reason.hasPrefix(parameter + " ") })
  }
}
