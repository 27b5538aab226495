internal import KullbackMatrix

/// The header of a .npy file.
///
/// Source: the format's description in NumPy's `numpy.lib.format`, versions 1.0 to 3.0.
struct NPYHeader: Equatable {
  let element: StoredElement
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
    if let negative = shape.first(where: { $0 < 0 }) {
      throw Refusal(byte: textStart, reason: "the shape has a negative size: \(negative)")
    }
    guard let elements = StoredArray.elements(shape) else {
      throw Refusal(byte: textStart, reason: "the shape \(StoredArray.spell(shape)) is too large")
    }
    let needed = elements * element.byteCount
    end = dataOffset + needed
    guard needed <= fileLength - dataOffset else {
      throw Refusal(
        byte: fileLength,
        reason:
          "the file is too short: shape \(StoredArray.spell(shape)) needs \(needed) bytes after "
          + "the header and there are \(fileLength - dataOffset)")
    }
  }

  private static func element(_ descr: String, byte: Int) throws(Refusal) -> StoredElement {
    // ml_dtypes writes bfloat16 as an opaque type of two bytes.
    if ["<V2", "|V2", "V2", "bfloat16"].contains(descr) {
      return StoredElement(kind: .bfloat, byteCount: 2, isBigEndian: false)
    }
    let order = descr.first ?? " "
    let name = ["<", ">", "|", "="].contains(order) ? descr.dropFirst() : descr[...]
    let size = Int(name.dropFirst()) ?? 0
    let kinds: [Character: (StoredElement.Kind, [Int])] = [
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
    return StoredElement(kind: kind, byteCount: size, isBigEndian: order == ">")
  }
}
