internal import CLibm

/// What a target and a model make of the largest classes of one row, and which class makes a divergence infinite.
public struct RowClasses: Sendable, Equatable {
  /// A class and its probabilities.
  public struct Entry: Sendable, Equatable {
    /// The class's number, from 0.
    public let number: Int
    /// What the target gives it.
    public let target: Double
    /// What the model gives it.
    public let model: Double
  }

  /// The target's largest classes, the largest first.
  public let target: [Entry]
  /// The model's largest classes, the largest first.
  public let model: [Entry]
  /// The target's largest class to which the model gives no mass: D(target‖model) is infinite by it.
  public let missingInModel: Entry?
  /// The model's largest class to which the target gives no mass: D(model‖target) is infinite by it.
  public let missingInTarget: Entry?

  /// Those of one row, which is valid on both sides.
  ///
  /// - Parameters:
  ///   - row: its number; a set of one row has that for every number.
  ///   - target: the distributions p.
  ///   - model: the distributions q.
  ///   - count: how many classes of each side.
  /// - Complexity: one pass over the row's elements, one at a time, and a read of the row for each class: for the few
  ///   rows that are looked at.
  /// - Throws: `KullbackError.shapeMismatch`, `.instructionSet`.
  public init(
    ofRow row: Int, target: DistributionSet, model: DistributionSet, count: Int = 5
  ) throws(KullbackError) {
    guard target.classes == model.classes else {
      throw .shapeMismatch(target: target.shape, model: model.shape)
    }
    let (p, q) = (target.only(row), model.only(row))
    let (first, second) = (p.elements, q.elements)
    let (masses, others) = (p.masses(first), q.masses(second))
    let gone = zip(masses, others).map { $0 && !$1 }
    let come = zip(masses, others).map { !$0 && $1 }
    let wanted = [
      Self.largest(first, count), Self.largest(second, count),
      Self.largest(first, 1) { gone[$0] }, Self.largest(second, 1) { come[$0] },
    ]
    let numbers = wanted.flatMap(\.self)
    let (a, b) = (
      try surprises(ofLabels: numbers, in: p), try surprises(ofLabels: numbers, in: q)
    )
    var entries = zip(numbers, zip(a, b)).map {
      Entry(number: $0, target: exp(-$1.0), model: exp(-$1.1))
    }[...]
    let found = wanted.map { classes in
      defer { entries.removeFirst(classes.count) }
      return Array(entries.prefix(classes.count))
    }
    (self.target, self.model) = (found[0], found[1])
    (missingInModel, missingInTarget) = (found[2].first, found[3].first)
  }

  /// The classes of the largest values among those that are wanted, the largest first and of equal ones the first.
  private static func largest(
    _ values: [Double], _ count: Int, where isWanted: (Int) -> Bool = { _ in true }
  ) -> [Int] {
    var found: [Int] = []
    for (index, value) in values.enumerated() where isWanted(index) {
      if found.count == count, let last = found.last, value <= values[last] { continue }
      let place = found.firstIndex { values[$0] < value } ?? found.count
      found.insert(index, at: place)
      if found.count > count { found.removeLast() }
    }
    return found
  }
}

extension DistributionSet {
  /// One row as a set of its own.
  fileprivate func only(_ row: Int) -> DistributionSet { count == 1 ? self : self[row..<row + 1] }

  /// The elements of the first row.
  fileprivate var elements: [Double] {
    (0..<classes).map { matrix.value(row: 0, column: $0) }
  }

  /// Which elements are mass.
  fileprivate func masses(_ elements: [Double]) -> [Bool] {
    switch form {
    case .logits, .logProbabilities: elements.map { $0 > -.infinity }
    case .probabilities, .weights: elements.map { $0 + smoothing > 0 }
    }
  }
}
