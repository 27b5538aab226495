import Kullback
import KullbackTestSupport
import Testing
import CLibm

@Suite struct LogSoftmaxTests {
  let logits = Matrix<Float>([[1, 2, 3, 4], [0, 0, 0, 0], [-1e4, 1e4, 0, 5], [80, -80, 79, 2]])

  /// log p of one row by the oracle.
  private func expected(_ row: [Float], temperature: Double) -> [Double] {
    OracleRow(row.map(Double.init), form: .logits(temperature: temperature))
      .logProbabilities.map(\.high)
  }

  @Test(arguments: [1, 2, 0.7])
  func elementsAreWithinFourUlp(temperature: Double) throws {
    let result = try logSoftmax(logits, temperature: temperature)
    for row in 0..<logits.rows {
      for (value, exact) in zip(
        result.row(row), expected(logits.row(row), temperature: temperature))
      {
        #expect(floatUlps(value, from: exact) <= 4, "\(value) for \(exact)")
      }
    }
  }

  @Test func allPlacesForTheResultHoldTheSame() throws {
    let fresh = try logSoftmax(logits, temperature: 3)
    var mine = Matrix<Float>(repeating: 7, rows: 4, columns: 4)
    try logSoftmax(logits, temperature: 3, into: &mine)
    var inPlace = logits
    try logSoftmax(inPlace: &inPlace, temperature: 3)
    #expect(mine == fresh && inPlace == fresh)
    #expect(logits[0, 0] == 1, "the copy was written, not the original")
    var wide = Matrix<Double>(rows: 4, columns: 4)
    try logSoftmax(logits, temperature: 3, into: &wide)
    #expect(wide.values == fresh.values.map(Double.init))
  }

  @Test func softmaxIsItsExponential() throws {
    let p = try softmax(logits)
    let exact = (0..<4).flatMap { row in
      OracleRow(logits.row(row).map(Double.init), form: .logits(temperature: 1))
        .probabilities.map(\.high)
    }
    for (value, exact) in zip(p.values, exact) where exact > 1e-37 {
      #expect(floatUlps(value, from: exact) <= 8)
    }
    var inPlace = logits
    try softmax(inPlace: &inPlace)
    #expect(inPlace == p)
  }

  @Test func narrowElementsGiveFloats() throws {
    let halves = Matrix<Float16>([[1, 2, 3], [4, 4, 4]])
    let result: Matrix<Float> = try logSoftmax(halves)
    #expect(result == (try logSoftmax(Matrix<Float>([[1, 2, 3], [4, 4, 4]]))))
    var inPlace = halves
    try logSoftmax(inPlace: &inPlace)
    #expect(inPlace.values == result.values.map { Float16($0) })
    let brain = Matrix<BFloat16>([[BFloat16(1), BFloat16(2)]])
    #expect(try softmax(brain).values == softmax(Matrix<Float>([[1, 2]])).values)
  }

  @Test func invalidRowsBecomeNaNAndStopNoOther() throws {
    let rows: [[Float]] = [
      [0, 0], [.nan, 1], [.infinity, 0], [-.infinity, -.infinity], [1, 1],
    ]
    let result = try logSoftmax(Matrix(rows))
    #expect(result.row(0) == result.row(4))
    for row in 1...3 { #expect(result.row(row).allSatisfy { $0.isNaN }) }
    let sums = try logSumExp(Matrix(rows))
    #expect(sums.map(\.isNaN) == [false, true, true, true, false])
  }

  @Test func zeroMassStaysZero() throws {
    let row = Matrix<Double>([[0, -.infinity, 0]])
    #expect(try logSoftmax(row)[0, 1] == -.infinity)
    #expect(try softmax(row).values == [0.5, 0, 0.5])
    // One class: certain, and not -0.
    #expect(try logSoftmax(Matrix<Double>([[5]]))[0, 0].sign == .plus)
  }

  @Test func logSumExpMovesWithTheLogits() throws {
    let values = try logSumExp(Matrix<Double>([[1, 2, 3]]))
    expectClose(values, [3.407605964444380], within: 1e-15)
    let shifted = try logSumExp(Matrix<Double>([[1 + 1e8, 2 + 1e8, 3 + 1e8]]))
    expectClose(shifted, [1e8 + 3.407605964444380], within: 1e-15)
  }

  @Test func rowsLongerThanASegmentUseAllPaths() throws {
    let columns = 1_048_576 + 77
    var generator = SeededGenerator(seed: 5)
    let values = (0..<columns).map { _ in Float(generator.uniform() * 4) }
    let row = Matrix(values, rows: 1, columns: columns)
    let sum = values.reduce(0.0) { $0 + exp(Double($1)) }
    #expect(abs(try logSumExp(row)[0] - log(sum)) < 1e-6)
    let result = try logSoftmax(row, threads: 2)
    for k in [0, 1, 524_288, 1_048_575, 1_048_576, columns - 1] {
      #expect(abs(Double(result[0, k]) - (Double(values[k]) - log(sum))) < 2e-6)
    }
    #expect(try logSoftmax(row, threads: 1) == result)
    let set = try DistributionSet(logits: row)
    let scored = try crossEntropy(labels: [columns - 1], model: set)
    #expect(abs(scored[0] + Double(result[0, columns - 1])) < 2e-6)
    let direct = try entropy(of: set)[0]
    let beside = try evaluate(target: set, model: set, measures: [.targetEntropy])
    #expect(abs(direct - beside[.targetEntropy][0]) < 1e-5)
  }

  @Test func refusesWhatDoesNotFit() throws {
    #expect(throws: KullbackError.invalidTemperature(0)) { try logSoftmax(logits, temperature: 0) }
    var narrow = Matrix<Float>(rows: 4, columns: 3)
    #expect(
      throws: KullbackError.resultShape(
        expected: Shape(rows: 4, columns: 4), given: Shape(rows: 4, columns: 3))
    ) { try logSoftmax(logits, into: &narrow) }
    #expect(try logSoftmax(Matrix<Float>(rows: 0, columns: 4)).rows == 0)
    #expect(try logSumExp(Matrix<Float>(rows: 2, columns: 0)).allSatisfy { $0.isNaN })
  }

  @Test func setsOfEveryFormNormalise() throws {
    let counts = Matrix<Int32>([[1, 3], [2, 2]])
    let set = try DistributionSet(weights: counts, smoothing: 1)
    #expect(try set.probabilities(as: Double.self).values.values == [1 / 3.0, 2 / 3.0, 0.5, 0.5])
    let bad = try DistributionSet(weights: Matrix<Int32>([[0, 0], [1, 1]]))
    let (values, diagnostics) = try bad.logProbabilities(as: Float.self)
    #expect(values.row(0).allSatisfy { $0.isNaN } && !values[1, 0].isNaN)
    #expect(diagnostics.invalidCount == 1 && diagnostics.invalidRows[0].reason == .noMass)
  }
}
