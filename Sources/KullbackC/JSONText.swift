/// JSON to be written.
enum JSONText {
  case object([(name: String, value: JSONText)])
  case list([JSONText])
  case text(String?)
  case number(Int)
  case truth(Bool)

  /// As it is written, without blanks.
  var text: String {
    switch self {
    case .object(let members):
      "{" + members.map { "\(Self.quoted($0.name)):\($0.value.text)" }.joined(separator: ",") + "}"
    case .list(let values): "[" + values.map(\.text).joined(separator: ",") + "]"
    case .text(let text): text.map(Self.quoted) ?? "null"
    case .number(let number): String(number)
    case .truth(let truth): truth ? "true" : "false"
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\u{0}"..<" ":
        let code = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - code.count) + code
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
