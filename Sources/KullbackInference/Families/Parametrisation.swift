/// A way to give the distributions of a family by numbers: mean and variance of a normal distribution.
public struct Parametrisation: Sendable {
  /// A parameter, by each name that it goes by; the first is the one that is shown.
  struct Column: Sendable {
    let names: [String]

    init(_ names: [String]) { self.names = names }

    init(_ names: String...) { self.names = names }
  }

  let columns: [Column]
  private let convert: @Sendable ([Double]) throws(InferenceError) -> [Double]

  /// The parameters, in the order in which rows hold them.
  public var parameters: [String] { columns.map { $0.names.first ?? "" } }

  init(
    _ columns: [Column],
    _ convert: @escaping @Sendable ([Double]) throws(InferenceError) -> [Double] = { $0 }
  ) {
    self.columns = columns
    self.convert = convert
  }

  /// The family's own parameters of a row of these.
  ///
  /// - Accuracy: a rounding or two of each parameter.
  /// - Throws: `InferenceError.invalidParameter` for a parameter that is out of range.
  public func converted(_ row: [Double]) throws(InferenceError) -> [Double] { try convert(row) }
}

extension NamedFamily {
  /// The parametrisation that columns of these names hold, and the column of each of its parameters.
  ///
  /// Case, blanks, hyphens and other signs between the words of a name make no difference.
  ///
  /// - Throws: where the names are not those of a parametrisation, or a family of classes has none.
  public func parametrisation(
    of names: [String]
  ) throws(UnknownParameters) -> (parametrisation: Parametrisation, places: [Int]) {
    let keys = names.map(parameterKey)
    for parametrisation in parametrisations where parametrisation.columns.count == keys.count {
      let places = parametrisation.columns.map { column in
        keys.indices.filter { column.keys.contains(keys[$0]) }
      }
      // Each parameter once, and no column without one.
      if places.allSatisfy({ $0.count == 1 }) {
        return (parametrisation, places.map { $0[0] })
      }
    }
    throw refusal(of: names)
  }

  private func refusal(of names: [String]) -> UnknownParameters {
    let known = Set(parametrisations.flatMap(\.columns).flatMap(\.keys))
    let unknown = names.filter { !known.contains(parameterKey($0)) }
    let reasons = unknown.map { name in
      let short = name.count > 40 ? name.prefix(39) + "…" : name
      return "\"\(short)\"" + (ambiguities[parameterKey(name)].map { " (\($0))" } ?? "")
    }
    let shown = reasons.prefix(3).joined(separator: ", ") + (reasons.count > 3 ? ", ..." : "")
    let what =
      switch unknown.count {
      case 0: "these columns together are no parameters"
      case 1: "the column \(shown) is no parameter"
      default: "the columns \(shown) are no parameters"
      }
    let ways = parametrisations.map { $0.parameters.joined(separator: ", ") }
    var seen: Set<String> = []
    let synonyms = parametrisations.flatMap(\.columns).filter { column in
      column.names.count > 1 && seen.insert(column.names[0]).inserted
    }
    return UnknownParameters(
      description: what + " of a \(name) distribution: those are "
        + ways.joined(separator: "; or "),
      synonyms: synonyms.map {
        "\($0.names[0]) is also called \($0.names.dropFirst().joined(separator: ", "))"
      }.joined(separator: "; "))
  }
}

extension Parametrisation.Column {
  /// The names as they are compared.
  fileprivate var keys: [String] { names.map(parameterKey) }
}

/// A name as it is compared: its letters and digits, in lower case and without Greek.
private func parameterKey(_ name: String) -> String {
  let greek: [Character: String] = [
    "α": "alpha", "β": "beta", "θ": "theta", "κ": "kappa", "λ": "lambda", "μ": "mu", "µ": "mu",
    "σ": "sigma", "τ": "tau", "²": "2", "₀": "0", "₁": "1", "₂": "2",
  ]
  return name.lowercased().reduce(into: "") { key, character in
    if let word = greek[character] {
      key += word
    } else if character.isLetter || character.isNumber {
      key.append(character)
    }
  }
}
