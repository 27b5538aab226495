internal import Kullback
internal import KullbackKernels
internal import KullbackLinearAlgebra

/// Some rows of a softmax regression: their logits, which become the gradients with respect to them.
struct SoftmaxTile: Sendable {
  let rows: Int
  let classes: Int
  /// Logits before, gradients after `replaceLogits`; each row's with its weight.
  var residuals: Matrix<Double>
  /// Where gradients are written while the logits are still read.
  private var gradients: Matrix<Double>
  private var targets: Matrix<Double>

  init(rows: Int, classes: Int) {
    self.rows = rows
    self.classes = classes
    residuals = Matrix(rows: rows, columns: classes)
    gradients = Matrix(rows: 0, columns: 0)
    targets = Matrix(rows: 0, columns: 0)
  }

  /// Replaces the logits by their gradients and adds the rows' divergences to sums.
  mutating func replaceLogits(
    _ problem: SoftmaxProblem, rows: Range<Int>, _ features: Matrix<Double>,
    _ weights: Matrix<Double>, _ intercepts: [Double], _ sums: inout SoftmaxSums
  ) {
    switch problem.targets {
    case .labels(let labels):
      let masses = replaceByLabels(labels[rows], problem.temperature)
      var values = crossEntropies(masses)
      // What is too small for a Double is looked at again as a logarithm.
      if masses.contains(where: { $0.label < 0x1p-1000 }) {
        values = Self.crossEntropies(
          labels[rows], features, weights, intercepts, problem.temperature)
      }
      let sum = Self.sum(values, problem.sampleWeights?[rows])
      sums.crossEntropy += sum
      sums.divergence += sum
      scale(by: problem.sampleWeights?[rows], 1 / problem.temperature)
    case .smoothedLabels(let labels, let smoothing):
      spread(labels[rows], smoothing)
      let operand = RowOperand(AnyMatrix(targets), form: .probabilities, tolerance: 1e-6)
      replaceByPairs(operand, problem, rows, &sums)
    case .distributions(let set):
      replaceByPairs(set[rows].operand(), problem, rows, &sums)
    }
  }

  /// Adds the sum of each column.
  func addColumnSums(to sums: inout [Double]) {
    var sums = sums.mutableSpan
    residuals.withElements { elements, stride in
      for row in 0..<rows {
        for column in 0..<classes { sums[column] += elements[row * stride + column] }
      }
    }
  }

  // MARK: Class labels

  /// A row's mass in its label's class, and in all others.
  private struct Masses {
    var label: Double
    var others: Double
  }

  /// Replaces logits by q - p of class labels.
  ///
  /// q of the label less 1 is taken as minus the sum of the others: near 1 nothing cancels.
  private mutating func replaceByLabels(
    _ labels: ArraySlice<Int>, _ temperature: Double
  ) -> [Masses] {
    let statuses = writeRows(
      inPlace: &residuals, form: .logits, temperature: temperature, as: .softmax, threads: 1)
    let isValid = statuses.allSatisfy { $0 == .valid }
    var masses: [Masses] = []
    masses.reserveCapacity(rows)
    let classes = classes
    residuals.withMutableElements { elements, stride in
      for (row, label) in labels.enumerated() {
        let place = row * stride + label
        let mass = isValid ? elements[place] : .nan
        elements[place] = 0
        let others = Self.sum(elements.span, from: row * stride, count: classes)
        elements[place] = -others
        masses.append(Masses(label: mass, others: others))
      }
    }
    return masses
  }

  /// -log q of each label: by log(1 - others) where the label has most of the mass.
  private func crossEntropies(_ masses: [Masses]) -> [Double] {
    let logs = logarithms(masses.map { $0.label > 0.5 ? 1 - $0.others : $0.label })
    return zip(masses, logs).map { masses, log in
      guard masses.label > 0.5 else { return -log }
      // Kahan's log1p: the rounding of 1 - others is in both factors.
      let rounded = 1 - masses.others
      return rounded == 1 ? masses.others : -log * (masses.others / (1 - rounded))
    }
  }

  private static func crossEntropies(
    _ labels: ArraySlice<Int>, _ features: Matrix<Double>, _ weights: Matrix<Double>,
    _ intercepts: [Double], _ temperature: Double
  ) -> [Double] {
    var logits = Matrix<Double>(rows: features.rows, columns: weights.columns)
    fill(&logits, with: intercepts)
    guard (try? BLAS.gemm(features, weights, beta: 1, into: &logits)) != nil else {
      return [Double](repeating: .nan, count: features.rows)
    }
    let model = RowOperand(
      AnyMatrix(logits), form: .logits, temperature: temperature, tolerance: .infinity)
    return evaluateLabels(labels.map { Int64($0) }, model, threads: 1).values
  }

  private static func sum(_ elements: Span<Double>, from first: Int, count: Int) -> Double {
    var sums = SIMD4<Double>.zero
    let whole = first + count / 4 * 4
    for index in stride(from: first, to: whole, by: 4) {
      sums += SIMD4(
        elements[index], elements[index + 1], elements[index + 2], elements[index + 3])
    }
    var sum = sums.sum()
    for index in whole..<first + count { sum += elements[index] }
    return sum
  }

  // MARK: Distributions

  private mutating func replaceByPairs(
    _ target: RowOperand, _ problem: SoftmaxProblem, _ range: Range<Int>, _ sums: inout SoftmaxSums
  ) {
    let weights = problem.sampleWeights?[range]
    let share = problem.forwardShare
    if gradients.rows != rows { gradients = Matrix(rows: rows, columns: classes) }
    if share > 0 {
      let found = evaluatePairs(
        target, model(problem), rows: rows, gradient: .divergence, into: &gradients, threads: 1)
      sums.crossEntropy += Self.sum(found[.crossEntropy], weights)
      sums.divergence += Self.sum(found[.divergence], weights)
    }
    if share < 1 {
      var reverse = share > 0 ? Matrix(rows: rows, columns: classes) : gradients
      if share == 0 { gradients = Matrix(rows: 0, columns: 0) }
      let found = evaluatePairs(
        target, model(problem), rows: rows, gradient: .reversedDivergence,
        also: [.reversedCrossEntropy], into: &reverse, threads: 1)
      sums.reversedCrossEntropy += Self.sum(found[.reversedCrossEntropy], weights)
      sums.reversedDivergence += Self.sum(found[.reversedDivergence], weights)
      if share > 0 { Self.mix(gradients, share, into: &reverse) }
      gradients = reverse
    }
    swap(&gradients, &residuals)
    scale(by: weights, 1)
  }

  private func model(_ problem: SoftmaxProblem) -> RowOperand {
    RowOperand(
      AnyMatrix(residuals), form: .logits, temperature: problem.temperature, tolerance: .infinity)
  }

  /// Sets `targets` to the distributions of labels of which a share is spread evenly.
  private mutating func spread(_ labels: ArraySlice<Int>, _ smoothing: Double) {
    let rest = smoothing / Double(classes)
    targets = Matrix(repeating: rest, rows: rows, columns: classes)
    targets.withMutableElements { elements, stride in
      for (row, label) in labels.enumerated() {
        elements[row * stride + label] = 1 - smoothing + rest
      }
    }
  }

  // MARK: Sums

  /// share × first + (1 - share) × second, in place of the second.
  private static func mix(
    _ first: Matrix<Double>, _ share: Double, into second: inout Matrix<Double>
  ) {
    let count = first.rows * first.columns
    second.withMutableElements { second, _ in
      first.withElements { first, _ in
        for index in 0..<count {
          second[index] = share * first[index] + (1 - share) * second[index]
        }
      }
    }
  }

  private mutating func scale(by weights: ArraySlice<Double>?, _ factor: Double) {
    guard weights != nil || factor != 1 else { return }
    let (rows, classes) = (rows, classes)
    residuals.withMutableElements { elements, stride in
      for row in 0..<rows {
        let factor = factor * (weights.map { $0[$0.startIndex + row] } ?? 1)
        for index in row * stride..<row * stride + classes { elements[index] *= factor }
      }
    }
  }

  private static func sum(_ values: [Double], _ weights: ArraySlice<Double>?) -> Double {
    guard let weights else { return values.reduce(0, +) }
    return zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
