/// One piece of work at one shape: what is called, on what, and what it is held against.
public struct Work: Sendable {
  /// What is done, for example "forward KL".
  public let name: String
  /// The form and shape, for example "logits 4096 x 32768".
  public let shape: String
  /// The element type's name.
  public let type: String
  /// The bytes read and written, or the operations, of one run.
  public let amount: Double
  /// What bounds it.
  public let limit: Limit
  /// Makes the data, or takes what was made last if it is the same.
  public let prepare: @Sendable () throws -> Prepared

  /// Everything that identifies the work, in one line.
  public var title: String { "\(name), \(shape), \(type)" }
}

/// Work whose data is there.
public struct Prepared {
  /// Runs it once on so many threads, with results going into memory that was used before.
  public let run: (_ threads: Int) throws -> Void
  /// Holds the results of the last run against a plain loop in Double over some of the rows.
  public let confirm: () throws -> Void

  /// Work from its two halves.
  public init(
    run: @escaping (_ threads: Int) throws -> Void, confirm: @escaping () throws -> Void
  ) {
    self.run = run
    self.confirm = confirm
  }
}

/// An answer that is not what a plain loop gives: no time is worth printing then.
public struct WrongAnswer: Error, CustomStringConvertible {
  /// Which value, what it is and what it should be.
  public let description: String

  /// A wrong answer described.
  public init(_ description: String) { self.description = description }
}

/// Throws when `value` is farther from `expected` than the bound allows.
func check(
  _ value: Double, _ expected: Double, relative: Double, absolute: Double = 0,
  _ what: @autoclosure () -> String
) throws {
  guard abs(value - expected) <= relative * abs(expected) + absolute else {
    throw WrongAnswer("\(what()) is \(value) and should be \(expected)")
  }
}

/// The rows of a matrix whose results are confirmed.
func sampledRows(_ rows: Int) -> [Int] {
  Array(Set([0, rows / 3, rows / 2, rows - 1])).sorted()
}
