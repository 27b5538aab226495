internal import KullbackKernels

/// The divergence that clusters are formed by.
public enum ClusteringDivergence: Sendable, Hashable, CaseIterable, CustomStringConvertible {
  /// D(row‖centroid): the centroid is the mean of the cluster's rows.
  case forwardKL
  /// D(centroid‖row): the centroid is the normalised geometric mean of the cluster's rows.
  case reverseKL

  /// As the command spells it: "forward-kl".
  public var description: String {
    switch self {
    case .forwardKL: "forward-kl"
    case .reverseKL: "reverse-kl"
    }
  }

  /// The divergence that `description` spells so.
  public init?(_ name: String) {
    guard let divergence = ClusteringDivergence.allCases.first(where: { $0.description == name })
    else { return nil }
    self = divergence
  }

  /// The kernels' quantity with the row first and the centroid second.
  var quantity: PairQuantity {
    self == .forwardKL ? .divergence : .reversedDivergence
  }
}
