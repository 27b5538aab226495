#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// Results as JSON.
///
/// Keys are sorted, so that two runs can be compared line by line. JSON has no numbers for what is
/// not finite: those are the strings "Infinity", "-Infinity" and "NaN", which Python's `float` and
/// JavaScript's `Number` understand.
enum JSON {
  static func text(_ value: some Encodable) throws(Failure) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    do {
      return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
    } catch {
      throw Failure(.inputOutput, "the results cannot be written as JSON: \(error)")
    }
  }

  /// Words as a list on one line.
  static func list(_ words: [String]) throws(Failure) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    do { return String(decoding: try encoder.encode(words), as: UTF8.self) } catch {
      throw Failure(.inputOutput, "the names cannot be written as JSON: \(error)")
    }
  }

  /// The words of a list, or nil where the text is none.
  static func words(in text: String) -> [String]? {
    try? JSONDecoder().decode([String].self, from: Data(text.utf8))
  }
}
