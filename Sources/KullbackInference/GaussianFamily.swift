/// Which covariances a normal distribution that is fitted may have.
public enum GaussianFamily: String, Sendable, CaseIterable {
  /// Any covariance.
  case full
  /// A diagonal one: the dimensions are independent.
  case meanField = "mean-field"
}
