import Kullback
import KullbackTestSupport
import Testing

@Suite struct LabelTests {
  let logits = Matrix<Double>([[1, 2, 3], [0.5, -1, 2], [0, 0, 0], [-2, 4, 1]])
  let labels = [2, 0, 1, 1]

  /// The definition, term by term.
  private func expected(
    _ row: Int, label: Int, smoothing: Double = 0, weights: [Double] = [1, 1, 1]
  ) -> Double {
    let q = OracleRow(logits.row(row), form: .logits(temperature: 1)).logProbabilities
    let spread = zip(weights, q).reduce(0.0) { $0 - $1.0 * $1.1.high }
    return -(1 - smoothing) * weights[label] * q[label].high + smoothing / 3 * spread
  }

  @Test func everyCombinationMatchesTheDefinition() throws {
    let model = try DistributionSet(logits: logits)
    for smoothing in [0, 0.1, 1] {
      for weights in [nil, [0.5, 2, 0.25]] {
        let e = try evaluate(
          labels: labels, model: model, smoothing: smoothing, ignoring: 9, classWeights: weights)
        let exact = (0..<4).map {
          expected($0, label: labels[$0], smoothing: smoothing, weights: weights ?? [1, 1, 1])
        }
        expectClose(e.values, exact, within: 1e-13)
        #expect(e.weights == labels.map { (weights ?? [1, 1, 1])[$0] })
        #expect(abs(e.mean - exact.reduce(0, +) / e.weights.reduce(0, +)) < 1e-13)
      }
    }
  }

  @Test func classesMaskedByTheSmallestDoubleAreSmoothedAsOthersAre() throws {
    let least = -Double.greatestFiniteMagnitude
    let model = try DistributionSet(logits: Matrix<Double>([[1, least, least, least]]))
    let e = try evaluate(labels: [0], model: model, smoothing: 0.001)
    #expect(relativeError(e.values[0], 0.00025 * 3 * -least) < 1e-14)
  }

  @Test func aCaseComputedByHand() throws {
    let model = try DistributionSet(logits: Matrix<Double>([[1, 2, 3]]))
    let e = try evaluate(
      labels: [0], model: model, smoothing: 0.1, classWeights: [0.5, 2, 0.25])
    // 0.9 · 0.5 · 2.40760596 + 0.1/3 · (0.5 · 2.40760596 + 2 · 1.40760596 + 0.25 · 0.40760596)
    expectClose(e.values, [1.22078656], within: 1e-8)
    #expect(abs(e.mean - 2.44157313) < 1e-8)
  }

  @Test func anIgnoredLabelComesBeforeEverything() throws {
    let model = try DistributionSet(logits: Matrix<Float>([[.nan, 0], [1, 1]]))
    let e = try evaluate(labels: [Int32(-100), 1], model: model, ignoring: -100)
    #expect(e.values[0] == 0 && e.weights == [0, 1])
    #expect(e.diagnostics.invalidCount == 0)
    #expect(abs(e.mean - e.values[1]) == 0)
    let none = try evaluate(labels: [7, 7], model: model, ignoring: 7)
    #expect(none.mean.isNaN)
  }

  @Test func aLabelOutOfRangeIsRefusedWithItsRow() throws {
    let model = try DistributionSet(logits: logits)
    let e = try evaluate(labels: [0, 3, -1, 2] as [Int64], model: model)
    #expect(e.values.map(\.isNaN) == [false, true, true, false])
    #expect(
      e.diagnostics.invalidRows == [
        InvalidRow(row: 1, side: .target, reason: .badLabel),
        InvalidRow(row: 2, side: .target, reason: .badLabel),
      ])
  }

  @Test func noMassUnderTheLabelIsInfinite() throws {
    let model = try DistributionSet(probabilities: Matrix<Float>([[1, 0], [1, 0], [1, 0]]))
    #expect(try crossEntropy(labels: [1, 0, 0], model: model) == [.infinity, 0, 0])
    let smoothed = try crossEntropy(labels: [0, 0, 0], model: model, smoothing: 0.1)
    #expect(smoothed == [.infinity, .infinity, .infinity])
    let unweighted = try crossEntropy(
      labels: [0, 0, 0], model: model, smoothing: 0.1, classWeights: [1, 0])
    #expect(unweighted == [0, 0, 0])
  }

  @Test func everyFormGivesTheSameModel() throws {
    let model = try DistributionSet(logits: logits)
    let p = try softmax(logits)
    let weights = Matrix(p.values.map { $0 * 12 }, rows: 4, columns: 3)
    let reference = try crossEntropy(labels: labels, model: model, smoothing: 0.2)
    for other in [
      try DistributionSet(probabilities: p), try DistributionSet(weights: weights),
      try DistributionSet(logProbabilities: try logSoftmax(logits)),
    ] {
      let values = try crossEntropy(labels: labels, model: other, smoothing: 0.2)
      expectClose(values, reference, within: 1e-13)
    }
  }

  @Test func refusesOptionsOutOfRange() throws {
    let model = try DistributionSet(logits: logits)
    #expect(throws: KullbackError.labelCount(labels: 1, rows: 4)) {
      try crossEntropy(labels: [1], model: model)
    }
    #expect(throws: KullbackError.invalidLabelSmoothing(1.5)) {
      try crossEntropy(labels: labels, model: model, smoothing: 1.5)
    }
    for weights in [[1, 2], [1, 2, -1], [1, 2, .nan]] as [[Double]] {
      #expect(throws: KullbackError.invalidClassWeights(count: weights.count, classes: 3)) {
        try crossEntropy(labels: labels, model: model, classWeights: weights)
      }
    }
  }
}
