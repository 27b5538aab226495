/// What of several inputs was brought in line with names: `{"targets": {"reordered": ["rows"]}}`.
struct Matches: Encodable {
  private let inputs: [(name: String, matching: Matching)]

  /// Nil where there is nothing to say.
  init?(_ inputs: [(name: String, matching: Matching)]) {
    self.inputs = inputs.filter { $0.matching != Matching() }
    guard !self.inputs.isEmpty else { return nil }
  }

  /// What the report says.
  var lines: [String] { inputs.flatMap { $0.matching.lines($0.name) } }

  func encode(to encoder: any Encoder) throws {
    try Dictionary(uniqueKeysWithValues: inputs.map { ($0.name, $0.matching) }).encode(to: encoder)
  }
}
