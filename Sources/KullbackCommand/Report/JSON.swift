#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif
internal import KullbackFiles

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

  /// Reads a file that holds what `text(_:)` makes.
  ///
  /// - Parameter writer: what writes such files, for the message.
  static func read<Value: Decodable>(
    _ path: InputPath, writtenBy writer: String
  ) throws(Failure) -> Value {
    let bytes: [UInt8]
    do { bytes = try InputBytes.read(path.text) } catch { throw Failure(error) }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    do { return try decoder.decode(Value.self, from: Data(bytes)) } catch {
      throw Failure(
        .invalidData,
        "\(path.name): not what \(writer) writes"
          + ((error as? DecodingError).map { ": " + words(of: $0) } ?? ""))
    }
  }

  /// What is wrong with a text that was to be decoded.
  private static func words(of error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, _): "it has no \"\(key.stringValue)\""
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      context.codingPath.isEmpty
        ? "it is no JSON"
        : "\(context.codingPath.map(\.stringValue).joined(separator: ".")) is not what it has to be"
    @unknown default: "it cannot be read"
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
