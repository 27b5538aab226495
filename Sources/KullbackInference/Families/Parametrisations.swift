extension NamedFamily {
  private typealias Column = Parametrisation.Column

  /// The ways in which the family's distributions may be given, its own first; none for families of classes.
  public var parametrisations: [Parametrisation] {
    switch name {
    case "bernoulli": [Parametrisation([Self.success])]
    case "beta": Self.beta
    case "binomial": Self.binomial
    case "exponential": Self.exponential
    case "gamma": Self.gamma
    case "geometric": [Parametrisation([Self.success])]
    case "gumbel":
      [Parametrisation([Column("location", "loc", "mode"), Column("scale")])]
    case "inverse-gamma":
      [Parametrisation([Self.shape, Column("scale", "rate", "beta")])]
    case "laplace": Self.laplace
    case "log-normal": Self.logNormal
    case "normal": Self.normal
    case "pareto":
      [
        Parametrisation([
          Column("scale", "minimum", "min", "x-min", "x-m"), Column("shape", "alpha", "tail-index"),
        ])
      ]
    case "poisson": [Parametrisation([Column("rate", "lambda", "mean", "mu")])]
    case "uniform": Self.uniform
    case "von-mises":
      [
        Parametrisation([
          Column("mean", "mu", "loc", "location", "mean-direction", "direction"),
          Column("concentration", "kappa"),
        ])
      ]
    case "weibull": [Parametrisation([Column("shape", "k", "concentration"), Column("scale")])]
    default: []
    }
  }

  /// Names that mean one thing to some and another to others, or what cannot be converted without loss, with
  /// what is to be said of them; as they are compared.
  var ambiguities: [String: String] {
    let either = "a rate to some and a scale to others"
    return switch name {
    case "bernoulli", "binomial":
      [
        "logit": "whose probability would be rounded",
        "logits": "whose probability would be rounded",
        "logodds": "whose probability would be rounded",
        "odds": "whose probability would be rounded",
      ]
    case "exponential": ["beta": either, "theta": either]
    case "gamma": ["beta": either]
    case "geometric": ["mean": "of the trials to some and of the failures to others"]
    case "log-normal":
      Dictionary(
        uniqueKeysWithValues: [
          "mean", "variance", "var", "sd", "std", "stdev", "stddev", "standarddeviation",
          "deviation", "precision",
        ].map { ($0, "of X to some and of log X to others; mu and sigma are of log X") })
    case "weibull": ["lambda": either, "beta": "a shape to some and a scale to others"]
    case "normal": ["tau": "a precision to some and a standard deviation to others"]
    default: [:]
    }
  }

  private static let success = Column("probability", "p", "prob", "probs")
  private static let shape = Column("shape", "alpha", "a", "k", "concentration")
  private static let mean = Column("mean", "mu", "loc", "location")
  private static let variance = Column("variance", "var", "sigma2", "sigma-squared")
  private static let deviation = Column(
    "standard-deviation", "sd", "std", "std-dev", "stdev", "deviation", "sigma")

  private static let beta = [
    Parametrisation([
      Column("a", "alpha", "shape1", "concentration1"),
      Column("b", "beta", "shape2", "concentration0"),
    ]),
    Parametrisation([
      Column("mean", "mu"), Column("concentration", "precision", "kappa", "phi", "sample-size"),
    ]) { row throws(InferenceError) in
      guard row[0] > 0, row[0] < 1 else {
        throw .invalidParameter("mean", row[0], mustBe: "between 0 and 1")
      }
      let total = try Parameter.positive("concentration", row[1])
      return [row[0] * total, (1 - row[0]) * total]
    },
  ]

  private static let binomial = [
    Parametrisation([Column("trials", "n", "size", "total-count"), success])
  ]

  private static let exponential = [
    Parametrisation([Column("rate", "lambda")]),
    Parametrisation([Column("scale", "mean")]) { row throws(InferenceError) in
      [1 / (try Parameter.positive("scale", row[0]))]
    },
  ]

  private static let gamma = [
    Parametrisation([shape, Column("rate")]),
    Parametrisation([shape, Column("scale", "theta")]) { row throws(InferenceError) in
      [row[0], 1 / (try Parameter.positive("scale", row[1]))]
    },
    Parametrisation([shape, Column("mean", "mu")]) { row throws(InferenceError) in
      [row[0], row[0] / (try Parameter.positive("mean", row[1]))]
    },
    Parametrisation([Column("mean", "mu"), variance]) { row throws(InferenceError) in
      let mean = try Parameter.positive("mean", row[0])
      let rate = mean / (try Parameter.positive("variance", row[1]))
      return [mean * rate, rate]
    },
    Parametrisation([Column("mean", "mu"), deviation]) { row throws(InferenceError) in
      let mean = try Parameter.positive("mean", row[0])
      let deviation = try Parameter.positive("standard deviation", row[1])
      let ratio = mean / deviation
      return [ratio * ratio, ratio / deviation]
    },
  ]

  private static let laplace = [
    Parametrisation([
      Column("location", "loc", "mean", "median", "mu"), Column("scale", "b", "diversity"),
    ]),
    Parametrisation([Column("location", "loc", "mean", "median", "mu"), variance]) {
      row throws(InferenceError) in
      [row[0], (try Parameter.positive("variance", row[1]) / 2).squareRoot()]
    },
    Parametrisation([Column("location", "loc", "mean", "median", "mu"), deviation]) {
      row throws(InferenceError) in
      [row[0], (try Parameter.positive("standard deviation", row[1])) * 0.5.squareRoot()]
    },
  ]

  /// Of the logarithm, as `LogNormal` has it; a mean or a deviation might be that of the variable itself.
  private static let logNormal = [
    Parametrisation([logMean, Column("sigma", "sd-log", "std-log", "log-sd", "log-std")]),
    Parametrisation([logMean, Column("sigma2", "sigma-squared", "variance-log", "var-log")]) {
      row throws(InferenceError) in
      [row[0], (try Parameter.positive("sigma2", row[1])).squareRoot()]
    },
    Parametrisation([logMean, Column("precision-log")]) { row throws(InferenceError) in
      [row[0], 1 / (try Parameter.positive("precision-log", row[1])).squareRoot()]
    },
  ]
  private static let logMean = Column("mu", "mean-log", "log-mean")

  private static let normal = [
    Parametrisation([mean, Column(deviation.names + ["scale"])]),
    Parametrisation([mean, variance]) { row throws(InferenceError) in
      [row[0], (try Parameter.positive("variance", row[1])).squareRoot()]
    },
    Parametrisation([mean, Column("precision")]) { row throws(InferenceError) in
      [row[0], 1 / (try Parameter.positive("precision", row[1])).squareRoot()]
    },
  ]

  private static let uniform = [
    Parametrisation([
      Column("lower", "low", "minimum", "min", "a"), Column("upper", "high", "maximum", "max", "b"),
    ]),
    Parametrisation([Column("location", "loc"), Column("scale", "width")]) {
      row throws(InferenceError) in
      [row[0], row[0] + (try Parameter.positive("scale", row[1]))]
    },
  ]
}
