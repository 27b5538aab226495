internal import KullbackMatrix

/// What the header of a .safetensors file says: its arrays by name, and text about them.
struct SafetensorsHeader: Decodable {
  struct Entry: Decodable {
    let type: String
    let shape: [Int]
    let offsets: [Int]

    enum CodingKeys: String, CodingKey {
      case type = "dtype"
      case shape
      case offsets = "data_offsets"
    }

    var begin: Int { offsets.first ?? -1 }
    var end: Int { offsets.count == 2 ? offsets[1] : -1 }

    var element: StoredElement? {
      StoredElement.named.first { $0.safetensors == type }?.element
    }
  }

  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  private(set) var entries: [String: Entry] = [:]
  private(set) var metadata: [String: String] = [:]

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Name.self)
    for key in container.allKeys {
      if key.stringValue == "__metadata__" {
        metadata = try container.decode([String: String].self, forKey: key)
      } else {
        entries[key.stringValue] = try container.decode(Entry.self, forKey: key)
      }
    }
  }

  /// What the format calls a type of elements.
  static func type(of kind: ElementKind) -> String {
    StoredElement.named.first { $0.element.isDirect && $0.element.converted == kind }?.safetensors
      ?? ""
  }
}
