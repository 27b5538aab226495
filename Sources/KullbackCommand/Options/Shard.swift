internal import ArgumentParser

/// One of several parts of the rows: `3/16`.
struct Shard: Equatable {
  /// From 1.
  let number: Int
  let count: Int

  /// The part that the text of an option names.
  ///
  /// - Throws: a `ValidationError` that shows how parts are written.
  init(parsing text: String) throws {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let number = parts[0], let count = parts[1], number >= 1,
      number <= count,
      count <= 1_000_000
    else { throw ValidationError("a shard is written 3/16: the third of sixteen") }
    (self.number, self.count) = (number, count)
  }

  /// The rows of the part: as many as of any other, or one less.
  func rows(of all: Range<Int>) -> Range<Int> {
    func start(_ part: Int) -> Int {
      let (whole, rest) = all.count.quotientAndRemainder(dividingBy: count)
      return all.lowerBound + whole * part + rest * part / count
    }
    return start(number - 1)..<start(number)
  }
}
