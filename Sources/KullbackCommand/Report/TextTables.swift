/// What of several texts was taken for what: `{"features": {"header": true, ...}}`.
struct TextTables: Encodable {
  private let tables: [(name: String, table: InputReport.TextTable)]

  /// Nil where no input is a text.
  init?(_ inputs: [(name: String, table: InputReport.TextTable?)]) {
    tables = inputs.compactMap { name, table in table.map { (name, $0) } }
    guard !tables.isEmpty else { return nil }
  }

  /// What the report says.
  var lines: [String] { tables.map { "\($0.name): \($0.table.line)" } }

  func encode(to encoder: any Encoder) throws {
    try Dictionary(uniqueKeysWithValues: tables.map { ($0.name, $0.table) }).encode(to: encoder)
  }
}
