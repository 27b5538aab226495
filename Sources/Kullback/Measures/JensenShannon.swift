internal import KullbackKernels

extension Measure {
  /// The Jensen-Shannon divergence, JS(p,q) = D(p‖m)/2 + D(q‖m)/2 with m = (p + q)/2; at most log 2.
  ///
  /// The divergence, not its square root: that is `jensenShannonDistance`.
  ///
  /// Source: Lin 1991, IEEE Transactions on Information Theory 37, eq. 3.1.
  public static let jensenShannon = Measure(
    name: "jensen-shannon", title: "Jensen-Shannon", notation: "JS(target,model)",
    isSymmetric: true, quantity: .jensenShannon)
}
