import Foundation
import Kullback
@testable import KullbackInference
import KullbackTestSupport
import Testing

@Suite struct SoftmaxRegressionTests {
  @Test func theOptimumIsScikitLearnsOnDigits() throws {
    let golden = try SoftmaxGolden.table().digits
    let (features, labels) = try SoftmaxData.digits()
    var regression = SoftmaxRegression()
    regression.penalty = golden.penalty
    regression.search.gradientTolerance = 1e-9
    let fit = try regression.fit(features: features, labels: labels)
    #expect(fit.convergence == .gradientBelowTolerance)
    #expect(largestDifference(fit.model.weights.values, golden.weights.flatMap { $0 }) < 1e-5)
    #expect(largestDifference(fit.model.intercepts, golden.intercepts) < 1e-5)
  }

  @Test func theOptimumIsScikitLearnsWithSampleWeights() throws {
    let golden = try SoftmaxGolden.table().made
    var regression = SoftmaxRegression()
    regression.penalty = golden.penalty
    regression.search.gradientTolerance = 1e-10
    let fit = try regression.fit(
      features: Matrix(#require(golden.features)), labels: #require(golden.labels),
      sampleWeights: golden.sampleWeights)
    #expect(fit.convergence == .gradientBelowTolerance)
    #expect(largestDifference(fit.model.weights.values, golden.weights.flatMap { $0 }) < 1e-7)
    #expect(largestDifference(fit.model.intercepts, golden.intercepts) < 1e-7)
  }

  /// Σ w x (q - p) / Σ w + λ W = 0, written out.
  @Test func theOptimumSatisfiesItsCondition() throws {
    let data = try SoftmaxData(rows: 60, inputs: 4, classes: 3)
    var regression = SoftmaxRegression()
    regression.penalty = 0.05
    regression.temperature = 2
    regression.search.gradientTolerance = 1e-9
    let fit = try regression.fit(
      features: data.features, labels: data.labels, sampleWeights: data.weights)
    let logits = try fit.model.logits(of: data.features)
    var sums = [Double](repeating: 0, count: 4 * 3)
    var ends = [Double](repeating: 0, count: 3)
    for row in 0..<60 {
      let masses = logits.row(row).map { exp($0) }
      for k in 0..<3 {
        let excess = masses[k] / masses.reduce(0, +) - (data.labels[row] == k ? 1 : 0)
        // The derivative of a logit (x W + b) / T carries 1 / T.
        let share = data.weights[row] * excess / 2 / data.weights.reduce(0, +)
        ends[k] += share
        for i in 0..<4 { sums[i * 3 + k] += share * data.features[row, i] }
      }
    }
    for (index, weight) in fit.model.weights.values.enumerated() {
      #expect(abs(sums[index] + 0.05 * weight) < 2e-9)
    }
    #expect(ends.allSatisfy { abs($0) < 2e-9 })
    // And what is not the optimum does not.
    #expect(fit.model.weights.values.contains { abs($0) > 0.1 })
  }

  @Test func iterationsAreFewWhereFeaturesAreCorrelatedAndOfDifferentScales() throws {
    var data = try SoftmaxData(rows: 300, inputs: 6, classes: 4, seed: 5)
    for row in 0..<300 {
      for i in 1..<6 {
        data.features[row, i] =
          (data.features[row, 0] + 0.05 * data.features[row, i]) * pow(10, Double(i - 3)) + 3
      }
    }
    var regression = SoftmaxRegression()
    regression.search.gradientTolerance = 1e-6
    let fit = try regression.fit(features: data.features, labels: data.labels)
    #expect(fit.convergence == .gradientBelowTolerance)
    #expect(fit.final.iteration < 60)
  }

  @Test(arguments: [0, 1e-3]) func constantAndRepeatedFeaturesDoNoHarm(penalty: Double) throws {
    var data = try SoftmaxData(rows: 100, inputs: 5, classes: 3)
    for row in 0..<100 {
      data.features[row, 1] = 0
      data.features[row, 2] = 7
      data.features[row, 4] = data.features[row, 3]
    }
    var regression = SoftmaxRegression()
    regression.penalty = penalty
    let fit = try regression.fit(features: data.features, labels: data.labels)
    #expect(fit.convergence == .gradientBelowTolerance)
    #expect(fit.model.weights.values.allSatisfy { $0.isFinite })
  }

  @Test func whatIsReportedBelongsTogether() throws {
    let data = try SoftmaxData(rows: 80, inputs: 3, classes: 4)
    var regression = SoftmaxRegression()
    regression.objective = .mixture(forwardShare: 0.25)
    regression.penalty = 0.01
    var reports: [SoftmaxProgress] = []
    let fit = try regression.fit(
      features: data.features, targets: data.targets, report: { reports.append($0) })
    #expect(reports.map(\.iteration) == Array(0...fit.final.iteration))
    #expect(reports.last == fit.final)
    #expect(zip(reports, reports.dropFirst()).allSatisfy { $1.objective <= $0.objective })
    #expect(zip(reports, reports.dropFirst()).allSatisfy { $1.evaluations > $0.evaluations })
    let last = try #require(reports.last)
    let (forward, reverse) = (try #require(last.forward), try #require(last.reverse))
    let sum = 0.25 * forward.divergence + 0.75 * reverse.divergence + last.penalty
    #expect(abs(sum - last.objective) < 1e-15)
    // The same numbers by the library's own measures.
    let model = try fit.model.distributions(of: AnyMatrix(data.features))
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / 80 }
    #expect(
      relativeError(forward.divergence, mean(try forwardKL(target: data.targets, model: model)))
        < 1e-12)
    #expect(
      relativeError(reverse.divergence, mean(try reverseKL(target: data.targets, model: model)))
        < 1e-12)
    #expect(
      relativeError(forward.entropy, mean(try entropy(of: data.targets))) < 1e-12)
    #expect(relativeError(reverse.entropy, mean(try entropy(of: model))) < 1e-12)
    let squares = fit.model.weights.values.reduce(0) { $0 + $1 * $1 }
    #expect(relativeError(last.penalty, 0.005 * squares) < 1e-12)
  }

  @Test func theFirstReportOfLabelsIsTheUniformDistributions() throws {
    let data = try SoftmaxData(rows: 30, inputs: 2, classes: 5)
    var first: SoftmaxProgress?
    _ = try SoftmaxRegression().fit(
      features: data.features, labels: data.labels, report: { first = first ?? $0 })
    let forward = try #require(first?.forward)
    #expect(relativeError(forward.crossEntropy, log(5)) < 1e-14)
    #expect(forward.entropy == 0)
    #expect(first?.reverse == nil)
  }

  @Test func tooFewIterationsAreSaidNotToConverge() throws {
    let (features, labels) = (
      Matrix<Double>([[1], [2], [3], [5]]), [0, 1, 0, 1]
    )
    var regression = SoftmaxRegression()
    regression.search.maximumIterations = 1
    let fit = try regression.fit(features: features, labels: labels)
    #expect(fit.convergence == .iterationsExhausted)
    #expect(!fit.convergence.isConverged)
    #expect(fit.final.iteration == 1)
    #expect(fit.final.gradientNorm > 1e-6)
  }

  @Test func separableLabelsHaveALossThatKeepsItsDigits() throws {
    var regression = SoftmaxRegression()
    regression.search.gradientTolerance = 1e-13
    let features = Matrix<Double>([[-1], [-2], [1], [2]])
    let fit = try regression.fit(features: features, labels: [0, 0, 1, 1])
    let model = try fit.model.distributions(of: AnyMatrix(features))
    let mean = try crossEntropy(labels: [0, 0, 1, 1], model: model).reduce(0, +) / 4
    #expect(fit.final.objective < 1e-12)
    #expect(relativeError(fit.final.objective, mean) < 1e-10)
  }

  /// A step so long that a label's mass is below the least `Double`.
  @Test func massesTooSmallForADoubleStillHaveACrossEntropy() throws {
    let regression = SoftmaxRegression()
    let problem = try regression.problem(
      AnyMatrix(Matrix<Double>([[1], [1]])), .labels([0, 1]), classes: 2, nil)
    var gradient = [Double](repeating: 0, count: 4)
    let value = try SoftmaxEvaluator(problem).evaluate([-2000, 2000, 0, 0], &gradient)
    #expect(value.objective == 2000)
    #expect(gradient == [-0.5, 0.5, -0.5, 0.5])
  }

  @Test func theSameBitsWhateverTheNumberOfThreads() throws {
    let data = try SoftmaxData(rows: 6000, inputs: 30, classes: 12)
    func weights(threads: Int) throws -> [Double] {
      var regression = SoftmaxRegression()
      regression.threads = threads
      regression.search.maximumIterations = 3
      regression.tileRows = 512
      return try regression.fit(features: data.features, labels: data.labels).model.weights.values
    }
    let one = try weights(threads: 1)
    #expect(try weights(threads: 2) == one)
    #expect(try weights(threads: 5) == one)
  }

  @Test(arguments: [1, 7, 64, 100, 1000]) func tilesOfAnySizeGiveTheSameGradient(
    tile: Int
  ) throws {
    let data = try SoftmaxData(rows: 203, inputs: 5, classes: 3)
    func gradient(_ tile: Int?) throws -> (Double, [Double]) {
      var regression = SoftmaxRegression()
      regression.tileRows = tile
      let problem = try regression.problem(
        AnyMatrix(data.features), .distributions(data.targets), classes: 3, data.weights)
      var gradient = [Double](repeating: 0, count: 18)
      let point = (0..<18).map { sin(Double($0)) }
      let value = try SoftmaxEvaluator(problem).evaluate(point, &gradient)
      return (value.objective, gradient)
    }
    let (expected, found) = (try gradient(nil), try gradient(tile))
    #expect(relativeError(found.0, expected.0) < 1e-13)
    #expect(largestDifference(found.1, expected.1) < 1e-14)
  }

  @Test func featuresOfOtherTypesAreConverted() throws {
    let data = try SoftmaxData(rows: 50, inputs: 3, classes: 3)
    let floats = Matrix(data.features.values.map { Float($0) }, rows: 50, columns: 3)
    let same = Matrix(floats.values.map { Double($0) }, rows: 50, columns: 3)
    let fits = [
      try SoftmaxRegression().fit(features: floats, labels: data.labels),
      try SoftmaxRegression().fit(features: same, labels: data.labels),
    ]
    #expect(fits[0].model == fits[1].model)
  }

  /// Rows around a centre for each class, farther apart than they are wide.
  private func clusters(_ classes: Int, seed: UInt64) -> (features: Matrix<Double>, labels: [Int]) {
    var random = SeededGenerator(seed: seed)
    let labels = (0..<20 * classes).map { $0 % classes }
    let rows = labels.map { label in
      let angle = 2 * Double.pi * Double(label) / Double(classes)
      return [20 * cos(angle) + random.uniform(), 20 * sin(angle) + random.uniform()]
    }
    return (Matrix(rows), labels)
  }

  @Test(arguments: [2, 3, 7]) func separableClassesHaveNoMaximum(classes: Int) throws {
    var (features, labels) = clusters(classes, seed: UInt64(classes))
    for column in 0..<2 { features[3 + classes, column] = features[3, column] }
    func fit(
      _ labels: [Int], _ weights: [Double]? = nil, _ change: (inout SoftmaxRegression) -> Void
    ) throws -> SoftmaxFit {
      var regression = SoftmaxRegression()
      change(&regression)
      return try regression.fit(features: features, labels: labels, sampleWeights: weights)
    }
    let found = try fit(labels) { _ in }
    #expect(found.convergence == .separable && !found.convergence.isConverged)
    #expect(found.separableClasses == Array(0..<classes))
    #expect("\(found.convergence)".contains("no maximum exists"))
    let oneHot = Matrix<Double>(labels.map { label in (0..<classes).map { $0 == label ? 1 : 0 } })
    let byRows = try SoftmaxRegression().fit(
      features: features, targets: DistributionSet(probabilities: oneHot))
    #expect(byRows.convergence == .separable)
    let gapped = try fit(labels.map { 2 * $0 }) { _ in }
    #expect(gapped.separableClasses == (0..<classes).map { 2 * $0 })
    // A penalty, smoothing, or a row of another class at the place of one: a maximum exists.
    #expect(try fit(labels) { $0.penalty = 1e-3 }.convergence == .gradientBelowTolerance)
    #expect(try fit(labels) { $0.labelSmoothing = 0.1 }.convergence == .gradientBelowTolerance)
    var mixed = labels
    mixed[3] = (mixed[3] + 1) % classes
    #expect(try fit(mixed) { _ in }.separableClasses.isEmpty)
    // Without weight that row does not count.
    let weights = labels.indices.map { $0 == 3 ? 0.0 : 1 }
    #expect(try fit(mixed, weights) { _ in }.convergence == .separable)
  }

  @Test func twiceTheWeightsOfSeparableClassesAreBetter() throws {
    let (features, labels) = clusters(3, seed: 4)
    let model = try SoftmaxRegression().fit(features: features, labels: labels).model
    var weights = model.weights
    weights.scale(by: 2)
    let twice = try SoftmaxModel(weights: weights, intercepts: model.intercepts.map { 2 * $0 })
    let losses = try [model, twice].map {
      try crossEntropy(
        labels: labels.map { Int64($0) }, model: $0.distributions(of: AnyMatrix(features))
      )
      .reduce(0, +)
    }
    #expect(losses[1] < losses[0])
  }

  @Test func featuresFarFromACommonScaleAreToldWhereTheSearchDidNotConverge() throws {
    let data = try SoftmaxData(rows: 100, inputs: 3, classes: 3)
    func spread(_ iterations: Int, _ change: (Int, Double) -> Double) throws -> Double? {
      var features = data.features
      for row in 0..<100 {
        for column in 0..<3 { features[row, column] = change(column, features[row, column]) }
      }
      var regression = SoftmaxRegression()
      regression.search.maximumIterations = iterations
      return try regression.fit(features: features, labels: data.labels).featureSpread
    }
    #expect(try spread(1) { _, x in x } == nil)
    #expect(try spread(1000) { $0 == 1 ? 1e4 * $1 : $1 } == nil)
    let scaled = try #require(try spread(1) { $0 == 1 ? 1e4 * $1 : $1 })
    #expect((5e3...2e4).contains(scaled))
    let shifted = try #require(try spread(1) { $0 == 2 ? 1e5 + $1 : $1 })
    #expect((5e4...2e5).contains(shifted))
    // A constant has no scale.
    #expect(try spread(1) { $0 == 0 ? 1e9 : $1 } == nil)
  }

  @Test func classesThatNoRowHasAreNamed() throws {
    let data = try SoftmaxData(rows: 50, inputs: 3, classes: 3)
    var regression = SoftmaxRegression()
    regression.penalty = 0.1
    func fit(_ labels: [Int], classes: Int? = nil, _ weights: [Double]? = nil) throws -> [Int] {
      try regression.fit(
        features: data.features, labels: labels, classes: classes, sampleWeights: weights
      ).classesWithoutRow
    }
    #expect(try fit(data.labels) == [])
    #expect(try fit(data.labels.map { $0 + 1 }) == [0])
    #expect(try fit(data.labels.map { 2 * $0 }, classes: 7) == [1, 3, 5, 6])
    #expect(try fit(data.labels, data.labels.map { $0 == 1 ? 0 : 1 }) == [1])
    let targets = try regression.fit(features: data.features, targets: data.targets)
    #expect(targets.classesWithoutRow == [])
  }

  @Test func withoutInterceptsTheyAreZero() throws {
    let data = try SoftmaxData(rows: 50, inputs: 3, classes: 3)
    var regression = SoftmaxRegression()
    regression.hasIntercepts = false
    let fit = try regression.fit(features: data.features, labels: data.labels)
    #expect(fit.convergence == .gradientBelowTolerance)
    #expect(fit.model.intercepts == [0, 0, 0])
  }

  @Test func aReportThatThrowsEndsTheFit() throws {
    struct Stop: Error {}
    let data = try SoftmaxData(rows: 50, inputs: 3, classes: 3)
    #expect(throws: Stop.self) {
      try SoftmaxRegression().fit(
        features: data.features, labels: data.labels, report: { _ in throw Stop() })
    }
  }
}
