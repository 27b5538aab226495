/// A value of JSON, as it is written and read without a library.
///
/// What is no finite number is a text, "Infinity", "-Infinity" or "NaN".
enum JSONValue {
  case null
  case truth(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case list([JSONValue])
  /// Nothing but numbers, of which there may be many.
  case numbers([Double])
  case object([(key: String, value: JSONValue)])

  /// A number that may not be finite.
  static func of(_ number: Double) -> JSONValue {
    number.isFinite
      ? .number(number) : .text(number.isNaN ? "NaN" : number > 0 ? "Infinity" : "-Infinity")
  }

  /// The number that this stands for.
  var asNumber: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .text("Infinity"): .infinity
    case .text("-Infinity"): -.infinity
    case .text("NaN"): .nan
    default: nil
    }
  }

  /// The whole number that this stands for.
  var asInteger: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The bytes of the value, without blanks.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    write(to: &bytes)
    return bytes
  }

  private func write(to bytes: inout [UInt8]) {
    switch self {
    case .null: bytes += "null".utf8
    case .truth(let truth): bytes += (truth ? "true" : "false").utf8
    case .integer(let value): bytes += String(value).utf8
    case .number(let value): bytes += value.description.utf8
    case .text(let text): Self.write(text, to: &bytes)
    case .list(let values):
      Self.write(values, "[", "]", to: &bytes) { value, bytes in value.write(to: &bytes) }
    case .numbers(let values):
      Self.write(values, "[", "]", to: &bytes) { value, bytes in
        JSONValue.of(value).write(to: &bytes)
      }
    case .object(let members):
      Self.write(members, "{", "}", to: &bytes) { member, bytes in
        Self.write(member.key, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        member.value.write(to: &bytes)
      }
    }
  }

  private static func write<Value>(
    _ values: [Value], _ open: Unicode.Scalar, _ close: Unicode.Scalar, to bytes: inout [UInt8],
    _ body: (Value, inout [UInt8]) -> Void
  ) {
    bytes.append(UInt8(ascii: open))
    for (index, value) in values.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      body(value, &bytes)
    }
    bytes.append(UInt8(ascii: close))
  }

  private static func write(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        bytes += ("\\u00" + (digits.count == 1 ? "0" : "") + digits).utf8
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}

/// Bytes that are no JSON, or none of what was to be read.
struct JSONError: Error {
  let reason: String
}

extension JSONValue {
  /// Reads all of the bytes.
  init(_ bytes: [UInt8]) throws(JSONError) {
    var reader = Reader(bytes: bytes)
    self = try reader.value(depth: 0)
    guard reader.next == nil else { throw reader.error }
  }

  private struct Reader {
    let bytes: [UInt8]
    var place = 0
    /// Deeper than anything that is written here.
    static let mostDepth = 32

    var error: JSONError { JSONError(reason: "no JSON at byte \(place)") }

    /// The next byte that is no blank.
    var next: UInt8? {
      mutating get {
        while place < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[place]) { place += 1 }
        return place < bytes.count ? bytes[place] : nil
      }
    }

    mutating func takes(_ scalar: Unicode.Scalar) -> Bool {
      guard next == UInt8(ascii: scalar) else { return false }
      place += 1
      return true
    }

    mutating func value(depth: Int) throws(JSONError) -> JSONValue {
      guard depth < Self.mostDepth, let first = next else { throw error }
      switch first {
      case UInt8(ascii: "{"): return try object(depth: depth)
      case UInt8(ascii: "["): return try list(depth: depth)
      case UInt8(ascii: "\""): return .text(try text())
      case UInt8(ascii: "t"): return try word("true", .truth(true))
      case UInt8(ascii: "f"): return try word("false", .truth(false))
      case UInt8(ascii: "n"): return try word("null", .null)
      default: return try number()
      }
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
      guard bytes[place...].starts(with: word.utf8) else { throw error }
      place += word.utf8.count
      return value
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
      place += 1
      var members: [(key: String, value: JSONValue)] = []
      if takes("}") { return .object(members) }
      repeat {
        guard next == UInt8(ascii: "\"") else { throw error }
        let key = try text()
        guard takes(":"), !members.contains(where: { $0.key == key }) else { throw error }
        members.append((key, try value(depth: depth + 1)))
      } while takes(",")
      guard takes("}") else { throw error }
      return .object(members)
    }

    private mutating func list(depth: Int) throws(JSONError) -> JSONValue {
      place += 1
      var values: [JSONValue] = []
      if takes("]") { return .list(values) }
      repeat { values.append(try value(depth: depth + 1)) } while takes(",")
      guard takes("]") else { throw error }
      return .list(values)
    }

    private mutating func number() throws(JSONError) -> JSONValue {
      let start = place
      while place < bytes.count, Self.isOfNumber(bytes[place]) { place += 1 }
      let text = String(decoding: bytes[start..<place], as: UTF8.self)
      // A negative zero is no whole number.
      if let whole = Int(text), whole != 0 || !text.hasPrefix("-") { return .integer(whole) }
      guard let value = Double(text), value.isFinite else { throw error }
      return .number(value)
    }

    private static func isOfNumber(_ byte: UInt8) -> Bool {
      (0x30...0x39).contains(byte) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains(byte)
    }

    private mutating func text() throws(JSONError) -> String {
      place += 1
      var found: [UInt8] = []
      while place < bytes.count {
        let byte = bytes[place]
        place += 1
        switch byte {
        case UInt8(ascii: "\""): return String(decoding: found, as: UTF8.self)
        case UInt8(ascii: "\\"): found += try escaped()
        case 0..<0x20: throw error
        default: found.append(byte)
        }
      }
      throw error
    }

    private mutating func escaped() throws(JSONError) -> [UInt8] {
      guard place < bytes.count else { throw error }
      let byte = bytes[place]
      place += 1
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
      case UInt8(ascii: "n"): return [0x0A]
      case UInt8(ascii: "t"): return [0x09]
      case UInt8(ascii: "r"): return [0x0D]
      case UInt8(ascii: "b"): return [0x08]
      case UInt8(ascii: "f"): return [0x0C]
      case UInt8(ascii: "u"):
        guard place + 4 <= bytes.count,
          let code = UInt32(String(decoding: bytes[place..<place + 4], as: UTF8.self), radix: 16),
          let scalar = Unicode.Scalar(code)
        else { throw error }
        place += 4
        return Array(String(Character(scalar)).utf8)
      default: throw error
      }
    }
  }
}
