import Kullback
import KullbackInference
import KullbackTestSupport
import Testing

@Suite struct SoftmaxSeparationTests {
  private static func oneHot(_ labels: [Int], classes: Int) throws -> DistributionSet {
    try DistributionSet(
      probabilities: Matrix(labels.map { label in (0..<classes).map { $0 == label ? 1.0 : 0 } }))
  }

  /// Classes that overlap in one feature.
  private static func overlapping(
    _ rows: Int, classes: Int, _ random: inout SeededGenerator
  ) -> (features: [Double], labels: [Int]) {
    let labels = (0..<rows).map { $0 % classes }
    return (labels.map { Double($0) + 2 * random.normal() }, labels)
  }

  @Test func aFeatureThatTellsSomeRowsApartLeavesNoMaximum() throws {
    var random = SeededGenerator(seed: 41)
    let (x, labels) = Self.overlapping(60, classes: 2, &random)
    // Some rows of class 0, and no others, have the mark.
    let features = Matrix(x.indices.map { [x[$0], labels[$0] == 0 && $0 % 3 == 0 ? 1.0 : 0] })
    let fits = [
      try SoftmaxRegression().fit(features: features, labels: labels),
      try SoftmaxRegression().fit(
        features: features, targets: Self.oneHot(labels, classes: 2)),
    ]
    for fit in fits {
      #expect(fit.convergence == .partlySeparable && !fit.convergence.isConverged)
      #expect(fit.partlySeparableClasses == [0, 1] && fit.separableClasses.isEmpty)
      #expect("\(fit.convergence)".contains("no maximum exists"))
    }
    var held = SoftmaxRegression()
    held.penalty = 1e-3
    let fit = try held.fit(features: features, labels: labels)
    #expect(fit.convergence.isConverged && fit.partlySeparableClasses.isEmpty)
    // One marked row of the other class, and a maximum exists; not if it has no weight.
    var mixed = labels
    mixed[0] = 1
    let found = try SoftmaxRegression().fit(features: features, labels: mixed)
    #expect(found.convergence.isConverged && found.partlySeparableClasses.isEmpty)
    let weights = labels.indices.map { $0 == 0 ? 0.0 : 1 }
    let without = try SoftmaxRegression().fit(
      features: features, labels: mixed, sampleWeights: weights)
    #expect(without.convergence == .partlySeparable)
  }

  @Test func aClassApartFromOthersThatOverlapIsNamedAlone() throws {
    var random = SeededGenerator(seed: 42)
    let (x, labels) = Self.overlapping(90, classes: 3, &random)
    let features = Matrix(x.indices.map { [x[$0], labels[$0] == 1 ? 5 + random.uniform() : 0] })
    let fit = try SoftmaxRegression().fit(features: features, labels: labels)
    #expect(fit.convergence == .partlySeparable)
    #expect(fit.partlySeparableClasses == [1])
    // A class without a row is not apart.
    let gapped = try SoftmaxRegression().fit(
      features: features, labels: labels.map { $0 == 2 ? 3 : $0 })
    #expect(gapped.partlySeparableClasses == [1] && gapped.classesWithoutRow == [2])
  }

  /// In one dimension two classes have a maximum if and only if their ranges overlap by more than an end.
  @Test func twoClassesOnALineHaveAMaximumWhereTheirRangesOverlap() throws {
    var random = SeededGenerator(seed: 43)
    var counts: [Convergence: Int] = [:]
    for _ in 0..<300 {
      let rows = 4 + Int(random.uniform() * 9)
      let scale = [1, 1e-3, 40][Int(random.uniform() * 3)]
      let x = (0..<rows).map { _ in Double(Int(random.uniform() * 5)) }
      var labels = x.map { 2 * random.uniform() + 1 < $0 ? 1 : 0 }
      if random.uniform() < 0.3 { labels = labels.map { random.uniform() < 0.2 ? 1 - $0 : $0 } }
      guard Set(labels).count == 2 else { continue }
      let sides = (0..<2).map { side in x.indices.filter { labels[$0] == side }.map { x[$0] } }
      let (low, high) = (sides[0], sides[1])
      func ends(_ a: [Double], _ b: [Double]) -> (Double, Double) {
        (a.max() ?? 0, b.min() ?? 0)
      }
      let gaps = [ends(low, high), ends(high, low)]
      let isConstant = Set(x).count == 1
      let expected: Convergence =
        isConstant
        ? .gradientBelowTolerance
        : gaps.contains { $0.0 < $0.1 }
          ? .separable
          : gaps.contains { $0.0 == $0.1 } ? .partlySeparable : .gradientBelowTolerance
      let fit = try SoftmaxRegression().fit(
        features: Matrix(x.map { [scale * $0] }), labels: labels)
      #expect(fit.convergence == expected, "\(x) \(labels) \(scale)")
      counts[expected, default: 0] += 1
    }
    #expect(counts.count == 3 && counts.values.allSatisfy { $0 > 15 }, "\(counts)")
  }

  /// Rows of small whole numbers, each of a class whose logit is the largest by whole weights; ties fall anywhere.
  @Test(arguments: [2, 3, 5]) func rowsOnTheBordersOfClassesLeaveNoMaximum(classes: Int) throws {
    var random = SeededGenerator(seed: 45)
    var (told, count) = (0, 0)
    for _ in 0..<20 {
      func whole(_ width: Int) -> Int { Int(random.uniform() * Double(width)) - width / 2 }
      let weights = (0..<3).map { _ in (0..<classes).map { _ in whole(5) } }
      let scales = (0..<3).map { _ in [1, 0.01, 30][Int(random.uniform() * 3)] }
      var (rows, labels): ([[Double]], [Int]) = ([], [])
      for _ in 0..<80 {
        let x = (0..<3).map { _ in whole(5) }
        let logits = (0..<classes).map { k in (0..<3).reduce(0) { $0 + x[$1] * weights[$1][k] } }
        let largest = logits.max() ?? 0
        let tied = (0..<classes).filter { logits[$0] == largest }
        labels.append(tied[Int(random.uniform() * Double(tied.count))])
        rows.append((0..<3).map { scales[$0] * Double(x[$0]) })
      }
      let isConstant = weights.allSatisfy { Set($0).count == 1 }
      guard Set(labels).count > 1, !isConstant else { continue }
      let fit = try SoftmaxRegression().fit(features: Matrix(rows), labels: labels)
      // Of some the search finds no end in its iterations, and says so; none is said to have converged.
      #expect(!fit.convergence.isConverged, "\(weights) \(scales) \(fit.final)")
      told += [.separable, .partlySeparable].contains(fit.convergence) ? 1 : 0
      count += 1
    }
    #expect(told * 10 >= count * 9, "\(told) of \(count)")
  }

  @Test func overlappingClassesOfManyFeaturesAreNotCalledSeparable() throws {
    var random = SeededGenerator(seed: 44)
    for round in 0..<30 {
      let classes = 2 + round % 3
      let labels = (0..<200).map { $0 % classes }
      // Features of any scale; few rows of the wrong side, some of them by little.
      let rows = labels.map { label in
        (0..<4).map { column in
          [1, 1e3, 1e-2, 10][column]
            * (random.normal() + (column == label ? 2.5 * random.uniform() : 0))
        }
      }
      let fit = try SoftmaxRegression().fit(features: Matrix(rows), labels: labels)
      #expect(fit.convergence == .gradientBelowTolerance)
      #expect(fit.partlySeparableClasses.isEmpty)
    }
  }

  @Test func distributionsThatHaveAllTheirMassInOneClassAreRefused() throws {
    let features = Matrix<Double>([[1], [2], [3]])
    #expect(throws: InferenceError.oneClass(1)) {
      try SoftmaxRegression().fit(
        features: features, targets: Self.oneHot([1, 1, 1], classes: 3))
    }
    #expect(throws: InferenceError.oneClass(0)) {
      try SoftmaxRegression().fit(
        features: features, targets: DistributionSet(weights: Matrix([[1.0], [2], [3]])))
    }
    // A row without weight does not count.
    #expect(throws: InferenceError.oneClass(1)) {
      try SoftmaxRegression().fit(
        features: features, targets: Self.oneHot([1, 0, 1], classes: 2), sampleWeights: [1, 0, 1])
    }
    let spread = try DistributionSet(probabilities: Matrix([[0.5, 0.5], [1.0, 0], [1, 0]]))
    #expect(throws: Never.self) {
      try SoftmaxRegression().fit(features: features, targets: spread)
    }
  }
}
