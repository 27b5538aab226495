internal import Kullback
internal import KullbackKernels
internal import KullbackLinearAlgebra

extension SoftmaxProblem {
  /// The classes of the rows where parameters give every row's own class the largest logit, the objective is the
  /// forward KL alone without a penalty, and targets have all their mass in one class; nil elsewhere.
  ///
  /// Then no maximum of the likelihood exists: twice the parameters are always better, and the loss falls towards 0.
  /// This is complete separation, of all classes and rows; `partlySeparatedClasses(along:)` looks for the rest.
  ///
  /// Source: Albert and Anderson, *On the existence of maximum likelihood estimates in logistic regression models*,
  /// Biometrika 71 (1984) 1, theorem 1.
  func separatedClasses(_ parameters: [Double]) throws(InferenceError) -> [Int]? {
    guard mayHaveNoMaximum else { return nil }
    let (weights, intercepts) = split(parameters)
    let largest = (0..<inputs).map { row in
      (0..<classes).reduce(0.0) { max($0, abs(weights[row, $1])) }
    }
    let largestIntercept = intercepts.reduce(0.0) { max($0, abs($1)) }
    var found: Set<Int> = []
    let isComplete = try everyCountedRow(of: parameters) { _, label, features, logits in
      let size = largest.indices.reduce(largestIntercept) { $0 + abs(features[$1]) * largest[$1] }
      // A margin is larger than what rounding can make of none.
      let margin = logits[label] - Double(inputs + 2) * 0x1p-51 * size
      found.insert(label)
      return (0..<classes).allSatisfy { $0 == label || logits[$0] < margin }
    }
    return isComplete ? found.sorted() : nil
  }

  /// Whether parameters of a small gradient look as if some rows were separable: some margins are large, and none is
  /// nearly as far on the wrong side.
  func mayBePartlySeparated(_ parameters: [Double]) throws(InferenceError) -> Bool {
    guard mayHaveNoMaximum, let margins = try margins(along: parameters) else { return false }
    return margins.most >= Self.largeMargin && margins.least >= -0.5 * margins.most
  }

  /// The classes of which a direction near this one tells rows apart without an error, moving no margin of any row to
  /// the wrong side: the loss falls along it without an end, so that no maximum of the likelihood exists.
  ///
  /// Classes that are apart from all others; where there are none, those of which some rows are. Empty where there is no
  /// such direction. Parameters of a very small gradient are near one: only margins that have no end are large; others
  /// are made to stand still.
  ///
  /// Source: Albert and Anderson, as above, theorem 2 (quasi-complete separation).
  func partlySeparatedClasses(along direction: [Double]) throws -> [Int] {
    guard let rough = try margins(along: direction), rough.most >= Self.largeMargin else {
      return []
    }
    let unit = direction.map { $0 / rough.most }
    let still = try holdingStill(below: Self.largeMargin / rough.most, unit)
    guard let margins = try margins(along: still), margins.most >= 1e-3,
      margins.least >= -1e-7 * margins.most
    else { return [] }
    let bound = 1e-2 * margins.most
    let present = Set(0..<classes).subtracting(classesWithoutRow).sorted()
    let apart = present.filter { first in
      present.allSatisfy {
        $0 == first
          || (margins.leastOf[first * classes + $0] > bound
            && margins.leastOf[$0 * classes + first] > bound)
      }
    }
    guard apart.isEmpty else { return apart }
    return present.filter { first in
      present.contains {
        $0 != first
          && (margins.mostOf[first * classes + $0] > bound
            || margins.mostOf[$0 * classes + first] > bound)
      }
    }
  }

  /// A direction near one along which the margins below a bound are 0, if there is any: their squares are made small.
  private func holdingStill(below bound: Double, _ direction: [Double]) throws -> [Double] {
    let absent = Set(classesWithoutRow)
    let first = split(direction)
    var search = LBFGS()
    // Until margins are some 1e-9, of which the largest is 1.
    (search.gradientTolerance, search.valueTolerance, search.maximumIterations) = (0, 1e-18, 100)
    let preconditioner = try SoftmaxCurvature(self)?.bound()
    return try search.minimise(
      from: direction, preconditioner: preconditioner.map { some in { try some.apply(&$0) } }
    ) { point, gradient in
      var (value, count) = (0.0, 0)
      var slopes = Matrix<Double>(rows: inputs, columns: classes)
      var ofIntercepts = [Double](repeating: 0, count: classes)
      _ = try everyTile(of: point) {
        (range, labels, features, logits) throws(LinearAlgebraError) in
        let firstLogits = try self.logits(of: features, first)
        var pulls = Matrix<Double>(rows: range.count, columns: classes)
        for (row, label) in labels.enumerated()
        where (sampleWeights?[range.lowerBound + row] ?? 1) > 0 {
          for other in 0..<classes where other != label && !absent.contains(other) {
            guard firstLogits[row, label] - firstLogits[row, other] < bound else { continue }
            let margin = logits[row, label] - logits[row, other]
            count += 1
            value += margin * margin / 2
            pulls[row, label] += margin
            pulls[row, other] -= margin
          }
          for index in 0..<classes { ofIntercepts[index] += pulls[row, index] }
        }
        try BLAS.gemm(features, pulls, transposeFirst: true, beta: 1, into: &slopes)
        return true
      }
      let factor = 1 / Double(max(1, count))
      gradient = (slopes.values + (hasIntercepts ? ofIntercepts : [])).map { factor * $0 }
      return factor * value
    }.point
  }

  /// By how much the logit of a row's class rises above those of others along a direction.
  private struct Margins {
    var least = Double.infinity
    var most = -Double.infinity
    /// For each class of a row and each other class.
    var leastOf: [Double]
    var mostOf: [Double]
  }

  /// The margins of all rows over the classes that some row has; nil where targets are not classes.
  private func margins(along direction: [Double]) throws(InferenceError) -> Margins? {
    var margins = Margins(
      leastOf: [Double](repeating: .infinity, count: classes * classes),
      mostOf: [Double](repeating: -.infinity, count: classes * classes))
    let absent = Set(classesWithoutRow)
    let isWhole = try everyCountedRow(of: direction) { _, label, _, logits in
      for other in 0..<classes where other != label && !absent.contains(other) {
        let margin = logits[label] - logits[other]
        margins.least = min(margins.least, margin)
        margins.most = max(margins.most, margin)
        let place = label * classes + other
        margins.leastOf[place] = min(margins.leastOf[place], margin)
        margins.mostOf[place] = max(margins.mostOf[place], margin)
      }
      return true
    }
    return isWhole ? margins : nil
  }

  /// Whether the likelihood may have no maximum: only of classes, and without what keeps parameters small.
  private var mayHaveNoMaximum: Bool {
    guard penalty == 0, forwardShare == 1 else { return false }
    if case .smoothedLabels = targets { return false }
    return true
  }

  /// The least margin that a row may have of which it looks as if the margin had no end.
  private static let largeMargin = 8.0

  /// Whether something holds of every row with weight: of its number, its class, its features and its logits.
  ///
  /// False where such a row's target has mass in several classes.
  private func everyCountedRow(
    of parameters: [Double],
    _ holds: (_ row: Int, _ label: Int, _ features: [Double], _ logits: [Double]) -> Bool
  ) throws(InferenceError) -> Bool {
    try everyTile(of: parameters) { range, labels, features, logits in
      for (row, label) in labels.enumerated()
      where (sampleWeights?[range.lowerBound + row] ?? 1) > 0 {
        guard holds(range.lowerBound + row, label, features.row(row), logits.row(row)) else {
          return false
        }
      }
      return true
    }
  }

  /// Whether something holds of every tile of rows: of their classes, their features and their logits.
  ///
  /// False where the target of a row with weight has mass in several classes.
  private func everyTile(
    of parameters: [Double],
    _ holds: (
      _ rows: Range<Int>, _ labels: [Int], _ features: Matrix<Double>, _ logits: Matrix<Double>
    ) throws(LinearAlgebraError) -> Bool
  ) throws(InferenceError) -> Bool {
    let parts = split(parameters)
    let height = chunks.tile
    for first in stride(from: 0, to: rows, by: height) {
      let range = first..<min(rows, first + height)
      guard let labels = labels(of: range) else { return false }
      let part = features[rows: range]
      let isKept = try algebra { () throws(LinearAlgebraError) in
        try holds(range, labels, part, logits(of: part, parts))
      }
      guard isKept else { return false }
    }
    return true
  }

  /// The logits of some rows.
  private func logits(
    of features: Matrix<Double>, _ parts: (weights: Matrix<Double>, intercepts: [Double])
  ) throws(LinearAlgebraError) -> Matrix<Double> {
    var logits = Matrix<Double>(rows: features.rows, columns: classes)
    fill(&logits, with: parts.intercepts)
    try BLAS.gemm(features, parts.weights, beta: 1, into: &logits)
    return logits
  }

  /// The class that has all the mass of each row; nil where a row with weight has mass in several.
  private func labels(of range: Range<Int>) -> [Int]? {
    switch targets {
    case .labels(let labels), .smoothedLabels(let labels, _): Array(labels[range])
    case .distributions(let set): SoftmaxTargets.labels(of: set, range, sampleWeights)
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
