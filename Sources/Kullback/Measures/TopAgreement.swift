internal import KullbackKernels

extension Measure {
  /// 1 where the largest class of both rows is the same, else 0: its mean is the share of agreement.
  ///
  /// Among equal largest classes the first counts.
  public static let topAgreement = Measure(
    name: "top-agreement", title: "top-1 agreement", notation: "argmax target = argmax model",
    dimension: .number, isDivergence: false, isSymmetric: true, isAgreement: true,
    quantity: .sameLargest)
}
