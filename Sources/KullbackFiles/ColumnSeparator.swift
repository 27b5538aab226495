/// What stands between the columns of a text.
public enum ColumnSeparator: Sendable, Equatable {
  /// A character of ASCII.
  case character(Character)
  /// Blanks and tabs, however many; at the ends of a line they separate nothing.
  case blanks
}

extension ColumnSeparator: CustomStringConvertible {
  /// What it is called: "comma", "tab", "semicolon", "blanks", or the character itself.
  public var description: String {
    switch self {
    case .blanks: "blanks"
    case .character(let character): Self.names.first { $0.1 == character }?.0 ?? String(character)
    }
  }

  /// What is called so; nil for what is no name and not one character.
  public init?(named name: String) {
    if name == "blanks" {
      self = .blanks
    } else if let named = Self.names.first(where: { $0.0 == name }) {
      self = .character(named.1)
    } else if let character = name.first, name.count == 1 {
      self = .character(character)
    } else {
      return nil
    }
    if TextDialect(self) == nil { return nil }
  }

  private static let names: [(String, Character)] = [
    ("comma", ","), ("tab", "\t"), ("semicolon", ";"), ("pipe", "|"),
  ]
}

/// The character between whole numbers and fractions.
public enum DecimalMark: String, Sendable, CaseIterable {
  /// As in 0.25.
  case point
  /// As in 0,25.
  case comma
}
