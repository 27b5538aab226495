/// The few Python literals that a .npy header is made of.
struct PythonLiteral {
  enum Value: Equatable {
    case text(String)
    case truth(Bool)
    case numbers([Int])
    case other
  }

  private let characters: [UInt8]
  private let firstByte: Int
  private var index = 0

  init(_ text: String, firstByte: Int) {
    characters = Array(text.utf8)
    self.firstByte = firstByte
  }

  /// A dictionary with nothing but white space behind it.
  mutating func dictionary() throws(NPYHeader.Refusal) -> [String: Value] {
    var result: [String: Value] = [:]
    try expect("{")
    while !take("}") {
      let key = try text()
      try expect(":")
      guard result.updateValue(try value(), forKey: key) == nil else {
        throw refusal("the key '\(key.inBrief)' stands twice")
      }
      guard take(",") else {
        try expect("}")
        break
      }
    }
    skip()
    guard index == characters.count else { throw refusal("text behind the dictionary") }
    return result
  }

  private mutating func value() throws(NPYHeader.Refusal) -> Value {
    skip()
    guard index < characters.count else { throw refusal("the dictionary ends early") }
    switch characters[index] {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return .text(try text())
    case UInt8(ascii: "("): return .numbers(try tuple())
    case UInt8(ascii: "["):
      // A list of fields: a structured type.
      var depth = 0
      while index < characters.count {
        if characters[index] == UInt8(ascii: "[") { depth += 1 }
        if characters[index] == UInt8(ascii: "]") { depth -= 1 }
        index += 1
        if depth == 0 { return .other }
      }
      throw refusal("a list without an end")
    default:
      for (word, truth) in [("True", true), ("False", false)] where takeWord(word) {
        return .truth(truth)
      }
      throw refusal("a value that is no string, tuple, True or False")
    }
  }

  private mutating func tuple() throws(NPYHeader.Refusal) -> [Int] {
    var result: [Int] = []
    try expect("(")
    while !take(")") {
      skip()
      let start = index
      if index < characters.count, characters[index] == UInt8(ascii: "-") { index += 1 }
      while index < characters.count, (0x30...0x39).contains(characters[index]) { index += 1 }
      let digits = String(decoding: characters[start..<index], as: UTF8.self)
      guard let number = Int(digits) else {
        throw refusal(
          digits.isEmpty ? "a size that is no number" : "the size \(digits.inBrief) is too large")
      }
      result.append(number)
      guard take(",") else {
        try expect(")")
        break
      }
    }
    return result
  }

  private mutating func text() throws(NPYHeader.Refusal) -> String {
    skip()
    guard index < characters.count,
      [UInt8(ascii: "'"), UInt8(ascii: "\"")].contains(characters[index])
    else { throw refusal("a string is expected") }
    let quote = characters[index]
    index += 1
    let start = index
    while index < characters.count, characters[index] != quote { index += 1 }
    guard index < characters.count else { throw refusal("a string without an end") }
    index += 1
    return String(decoding: characters[start..<index - 1], as: UTF8.self)
  }

  private mutating func takeWord(_ word: String) -> Bool {
    guard characters[index...].starts(with: word.utf8) else { return false }
    index += word.utf8.count
    return true
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skip()
    guard index < characters.count, characters[index] == UInt8(ascii: character) else {
      return false
    }
    index += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(NPYHeader.Refusal) {
    guard take(character) else { throw refusal("'\(character)' is expected in the header") }
  }

  private mutating func skip() {
    while index < characters.count, [0x20, 0x09, 0x0A, 0x0D].contains(characters[index]) {
      index += 1
    }
  }

  private func refusal(_ reason: String) -> NPYHeader.Refusal {
    NPYHeader.Refusal(byte: firstByte + index, reason: reason)
  }
}
