/// What is stored as bytes: a JSON object that says what it is, in which version, and what it holds.
private struct Stored<Content: Codable>: Codable {
  let kullback: String
  let version: Int
  let content: Content
}

/// The version of what is stored: raised when what older programs wrote is read no longer.
private let storedVersion = 1

private func stored(_ content: some Codable, as name: String) -> [UInt8] {
  let whole = Stored(kullback: name, version: storedVersion, content: content)
  // Numbers, texts and lists of them: there is nothing that could not be written.
  guard let value = try? ValueEncoder.value(of: whole) else {
    preconditionFailure("\(name) cannot be written")
  }
  return value.bytes
}

private func restored<Content: Codable>(
  _ bytes: some Sequence<UInt8>, as name: String
) throws(KullbackError) -> Content {
  do {
    let value = try JSONValue(Array(bytes))
    guard case .object(let members) = value,
      case .text(name) = members.first(where: { $0.key == "kullback" })?.value ?? .null
    else { throw JSONError(reason: "it is not stored as a \(name)") }
    guard members.first(where: { $0.key == "version" })?.value.asInteger == storedVersion else {
      throw JSONError(reason: "it is of a version that this library does not know")
    }
    return try ValueDecoder.decode(Stored<Content>.self, from: value).content
  } catch let error as JSONError {
    throw .parts("no \(name) can be read from the bytes: \(error.reason)")
  } catch DecodingError.dataCorrupted(let context) {
    throw .parts("no \(name) can be read from the bytes: \(context.debugDescription)")
  } catch {
    throw .parts("no \(name) can be read from the bytes")
  }
}

extension Summary {
  /// The summary as bytes that other machines and later versions read: a JSON object with `kullback` "summary", the
  /// `version` 1, and as `content` what a summary is in the files of `evaluate --partial`.
  public var bytes: [UInt8] { stored(self, as: "summary") }

  /// Reads what `bytes` is.
  ///
  /// - Throws: `KullbackError.parts` for anything else.
  public init(bytes: some Sequence<UInt8>) throws(KullbackError) {
    self = try restored(bytes, as: "summary")
  }
}

extension EvaluationPart {
  /// The part as bytes that other machines and later versions read: a JSON object with `kullback` "part", the `version` 1,
  /// and as `content` what is `part` in the files of `evaluate --partial`.
  public var bytes: [UInt8] { stored(self, as: "part") }

  /// Reads what `bytes` is.
  ///
  /// - Throws: `KullbackError.parts` for anything else.
  public init(bytes: some Sequence<UInt8>) throws(KullbackError) {
    self = try restored(bytes, as: "part")
  }
}
