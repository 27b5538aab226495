internal import ArgumentParser

/// Which rows of the input are read, counted from 0.
///
/// Written as Swift writes ranges: `10..<20`, `10...19`, `..<20`, `10...`.
struct RowRange: Equatable {
  let lower: Int
  /// The first row that is not read; nil: to the last one.
  let upper: Int?

  init?(argument: String) {
    let parts: (lower: Substring, upper: Substring, isClosed: Bool)
    if let position = argument.firstRange(of: "..<") {
      parts = (argument[..<position.lowerBound], argument[position.upperBound...], false)
    } else if let position = argument.firstRange(of: "...") {
      parts = (argument[..<position.lowerBound], argument[position.upperBound...], true)
    } else {
      return nil
    }
    guard let lower = parts.lower.isEmpty ? 0 : Self.rowNumber(parts.lower) else { return nil }
    self.lower = lower
    if parts.upper.isEmpty {
      guard !parts.lower.isEmpty else { return nil }
      upper = nil
      return
    }
    guard let last = Self.rowNumber(parts.upper), last < Int.max else { return nil }
    let end = parts.isClosed ? last + 1 : last
    guard lower <= end else { return nil }
    upper = end
  }

  /// The rows that the text of an option names.
  ///
  /// - Throws: a `ValidationError` that shows how ranges are written.
  init(parsing text: String) throws {
    guard let range = RowRange(argument: text) else {
      throw ValidationError("rows are written 10..<20, 10...19, ..<20 or 10...")
    }
    self = range
  }

  /// The rows of a file of `count` rows.
  func resolved(
    count: Int, option: String = "--rows", of things: String = "row"
  ) throws(Failure) -> Range<Int> {
    let end = upper ?? count
    guard lower <= end, end <= count else {
      throw Failure(
        .usage,
        "\(option) \(upper.map { "\(lower)..<\($0)" } ?? "\(lower)...") reaches past the end: there are \(Format.count(count)) \(things)s",
        hint: "\(things)s are counted from 0")
    }
    return lower..<end
  }

  private static func rowNumber(_ text: Substring) -> Int? {
    guard text.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
    return Int(text)
  }
}
