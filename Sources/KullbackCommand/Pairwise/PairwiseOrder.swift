internal import Kullback

/// The order in which targets and models are shown.
struct PairwiseOrder {
  let targets: [Int]
  let models: [Int]

  /// The order of the files.
  init(_ inputs: PairwiseInputs) {
    targets = Array(0..<inputs.targets.set.count)
    models = Array(0..<inputs.models.set.count)
  }

  /// Similar rows side by side, each file's by the measure over its own rows.
  ///
  /// - Parameter values: all pairs of the two sets, which are those wanted where there is but one set.
  init(
    _ inputs: PairwiseInputs, _ measure: Measure, of values: Matrix<some WrittenElement>,
    threads: Int?,
    memory: Int?
  ) throws {
    func order(_ set: DistributionSet) throws -> [Int] {
      try hierarchicalOrder(
        of: pairwise(measure, of: set, threads: threads, workingMemory: memory).values)
    }
    guard inputs.isItself else {
      targets = try order(inputs.targets.set)
      models = try order(inputs.models.set)
      return
    }
    targets = try hierarchicalOrder(of: values.doubles)
    models = targets
  }
}

extension Matrix where Element: WrittenElement {
  /// The same values in `Double`.
  fileprivate var doubles: Matrix<Double> {
    if let same = AnyMatrix(self).matrix(of: Double.self) { return same }
    var result = Matrix<Double>(rows: rows, columns: columns)
    result.withMutableElements { target, targetStride in
      withElements { elements, stride in
        for row in 0..<rows {
          for column in 0..<columns {
            target[row * targetStride + column] = Double(elements[row * stride + column])
          }
        }
      }
    }
    return result
  }
}
