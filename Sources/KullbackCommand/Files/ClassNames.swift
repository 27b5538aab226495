#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif
internal import KullbackFiles
internal import KullbackSystem

/// What classes are called: by a text file with a line for each class, or by a tokenizer.json of Hugging Face.
struct ClassNames {
  private let names: [Int: String]

  /// Reads the names of so many classes.
  ///
  /// A tokenizer may have fewer, as vocabularies are padded.
  init(_ path: InputPath, classes: Int) throws(Failure) {
    if path.text.lowercased().hasSuffix(".json") {
      names = try Self.tokenizer(path)
      if let last = names.keys.max(), last >= classes {
        throw Failure(
          .invalidData,
          "\(path): token \(last) (\(names[last] ?? "")) for \(Format.count(classes)) classes, 0 to \(classes - 1)",
          hint: "is it the tokenizer of these models?")
      }
    } else {
      do {
        let lines = try RowNames.read(
          path.text, count: classes, for: "the names of \(Format.count(classes)) classes")
        names = Dictionary(uniqueKeysWithValues: lines.enumerated().map { ($0, $1) })
      } catch { throw Failure(error) }
    }
  }

  /// A class's name, nil where it has none.
  subscript(number: Int) -> String? { names[number] }

  /// A class as it is printed: its name in quotes, without line breaks, or its number.
  func call(_ number: Int) -> String {
    guard let name = names[number] else { return "#\(number)" }
    let short = name.count > 24 ? name.prefix(23) + "…" : name[...]
    return "\"" + short.unicodeScalars.map(Self.shown).joined() + "\""
  }

  private static func shown(_ scalar: Unicode.Scalar) -> String {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned,
      .privateUse:
      scalar.escaped(asASCII: true)
    default: String(scalar)
    }
  }

  /// The vocabulary of a tokenizer.
  private struct Tokenizer: Decodable {
    struct Model: Decodable {
      let vocab: Vocabulary
    }

    /// Tokens with their numbers, or in their order with scores.
    enum Vocabulary: Decodable {
      case numbers([String: Int])
      case order([String])

      private struct Scored: Decodable {
        let token: String

        init(from decoder: any Decoder) throws {
          var container = try decoder.unkeyedContainer()
          token = try container.decode(String.self)
        }
      }

      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let numbers = try? container.decode([String: Int].self) {
          self = .numbers(numbers)
        } else {
          self = .order(try container.decode([Scored].self).map(\.token))
        }
      }
    }

    struct Added: Decodable {
      let id: Int
      let content: String
    }

    let model: Model
    let added_tokens: [Added]?
  }

  private static func tokenizer(_ path: InputPath) throws(Failure) -> [Int: String] {
    let bytes: [UInt8]
    do { bytes = try InputBytes.read(path.text) } catch { throw Failure(error) }
    if let place = JSONSyntax.mistake(in: bytes) {
      throw Failure(
        .invalidData, "\(path): \(place): this is not JSON",
        hint: "names of classes, a line for each, may have any other ending")
    }
    guard let tokenizer = try? JSONDecoder().decode(Tokenizer.self, from: Data(bytes)) else {
      throw Failure(
        .invalidData,
        "\(path): this has no vocabulary of a tokenizer: an object or a list under \"model\", \"vocab\"",
        hint: "a text file with a line for each class is read too")
    }
    var names: [Int: String] = [:]
    switch tokenizer.model.vocab {
    case .numbers(let numbers): for (token, number) in numbers { names[number] = token }
    case .order(let tokens): for (number, token) in tokens.enumerated() { names[number] = token }
    }
    for token in tokenizer.added_tokens ?? [] { names[token.id] = token.content }
    if let negative = names.keys.first(where: { $0 < 0 }) {
      throw Failure(
        .invalidData, "\(path): token \(names[negative] ?? "") has the number \(negative)")
    }
    return names
  }
}
