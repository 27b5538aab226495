import Kullback
import Testing

@Suite struct InvalidRowTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let form: Form
    let row: [Double]
    let reason: InvalidReason
    var testDescription: String { "\(form): \(row) \(reason)" }
  }

  static let cases: [Case] = {
    let log: [Double] = [-0.5, -0.4, -0.3]
    return [
      Case(form: .logits, row: [0, .nan, 1], reason: .notANumber),
      Case(form: .logits, row: [0, .infinity, 1], reason: .infinite),
      Case(form: .logits, row: [-.infinity, -.infinity, -.infinity], reason: .noMass),
      Case(form: .logProbabilities, row: [0, .nan, 1], reason: .notANumber),
      Case(form: .logProbabilities, row: [.infinity, -1, -1], reason: .infinite),
      Case(form: .logProbabilities, row: log, reason: .notNormalised),
      Case(form: .logProbabilities, row: [0.2, 0.3, 0.5], reason: .notNormalised),
      Case(form: .probabilities, row: [0.5, .nan, 0.5], reason: .notANumber),
      Case(form: .probabilities, row: [.infinity, 0, 1], reason: .infinite),
      Case(form: .probabilities, row: [-.infinity, 0, 1], reason: .infinite),
      Case(form: .probabilities, row: [1.5, -0.5, 0], reason: .negative),
      Case(form: .probabilities, row: [0.5, 0.2, 0.2], reason: .notNormalised),
      Case(form: .weights, row: [1, .nan, 2], reason: .notANumber),
      Case(form: .weights, row: [1, .infinity, 2], reason: .infinite),
      Case(form: .weights, row: [1, -1, 2], reason: .negative),
      Case(form: .weights, row: [0, 0, 0], reason: .noMass),
    ]
  }()

  /// A valid row of the form.
  static func valid(_ form: Form) -> [Double] {
    switch form {
    case .logits: [1, 2, 3]
    case .logProbabilities: [-0.6931471805599453, -1.3862943611198906, -1.3862943611198906]
    case .probabilities: [0.5, 0.25, 0.25]
    case .weights: [2, 1, 1]
    }
  }

  @Test(arguments: cases, [Side.target, .model])
  func anInvalidRowStopsNothingElse(bad: Case, side: Side) throws {
    let good = Self.valid(bad.form)
    let faulty = try DistributionSet(
      AnyMatrix(Matrix<Double>([good, bad.row, good])), form: bad.form)
    let sound = try DistributionSet(logits: Matrix<Double>([[1, 0, 2], [0, 1, 2], [1, 1, 0]]))
    let e = try evaluate(
      target: side == .target ? faulty : sound, model: side == .target ? sound : faulty,
      measures: Measure.all)
    for measure in Measure.all {
      let values = e[measure]
      #expect(values[1].isNaN, "\(measure.name)")
      #expect(values[0].isFinite && values[2].isFinite, "\(measure.name)")
    }
    #expect(e.diagnostics.invalidCount == 1)
    #expect(e.diagnostics.invalidRows.map(\.row) == [1])
    #expect(e.diagnostics.invalidRows.first?.side == side)
    #expect(e.diagnostics.invalidRows.first?.reason == bad.reason)
    let summary = e.summary(of: .forwardKL)
    #expect(summary.count == 2 && summary.invalid == 1 && summary.mean.isFinite)
  }

  @Test func bothSidesAreListedAndTheRowCountedOnce() throws {
    let bad = try DistributionSet(weights: Matrix<Double>([[0, 0]]))
    let e = try evaluate(target: bad, model: bad)
    #expect(e.diagnostics.invalidCount == 1)
    #expect(e.diagnostics.invalidRows.map(\.side) == [.target, .model])
  }

  @Test func missingMassOfTheModelMakesThatRowInfinite() throws {
    let p = try DistributionSet(logits: Matrix<Double>([[0, 0, 0], [0, 0, -.infinity]]))
    let q = try DistributionSet(logits: Matrix<Double>([[0, 0, -.infinity], [0, 0, 0]]))
    let e = try evaluate(target: p, model: q, measures: Measure.all)
    #expect(e[.forwardKL][0] == .infinity && e[.forwardKL][1].isFinite)
    #expect(e[.reverseKL][0].isFinite && e[.reverseKL][1] == .infinity)
    #expect(e[.jensenShannon].allSatisfy { $0.isFinite })
    #expect(e.diagnostics.invalidCount == 0)
    #expect(e.summary(of: .forwardKL).infinite == 1)
  }
}
