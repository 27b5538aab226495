internal import KullbackKernels

/// What became of every row of an evaluation: valid, or why not; a byte each.
///
/// `Diagnostics` lists the first thousand rows that are not valid; this has all of them.
public struct RowReasons: Sendable, Equatable {
  /// For each row the code of what is wrong with the target, plus 16 times that of what is wrong with the model.
  ///
  /// 0 where the row is valid. Where there is one set alone, it is in the place of the target.
  public let codes: [UInt8]

  package init(codes: [UInt8]) {
    self.codes = codes
  }

  /// Why a row could not be evaluated, by the side at fault; nil on both sides where it could.
  public subscript(row: Int) -> (target: InvalidReason?, model: InvalidReason?) {
    (InvalidReason(code: codes[row] & 15), InvalidReason(code: codes[row] >> 4))
  }

  /// How many rows are not valid.
  public var invalidCount: Int { codes.count { $0 != 0 } }

  /// The same as diagnostics of rows that are numbered from `firstRow` on.
  public func diagnostics(firstRow: Int = 0) -> Diagnostics {
    var diagnostics = Diagnostics()
    for (row, code) in codes.enumerated() where code != 0 {
      diagnostics.add(
        row: firstRow + row, target: RowStatus(rawValue: code & 15) ?? .valid,
        model: RowStatus(rawValue: code >> 4) ?? .valid)
    }
    return diagnostics
  }
}

extension InvalidReason {
  /// The number that stands for the reason where a byte has to: 1 and above, and the same in every version.
  public var code: UInt8 {
    switch self {
    case .notANumber: 1
    case .infinite: 2
    case .negative: 3
    case .noMass: 4
    case .notNormalised: 5
    case .badLabel: 6
    case .outOfRange: 7
    }
  }

  /// The reason of a code; nil for 0 and where there is none.
  public init?(code: UInt8) {
    guard let status = RowStatus(rawValue: code) else { return nil }
    self.init(status)
  }
}

/// A value of each row, and what became of the rows.
public struct RowValues: Sendable {
  /// The value of each row; NaN where the row is not valid.
  public let values: [Double]
  /// Valid, or why not.
  public let reasons: RowReasons
}
