import Kullback
import KullbackTestSupport
import Testing

/// What one read of each set gives has a function; every measure is asked for by its name.
@Suite struct MeasureFunctionTests {
  private typealias Function = (DistributionSet, DistributionSet, Int?) throws -> [Double]

  private let functions: [Measure: Function] = [
    .forwardKL: { try forwardKL(target: $0, model: $1, threads: $2) },
    .reverseKL: { try reverseKL(target: $0, model: $1, threads: $2) },
    .jeffreys: { try jeffreys(target: $0, model: $1, threads: $2) },
    .crossEntropy: { try crossEntropy(target: $0, model: $1, threads: $2) },
    .reverseCrossEntropy: { try reverseCrossEntropy(target: $0, model: $1, threads: $2) },
    .targetEntropy: { target, _, threads in try entropy(of: target, threads: threads) },
    .modelEntropy: { _, model, threads in try entropy(of: model, threads: threads) },
  ]

  private func set(seed: UInt64) throws -> DistributionSet {
    var generator = SeededGenerator(seed: seed)
    return try DistributionSet(
      logits: Matrix((0..<20 * 33).map { _ in generator.normal() }, rows: 20, columns: 33))
  }

  @Test func whatOneReadGivesHasAFunction() throws {
    #expect(Set(functions.keys) == Set(Measure.oneRead))
    let (p, q) = (try set(seed: 1), try set(seed: 2))
    let together = try evaluate(target: p, model: q)
    for (measure, function) in functions {
      for (found, expected) in zip(try function(p, q, nil), together[measure]) {
        #expect(abs(found - expected) <= 1e-13 * abs(expected), "\(measure.name)")
      }
      #expect(try function(p, q, 3) == function(p, q, 1), "\(measure.name)")
    }
  }

  @Test func everyMeasureIsAskedForByItsName() throws {
    let (p, q) = (try set(seed: 3), try set(seed: 4))
    for family in Measure.families { #expect(!family.samples.isEmpty, "\(family.name)") }
    for measure in Measure.all + Measure.families.flatMap(\.samples) {
      let named = try Measure.named(measure.name)
      let together = try evaluate(target: p, model: q, measures: [measure])[measure]
      #expect(try named.values(target: p, model: q) == together, "\(measure.name)")
    }
  }
}
