import Kullback
import KullbackInference
import Testing

@Suite struct FamilyTests {
  @Test func oneDistributionIsComparedWithMany() throws {
    let one = try Normal(mean: 0, standardDeviation: 1)
    let many = try (1...4).map { try Normal(mean: Double($0), standardDeviation: 2) }
    let forward = try forwardKL(target: [one], model: many)
    let reverse = try reverseKL(target: [one], model: many)
    #expect(forward == many.map { one.divergence(to: $0) })
    #expect(reverse == many.map { $0.divergence(to: one) })
    #expect(try forwardKL(target: many, model: [one]) == reverse)
    #expect(try entropy(of: many) == many.map(\.entropy))
    #expect(try crossEntropy(target: [one], model: many).count == 4)
    #expect(try forwardKL(target: [Normal](), model: many.prefix(1) + []) == [])
  }

  @Test func arraysThatDoNotAgreeInLengthAreRefused() throws {
    let normals = try (1...3).map { try Normal(mean: Double($0), standardDeviation: 2) }
    #expect(throws: InferenceError.self) {
      try forwardKL(target: normals, model: Array(normals.prefix(2)))
    }
    #expect(throws: InferenceError.self) {
      try crossEntropy(target: normals, model: Array(normals.prefix(2)))
    }
    #expect(throws: InferenceError.self) {
      try forwardKL(
        target: Categorical(probabilities: [1]), model: Categorical(probabilities: [0.5, 0.5]))
    }
  }

  @Test func massThatTheModelHasNotIsAnInfiniteDivergence() throws {
    func check<Family: DistributionFamily>(_ p: Family, _ q: Family, _ reverse: Double) throws {
      #expect(try forwardKL(target: p, model: q) == .infinity)
      #expect(try reverseKL(target: p, model: q) == reverse)
    }
    try check(
      Uniform(lower: 0, upper: 2), Uniform(lower: 0, upper: 1), 0.6931471805599453)
    try check(Bernoulli(probability: 0.5), Bernoulli(probability: 1), 0.6931471805599453)
    try check(Bernoulli(probability: 0), Bernoulli(probability: 1), .infinity)
    try check(
      Categorical(probabilities: [0.5, 0.5]), Categorical(probabilities: [1, 0]),
      0.6931471805599453)
    try check(Poisson(rate: 1), Poisson(rate: 0), 1)
    #expect(try forwardKL(target: Poisson(rate: 0), model: Poisson(rate: 0)) == 0)
    let (p, q) = try (Pareto(scale: 1, shape: 2), Pareto(scale: 2, shape: 2))
    #expect(try forwardKL(target: p, model: q) == .infinity)
    #expect(try reverseKL(target: p, model: q).isFinite)
    #expect(
      try forwardKL(target: Geometric(probability: 0.5), model: Geometric(probability: 1))
        == .infinity)
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity, -1])
  func parametersOutOfRangeAreRefused(bad: Double) {
    let makers: [() throws -> Any] = [
      { try Normal(mean: 0, standardDeviation: bad) },
      { try LogNormal(mean: 0, standardDeviation: bad) }, { try Gamma(shape: bad, rate: 1) },
      { try Gamma(shape: 1, rate: bad) }, { try Gamma(shape: 1, scale: bad) },
      { try InverseGamma(shape: 1, scale: bad) }, { try Beta(a: 1, b: bad) },
      { try Dirichlet(concentrations: [1, bad]) }, { try Exponential(rate: bad) },
      { try Laplace(location: 0, scale: bad) }, { try Poisson(rate: bad) },
      { try Bernoulli(probability: bad) }, { try Binomial(trials: 2, probability: bad) },
      { try Geometric(probability: bad) }, { try Categorical(probabilities: [bad, 2]) },
      { try Pareto(scale: bad, shape: 1) }, { try Pareto(scale: 1, shape: bad) },
      { try Uniform(lower: 0, upper: bad) }, { try Weibull(shape: bad, scale: 1) },
      { try Gumbel(location: 0, scale: bad) }, { try VonMises(mean: 0, concentration: bad) },
      { try Wishart(degreesOfFreedom: bad, scale: Matrix([[1]])) },
    ]
    for (index, make) in makers.enumerated() {
      #expect(throws: InferenceError.self, "maker \(index)") { _ = try make() }
    }
  }

  @Test func locationsThatAreNotFiniteAndEmptySupportsAreRefused() {
    for bad in [Double.nan, .infinity] {
      #expect(throws: InferenceError.self) { try Normal(mean: bad, standardDeviation: 1) }
      #expect(throws: InferenceError.self) { try Laplace(location: bad, scale: 1) }
      #expect(throws: InferenceError.self) { try Gumbel(location: bad, scale: 1) }
      #expect(throws: InferenceError.self) { try VonMises(mean: bad, concentration: 1) }
    }
    #expect(throws: InferenceError.self) { try Uniform(lower: 1, upper: 1) }
    #expect(throws: InferenceError.self) { try Geometric(probability: 0) }
    #expect(throws: InferenceError.self) { try Binomial(trials: -1, probability: 0.5) }
    #expect(throws: InferenceError.self) { try Categorical(probabilities: [0.5, 0.4]) }
    #expect(throws: InferenceError.self) { try Categorical(probabilities: []) }
    #expect(throws: InferenceError.self) { try Dirichlet(concentrations: []) }
    #expect(throws: InferenceError.self) {
      try Wishart(degreesOfFreedom: 3, scale: Matrix([[1, 2], [2, 1]]))
    }
    #expect(throws: InferenceError.self) {
      try Wishart(degreesOfFreedom: 1, scale: Matrix([[1, 0], [0, 1]]))
    }
  }

  @Test func extremeParametersStayFiniteAndAboveNothing() throws {
    let shapes = [1e-8, 1e-3, 1, 1e3, 1e6, 1e9]
    for a in shapes {
      for b in shapes {
        let gammas = try (Gamma(shape: a, rate: 1), Gamma(shape: b, rate: 1))
        let betas = try (Beta(a: a, b: 1), Beta(a: b, b: 1))
        let circles = try (
          VonMises(mean: 0, concentration: a), VonMises(mean: 0, concentration: b)
        )
        for value in [
          gammas.0.divergence(to: gammas.1), betas.0.divergence(to: betas.1),
          circles.0.divergence(to: circles.1),
        ] {
          #expect(a == b ? value == 0 : value > 0 && value.isFinite, "\(a), \(b): \(value)")
        }
      }
    }
  }

  @Test func rowsThatAreNotTheFamilysStopNoOther() throws {
    let family = try #require(NamedFamily.all.first { $0.name == "gamma" })
    let values = try family.evaluate(
      targets: [[1, 1], [-1, 1], [2, .nan]], models: [[2, 1], [1, 1], [0, 1]])
    #expect(values.forwardKL[0] > 0)
    #expect(values.forwardKL[1...].allSatisfy(\.isNaN) && values.crossEntropy[2].isNaN)
    #expect(values.invalidCount == 2)
    #expect(values.invalidRows.map(\.row) == [1, 2, 2])
    #expect(values.invalidRows.map(\.side) == [.target, .target, .model])
    #expect(values.invalidRows[0].reason.contains("shape"))
    #expect(throws: InferenceError.self) {
      try family.evaluate(targets: [[1, 1, 1]], models: [[1, 1]])
    }
    #expect(throws: InferenceError.self) {
      try family.evaluate(targets: [[1, 1], [1, 1]], models: [[1, 1], [1, 1], [1, 1]])
    }
    let binomial = try #require(NamedFamily.all.first { $0.name == "binomial" })
    let trials = try binomial.evaluate(
      targets: [[3, 0.5], [2.5, 0.5], [1e15, 0.5]],
      models: [[4, 0.5], [2, 0.5], [1e15 + 1, 0.5 * (1 - 1e-15)]])
    #expect(trials.invalidRows.map(\.row) == [1, 2])
    #expect(trials.invalidRows.map(\.side) == [.target, .model])
    #expect(trials.invalidRows[1].reason.contains("trials of the model"))
    #expect(trials.forwardKL[0].isFinite && trials.reverseKL[0] == .infinity)
  }
}
