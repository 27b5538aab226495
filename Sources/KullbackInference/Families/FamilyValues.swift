public import Kullback

/// Results of pairs of distributions of a family, in nats, and what was wrong with rows.
public struct FamilyValues: Sendable {
  /// A row of parameters that are not the family's.
  public struct InvalidRow: Sendable, Hashable {
    /// The pair's number, from 0.
    public let row: Int
    /// The side whose parameters are at fault.
    public let side: Side
    /// What is wrong with them.
    public let reason: String
  }

  /// D(target‖model) of each pair.
  public private(set) var forwardKL: [Double] = []
  /// D(model‖target).
  public private(set) var reverseKL: [Double] = []
  /// H(target).
  public private(set) var targetEntropy: [Double] = []
  /// H(model).
  public private(set) var modelEntropy: [Double] = []
  /// H(target,model).
  public private(set) var crossEntropy: [Double] = []
  /// Pairs that could not be evaluated, counted once even if both sides are at fault.
  public private(set) var invalidCount = 0
  /// The first of them, at most `Diagnostics.listLimit` entries, one for each side at fault.
  public private(set) var invalidRows: [InvalidRow] = []

  init<Family: DistributionFamily>(
    _ targets: NamedFamily.Rows, _ models: NamedFamily.Rows,
    _ make: ([Double]) throws(InferenceError) -> Family
  ) {
    // With their entropies, which cost more than the divergences of some families.
    let targets = targets.distributions(make).map { $0.map { ($0, $0.entropy) } }
    let models = models.distributions(make).map { $0.map { ($0, $0.entropy) } }
    let count = targets.count == 1 ? models.count : targets.count
    for row in 0..<count {
      let target = targets[targets.count == 1 ? 0 : row]
      let model = models[models.count == 1 ? 0 : row]
      do throws(InferenceError) {
        try append(target.get(), model.get())
      } catch {
        invalidCount += 1
        for column in [\FamilyValues.forwardKL, \.reverseKL, \.targetEntropy, \.modelEntropy]
          + [\.crossEntropy]
        {
          self[keyPath: column].append(.nan)
        }
        if case .failure(let reason) = target { note(row, .target, reason) }
        if case .failure(let reason) = model { note(row, .model, reason) }
        // Neither is at fault alone: binomials of different numbers of trials, numbers out of range.
        if case (.success, .success) = (target, model) { note(row, .model, error) }
      }
    }
  }

  private mutating func append<Family: DistributionFamily>(
    _ target: (family: Family, entropy: Double), _ model: (family: Family, entropy: Double)
  ) throws(InferenceError) {
    let forward = try target.family.divergence(to: model.family)
    let reverse = try model.family.divergence(to: target.family)
    let cross = try KullbackInference.crossEntropy(target.entropy, plus: forward)
    forwardKL.append(forward)
    reverseKL.append(reverse)
    targetEntropy.append(target.entropy)
    modelEntropy.append(model.entropy)
    crossEntropy.append(cross)
  }

  private mutating func note(_ row: Int, _ side: Side, _ reason: InferenceError) {
    guard invalidRows.count < Diagnostics.listLimit else { return }
    invalidRows.append(InvalidRow(row: row, side: side, reason: reason.description))
  }
}
