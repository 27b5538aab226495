import Foundation
import Kullback
import KullbackKernels

/// A piece of work on matrices that a peer made as well.
struct ServedWork {
  let run: () throws -> Void
  /// The bytes of the last run's result: Double values a row, or a matrix in the input's type.
  let result: () -> Data

  init(kind: String, form: String, threads: Int, operands: [Loaded]) throws {
    let form: RowForm = form == "probabilities" ? .probabilities : .logits
    switch kind {
    case "forward-kl":
      self = try .pairs([.divergence], form, threads, operands)
    case "one-read":
      self = try .pairs(
        [
          .divergence, .reversedDivergence, .entropyOfFirst, .entropyOfSecond, .crossEntropy,
          .reversedCrossEntropy, .jeffreys,
        ], form, threads, operands)
    default:
      throw ServeError("no work '\(kind)'")
    }
  }

  private init(run: @escaping () throws -> Void, result: @escaping () -> Data) {
    self.run = run
    self.result = result
  }

  private static func pairs(
    _ quantities: [PairQuantity], _ form: RowForm, _ threads: Int, _ operands: [Loaded]
  ) throws -> ServedWork {
    guard operands.count == 2, case .matrix(let first) = operands[0],
      case .matrix(let second) = operands[1]
    else { throw ServeError("two matrices are wanted") }
    let target = RowOperand(first, form: form, tolerance: 0.01)
    let model = RowOperand(second, form: form, tolerance: 0.01)
    let results = Shared(PairResults(quantities: quantities, rows: first.rows))
    return ServedWork {
      evaluatePairs(
        target, model, rows: 0..<first.rows, into: &results.value, threads: threads)
    } result: {
      results.value[quantities[0]].withUnsafeBytes { Data($0) }
    }
  }
}

/// A result that closures share and that keeps its memory from run to run.
final class Shared<Value> {
  var value: Value

  init(_ value: Value) { self.value = value }
}
