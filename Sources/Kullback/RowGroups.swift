/// Which rows may depend on each other: those of one group, a document or a chunk of text say.
///
/// Standard errors that are clustered by groups do not suppose that rows of one group are independent.
public struct RowGroups: Sendable {
  private enum Kind: Sendable {
    case blocks(Int)
    case numbers([Int])
  }

  private let kind: Kind

  /// Consecutive rows in blocks of so many: row r, counted from 0, is in block r / size.
  ///
  /// - Throws: `KullbackError.invalidBlock` unless the size is above 0.
  public init(blocksOf size: Int) throws(KullbackError) {
    guard size > 0 else { throw .invalidBlock(size) }
    kind = .blocks(size)
  }

  /// Rows with equal labels are of one group, wherever they are.
  ///
  /// Parts of which results are to be added up need the same labels, those of all rows. Memory: 8 bytes a row.
  public init<Label: Hashable>(labels: [Label]) {
    var numbers: [Label: Int] = [:]
    kind = .numbers(
      labels.map { label in
        if let number = numbers[label] { return number }
        numbers[label] = numbers.count
        return numbers.count - 1
      })
  }

  /// How many rows have a group; nil where any number have.
  public var rows: Int? {
    switch kind {
    case .blocks: nil
    case .numbers(let numbers): numbers.count
    }
  }

  /// The number of a row's group.
  ///
  /// - Precondition: the row has one.
  func group(ofRow row: Int) -> Int {
    switch kind {
    case .blocks(let size): return row / size
    case .numbers(let numbers):
      precondition(numbers.indices.contains(row), "row \(row) has no group")
      return numbers[row]
    }
  }
}
