internal import Kullback

/// The invalid rows: all counted, the first few named.
struct InvalidRows: Encodable {
  /// One invalid row: where it is and what is wrong with it.
  struct Entry: Encodable, Equatable {
    /// Counted from 0 in the file.
    let row: Int
    /// `target` or `model`; nil where there is only one input.
    let side: String?
    let reason: String
    /// What it is called, where there is more to say than its number.
    var label: String?
  }

  static let named = 10
  private(set) var count = 0
  private(set) var first: [Entry] = []
  /// Whether a row of either input counts by itself, whatever its number.
  private let countsSides: Bool

  private enum CodingKeys: CodingKey {
    case count, first
  }

  /// The first findings about rows from `first` on.
  ///
  /// - Parameter sides: whether there are two inputs, so that it is said which is at fault.
  static func entries(
    _ diagnostics: Diagnostics, from first: Int = 0, sides: Bool = false
  ) -> [Entry] {
    diagnostics.invalidRows.prefix(named).map { entry in
      Entry(
        row: first + entry.row, side: sides ? entry.side.rawValue : nil,
        reason: entry.reason.description)
    }
  }

  /// No rows yet.
  init(countingSides: Bool = false) { countsSides = countingSides }

  /// Those of a stream, whose rows have their numbers in the file.
  init(_ diagnostics: Diagnostics, sides: Bool, captions: RowCaptions? = nil) {
    self.init()
    var entries = Self.entries(diagnostics, sides: sides)
    for place in entries.indices { entries[place].label = captions?(entries[place].row) }
    add(entries, count: diagnostics.invalidCount)
  }

  /// Takes a block's invalid rows: how many there are, and what is wrong with the first of them, an
  /// entry for each side at fault.
  mutating func add(_ entries: [Entry], count: Int) {
    self.count += count
    first += entries.prefix(Self.named - first.count)
  }

  /// What the report says of them; nothing when there are none.
  func lines(of total: Int) -> [String] {
    guard count > 0 else { return [] }
    let isLabelled = first.contains { $0.label != nil }
    var table = Table(
      [.init(title: "  row")] + (isLabelled ? [.init(title: "label", alignsLeft: true)] : [])
        + [.init(title: "side", alignsLeft: true), .init(title: "reason", alignsLeft: true)])
    for entry in first {
      table.append(
        [String(entry.row)] + (isLabelled ? [entry.label ?? ""] : [])
          + [entry.side ?? "", entry.reason])
    }
    let others = count - (countsSides ? first.count : Set(first.map(\.row)).count)
    let more = others > 0 ? ["  ... and \(Format.count(others)) more"] : []
    return [
      "", "invalid rows: \(Format.count(count)) of \(Format.count(total)); they are in no mean",
    ]
      + table.lines(width: nil) + more
  }
}
