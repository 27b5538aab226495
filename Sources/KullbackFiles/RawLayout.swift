/// What a file of numbers without a header is: their type, their shape, and where they begin.
public struct RawLayout: Sendable, Equatable {
  let element: StoredElement
  let shape: [Int]
  let offset: Int

  /// The names of the types that there are, in this machine's order; "<" or ">" before one says another.
  public static var types: [String] { StoredElement.named.map(\.name) }

  /// Numbers of a type and shape; nil for a type that is not known, or a shape that nothing has.
  ///
  /// - Parameters:
  ///   - type: one of `types`; the most significant byte comes first after a ">".
  ///   - shape: rows, or several dimensions, and columns at last.
  ///   - offset: bytes before the first number.
  public init?(type: String, shape: [Int], offset: Int = 0) {
    let isBigEndian = type.hasPrefix(">")
    let name = isBigEndian || type.hasPrefix("<") ? String(type.dropFirst()) : type
    guard var element = StoredElement.named.first(where: { $0.name == name })?.element,
      !shape.isEmpty, shape.allSatisfy({ $0 > 0 }), StoredArray.elements(shape) != nil, offset >= 0
    else { return nil }
    element.isBigEndian = isBigEndian
    (self.element, self.shape, self.offset) = (element, shape, offset)
  }

  /// The array that the bytes of a file are.
  ///
  /// - Throws: `FileError.malformed` where they are more or fewer than its shape says.
  func array(in bytes: Bytes, path: String) throws(FileError) -> StoredArray {
    let count = shape.reduce(element.byteCount, *)
    guard bytes.count - offset == count, let window = bytes.window(from: offset, count: count)
    else {
      throw .malformed(
        path: path, place: "byte \(bytes.count)",
        reason: "\(StoredArray.spell(shape)) of \(element.name) from byte \(offset) on ends at byte"
          + " \(offset.addingReportingOverflow(count).partialValue), and not here")
    }
    return StoredArray(element: element, shape: shape, bytes: window, path: path, place: "--shape")
  }
}
