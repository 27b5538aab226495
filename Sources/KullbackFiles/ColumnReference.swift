/// One or more columns of a table.
public enum ColumnReference: Sendable, Equatable {
  /// Columns counted from 1.
  case numbers(ClosedRange<Int>)
  /// All columns from this one on, counted from 1.
  case from(Int)
  /// The column of this name in the header.
  case name(String)
}

extension ColumnReference {
  /// The places of columns, from 0.
  ///
  /// - Parameters:
  ///   - names: those of the header, where there is one.
  ///   - count: how many columns there are.
  /// - Throws: `FileError.malformed` for a column that is not there or stands twice.
  static func places(
    _ references: [ColumnReference], names: [String]?, count: Int, path: String
  ) throws(FileError) -> [Int] {
    var places: [Int] = []
    for reference in references {
      places += try reference.places(names: names, count: count, path: path)
    }
    guard Set(places).count == places.count else {
      throw .malformed(path: path, place: "", reason: "a column is asked for twice")
    }
    return places
  }

  private func places(
    names: [String]?, count: Int, path: String
  ) throws(FileError) -> [Int] {
    switch self {
    case .numbers(let range):
      guard range.lowerBound >= 1, range.upperBound <= count else {
        throw .malformed(
          path: path, place: "",
          reason:
            "there is no column \(range.lowerBound < 1 ? range.lowerBound : range.upperBound):"
            + " columns are counted from 1 to \(count)")
      }
      return range.map { $0 - 1 }
    case .from(let first):
      guard (1...max(1, count)).contains(first) else {
        throw .malformed(
          path: path, place: "", reason: "there is no column \(first): there are \(count)")
      }
      return Array(first - 1..<count)
    case .name(let name):
      let places = (names ?? []).indices.filter { names?[$0] == name }
      guard let place = places.first else {
        throw .malformed(
          path: path, place: names == nil ? "" : "header",
          reason: names == nil
            ? "there is no header that could name a column \"\(name.inBrief)\""
            : "no column is called \"\(name.inBrief)\"")
      }
      guard places.count == 1 else {
        throw .malformed(
          path: path, place: "header",
          reason: "\(places.count) columns are called \"\(name.inBrief)\"")
      }
      return [place]
    }
  }

  /// Whether it is a name, which only a header has.
  var isName: Bool {
    if case .name = self { true } else { false }
  }
}
