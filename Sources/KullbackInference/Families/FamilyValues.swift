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
  /// A byte for each pair: 0, or 1 where the target's parameters are at fault, 16 where the model's are, or the sum.
  public private(set) var faults: [UInt8] = []

  /// The divergences and cross entropy of a pair.
  private struct Pair {
    let forward: Double
    let reverse: Double
    let cross: Double

    init<Family: DistributionFamily>(
      _ target: (family: Family, entropy: Double), _ model: (family: Family, entropy: Double)
    ) throws(InferenceError) {
      forward = try target.family.divergence(to: model.family)
      reverse = try model.family.divergence(to: target.family)
      cross = try KullbackInference.crossEntropy(target.entropy, plus: forward)
    }
  }

  init<Family: DistributionFamily>(
    _ targets: NamedFamily.Rows, _ models: NamedFamily.Rows, threads: Int,
    _ make: @Sendable ([Double]) throws(InferenceError) -> Family
  ) {
    // With their entropies, which cost more than the divergences of some families.
    let targets = targets.distributions(threads: threads, make)
    let models = models.distributions(threads: threads, make)
    let count = targets.count == 1 ? models.count : targets.count
    let pairs = inChunks(count, threads: threads, atLeast: leastChunk) {
      $0.map { row in
        Result { () throws(InferenceError) in
          try Pair(
            targets[targets.count == 1 ? 0 : row].get(),
            models[models.count == 1 ? 0 : row].get())
        }
      }
    }
    for (row, pair) in pairs.enumerated() {
      let target = targets[targets.count == 1 ? 0 : row]
      let model = models[models.count == 1 ? 0 : row]
      do throws(InferenceError) {
        try append(pair.get(), target.get().entropy, model.get().entropy)
      } catch {
        invalidCount += 1
        for column in [\FamilyValues.forwardKL, \.reverseKL, \.targetEntropy, \.modelEntropy]
          + [\.crossEntropy]
        {
          self[keyPath: column].append(.nan)
        }
        faults.append(0)
        if case .failure(let reason) = target { note(row, .target, reason) }
        if case .failure(let reason) = model { note(row, .model, reason) }
        // Neither is at fault alone: binomials of different numbers of trials, numbers out of range.
        if case (.success, .success) = (target, model) { note(row, .model, error) }
      }
    }
  }

  private mutating func append(_ pair: Pair, _ targetEntropy: Double, _ modelEntropy: Double) {
    forwardKL.append(pair.forward)
    reverseKL.append(pair.reverse)
    self.targetEntropy.append(targetEntropy)
    self.modelEntropy.append(modelEntropy)
    crossEntropy.append(pair.cross)
    faults.append(0)
  }

  private mutating func note(_ row: Int, _ side: Side, _ reason: InferenceError) {
    faults[row] |= side == .target ? 1 : 16
    guard invalidRows.count < Diagnostics.listLimit else { return }
    invalidRows.append(InvalidRow(row: row, side: side, reason: reason.description))
  }
}
