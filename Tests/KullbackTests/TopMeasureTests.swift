import Kullback
import KullbackTestSupport
import Testing

/// Measures by the order of classes: which there are, what they are between, and where they meet.
@Suite struct TopMeasureTests {
  private let p: DistributionSet
  private let q: DistributionSet

  init() throws {
    var random = SeededGenerator(seed: 6)
    p = try DistributionSet(logits: Matrix(random.normals(40 * 33), rows: 40, columns: 33))
    q = try DistributionSet(logits: Matrix(random.normals(40 * 33), rows: 40, columns: 33))
  }

  @Test func anOverlapOfOneIsTheAgreement() throws {
    let one = try Measure.topOverlap(count: 1).values(target: p, model: q)
    #expect(try one == Measure.topAgreement.values(target: p, model: q))
    let rank = try Measure.topRank.values(target: p, model: q)
    #expect(zip(one, rank).allSatisfy { ($0 == 1) == ($1 == 1) })
  }

  @Test func anOverlapOfAllClassesIsWhole() throws {
    for count in [33.0, 34, 1000] {
      let values = try Measure.topOverlap(count: count).values(target: p, model: q)
      #expect(values.allSatisfy { $0 == 1 })
    }
    let five = try Measure.topOverlap(count: 5).values(target: p, model: q)
    #expect(five.allSatisfy { $0 >= 0 && $0 <= 1 && ($0 * 5).rounded() == $0 * 5 })
    #expect(five.contains { $0 < 1 })
  }

  @Test func aTemperatureChangesNothing() throws {
    let warm = try DistributionSet(q.matrix, form: .logits, temperature: 3)
    for measure in [Measure.topRank, try .topOverlap(count: 5)] {
      #expect(try measure.values(target: p, model: q) == measure.values(target: p, model: warm))
    }
  }

  @Test func countsThatAreNoneAreRefused() throws {
    for count in [0, -1, 0.5, 1001, .infinity, .nan] {
      #expect(throws: KullbackError.self) { try Measure.topOverlap(count: count) }
    }
    #expect(
      KullbackError.invalidOrder(0, of: "top-overlap").description
        == "0 is no count of top-overlap, whose counts are 1 to 1000")
    #expect(try Measure.named("top-overlap:10").name == "top-overlap:10")
    #expect(try Measure.named("top-overlap:1e1").name == "top-overlap:10")
  }

  @Test func theWorstRowsOfAnAgreementAreTheSmallest() throws {
    let overlap = try Measure.topOverlap(count: 5)
    var stream = EvaluationStream(measures: [overlap], worstRows: 3)
    let values = try stream.add(target: p, model: q)[overlap]
    let sorted = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    #expect(stream.worstRows.map(\.row) == Array(sorted.prefix(3)))
    var same = EvaluationStream(measures: [overlap, .forwardKL], worstRows: 3)
    try same.add(target: p, model: p)
    #expect(same.worstBy == .forwardKL && same.worstRows.isEmpty)
    var equal = EvaluationStream(measures: [.topRank], worstRows: 3)
    try equal.add(target: p, model: p)
    #expect(equal.worstRows.isEmpty)
  }
}
