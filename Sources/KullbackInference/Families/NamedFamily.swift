internal import Kullback

/// A parametric family by its name, whose distributions are rows of parameters.
///
///     let family = NamedFamily.all.first { $0.name == "gamma" }
///     try family?.evaluate(targets: [[2, 1]], models: [[2.5, 1]]).forwardKL
public struct NamedFamily: Sendable {
  /// The name in lower case, words joined by hyphens: `inverse-gamma`.
  public let name: String
  /// What the columns are, in their order; empty where there is one for each class.
  public let parameters: [String]
  private let body: @Sendable (_ targets: Rows, _ models: Rows, _ threads: Int) -> FamilyValues

  /// Rows of numbers, and what makes the family's parameters of them.
  struct Rows {
    let rows: [[Double]]
    let parametrisation: Parametrisation?

    /// The distributions and their entropies, or why a row is none.
    func distributions<Family: DistributionFamily>(
      threads: Int, _ make: @Sendable ([Double]) throws(InferenceError) -> Family
    ) -> [Result<(family: Family, entropy: Double), InferenceError>] {
      inChunks(rows.count, threads: threads, atLeast: leastChunk) {
        rows[$0].map { row in
          Result { () throws(InferenceError) in
            let family = try make(parametrisation?.converted(row) ?? row)
            return (family, family.entropy)
          }
        }
      }
    }
  }

  private init<Family: DistributionFamily>(
    _ name: String, _ parameters: [String],
    _ make: @escaping @Sendable ([Double]) throws(InferenceError) -> Family
  ) {
    self.name = name
    self.parameters = parameters
    body = { targets, models, threads in
      FamilyValues(targets, models, threads: threads, make)
    }
  }

  /// The divergences, entropies and cross entropy of pairs of rows.
  ///
  /// - Shapes: a row has an element for each parameter, or class. Both sides have as many rows, or one of them
  ///   has one, which stands for all.
  /// - Units: nats.
  /// - Special values: a row of parameters that are not the family's gives NaN in every result, and a finding.
  /// - Parameters:
  ///   - targets: rows of parameters.
  ///   - models: rows of parameters.
  ///   - targetsAs: what the targets' parameters are; by default the family's own.
  ///   - modelsAs: the same of the models.
  ///   - threads: at most so many; the results are the same bits whatever their number.
  /// - Throws: `InferenceError.lengthMismatch`, `.invalidParameter` for no threads.
  public func evaluate(
    targets: [[Double]], models: [[Double]], targetsAs: Parametrisation? = nil,
    modelsAs: Parametrisation? = nil, threads: Int? = nil
  ) throws(InferenceError) -> FamilyValues {
    let threads = try checked(threads: threads)
    guard targets.count == models.count || targets.count == 1 || models.count == 1 else {
      throw .lengthMismatch("rows of the models", expected: targets.count, given: models.count)
    }
    let width = parameters.isEmpty ? targets.first?.count ?? 0 : parameters.count
    for row in targets where row.count != width {
      throw .lengthMismatch("parameters of a target", expected: width, given: row.count)
    }
    for row in models where row.count != width {
      throw .lengthMismatch("parameters of a model", expected: width, given: row.count)
    }
    return body(
      Rows(rows: targets, parametrisation: targetsAs),
      Rows(rows: models, parametrisation: modelsAs), threads)
  }

  /// All families, in the order of the alphabet.
  public static let all: [NamedFamily] = [
    NamedFamily("bernoulli", ["probability"]) { row throws(InferenceError) in
      try Bernoulli(probability: row[0])
    },
    NamedFamily("beta", ["a", "b"]) { row throws(InferenceError) in try Beta(a: row[0], b: row[1])
    },
    NamedFamily("binomial", ["trials", "probability"]) { row throws(InferenceError) in
      guard let trials = Int(exactly: row[0]) else {
        throw .invalidParameter("trials", row[0], mustBe: "a whole number")
      }
      return try Binomial(trials: trials, probability: row[1])
    },
    NamedFamily("categorical", []) { row throws(InferenceError) in
      try Categorical(probabilities: row)
    },
    NamedFamily("dirichlet", []) { row throws(InferenceError) in
      try Dirichlet(concentrations: row)
    },
    NamedFamily("exponential", ["rate"]) { row throws(InferenceError) in
      try Exponential(rate: row[0])
    },
    NamedFamily("gamma", ["shape", "rate"]) { row throws(InferenceError) in
      try Gamma(shape: row[0], rate: row[1])
    },
    NamedFamily("geometric", ["probability"]) { row throws(InferenceError) in
      try Geometric(probability: row[0])
    },
    NamedFamily("gumbel", ["location", "scale"]) { row throws(InferenceError) in
      try Gumbel(location: row[0], scale: row[1])
    },
    NamedFamily("inverse-gamma", ["shape", "scale"]) { row throws(InferenceError) in
      try InverseGamma(shape: row[0], scale: row[1])
    },
    NamedFamily("laplace", ["location", "scale"]) { row throws(InferenceError) in
      try Laplace(location: row[0], scale: row[1])
    },
    NamedFamily("log-normal", ["mu", "sigma"]) { row throws(InferenceError) in
      try LogNormal(mean: row[0], standardDeviation: row[1])
    },
    NamedFamily("normal", ["mean", "standard-deviation"]) { row throws(InferenceError) in
      try Normal(mean: row[0], standardDeviation: row[1])
    },
    NamedFamily("pareto", ["scale", "shape"]) { row throws(InferenceError) in
      try Pareto(scale: row[0], shape: row[1])
    },
    NamedFamily("poisson", ["rate"]) { row throws(InferenceError) in try Poisson(rate: row[0]) },
    NamedFamily("uniform", ["lower", "upper"]) { row throws(InferenceError) in
      try Uniform(lower: row[0], upper: row[1])
    },
    NamedFamily("von-mises", ["mean", "concentration"]) { row throws(InferenceError) in
      try VonMises(mean: row[0], concentration: row[1])
    },
    NamedFamily("weibull", ["shape", "scale"]) { row throws(InferenceError) in
      try Weibull(shape: row[0], scale: row[1])
    },
  ]
}
