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
      do { names = try TokenizerVocabulary(path.text).tokens } catch { throw Failure(error) }
      if let last = names.keys.max(), last >= classes {
        throw Failure(
          .invalidData,
          "\(path): token \(last) (\((names[last] ?? "").inBrief)) for \(Format.count(classes)) classes, 0 to \(classes - 1)",
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
}
