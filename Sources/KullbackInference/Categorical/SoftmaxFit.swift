/// A fitted softmax regression.
public struct SoftmaxFit: Sendable {
  /// The model.
  public let model: SoftmaxModel
  /// Why the search ended, and so whether the model is the best one to within the tolerance.
  public let convergence: Convergence
  /// What the model reached.
  public let final: SoftmaxProgress
  /// Classes, in order, that are the label of no row with weight; empty where the targets are distributions.
  ///
  /// Without label smoothing the data hold them as unlikely as the search was long.
  public let classesWithoutRow: [Int]
  /// The classes that the model tells apart without an error where that means that no maximum exists, else empty.
  ///
  /// `convergence` is then `.separable`; a penalty above 0 gives the weights an end.
  public let separableClasses: [Int]
  /// The classes of which some rows are told apart without an error, and no row is the worse for it, so that no maximum
  /// exists although other rows overlap (quasi-complete separation); else empty.
  ///
  /// Those that are apart from all other classes, if there are some. `convergence` is then `.partlySeparable`; a penalty
  /// above 0 gives the weights an end.
  public let partlySeparableClasses: [Int]
  /// How far the features are from a common scale where the search did not converge and they are far from it: the
  /// largest quotient of two features' deviations, or of a feature's mean and its deviation, if it is above 1000.
  ///
  /// Features of mean 0 and deviation 1 may let the search converge.
  public let featureSpread: Double?
}

extension SoftmaxFit: CustomStringConvertible {
  /// The model's size, convergence, both parts of the divergences reached, and what stands in the way of a maximum.
  public var description: String {
    var lines = [
      "softmax regression of \(model.features) features and \(model.classes) classes",
      "\(convergence), after \(final.iteration) iterations",
    ]
    let parts = [
      ("forward KL D(p‖q)", "H(p,q)", "H(p)", final.forward),
      ("reverse KL D(q‖p)", "H(q,p)", "H(q)", final.reverse),
    ]
    for case (let name, let cross, let entropy, let parts?) in parts {
      lines.append(
        "\(name) \(parts.divergence.spelt(digits: 6)) = \(cross) \(parts.crossEntropy.spelt(digits: 6))"
          + " - \(entropy) \(parts.entropy.spelt(digits: 6)) nats")
    }
    if final.penalty > 0 { lines.append("penalty \(final.penalty.spelt(digits: 6))") }
    let remarks = [
      ("classes without a row", classesWithoutRow), ("separable classes", separableClasses),
      ("partly separable classes", partlySeparableClasses),
    ]
    for (what, classes) in remarks where !classes.isEmpty {
      lines.append("\(what): " + classes.map(String.init).joined(separator: ", "))
    }
    return lines.joined(separator: "\n")
  }
}
