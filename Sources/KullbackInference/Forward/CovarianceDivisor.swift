/// What the scatter of samples is divided by to give a covariance.
public enum CovarianceDivisor: Sendable, CaseIterable {
  /// Σ w, the number of samples where all weigh 1: the likelihood is greatest, H(p,q) least.
  case maximumLikelihood
  /// Σ w - Σ w² / Σ w, one less than the number of samples where all weigh 1: the covariance is right on
  /// average.
  case unbiased
}
