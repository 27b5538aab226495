internal import KullbackKernels

extension Measure {
  /// The rank of the target's largest class in the model: 1 where it is the model's largest too, 2 where one class comes
  /// before it, and so on.
  ///
  /// Among equal classes those with lower numbers come first, on both sides. Exact.
  public static let topRank = Measure(
    name: "top-rank", title: "rank of the target's largest class",
    notation: "rank of argmax target in model", dimension: .number, isDivergence: false,
    source: .parametric(.topRank))
}
