internal import ArgumentParser
internal import KullbackFiles

/// Columns as they are named on the command line, separated by commas.
struct ColumnList: Equatable {
  let references: [ColumnReference]

  /// - Throws: a `ValidationError` that says how columns are written.
  init(parsing text: String) throws {
    guard text != "none" else {
      references = []
      return
    }
    references = try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      guard !part.isEmpty else {
        throw ValidationError("columns are written 1,3...5 or by name, separated by commas")
      }
      if let number = Int(part) { return .numbers(number...number) }
      guard let dots = part.firstRange(of: "..."), let first = Int(part[..<dots.lowerBound]) else {
        return .name(String(part))
      }
      let rest = part[dots.upperBound...]
      if rest.isEmpty { return .from(first) }
      guard let last = Int(rest), first <= last else {
        throw ValidationError("a range of columns is written 2...5")
      }
      return .numbers(first...last)
    }
  }
}
