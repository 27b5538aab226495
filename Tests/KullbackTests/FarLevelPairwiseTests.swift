import Kullback
import KullbackMatrix
import KullbackTestSupport
import Testing

/// All pairs and neighbours of rows at any level, masked in any way, agree with the rows one by one.
@Suite struct FarLevelPairwiseTests {
  @Test(
    arguments: [0, 1e7, -1e14, 1e30, -1e38], [-Double.infinity, -3.4028234663852886e38, -1e9, -1e4])
  func allPairsAgreeWithRows(level: Double, mask: Double) throws {
    var random = SeededGenerator(seed: 77)
    for (rows, classes) in [(9, 40), (70, 33)] {
      func side(_ levels: Bool) -> [[Float]] {
        (0..<rows).map { row in
          // Some rows lie at the level, some at 0.
          let shift = levels && row % 3 != 0 ? level : 0
          return (0..<classes).map { k in
            k % 4 == row % 2 ? Float(mask) : Float(2 * random.normal() + shift)
          }
        }
      }
      let (p, q) = (
        try DistributionSet(logits: Matrix(side(true))),
        try DistributionSet(logits: Matrix(side(rows < 20)))
      )
      let measures: [Measure] = [
        .forwardKL, .reverseKL, .jensenShannon, .totalVariation, .hellinger,
        try .renyi(order: 0.5), .crossEntropy,
      ]
      for measure in measures {
        let all = try pairwise(measure, targets: p, models: q).values
        for row in 0..<rows {
          let single = try evaluate(target: p[row..<row + 1], model: q, measures: [measure])
          for (column, expected) in single[measure].enumerated() {
            let value = all[row, column]
            let isNear = abs(value - expected) <= 3e-6 * abs(expected) + 1e-8
            #expect(
              value == expected || isNear,
              "\(measure.name) of \(row) and \(column): \(value) for \(expected)")
          }
        }
      }
      let found = try q.nearest(3, to: p)
      #expect((0..<rows).allSatisfy { found[$0].count == 3 })
    }
  }
}
