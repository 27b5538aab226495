import Kullback
import KullbackTestSupport
import Testing

@Suite struct GradientTests {
  static let temperatures: [Double] = [1, 2.5]

  /// ∂f/∂b by central differences of fifth order.
  private func difference(
    _ model: Matrix<Double>, _ row: Int, _ k: Int, _ f: (Matrix<Double>) throws -> [Double]
  ) rethrows -> Double {
    let h = 1e-3
    func at(_ steps: Double) throws -> Double {
      var moved = model
      moved[row, k] += steps * h
      return try f(moved)[row]
    }
    return try (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h)
  }

  private func check(
    temperature: Double, value: (DistributionSet, DistributionSet) throws -> [Double],
    gradient: (DistributionSet, DistributionSet) throws -> Gradient<Double>
  ) throws {
    let (a, b) = (logits(3, 7, seed: 11), logits(3, 7, seed: 12))
    let p = try DistributionSet(logits: a)
    let g = try gradient(p, DistributionSet(logits: b, temperature: temperature))
    #expect(
      g.values == (try value(p, DistributionSet(logits: b, temperature: temperature))))
    for row in 0..<3 {
      for k in 0..<7 {
        let slope = try difference(b, row, k) { moved in
          try value(p, DistributionSet(logits: moved, temperature: temperature))
        }
        #expect(abs(g.gradient[row, k] - slope) < 1e-9 * max(1, abs(slope)))
      }
      // Logits may all move together.
      #expect(abs(g.gradient.row(row).reduce(0, +)) < 1e-12)
    }
  }

  @Test(arguments: temperatures)
  func forwardIsTheSlopeOfForwardKL(temperature: Double) throws {
    try check(
      temperature: temperature, value: { try forwardKL(target: $0, model: $1) },
      gradient: { try forwardKLGradient(target: $0, model: $1, as: Double.self) })
  }

  @Test(arguments: temperatures)
  func reverseIsTheSlopeOfReverseKL(temperature: Double) throws {
    try check(
      temperature: temperature, value: { try reverseKL(target: $0, model: $1) },
      gradient: { try reverseKLGradient(target: $0, model: $1, as: Double.self) })
  }

  @Test(arguments: temperatures)
  func crossEntropysIsTheSlopeOfCrossEntropy(temperature: Double) throws {
    try check(
      temperature: temperature, value: { try crossEntropy(target: $0, model: $1) },
      gradient: { try crossEntropyGradient(target: $0, model: $1, as: Double.self) })
  }

  @Test func targetsOfEveryFormServe() throws {
    let (a, b) = (logits(2, 5, seed: 3), logits(2, 5, seed: 4))
    let model = try DistributionSet(logits: b)
    let p = try softmax(a)
    let direct = try forwardKLGradient(
      target: DistributionSet(logits: a), model: model, as: Double.self)
    for target in [
      try DistributionSet(probabilities: p), try DistributionSet(logProbabilities: logSoftmax(a)),
    ] {
      let g = try forwardKLGradient(target: target, model: model, as: Double.self)
      expectClose(g.gradient.values, direct.gradient.values, within: 1e-14)
    }
    let hot = try DistributionSet(weights: Matrix<Int32>([[0, 1, 0, 0, 0], [0, 0, 0, 3, 0]]))
    let g = try crossEntropyGradient(target: hot, model: model, as: Double.self)
    let q = try softmax(b)
    expectClose([g.gradient[0, 1], g.gradient[0, 0]], [q[0, 1] - 1, q[0, 0]], within: 1e-15)
    #expect(abs(g.values[0] + (try logSoftmax(b))[0, 1]) < 1e-14)
  }

  @Test func alikeRowsKeepTheirDigits() throws {
    var generator = SeededGenerator(seed: 8)
    let a = (0..<1000).map { _ in Float(generator.normal()) }
    let b = a.map { $0 + Float(generator.normal() * 1e-5) }
    let g = try forwardKLGradient(
      target: DistributionSet(logits: Matrix(a, rows: 1, columns: 1000)),
      model: DistributionSet(logits: Matrix(b, rows: 1, columns: 1000)))
    let p = OracleRow(a.map(Double.init), form: .logits(temperature: 1))
    let q = OracleRow(b.map(Double.init), form: .logits(temperature: 1))
    for k in 0..<1000 {
      let exact = (q.probabilities[k] - p.probabilities[k]).high
      // A subtraction of two softmaxes in Float would be off by 1e-7 of p, a hundredth of q - p.
      #expect(
        abs(Double(g.gradient[0, k]) - exact) <= 1e-6 * abs(exact) + 1e-12 * p.probabilities[k].high
      )
    }
  }

  @Test func floatsOfManyShapesAgreeWithDoubles() throws {
    for (rows, columns) in [(40, 3), (5, 64), (3, 301), (2, 5000)] {
      let (a, b) = (logits(rows, columns, seed: 21), logits(rows, columns, seed: 22))
      let narrow = (
        Matrix(a.values.map { Float($0) }, rows: rows, columns: columns),
        Matrix(b.values.map { Float($0) }, rows: rows, columns: columns)
      )
      let p = try DistributionSet(logits: narrow.0)
      let q = try DistributionSet(logits: narrow.1)
      let wide = (
        try DistributionSet(
          logits: Matrix(narrow.0.values.map(Double.init), rows: rows, columns: columns)),
        try DistributionSet(
          logits: Matrix(narrow.1.values.map(Double.init), rows: rows, columns: columns))
      )
      let forward = try forwardKLGradient(target: p, model: q)
      let exactly = try forwardKLGradient(target: wide.0, model: wide.1, as: Double.self)
      let reverse = try reverseKLGradient(target: p, model: q)
      let reversed = try reverseKLGradient(target: wide.0, model: wide.1, as: Double.self)
      for (x, y) in zip(forward.gradient.values, exactly.gradient.values) {
        #expect(abs(Double(x) - y) < 2e-6)
      }
      for (x, y) in zip(reverse.gradient.values, reversed.gradient.values) {
        #expect(abs(Double(x) - y) < 2e-5)
      }
    }
  }

  @Test func invalidAndInfiniteRowsAreNaN() throws {
    let p = try DistributionSet(logits: Matrix<Float>([[.nan, 0], [0, -.infinity], [1, 2]]))
    let q = try DistributionSet(logits: Matrix<Float>([[0, 0], [0, 0], [0, 0]]))
    let forward = try forwardKLGradient(target: p, model: q)
    #expect(forward.gradient.row(0).allSatisfy { $0.isNaN })
    #expect(forward.gradient.row(1) == [-0.5, 0.5])
    #expect(forward.diagnostics.invalidCount == 1)
    let reverse = try reverseKLGradient(target: p, model: q)
    #expect(reverse.values[1] == .infinity)
    #expect(reverse.gradient.row(1).allSatisfy { $0.isNaN })
    #expect(reverse.gradient.row(2).allSatisfy { $0.isFinite })
  }

  @Test func rowsLongerThanASegment() throws {
    let columns = 1_048_576 + 33
    var generator = SeededGenerator(seed: 6)
    let a = (0..<columns).map { _ in Float(generator.uniform()) }
    let b = (0..<columns).map { _ in Float(generator.uniform()) }
    let p = Matrix(a, rows: 1, columns: columns)
    let q = Matrix(b, rows: 1, columns: columns)
    let g = try forwardKLGradient(
      target: DistributionSet(logits: p), model: DistributionSet(logits: q))
    let (sp, sq) = (try softmax(p), try softmax(q))
    for k in [0, 5, 1_048_575, 1_048_576, columns - 1] {
      #expect(abs(g.gradient[0, k] - (sq[0, k] - sp[0, k])) < 1e-11)
    }
  }
}
