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

    var kind: ElementKind? {
      ElementKind.allCases.first { SafetensorsHeader.type(of: $0) == type }
    }

    /// Rows and columns, where the bytes are as many.
    func size(_ kind: ElementKind) -> (rows: Int, columns: Int)? {
      guard (1...2).contains(shape.count), shape.allSatisfy({ $0 >= 0 }) else { return nil }
      let (rows, columns) = (shape.count == 1 ? 1 : shape[0], shape[shape.count - 1])
      let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
      let bytes = count.multipliedReportingOverflow(by: kind.byteCount)
      guard !overflow, !bytes.overflow, bytes.partialValue == end - begin else { return nil }
      return (rows, columns)
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
    switch kind {
    case .float64: "F64"
    case .float32: "F32"
    case .float16: "F16"
    case .bfloat16: "BF16"
    case .int64: "I64"
    case .int32: "I32"
    }
  }
}
