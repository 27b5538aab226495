internal import KullbackKernels

/// What logarithms are taken relative to in products: the nearer, the less there is to round.
///
/// Any reference gives the same divergences: D = Σ p (log p - r) - Σ p (log q - r).
struct PairwiseReference: Sendable {
  /// One number for each class: the logarithm of the mean of a few rows.
  let logarithms: [Double]
  /// The mean itself.
  let masses: [Double]
  /// One number for each target, near the mean of its logarithms less the reference; and for each model.
  let centres: (targets: [Double], models: [Double])

  /// No reference: 0 everywhere.
  init(none targets: PairwiseSide, _ models: PairwiseSide) {
    logarithms = [Double](repeating: 0, count: targets.operand.matrix.columns)
    masses = []
    centres = ([], [])
  }

  /// - Parameter centred: whose logarithms are multiplied; the others have no centres.
  init(
    _ targets: PairwiseSide, _ models: PairwiseSide, centred: (targets: Bool, models: Bool),
    threads: Int
  ) {
    let classes = targets.operand.matrix.columns
    // Enough for the shape that all have in common.
    let limit = classes > 4096 ? 4 : 16
    var sum = [Double](repeating: 1e-6 / Double(classes), count: classes)
    for side in [targets, models] {
      let rows = side.sample(limit)
      let share = 1 / Double(max(1, 2 * rows.count))
      var probabilities = Matrix<Double>(rows: 1, columns: classes)
      for row in rows.map({ side.place(of: $0) }) {
        writeRows(
          side.operand, rows: row..<row + 1, as: .softmax, into: &probabilities, threads: 1)
        add(probabilities, times: share, to: &sum)
      }
    }
    let mean = sum
    let reference = KullbackKernels.logarithms(sum)
    let centre = { (side: PairwiseSide, isWanted: Bool) in
      !isWanted
        ? []
        : tileCentres(
          side.operand, normalisers: side.normalisers, reference: reference, masses: mean,
          threads: threads)
    }
    logarithms = reference
    masses = mean
    centres = (centre(targets, centred.targets), centre(models, centred.models))
  }
}
