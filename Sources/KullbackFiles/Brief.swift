extension StringProtocol {
  /// The text as a message quotes it: on one line, and only its beginning where it is long.
  package var inBrief: String { inBrief(upTo: 40) }

  /// The text on one line, and no more of it than so many characters.
  func inBrief(upTo limit: Int) -> String { brief(utf8, upTo: limit) }
}

/// Bytes of text as a message quotes them.
func brief(_ text: some Sequence<UInt8>, upTo limit: Int = 40) -> String {
  var scalars = String.UnicodeScalarView()
  var decoder = UTF8()
  var bytes = text.makeIterator()
  while scalars.count < limit {
    guard case .scalarValue(let scalar) = decoder.decode(&bytes) else { return String(scalars) }
    scalars.append(scalar.properties.generalCategory == .control ? " " : scalar)
  }
  guard case .emptyInput = decoder.decode(&bytes) else { return String(scalars) + "..." }
  return String(scalars)
}
