/// What is said of the groups by which errors are clustered: by what, and how many have a row that counts.
struct GroupReport: Encodable {
  let by: String
  let count: Int

  /// Fewer groups than this make errors that are themselves uncertain, and mostly too small.
  private static let few = 20

  /// The report's line.
  var line: String {
    let text =
      "± clustered: rows of one group may depend on each other; there are \(Format.count(count)), \(by)"
    return count < Self.few ? text + ": of so few it is mostly too small" : text
  }
}
