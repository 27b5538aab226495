import Foundation
import KullbackInference
import KullbackTestSupport
import Testing

/// Divergences of binomials of different numbers of trials; `Golden/make_binomial.py` says how.
private struct BinomialGolden: Decodable {
  let target: [Double]
  let model: [Double]
  let divergence: String

  static func load() throws -> [BinomialGolden] {
    let url = try #require(
      Bundle.module.url(forResource: "binomial", withExtension: "json", subdirectory: "Golden"))
    return try JSONDecoder().decode([BinomialGolden].self, from: Data(contentsOf: url))
  }
}

@Suite struct BinomialTests {
  private static func binomial(_ row: [Double]) throws -> Binomial {
    try Binomial(trials: Int(row[0]), probability: row[1])
  }

  @Test func moreTrialsOfTheModelHaveADivergenceWithItsDigitsOrAReason() throws {
    let cases = try BinomialGolden.load()
    var refused = 0
    for golden in cases {
      let expected = try #require(Double(golden.divergence))
      let place = Comment("\(golden.target) \(golden.model)")
      do {
        let value = try Self.binomial(golden.target).divergence(to: Self.binomial(golden.model))
        #expect(relativeError(value, expected) < 1e-9, "\(place): \(value), \(expected)")
      } catch InferenceError.invalidParameter {
        // Only where next to nothing is left.
        #expect(expected < 1e-8, place)
        refused += 1
      }
    }
    #expect(cases.count >= 80 && refused * 4 < cases.count, "\(refused) of \(cases.count)")
  }

  @Test func fewerTrialsOfTheModelAreInfinitelyFar() throws {
    func divergence(_ n: Int, _ p: Double, _ m: Int, _ q: Double) throws -> Double {
      try Binomial(trials: n, probability: p).divergence(to: Binomial(trials: m, probability: q))
    }
    #expect(try divergence(4, 0.5, 3, 0.5) == .infinity)
    #expect(try divergence(3, 0.5, 4, 1) == .infinity)
    #expect(try divergence(3, 0.5, 4, 0) == .infinity)
    // No success at all is possible with any number of trials.
    #expect(try divergence(4, 0, 3, 0.5) == 3 * log(2))
    #expect(try divergence(0, 0.7, 3, 0.5) == 3 * log(2))
    #expect(try divergence(5, 0.7, 0, 0.5) == .infinity)
    #expect(try divergence(4, 0, 0, 0.5) == 0)
    // Three of three, with four trials: log 4 less than three more halvings.
    #expect(abs(try divergence(3, 1, 4, 0.5) - log(4)) < 1e-15)
  }

  @Test func theReasonIsOfItsOwn() throws {
    let (p, q) = try (
      Binomial(trials: 1 << 50, probability: 0.5),
      Binomial(trials: (1 << 50) + 1, probability: 0.5)
    )
    #expect {
      try p.divergence(to: q)
    } throws: { "\($0)".contains("a difference that rounding leaves") }
  }
}
