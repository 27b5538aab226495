internal import KullbackKernels

extension Measure {
  /// The Jensen-Shannon distance, the square root of the divergence: a metric.
  ///
  /// Source: Endres and Schindelin 2003, IEEE Transactions on Information Theory 49.
  public static let jensenShannonDistance = Measure(
    name: "jensen-shannon-distance", title: "Jensen-Shannon distance",
    notation: "√JS(target,model)",
    dimension: .rootInformation, isSymmetric: true, quantity: .jensenShannon,
    transform: { $0.squareRoot() })
}
