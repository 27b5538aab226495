import Foundation
import Kullback
import KullbackTestSupport
import Testing

/// Sets in which rows are there more than once, held to the same sets with each row once.
@Suite struct EqualRowTests {
  static let measures: [Measure] = [
    .forwardKL, .jeffreys, .crossEntropy, .jensenShannon, .hellinger, .triangularDiscrimination,
    .topAgreement,
  ]

  /// Which of the distinct rows each row is: at first all, then some again, as often as `most` says.
  private func places(_ distinct: Int, _ most: Int, seed: UInt64) -> [Int] {
    var generator = SeededGenerator(seed: seed)
    var places = Array(0..<distinct)
    for place in 0..<distinct {
      // The distinct rows keep the order in which they are met first.
      let first = places.firstIndex(of: place) ?? 0
      for _ in 0..<Int.random(in: 0...most, using: &generator) {
        places.insert(place, at: Int.random(in: first + 1...places.count, using: &generator))
      }
    }
    return places
  }

  private func set<Element: LogitElement & BinaryFloatingPoint>(
    _: Element.Type, _ form: Form, _ rows: [[Double]]
  ) throws -> DistributionSet {
    let elements = rows.map { row in
      switch form {
      case .logits: row.map { Element($0) }
      case .logProbabilities:
        row.map { [total = log(row.reduce(0) { $0 + exp($1) })] in Element($0 - total) }
      case .probabilities:
        row.map { [total = row.reduce(0) { $0 + exp($1) }] in Element(exp($0) / total) }
      case .weights: row.map { Element(exp($0).rounded()) }
      }
    }
    return try DistributionSet(
      AnyMatrix(Matrix(elements)), form: form, temperature: form == .logits ? 1.5 : 1,
      smoothing: form == .weights ? 0.5 : 0)
  }

  private func expectExpanded(
    _ all: Matrix<Double>, _ few: Matrix<Double>, _ rows: [Int], _ columns: [Int], _ name: String
  ) {
    for (i, row) in rows.enumerated() {
      for (j, column) in columns.enumerated()
      where all[i, j].bitPattern != few[row, column].bitPattern
        && !(all[i, j].isNaN && few[row, column].isNaN)
      {
        Issue.record("\(name): \(i), \(j) is \(all[i, j]), not \(few[row, column])")
        return
      }
    }
  }

  private func check<Element: LogitElement & BinaryFloatingPoint>(
    _ type: Element.Type, _ form: Form, classes: Int, most: Int
  ) throws {
    let name = "\(type) \(form) \(classes) classes, up to \(most + 1)"
    var rows = PairwiseShape.independent.logits(45, classes, seed: UInt64(classes + most))
    rows[7] = [Double](repeating: .nan, count: classes)
    rows[40] = rows[39]
    rows[40][0] += 1e-6
    let (p, q) = (Array(rows[0..<30]), Array(rows[15..<45]))
    let (first, second) = (places(30, most, seed: 3), places(30, most, seed: 4))
    let few = (try set(type, form, p), try set(type, form, q))
    let all = (
      try set(type, form, first.map { p[$0] }), try set(type, form, second.map { q[$0] })
    )
    let selfFew = try set(type, form, rows)
    let selfPlaces = places(45, most, seed: 5)
    let selfAll = try set(type, form, selfPlaces.map { rows[$0] })
    for measure in Self.measures {
      let expected = try pairwise(measure, targets: few.0, models: few.1).values
      for threads in [1, 2] {
        let found = try pairwise(
          measure, targets: all.0, models: all.1, threads: threads)
        expectExpanded(found.values, expected, first, second, "\(measure.name) \(name)")
        #expect(found.report.shape == Shape(rows: first.count, columns: second.count))
        #expect(
          found.report.diagnostics.invalidCount == first.count { $0 == 7 }, "\(name)")
      }
      let own = try pairwise(measure, of: selfAll)
      expectExpanded(
        own.values, try pairwise(measure, of: selfFew).values, selfPlaces, selfPlaces,
        "\(measure.name) of itself, \(name)")
      #expect(own.report.diagnostics.invalidCount == 2 * selfPlaces.count { $0 == 7 })
      // Equal rows of two sets are exactly 0 apart.
      for i in 15..<30 where measure.isDivergence { #expect(expected[i, i - 15] == 0) }
    }
  }

  @Test(arguments: [Form.logits, .logProbabilities, .probabilities, .weights], [1, 6])
  func allPairsAreThoseOfTheDistinctRows(_ form: Form, _ most: Int) throws {
    for classes in [3, 65] {
      try check(Float.self, form, classes: classes, most: most)
      try check(Double.self, form, classes: classes, most: most)
    }
  }

  @Test func bandsAreTheMatrix() throws {
    let rows = PairwiseShape.independent.logits(100, 40, seed: 9)
    let order = places(100, 3, seed: 6)
    let set = try set(Float.self, .logits, order.map { rows[$0] })
    var next = 0
    for measure in [Measure.forwardKL, .jensenShannon] {
      let whole = try pairwise(measure, targets: set, models: set).values
      next = 0
      try pairwise(measure, targets: set, models: set, as: Double.self, workingMemory: 1 << 20) {
        band, values in
        for row in band {
          for column in 0..<set.count {
            let (x, y) = (values[row - band.lowerBound, column], whole[row, column])
            #expect(abs(x - y) <= 2e-6 * y)
          }
        }
        next = band.upperBound
      }
      #expect(next == set.count)
    }
  }

  @Test(arguments: [1, 3, 40, 300])
  func theNearestAreThoseOfSortingEveryRow(_ count: Int) throws {
    var rows = PairwiseShape.independent.logits(60, 33, seed: 21)
    rows[4][2] = .nan
    let order = places(60, 3, seed: 22)
    let set = try set(Float.self, .logits, order.map { rows[$0] })
    for measure in [Measure.forwardKL, .jensenShannon, .topAgreement] {
      let values = try pairwise(measure, targets: set, models: set).values
      for excludes in [false, true] {
        let expected = (0..<set.count).map { query in
          (0..<set.count).map { Neighbour(row: $0, value: values[query, $0]) }
            .filter { !$0.value.isNaN && !(excludes && $0.row == query) }
            .sorted { ($0.value, $0.row) < ($1.value, $1.row) }
        }
        for threads in [1, 2] {
          let found = try set.nearest(
            count, to: set, by: measure, excludesSameRow: excludes, threads: threads)
          for query in 0..<set.count {
            #expect(
              found[query] == Array(expected[query].prefix(count)), "\(measure.name) \(excludes)")
          }
        }
        let near = try set.neighbours(within: 0.2, of: set, by: measure, excludesSameRow: excludes)
        for query in 0..<set.count {
          #expect(near[query] == expected[query].filter { $0.value <= 0.2 })
        }
      }
    }
  }

  @Test func manyEqualRowsAreComparedOnce() throws {
    let rows = [[Float]](repeating: [0.2, 0.3, 0.5], count: 20_000)
    let set = try DistributionSet(probabilities: Matrix(rows))
    let found = try set.nearest(5, to: set, excludesSameRow: true)
    #expect(found.report.computed == 0 && found.report.refined == 0)
    #expect(found[0].map(\.row) == [1, 2, 3, 4, 5] && found[3].map(\.row) == [0, 1, 2, 4, 5])
    #expect(found[19_999].allSatisfy { $0.value == 0 })
  }

  @Test func rowsReadInAnotherWayAreNotTheSame() throws {
    let matrix = Matrix(
      PairwiseShape.independent.logits(8, 5, seed: 2).map { $0.map { Float($0) } })
    let p = try DistributionSet(logits: matrix)
    let q = try DistributionSet(logits: matrix, temperature: 2)
    let values = try pairwise(.forwardKL, targets: p, models: q).values
    let expected = try evaluate(target: p, model: q, measures: [.forwardKL])[.forwardKL]
    for row in 0..<8 {
      #expect(abs(values[row, row] - expected[row]) <= 1e-6 * expected[row])
      #expect(values[row, row] > 0)
    }
  }

  @Test func progressEndsWithAllRows() throws {
    let rows = PairwiseShape.independent.logits(30, 5, seed: 7)
    let set = try set(Double.self, .logits, places(30, 5, seed: 8).map { rows[$0] })
    var last = (0, 0)
    _ = try pairwise(.forwardKL, targets: set, models: set, as: Double.self) { last = ($0, $1) }
    #expect(last == (set.count, set.count))
    _ = try set.nearest(2, to: set) { last = ($0, $1) }
    #expect(last == (set.count, set.count))
  }
}
