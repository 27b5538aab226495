internal import Kullback

/// What of an input was brought in line with the names that another input has.
struct Matching: Equatable, Encodable {
  /// What of an input has names.
  enum Part: String, Codable {
    case columns, rows

    /// What a name of it is called.
    fileprivate var word: String { self == .columns ? "name" : "label" }
  }

  /// An input's names of a part, where it has some.
  struct Names {
    let input: String
    let names: [String]?
  }

  /// What was put in another order.
  var reordered: [Part]?
  /// What was taken as it stands, though it is called otherwise.
  var byPosition: [Part]?

  /// What the report says of the input that is called so.
  func lines(_ name: String) -> [String] {
    (reordered ?? []).map { "\($0) of \(name) reordered by \($0.word)" }
      + (byPosition ?? []).map { "\($0) of \(name) taken by position, not by \($0.word)" }
  }

  /// Where a part of an input has the names of another input's, in their order.
  ///
  /// Nil where it is to be left as it stands: where one of the two has no names, both have the same ones, or
  /// it is to be taken by position.
  ///
  /// - Throws: where one has a name that the other lacks, or where the order differs and a name stands twice.
  mutating func places(
    of part: Part, in own: Names, like other: Names, byPosition takesPositions: Bool
  ) throws(Failure) -> [Int]? {
    guard let wanted = other.names?.map(Self.trimmed), let given = own.names?.map(Self.trimmed),
      wanted != given
    else { return nil }
    guard !takesPositions else {
      byPosition = (byPosition ?? []) + [part]
      return nil
    }
    let (there, here) = (Self.places(wanted), Self.places(given))
    let (missing, unknown) = (wanted.filter { here[$0] == nil }, given.filter { there[$0] == nil })
    guard missing.isEmpty, unknown.isEmpty else {
      let sides = [(other.input, missing), (own.input, unknown)].filter { !$0.1.isEmpty }
      throw Self.refusal(
        part, own, other,
        "are called otherwise: "
          + sides.map { "only \($0) has \(Self.listed($1))" }.joined(separator: "; "))
    }
    for (names, places, input) in [(wanted, there, other.input), (given, here, own.input)]
    where places.count < names.count {
      let twice = names.enumerated().first { places[$1] != $0 }?.element ?? ""
      throw Self.refusal(
        part, own, other,
        "stand in another order, and cannot be matched: \(input) has \(Self.listed([twice])) more than once"
      )
    }
    reordered = (reordered ?? []) + [part]
    return wanted.compactMap { here[$0] }
  }

  /// Where each name stands first.
  private static func places(_ names: [String]) -> [String: Int] {
    Dictionary(zip(names, names.indices)) { first, _ in first }
  }

  private static func refusal(
    _ part: Part, _ own: Names, _ other: Names, _ reason: String
  ) -> Failure {
    Failure(
      .invalidData, "\(other.input), \(own.input): the \(part) \(reason)",
      hint: "--by-position takes them in the order in which they stand")
  }

  /// The first few names, none of them long.
  static func listed(_ names: [String]) -> String {
    let shown = names.prefix(3).map { name in
      "\"" + (name.count > 40 ? name.prefix(39) + "…" : name) + "\""
    }
    let more = names.count - shown.count
    return shown.joined(separator: ", ") + (more > 0 ? " and \(Format.count(more)) more" : "")
  }

  /// The name without blanks around it.
  private static func trimmed(_ name: String) -> String {
    let isBlank = { (character: Character) in character == " " || character == "\t" }
    guard name.first.map(isBlank) == true || name.last.map(isBlank) == true else { return name }
    var rest = name.drop(while: isBlank)
    while rest.last.map(isBlank) == true { rest.removeLast() }
    return String(rest)
  }
}

extension InputFile {
  /// Puts the columns in the order in which another input has their names, where both have names.
  mutating func matchColumns(
    to other: Matching.Names, byPosition: Bool
  ) throws(Failure) {
    let own = Matching.Names(input: name, names: columnNames)
    guard
      let places = try matching.places(of: .columns, in: own, like: other, byPosition: byPosition)
    else { return }
    for part in parts.indices { arrange(part, columns: places) }
    columnNames = other.names
  }

  /// Puts the rows in the order in which another input has their labels, where both have labels.
  ///
  /// A file of a single row has nothing to be put in order: its row is compared with all of the other's.
  mutating func matchRows(to other: Matching.Names, byPosition: Bool) throws(Failure) {
    let own = Matching.Names(input: name, names: rowLabels)
    guard rows != 1, other.names?.count != 1,
      let places = try matching.places(of: .rows, in: own, like: other, byPosition: byPosition)
    else { return }
    try join()
    matrix = matrix.arranged(rows: places)
    rowLabels = other.names
  }

  /// The names of the columns, as another input is matched to them.
  var columnSide: Matching.Names { .init(input: name, names: columnNames) }

  /// The labels of the rows.
  var rowSide: Matching.Names { .init(input: name, names: rowLabels) }
}
