internal import KullbackInference

/// What `fit gaussian` found.
enum GaussianResult {
  case likelihood(NormalFit)
  case mixture(MixtureFit)
  case reverse(VariationalFit)
  case forward(ForwardFit)

  /// The fit as a mixture, of one component where it is none.
  func mixture() throws -> GaussianMixture {
    switch self {
    case .likelihood(let fit): try GaussianMixture(weights: [1], components: [fit.normal])
    case .mixture(let fit): fit.mixture
    case .reverse(let fit): try GaussianMixture(weights: [1], components: [fit.gaussian])
    case .forward(let fit): try GaussianMixture(weights: [1], components: [fit.normal])
    }
  }
}
