package import KullbackKernels

/// One of the two sets of an evaluation.
public enum Side: String, Sendable, Hashable {
  case target
  case model
}

/// Why a row cannot be evaluated.
public enum InvalidReason: String, Sendable, Hashable, CustomStringConvertible {
  /// A NaN.
  case notANumber
  /// An infinity that the form does not allow.
  case infinite
  /// A probability or weight below 0.
  case negative
  /// No mass at all.
  case noMass
  /// Probabilities that do not sum to 1 within the tolerance.
  case notNormalised
  /// A class label out of range.
  case badLabel
  /// Differences so large that no `Double` holds what they come to.
  case outOfRange

  package init?(_ status: RowStatus) {
    switch status {
    case .valid: return nil
    case .notANumber: self = .notANumber
    case .infinite: self = .infinite
    case .negative: self = .negative
    case .noMass: self = .noMass
    case .notNormalised: self = .notNormalised
    case .badLabel: self = .badLabel
    case .outOfRange: self = .outOfRange
    }
  }

  /// A few words: "contains NaN".
  public var description: String {
    switch self {
    case .notANumber: "contains NaN"
    case .infinite: "contains an infinity"
    case .negative: "contains a negative value"
    case .noMass: "has no mass"
    case .notNormalised: "does not sum to 1"
    case .badLabel: "has a label out of range"
    case .outOfRange: "differs by more than numbers hold"
    }
  }
}

/// A row that could not be evaluated.
public struct InvalidRow: Sendable, Hashable {
  /// The row's number, from 0.
  public let row: Int
  /// The set whose row is at fault.
  public let side: Side
  /// What is wrong with it.
  public let reason: InvalidReason

  /// An entry of the diagnostics.
  public init(row: Int, side: Side, reason: InvalidReason) {
    self.row = row
    self.side = side
    self.reason = reason
  }
}

/// What an evaluation met beside results.
public struct Diagnostics: Sendable {
  /// At most this many invalid rows are listed one by one.
  public static let listLimit = 1000

  /// Rows that could not be evaluated, counted once even if both sides are at fault.
  public internal(set) var invalidCount = 0
  /// The first invalid rows, an entry for each side at fault.
  public internal(set) var invalidRows: [InvalidRow] = []

  /// No findings.
  public init() {}

  /// The findings of both parts, the first by the numbers of the rows, whichever part has them.
  public static func + (left: Diagnostics, right: Diagnostics) -> Diagnostics {
    var sum = left
    sum.invalidCount += right.invalidCount
    sum.invalidRows += right.invalidRows
    if let last = left.invalidRows.last, let next = right.invalidRows.first, next.row <= last.row {
      // Of one row the target comes first.
      sum.invalidRows.sort {
        ($0.row, $0.side == .model ? 1 : 0) < ($1.row, $1.side == .model ? 1 : 0)
      }
    }
    sum.invalidRows.removeLast(max(0, sum.invalidRows.count - listLimit))
    return sum
  }

  /// The same findings about rows that are numbered from `first` on.
  func renumbered(from first: Int) -> Diagnostics {
    guard first != 0 else { return self }
    var result = self
    result.invalidRows = invalidRows.map {
      InvalidRow(row: first + $0.row, side: $0.side, reason: $0.reason)
    }
    return result
  }

  /// The findings about other rows than these, of which so many are not valid.
  func leavingOut(_ rows: Set<Int>, invalidCount: Int) -> Diagnostics {
    var result = self
    result.invalidRows.removeAll { rows.contains($0.row) }
    result.invalidCount = invalidCount
    return result
  }

  mutating func add(row: Int, target: RowStatus, model: RowStatus) {
    invalidCount += 1
    for (side, status) in [(Side.target, target), (Side.model, model)] {
      guard let reason = InvalidReason(status), invalidRows.count < Self.listLimit else { continue }
      invalidRows.append(InvalidRow(row: row, side: side, reason: reason))
    }
  }
}
