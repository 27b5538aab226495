internal import KullbackKernels

extension Measure {
  /// The share of the k largest classes that target and model have in common, |top k of p ∩ top k of q| / k.
  ///
  /// Among equal classes those with lower numbers come first; of rows with fewer classes all count. Exact.
  ///
  /// - Parameter count: k, a whole number from 1 to 1000.
  /// - Throws: `KullbackError.invalidOrder` for any other.
  public static func topOverlap(count: Double) throws(KullbackError) -> Measure {
    guard let whole = Int(exactly: count), ParametricQuantity.topCounts.contains(whole) else {
      throw .invalidOrder(count, of: "top-overlap")
    }
    return Measure(
      name: "top-overlap:\(whole)", title: "overlap of the \(whole) largest classes",
      notation: "|top \(whole) of target ∩ model| / \(whole)", dimension: .number,
      isDivergence: false, isSymmetric: true, isAgreement: true,
      source: .parametric(.topOverlap(count: whole)))
  }
}
