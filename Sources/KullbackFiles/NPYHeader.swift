internal import KullbackMatrix

/// The header of a .npy file.
///
/// Source: the format's description in NumPy's `numpy.lib.format`, versions 1.0 to 3.0.
struct NPYHeader: Equatable {
  /// A type of element as the file spells it.
  struct Element: Equatable {
    enum Kind: Equatable {
      case float, bfloat, signed, unsigned, bool
    }
    let kind: Kind
    let byteCount: Int
    let isBigEndian: Bool

    /// Bytes of an element in memory when it is not mapped.
    var convertedByteCount: Int {
      switch kind {
      case .float, .bfloat: byteCount
      case .signed: max(byteCount, 4)
      case .unsigned: 8
      case .bool: 4
      }
    }

    /// What NumPy calls it.
    var name: String {
      let bits = 8 * byteCount
      return switch kind {
      case .float: "float\(bits)"
      case .bfloat: "bfloat16"
      case .signed: "int\(bits)"
      case .unsigned: "uint\(bits)"
      case .bool: "bool"
      }
    }

    /// What it can be mapped as, when it is in this machine's order.
    var direct: ElementKind? {
      guard !isBigEndian || byteCount == 1 else { return nil }
      switch (kind, byteCount) {
      case (.float, 2): return .float16
      case (.float, 4): return .float32
      case (.float, 8): return .float64
      case (.bfloat, 2): return .bfloat16
      case (.signed, 4): return .int32
      case (.signed, 8): return .int64
      default: return nil
      }
    }
  }

  let element: Element
  let isFortranOrder: Bool
  let shape: [Int]
  /// Where the elements begin.
  let dataOffset: Int
  /// Where they end.
  let end: Int

  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// Why a header is refused, with the byte where that shows.
  struct Refusal: Error, Equatable {
    let byte: Int
    let reason: String
  }

  /// Reads the header at the start of a file of `fileLength` bytes.
  init(_ start: [UInt8], fileLength: Int) throws(Refusal) {
    guard fileLength > 0 else { throw Refusal(byte: 0, reason: "the file is empty") }
    guard start.starts(with: Self.magic) else {
      throw Refusal(byte: 0, reason: "not a .npy file: it does not begin with \\x93NUMPY")
    }
    guard start.count >= 10 else {
      throw Refusal(byte: start.count, reason: "the file ends inside the header")
    }
    let version = start[6]
    guard (1...3).contains(version) else {
      throw Refusal(byte: 6, reason: "version \(version).\(start[7]) is not known (1, 2 and 3 are)")
    }
    let lengthBytes = version == 1 ? 2 : 4
    guard start.count >= 8 + lengthBytes else {
      throw Refusal(byte: start.count, reason: "the file ends inside the header")
    }
    var length = 0
    for index in (0..<lengthBytes).reversed() { length = length << 8 | Int(start[8 + index]) }
    let textStart = 8 + lengthBytes
    guard length <= fileLength - textStart else {
      throw Refusal(
        byte: 8,
        reason: "the header is said to have \(length) bytes, and the file ends after "
          + "\(fileLength - textStart)")
    }
    guard length <= start.count - textStart else {
      throw Refusal(byte: 8, reason: "a header of \(length) bytes is too long")
    }
    dataOffset = textStart + length
    guard let text = String(validating: start[textStart..<dataOffset], as: UTF8.self) else {
      throw Refusal(byte: textStart, reason: "the header is not text in UTF-8")
    }
    var parser = PythonLiteral(text, firstByte: textStart)
    let fields = try parser.dictionary()
    for key in fields.keys where !["descr", "fortran_order", "shape"].contains(key) {
      throw Refusal(byte: textStart, reason: "the header has an unknown key '\(key.inBrief)'")
    }
    guard case .text(let descr)? = fields["descr"] else {
      let reason =
        fields["descr"] == nil
        ? "the header has no 'descr'" : "structured types (records) are not numbers"
      throw Refusal(byte: textStart, reason: reason)
    }
    guard case .truth(let isFortranOrder)? = fields["fortran_order"] else {
      throw Refusal(byte: textStart, reason: "the header has no 'fortran_order' of True or False")
    }
    guard case .numbers(let shape)? = fields["shape"] else {
      throw Refusal(byte: textStart, reason: "the header has no 'shape' of whole numbers")
    }
    self.isFortranOrder = isFortranOrder
    self.shape = shape
    element = try NPYHeader.element(descr, byte: textStart)
    var elements = 1
    for size in shape {
      guard size >= 0 else {
        throw Refusal(byte: textStart, reason: "the shape has a negative size: \(size)")
      }
      let (product, overflow) = elements.multipliedReportingOverflow(by: size)
      guard !overflow, product <= Int.max / 16 else {
        throw Refusal(byte: textStart, reason: "the shape \(NPYHeader.spell(shape)) is too large")
      }
      elements = product
    }
    let needed = elements * element.byteCount
    end = dataOffset + needed
    guard needed <= fileLength - dataOffset else {
      throw Refusal(
        byte: fileLength,
        reason:
          "the file is too short: shape \(NPYHeader.spell(shape)) needs \(needed) bytes after "
          + "the header and there are \(fileLength - dataOffset)")
    }
  }

  /// Why an array of a shape is no matrix.
  static func dimensions(of shape: [Int]) -> String {
    "shape \(spell(shape)) has \(shape.count) dimensions; a matrix has two, and one is a single row"
  }

  /// A shape as NumPy writes it.
  static func spell(_ shape: [Int]) -> String {
    let sizes = shape.prefix(8).map(String.init) + (shape.count > 8 ? ["..."] : [])
    return "(" + sizes.joined(separator: ", ") + (shape.count == 1 ? ",)" : ")")
  }

  private static func element(_ descr: String, byte: Int) throws(Refusal) -> Element {
    // ml_dtypes writes bfloat16 as an opaque type of two bytes.
    if ["<V2", "|V2", "V2", "bfloat16"].contains(descr) {
      return Element(kind: .bfloat, byteCount: 2, isBigEndian: false)
    }
    let order = descr.first ?? " "
    let name = ["<", ">", "|", "="].contains(order) ? descr.dropFirst() : descr[...]
    let size = Int(name.dropFirst()) ?? 0
    let kinds: [Character: (Element.Kind, [Int])] = [
      "f": (.float, [2, 4, 8]), "i": (.signed, [1, 2, 4, 8]), "u": (.unsigned, [1, 2, 4, 8]),
      "b": (.bool, [1]),
    ]
    guard let letter = name.first, let (kind, sizes) = kinds[letter], sizes.contains(size) else {
      let what =
        name.hasPrefix("O") ? "Python objects ('\(descr.inBrief)')" : "type '\(descr.inBrief)'"
      throw Refusal(
        byte: byte,
        reason: "\(what) cannot be read: f2, f4, f8, bfloat16 and whole numbers can")
    }
    return Element(kind: kind, byteCount: size, isBigEndian: order == ">")
  }
}
