internal import Kullback
internal import KullbackKernels
internal import KullbackLinearAlgebra

extension SoftmaxProblem {
  /// The classes of the rows where parameters give every row's own class the largest logit, the objective is the
  /// forward KL alone without a penalty, and targets have all their mass in one class; nil elsewhere.
  ///
  /// Then no maximum of the likelihood exists: twice the parameters are always better, and the loss falls towards 0.
  /// Only complete separation is looked for, of all classes and rows. Where rows lie on the border between classes, or
  /// some classes alone are separable (quasi-complete separation), there may be no maximum either.
  ///
  /// Source: Albert and Anderson, *On the existence of maximum likelihood estimates in logistic regression models*,
  /// Biometrika 71 (1984) 1, theorem 1.
  func separatedClasses(_ parameters: [Double]) throws(InferenceError) -> [Int]? {
    guard penalty == 0, forwardShare == 1 else { return nil }
    if case .smoothedLabels = targets { return nil }
    let (weights, intercepts) = split(parameters)
    let largest = (0..<inputs).map { row in
      (0..<classes).reduce(0.0) { max($0, abs(weights[row, $1])) }
    }
    let height = chunks.tile
    var found: Set<Int> = []
    for first in stride(from: 0, to: rows, by: height) {
      let range = first..<min(rows, first + height)
      guard let labels = labels(of: range) else { return nil }
      let part = features[rows: range]
      var logits = Matrix<Double>(rows: range.count, columns: classes)
      fill(&logits, with: intercepts)
      try algebra { () throws(LinearAlgebraError) in
        try BLAS.gemm(part, weights, beta: 1, into: &logits)
      }
      for (row, label) in labels.enumerated() where (sampleWeights?[first + row] ?? 1) > 0 {
        let size = largest.indices.reduce(intercepts.reduce(0.0) { max($0, abs($1)) }) {
          $0 + abs(part[row, $1]) * largest[$1]
        }
        // A margin is larger than what rounding can make of none.
        let rounding = Double(inputs + 2) * 0x1p-51 * size
        let margin = logits[row, label] - rounding
        guard (0..<classes).allSatisfy({ $0 == label || logits[row, $0] < margin }) else {
          return nil
        }
        found.insert(label)
      }
    }
    return found.sorted()
  }

  /// The class that has all the mass of each row; nil where a row with weight has mass in several.
  private func labels(of range: Range<Int>) -> [Int]? {
    switch targets {
    case .labels(let labels), .smoothedLabels(let labels, _): return Array(labels[range])
    case .distributions(let set):
      let (masses, _) = writeRows(
        set.operand(), rows: range, as: .softmax, to: Double.self, threads: 1)
      var labels: [Int] = []
      for row in 0..<range.count {
        let isCounted = (sampleWeights?[range.lowerBound + row] ?? 1) > 0
        let places = (0..<classes).filter { masses[row, $0] > 0 }
        guard places.count == 1 || !isCounted else { return nil }
        labels.append(places.first ?? 0)
      }
      return labels
    }
  }

  /// How far the features are from a common scale.
  ///
  /// The largest quotient of two features' deviations, or of a feature's mean and its deviation, in absolute value.
  /// Constant features are left out; 1 where there are no others.
  var featureSpread: Double {
    let sums = features.columnSums()
    var squares = [Double](repeating: 0, count: inputs)
    let means = sums.map { $0 / Double(rows) }
    features.withElements { elements, stride in
      for row in 0..<rows {
        for column in 0..<inputs {
          let offset = elements[row * stride + column] - means[column]
          squares[column] += offset * offset
        }
      }
    }
    var (least, most, offset) = (Double.infinity, 0.0, 0.0)
    for column in 0..<inputs {
      let deviation = (squares[column] / Double(rows)).squareRoot()
      guard deviation > 0x1p-40 * abs(means[column]) else { continue }
      least = min(least, deviation)
      most = max(most, deviation)
      offset = max(offset, abs(means[column]) / deviation)
    }
    return most > 0 ? max(most / least, offset) : 1
  }
}
