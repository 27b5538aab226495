/// Makes what is `Decodable` of JSON, without a library.
enum ValueDecoder {
  static func decode<Value: Decodable>(_ type: Value.Type, from value: JSONValue) throws -> Value {
    let found: Any? =
      switch type {
      case is Double.Type: value.asNumber
      case is Int.Type: value.asInteger
      case is Bool.Type: if case .truth(let truth) = value { truth } else { nil }
      case is String.Type: if case .text(let text) = value { text } else { nil }
      default: try type.init(from: JSONDecoder(value: value))
      }
    guard let found = found as? Value else { throw JSONError(reason: "something is no \(type)") }
    return found
  }
}

private struct JSONDecoder: Decoder {
  let value: JSONValue
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard case .object(let members) = value else { throw JSONError(reason: "no object") }
    return KeyedDecodingContainer(
      Keyed<Key>(members: Dictionary(members.map { ($0.key, $0.value) }) { first, _ in first }))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard case .list(let values) = value else { throw JSONError(reason: "no list") }
    return Unkeyed(values: values)
  }

  func singleValueContainer() -> any SingleValueDecodingContainer { Single(value: value) }

  private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let members: [String: JSONValue]
    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { members.keys.compactMap { Key(stringValue: $0) } }

    private func value(_ key: Key) throws(JSONError) -> JSONValue {
      guard let value = members[key.stringValue] else {
        throw JSONError(reason: "it has no \"\(key.stringValue)\"")
      }
      return value
    }

    func contains(_ key: Key) -> Bool { members[key.stringValue] != nil }

    func decodeNil(forKey key: Key) throws -> Bool {
      if case .null = try value(key) { true } else { false }
    }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
      try ValueDecoder.decode(type, from: value(key))
    }

    func nestedContainer<Other: CodingKey>(
      keyedBy type: Other.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Other> {
      try JSONDecoder(value: value(key)).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
      try JSONDecoder(value: value(key)).unkeyedContainer()
    }

    func superDecoder() -> any Decoder { JSONDecoder(value: members["super"] ?? .null) }

    func superDecoder(forKey key: Key) throws -> any Decoder {
      JSONDecoder(value: try value(key))
    }
  }

  private struct Unkeyed: UnkeyedDecodingContainer {
    let values: [JSONValue]
    var currentIndex = 0
    var codingPath: [any CodingKey] { [] }
    var count: Int? { values.count }
    var isAtEnd: Bool { currentIndex == values.count }

    private mutating func next() throws(JSONError) -> JSONValue {
      guard !isAtEnd else { throw JSONError(reason: "a list ends too soon") }
      defer { currentIndex += 1 }
      return values[currentIndex]
    }

    mutating func decodeNil() -> Bool {
      guard !isAtEnd, case .null = values[currentIndex] else { return false }
      currentIndex += 1
      return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
      try ValueDecoder.decode(type, from: next())
    }

    mutating func nestedContainer<Other: CodingKey>(
      keyedBy type: Other.Type
    ) throws -> KeyedDecodingContainer<Other> {
      try JSONDecoder(value: next()).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
      try JSONDecoder(value: next()).unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder { JSONDecoder(value: try next()) }
  }

  private struct Single: SingleValueDecodingContainer {
    let value: JSONValue
    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool {
      if case .null = value { true } else { false }
    }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
      try ValueDecoder.decode(type, from: value)
    }
  }
}
