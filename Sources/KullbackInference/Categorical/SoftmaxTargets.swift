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

  /// Refuses labels of which there is but one among the rows with weight.
  func checkTwoClasses(_ weights: [Double]?) throws(InferenceError) {
    guard let labels else { return }
    let rows = labels.indices.filter { (weights?[$0] ?? 1) > 0 }
    guard let first = rows.first else { return }
    guard rows.contains(where: { labels[$0] != labels[first] }) else {
      throw .oneClass(labels[first])
    }
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
