/// Makes JSON of what is `Encodable`, without a library.
enum ValueEncoder {
  static func value(of encodable: some Encodable) throws -> JSONValue {
    let node = Node()
    try node.encode(encodable)
    return node.value
  }
}

/// A place in what is written.
private final class Node {
  private enum Content {
    case leaf(JSONValue)
    case list([Node])
    case object([(key: String, node: Node)])
  }

  private var content = Content.leaf(.null)

  var value: JSONValue {
    switch content {
    case .leaf(let value): value
    case .list(let nodes): .list(nodes.map(\.value))
    case .object(let members): .object(members.map { ($0.key, $0.node.value) })
    }
  }

  var count: Int {
    if case .list(let nodes) = content { nodes.count } else { 0 }
  }

  func encode(_ encodable: some Encodable) throws {
    switch encodable {
    case let value as Double: content = .leaf(.of(value))
    case let value as Int: content = .leaf(.integer(value))
    case let value as Bool: content = .leaf(.truth(value))
    case let value as String: content = .leaf(.text(value))
    case let values as [Double]: content = .leaf(.numbers(values))
    default: try encodable.encode(to: NodeEncoder(node: self))
    }
  }

  func setNull() { content = .leaf(.null) }

  func becomeObject() { if case .object = content {} else { content = .object([]) } }

  func becomeList() { if case .list = content {} else { content = .list([]) } }

  func member(_ key: String) -> Node {
    let node = Node()
    if case .object(let members) = content { content = .object(members + [(key, node)]) }
    return node
  }

  func element() -> Node {
    let node = Node()
    if case .list(var nodes) = content {
      content = .leaf(.null)
      nodes.append(node)
      content = .list(nodes)
    }
    return node
  }
}

private struct NodeEncoder: Encoder {
  let node: Node
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    node.becomeObject()
    return KeyedEncodingContainer(Keyed<Key>(node: node))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    node.becomeList()
    return Unkeyed(node: node)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { Single(node: node) }

  private struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: Node
    var codingPath: [any CodingKey] { [] }

    func encodeNil(forKey key: Key) { node.member(key.stringValue).setNull() }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
      try node.member(key.stringValue).encode(value)
    }

    func nestedContainer<Other: CodingKey>(
      keyedBy type: Other.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Other> {
      NodeEncoder(node: node.member(key.stringValue)).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
      NodeEncoder(node: node.member(key.stringValue)).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { NodeEncoder(node: node.member("super")) }

    func superEncoder(forKey key: Key) -> any Encoder {
      NodeEncoder(node: node.member(key.stringValue))
    }
  }

  private struct Unkeyed: UnkeyedEncodingContainer {
    let node: Node
    var codingPath: [any CodingKey] { [] }
    var count: Int { node.count }

    func encodeNil() { node.element().setNull() }

    func encode<Value: Encodable>(_ value: Value) throws { try node.element().encode(value) }

    func nestedContainer<Other: CodingKey>(
      keyedBy type: Other.Type
    ) -> KeyedEncodingContainer<Other> {
      NodeEncoder(node: node.element()).container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
      NodeEncoder(node: node.element()).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { NodeEncoder(node: node.element()) }
  }

  private struct Single: SingleValueEncodingContainer {
    let node: Node
    var codingPath: [any CodingKey] { [] }

    func encodeNil() { node.setNull() }

    func encode<Value: Encodable>(_ value: Value) throws { try node.encode(value) }
  }
}
