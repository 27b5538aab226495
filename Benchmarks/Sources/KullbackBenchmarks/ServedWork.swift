import Foundation
import Kullback
import KullbackInference
import KullbackKernels

/// A piece of work on matrices that a peer made as well.
struct ServedWork {
  let run: () throws -> Void
  /// The bytes of the last run's result: Double values a row, or a matrix in the input's type.
  let result: () -> Data

  init(kind: String, form: String, threads: Int, operands: [Loaded]) throws {
    let form: Form = form == "probabilities" ? .probabilities : .logits
    switch kind {
    case "forward-kl":
      self = try .pairs([.divergence], form, threads, operands)
    case "one-read":
      self = try .pairs(
        [
          .divergence, .reversedDivergence, .entropyOfFirst, .entropyOfSecond, .crossEntropy,
          .reversedCrossEntropy, .jeffreys,
        ], form, threads, operands)
    case "log-softmax":
      self = try .written(.logSoftmax, threads, operands)
    case "softmax":
      self = try .written(.softmax, threads, operands)
    case "log-softmax-in-place":
      self = try .writtenInPlace(threads, operands)
    case "entropy":
      self = try .rows(.entropy, threads, operands)
    case "log-sum-exp":
      self = try .rows(.logNormaliser, threads, operands)
    case "cross-entropy":
      self = try .labels(threads, operands)
    case "forward-kl-gradient":
      self = try .gradient(.divergence, threads, operands)
    case "reverse-kl-gradient":
      self = try .gradient(.reversedDivergence, threads, operands)
    case "pairwise-forward-kl":
      self = try .pairwise(.forwardKL, form, threads, operands)
    case "pairwise-jensen-shannon":
      self = try .pairwise(.jensenShannon, form, threads, operands)
    case "variational-logistic":
      self = try .variational(VariationalOptions(), operands)
    case "variational-logistic-bare":
      var options = VariationalOptions()
      (options.replications, options.diagnosticDraws) = (0, 2)
      options.mostDiagnosticDraws = 2
      self = try .variational(options, operands)
    case "softmax-fit":
      self = try .softmaxFit(threads, operands)
    case "normals":
      self = try .normals(threads, operands)
    default:
      throw ServeError("no work '\(kind)'")
    }
  }

  fileprivate init(run: @escaping () throws -> Void, result: @escaping () -> Data) {
    self.run = run
    self.result = result
  }

  private static func pairs(
    _ quantities: [PairQuantity], _ form: Form, _ threads: Int, _ operands: [Loaded]
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

  private static func pairwise(
    _ measure: Measure, _ form: Form, _ threads: Int, _ operands: [Loaded]
  ) throws -> ServedWork {
    guard operands.count == 2, case .matrix(let first) = operands[0],
      case .matrix(let second) = operands[1]
    else { throw ServeError("two matrices are wanted") }
    let targets = try DistributionSet(first, form: form)
    let models = try DistributionSet(second, form: form)
    return first.kind == .float32
      ? try pairwise(Float.self, measure, targets, models, threads)
      : try pairwise(Double.self, measure, targets, models, threads)
  }

  private static func pairwise<Element: PairwiseElement>(
    _: Element.Type, _ measure: Measure, _ targets: DistributionSet, _ models: DistributionSet,
    _ threads: Int
  ) throws -> ServedWork {
    let result = Shared(Matrix<Element>(rows: targets.count, columns: models.count))
    return ServedWork {
      try Kullback.pairwise(
        measure, targets: targets, models: models, into: &result.value, threads: threads)
    } result: {
      result.value.values.withUnsafeBytes { Data($0) }
    }
  }

  private static func rows(
    _ quantity: RowQuantity, _ threads: Int, _ operands: [Loaded]
  ) throws -> ServedWork {
    guard operands.count == 1, case .matrix(let matrix) = operands[0]
    else { throw ServeError("one matrix is wanted") }
    let operand = RowOperand(matrix, form: .logits, tolerance: 0.01)
    let results = Shared(RowResults(quantities: [quantity], rows: matrix.rows))
    return ServedWork {
      evaluateRows(operand, rows: 0..<matrix.rows, into: &results.value, threads: threads)
    } result: {
      results.value[quantity].withUnsafeBytes { Data($0) }
    }
  }

  /// The logarithms of a softmax are logits of the same distribution: every run does the same work.
  private static func writtenInPlace(_ threads: Int, _ operands: [Loaded]) throws -> ServedWork {
    guard operands.count == 1, case .matrix(let matrix) = operands[0],
      let logits = matrix.matrix(of: Float.self)
    else { throw ServeError("one matrix of f32 is wanted") }
    let result = Shared(logits)
    return ServedWork {
      writeRows(inPlace: &result.value, form: .logits, as: .logSoftmax, threads: threads)
    } result: {
      result.value.values.withUnsafeBytes { Data($0) }
    }
  }

  private static func written(
    _ output: RowOutput, _ threads: Int, _ operands: [Loaded]
  ) throws -> ServedWork {
    guard operands.count == 1, case .matrix(let matrix) = operands[0], matrix.kind == .float32
    else { throw ServeError("one matrix of f32 is wanted") }
    let operand = RowOperand(matrix, form: .logits, tolerance: 0.01)
    let rows = 0..<matrix.rows
    let result = Shared(writeRows(operand, rows: rows, as: output, to: Float.self).result)
    return ServedWork {
      writeRows(operand, rows: rows, as: output, into: &result.value, threads: threads)
    } result: {
      result.value.values.withUnsafeBytes { Data($0) }
    }
  }

  private static func labels(_ threads: Int, _ operands: [Loaded]) throws -> ServedWork {
    guard operands.count == 2, case .labels(let labels) = operands[0],
      case .matrix(let matrix) = operands[1]
    else { throw ServeError("labels and a matrix are wanted") }
    let operand = RowOperand(matrix, form: .logits, tolerance: 0.01)
    let latest = Shared(evaluateLabels(labels, operand, threads: threads))
    return ServedWork {
      latest.value = evaluateLabels(labels, operand, threads: threads)
    } result: {
      latest.value.values.withUnsafeBytes { Data($0) }
    }
  }

  /// A fit of a logistic regression's posterior; the result is the mean and the rows of the Cholesky factor.
  private static func variational(
    _ options: VariationalOptions, _ operands: [Loaded]
  ) throws -> ServedWork {
    guard operands.count == 2, case .matrix(let matrix) = operands[0],
      let features = matrix.matrix(of: Double.self), case .labels(let labels) = operands[1]
    else { throw ServeError("a matrix of f64 and labels are wanted") }
    let latest = Shared<VariationalFit?>(nil)
    return ServedWork {
      let density = try BayesianLogisticRegression(
        features: features, labels: labels.map { Int($0) })
      latest.value = try fitGaussian(to: density, options: options)
    } result: {
      let normal = latest.value?.gaussian
      let numbers = (normal?.mean ?? []) + (normal?.factor.values ?? [])
      return numbers.withUnsafeBytes { Data($0) }
    }
  }

  private static func gradient(
    _ gradient: PairGradient, _ threads: Int, _ operands: [Loaded]
  ) throws -> ServedWork {
    guard operands.count == 2, case .matrix(let first) = operands[0],
      case .matrix(let second) = operands[1], second.kind == .float32
    else { throw ServeError("two matrices of f32 are wanted") }
    let target = RowOperand(first, form: .logits, tolerance: 0.01)
    let model = RowOperand(second, form: .logits, tolerance: 0.01)
    let rows = first.rows
    let result = Shared(
      evaluatePairs(target, model, rows: rows, gradient: gradient, as: Float.self).gradient)
    return ServedWork {
      _ = evaluatePairs(
        target, model, rows: rows, gradient: gradient, into: &result.value, threads: threads)
    } result: {
      result.value.values.withUnsafeBytes { Data($0) }
    }
  }
}

extension ServedWork {
  /// Softmax regression from features and labels, with scikit-learn's C = 1: W and b.
  fileprivate static func normals(
    _ threads: Int, _ operands: [Loaded]
  ) throws -> ServedWork {
    let matrices = operands.compactMap { operand -> Matrix<Double>? in
      guard case .matrix(let matrix) = operand else { return nil }
      return matrix.matrix(of: Double.self)
    }
    guard matrices.count == 4 else { throw ServeError("four matrices of float64 are wanted") }
    let latest = Shared<[Double]>([])
    return ServedWork {
      let p = try MultivariateNormals(means: matrices[0], covariances: matrices[1])
      let q = try MultivariateNormals(means: matrices[2], covariances: matrices[3])
      latest.value = try forwardKL(target: p, model: q, threads: threads).values
    } result: {
      latest.value.withUnsafeBytes { Data($0) }
    }
  }

  fileprivate static func softmaxFit(
    _ threads: Int, _ operands: [Loaded]
  ) throws -> ServedWork {
    guard operands.count == 2, case .matrix(let features) = operands[0],
      case .labels(let labels) = operands[1]
    else { throw ServeError("a matrix and labels are wanted") }
    var regression = SoftmaxRegression()
    regression.penalty = 1 / Double(features.rows)
    regression.threads = threads
    let classes = labels.map { Int($0) }
    let latest = Shared<[Double]>([])
    return ServedWork { [regression] in
      let model = try regression.fit(features: features, labels: classes).model
      latest.value = model.weights.values + model.intercepts
    } result: {
      latest.value.withUnsafeBytes { Data($0) }
    }
  }
}

/// A result that closures share and that keeps its memory from run to run.
final class Shared<Value> {
  var value: Value

  init(_ value: Value) { self.value = value }
}
