internal import Kullback
internal import KullbackKernels

/// What the rows of a fit are to be.
enum SoftmaxTargets: Sendable {
  /// Class labels.
  case labels([Int])
  /// Class labels of which a share of the mass is spread evenly over all classes.
  case smoothedLabels([Int], smoothing: Double)
  /// Distributions.
  case distributions(DistributionSet)

  var count: Int {
    switch self {
    case .labels(let labels), .smoothedLabels(let labels, _): labels.count
    case .distributions(let set): set.count
    }
  }

  /// The class labels, smoothed or not.
  var labels: [Int]? {
    switch self {
    case .labels(let labels), .smoothedLabels(let labels, _): labels
    case .distributions: nil
    }
  }

  /// Refuses targets of which all rows with weight have all their mass in the same class.
  func checkTwoClasses(_ weights: [Double]?) throws(InferenceError) {
    let step = 1024
    var only: Int?
    for first in stride(from: 0, to: count, by: step) {
      let range = first..<min(count, first + step)
      let part: [Int]
      switch self {
      case .labels(let labels), .smoothedLabels(let labels, _): part = Array(labels[range])
      case .distributions(let set):
        guard let labels = Self.labels(of: set, range, weights) else { return }
        part = labels
      }
      for (row, label) in part.enumerated() where (weights?[first + row] ?? 1) > 0 {
        guard only ?? label == label else { return }
        only = label
      }
    }
    if let only { throw .oneClass(only) }
  }

  /// The class that has all the mass of each row of a set; nil where a row with weight has mass in several.
  static func labels(
    of set: DistributionSet, _ range: Range<Int>, _ weights: [Double]?
  ) -> [Int]? {
    let (masses, _) = writeRows(
      set.operand(), rows: range, as: .softmax, to: Double.self, threads: 1)
    var labels: [Int] = []
    for row in 0..<range.count {
      let places = (0..<set.classes).filter { masses[row, $0] > 0 }
      guard places.count == 1 || !((weights?[range.lowerBound + row] ?? 1) > 0) else { return nil }
      labels.append(places.first ?? 0)
    }
    return labels
  }

  /// Refuses labels out of range.
  static func check(_ labels: [Int], classes: Int) throws(InferenceError) {
    for (row, label) in labels.enumerated() where !(0..<classes).contains(label) {
      throw .labelOutOfRange(row: row, label: label, classes: classes)
    }
  }

  /// Refuses rows that are no distributions and, where D(q‖p) is asked for, rows that make it infinite.
  static func check(_ set: DistributionSet, forReverseKL: Bool) throws(InferenceError) {
    let step = max(1, (1 << 16) / set.classes)
    for first in stride(from: 0, to: set.count, by: step) {
      let rows = first..<min(set.count, first + step)
      let (logarithms, statuses) = writeRows(
        set.operand(), rows: rows, as: .logSoftmax, to: Double.self, threads: 1)
      if let bad = statuses.firstIndex(where: { $0 != .valid }),
        let reason = InvalidReason(statuses[bad])
      {
        throw .invalidTarget(row: first + bad, reason)
      }
      guard forReverseKL else { continue }
      if let place = logarithms.values.firstIndex(of: -.infinity) {
        throw .infiniteReverseKL(
          row: first + place / set.classes, class: place % set.classes)
      }
    }
  }
}
