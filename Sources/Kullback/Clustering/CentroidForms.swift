internal import KullbackKernels
internal import KullbackLinearAlgebra

/// Centroids as the products with rows need them.
///
/// The score of a centroid for a row is a constant more or less than the divergence, the same for all
/// centroids, or a multiple of that:
///
///     forward:  s_j = Σ p (r - log c_j),             r = max over j of log c_j
///     reverse:  s_j = Σ c_j log c_j - Σ c_j log p
///
/// With this r all terms of the first have one sign, and so have those of the second where rows hold log p:
/// the rounding of a product is at most a multiple of itself.
struct CentroidForms<Element: LinearAlgebraScalar>: Sendable {
  /// log c - r, or c over the temperature, in panels of classes; what is subtracted are the products.
  let panels: [Matrix<Element>]
  /// The same in one piece and in `Double`, for rows as probabilities or their logarithms.
  let exact: Matrix<Double>
  let exactConstants: [Double]
  let scores: NearestScores<Element>
  /// A bit for each class with mass; empty where all have.
  let support: [UInt64]

  /// Where a centroid has no mass the logarithm counts as this much less than the largest: only rows that
  /// are at an infinite divergence from all centroids see it.
  static var absent: Double { -1000 }

  init(_ centroids: Centroids, of rows: ClusterRows, _ layout: ClusterLayout) {
    let (count, classes) = (centroids.count, centroids.classes)
    var constants = [Double](repeating: 0, count: count)
    var exact = centroids.values.values
    let logs = logarithms(exact)
    switch rows.divergence {
    case .forwardKL:
      var largest = [Double](repeating: -.infinity, count: classes)
      for index in logs.indices {
        largest[index % classes] = max(largest[index % classes], logs[index])
      }
      for index in exact.indices {
        let top = largest[index % classes]
        exact[index] = exact[index] > 0 ? logs[index] - top : top > -.infinity ? Self.absent : 0
      }
    case .reverseKL:
      for index in exact.indices where exact[index] > 0 {
        constants[index / classes] += exact[index] * logs[index]
      }
    }
    exactConstants = constants
    self.exact = Matrix(exact, rows: count, columns: classes)
    var scale = 1.0
    if layout.readsInPlace {
      switch rows.divergence {
      case .forwardKL:
        // Smoothing adds the same to every weight.
        for index in exact.indices {
          constants[index / classes] -= rows.operand.smoothing * exact[index]
        }
      case .reverseKL: scale = 1 / rows.operand.temperature
      }
    }
    panels = layout.panels.map { range in
      let values = (0..<count).flatMap { cluster in
        exact[cluster * classes + range.lowerBound..<cluster * classes + range.upperBound]
          .map { Element($0 * scale) }
      }
      return Matrix(values, rows: count, columns: range.count)
    }
    // Each of as many roundings as a sum has terms, a few for those of the factors.
    let depth = Double(min(classes, ClusterLayout.panelClasses) + layout.panels.count + 12)
    scores = NearestScores(
      constants: constants.map { Element($0) },
      slope: depth * Double(Element.ulpOfOne) / 2 * 1.01,
      floor: Element.elementKind == .float32 ? 1e-30 : 1e-290)
    support = rows.hasGaps ? centroids.support() : []
  }

  /// The score of a centroid for a row of probabilities or their logarithms, in `Double`.
  func exactScore(_ cluster: Int, _ row: [Double]) -> Double {
    exactConstants[cluster] - dot(exact, row: cluster, row)
  }
}
