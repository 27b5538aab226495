import Kullback
import Testing

@testable import KullbackCommand

@Suite struct FormHintTests {
  static let probabilities: [[Double]] = [[0.25, 0.75], [1, 0]]
  static let logarithms: [[Double]] = [[-0.6931471805599453, -0.6931471805599453]]
  static let logits: [[Double]] = [[-1.5, 2], [3, -4]]
  static let counts: [[Double]] = [[12, 0], [3, 4]]

  @Test(
    arguments: [
      (probabilities, .logits, .probabilities), (probabilities, .logProbabilities, .probabilities),
      (logits, .logProbabilities, .logits), (logits, .probabilities, .logits),
      (logarithms, .probabilities, .logProbabilities), (logarithms, .weights, .logProbabilities),
      (counts, .logits, .weights), (counts, .probabilities, .weights),
    ] as [([[Double]], Form, Form)])
  func recognisesAMistakenForm(rows: [[Double]], declared: Form, likely: Form) throws {
    let set = try DistributionSet(AnyMatrix(Matrix(rows)), form: declared)
    #expect(FormHint.likelyForm(of: set) == likely)
  }

  @Test(
    arguments: [
      (probabilities, .probabilities), (probabilities, .weights), (logarithms, .logProbabilities),
      (logarithms, .logits), (logits, .logits), (counts, .weights), ([[0, 0], [0, 0]], .logits),
    ] as [([[Double]], Form)])
  func isSilentWhereTheFormFits(rows: [[Double]], declared: Form) throws {
    let set = try DistributionSet(AnyMatrix(Matrix(rows)), form: declared)
    #expect(FormHint.likelyForm(of: set) == nil)
  }
}
