import Foundation
import KullbackMatrix
import KullbackTestSupport
import Testing

@testable import KullbackFiles

/// Arrays of any shape, order, type and place in a file become the rows that NumPy's `moveaxis` and `reshape` make.
@Suite struct StoredArrayTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// The number at a place of an array, which every type holds.
  private func number(_ place: Int) -> Int { place % 64 }

  private func bytes(of place: Int, _ element: StoredElement) -> [UInt8] {
    let value = number(place)
    func spelt<Bits: FixedWidthInteger>(_ bits: Bits) -> [UInt8] {
      KullbackFilesTests.bytes([bits], bigEndian: element.isBigEndian)
    }
    switch (element.kind, element.byteCount) {
    case (.float, 2): return spelt(Float16(value).bitPattern)
    case (.float, 4): return spelt(Float(value).bitPattern)
    case (.float, _): return spelt(Double(value).bitPattern)
    case (.bfloat, _): return spelt(BFloat16(Float(value)).bitPattern)
    case (.signed, 1), (.unsigned, 1): return spelt(UInt8(value))
    case (.signed, 2), (.unsigned, 2): return spelt(UInt16(value))
    case (.signed, 4), (.unsigned, 4): return spelt(UInt32(value))
    case (.signed, _), (.unsigned, _): return spelt(UInt64(value))
    case (.bool, _): return [UInt8(value & 1)]
    case (.float8e4m3, _), (.float8e5m2, _): return [UInt8(value)]
    }
  }

  private func expected(_ place: Int, _ element: StoredElement) -> Double {
    let value = number(place)
    switch element.kind {
    case .bool: return Double(value & 1)
    case .float8e4m3: return eight(value, exponentBits: 4, bias: 7)
    case .float8e5m2: return eight(value, exponentBits: 5, bias: 15)
    default: return Double(value)
    }
  }

  /// An 8-bit number by its definition: positive, and none of the last exponents.
  private func eight(_ bits: Int, exponentBits: Int, bias: Int) -> Double {
    let width = 7 - exponentBits
    let (exponent, fraction) = (bits >> width, Double(bits & (1 << width - 1)) / Double(1 << width))
    return exponent == 0
      ? fraction * pow(2, Double(1 - bias)) : (1 + fraction) * pow(2, Double(exponent - bias))
  }

  @Test func rowsAreThoseOfMovingAnAxisToTheEnd() throws {
    var random = SeededGenerator(seed: 13)
    let elements = StoredElement.named.map(\.element)
    for turn in 0..<600 {
      var element = elements[turn % elements.count]
      element.isBigEndian = element.byteCount > 1 && random.next() & 3 == 0
      let shape = (0..<1 + Int(random.next() % 4)).map { _ in 1 + Int(random.next() % 4) }
      let isFortranOrder = random.next() & 1 == 0
      let axis = Int(random.next() % UInt64(2 * shape.count)) - shape.count
      let count = shape.reduce(1, *)
      let offset = Int(random.next() % 17)
      let data =
        [UInt8](repeating: 0xEE, count: offset)
        + (0..<count).flatMap { bytes(of: $0, element) }
      let path = try scratch.file("a.bin", data)
      let window = try #require(
        try Bytes(path: path).window(from: offset, count: count * element.byteCount))
      let array = StoredArray(
        element: element, shape: shape, isFortranOrder: isFortranOrder, bytes: window, path: path)
      let matrix = try array.matrix(axis: axis)

      let place = axis < 0 ? axis + shape.count : axis
      var strides = [Int](repeating: 1, count: shape.count)
      for index in shape.indices {
        let inner = isFortranOrder ? shape[..<index] : shape[(index + 1)...]
        strides[index] = inner.reduce(1, *)
      }
      let others = shape.indices.filter { $0 != place }
      #expect(matrix.columns == shape[place] && matrix.rows == count / shape[place])
      #expect(try array.leading(axis: axis) == others.map { shape[$0] })
      for row in 0..<matrix.rows {
        var (rest, start) = (row, 0)
        for index in others.reversed() {
          start += rest % shape[index] * strides[index]
          rest /= shape[index]
        }
        for column in 0..<matrix.columns {
          let wanted = expected(start + column * strides[place], element)
          #expect(
            matrix.value(row: row, column: column) == wanted,
            "\(element.name) \(shape) axis \(axis), Fortran \(isFortranOrder), byte \(offset)")
        }
      }
      #expect(matrix.inOrder().doubles == matrix.doubles)
    }
  }

  @Test func numbersOfEightBitsAreThoseOfTheirDefinition() throws {
    for (element, width) in [(StoredElement.Kind.float8e4m3, 4), (.float8e5m2, 5)] {
      let all = (0..<256).map { UInt8($0) }
      let matrix = StoredElement(kind: element, byteCount: 1).converting(Bytes(all), count: 256)
      for bits in 0..<128 {
        let value = matrix.value(row: 0, column: bits)
        #expect(matrix.value(row: 0, column: bits + 128) == -value || value.isNaN)
        let isSpecial = width == 4 ? bits == 0x7F : bits >= 0x7C
        guard !isSpecial else {
          #expect(width == 5 && bits == 0x7C ? value == .infinity : value.isNaN, "\(bits)")
          continue
        }
        #expect(value == eight(bits, exponentBits: width, bias: width == 4 ? 7 : 15), "\(bits)")
      }
    }
  }

  @Test func anAxisThatIsNotThereIsRefused() throws {
    let array = StoredArray(
      element: StoredElement(kind: .bool, byteCount: 1), shape: [2, 3],
      bytes: Bytes([UInt8](repeating: 1, count: 6)), path: "a")
    for axis in [2, -3, .min, .max] {
      #expect(refusal { _ = try array.matrix(axis: axis) }?.reason.contains("no axis") == true)
    }
  }

  @Test func arraysOfSeveralDimensionsKeepTheirShapeInTables() throws {
    let path = try scratch.file(
      "a.npy", npy(header("|i1", "(2, 3, 4)"), (0..<24).map { UInt8($0) }))
    let table = try MatrixReader.read(path)
    #expect(table.dimensions == [2, 3] && table.matrix.rows == 6 && table.matrix.columns == 4)
    var options = TableOptions()
    options.axis = 1
    #expect(try MatrixReader.read(path, options: options).dimensions == [2, 4])
    options.axis = nil
    options.classes = ColumnRange(from: 1, to: 3)
    #expect(try MatrixReader.read(path, options: options).matrix.doubles.prefix(4) == [1, 2, 5, 6])
    options.classes = ColumnRange(from: 1, to: 5)
    #expect(refusal { _ = try MatrixReader.read(path, options: options) } != nil)
    options.classes = nil
    options.isTransposed = true
    #expect(
      refusal { _ = try MatrixReader.read(path, options: options) }?.reason.contains("--axis")
        == true)
  }

  @Test func classesAreThoseOfTheRowsThatComeOut() throws {
    let array = try scratch.file("a.npy", npy(header("|i1", "(2, 3)"), [1, 2, 3, 4, 5, 6]))
    let text = try scratch.file("a.csv", "x,y,z\n1,2,3\n4,5,6\n")
    var options = TableOptions()
    options.isTransposed = true
    options.classes = ColumnRange(from: 1, to: 2)
    var other = TableOptions()
    other.axis = 0
    other.classes = options.classes
    for path in [array, text] {
      #expect(try MatrixReader.read(path, options: options).matrix.doubles == [4, 5, 6])
      #expect(try MatrixReader.read(path, options: other).matrix.doubles == [4, 5, 6])
    }
    other.axis = 2
    #expect(refusal { _ = try MatrixReader.read(text, options: other) } != nil)
    other.axis = 0
    other.isTransposed = false
    #expect(refusal { _ = try MatrixReader.read(text, options: other) } != nil)
  }

  @Test func masksAreOfAnyNumbers() throws {
    for (name, data) in [
      ("a.npy", npy(header("|b1", "(2, 2)"), [1, 0, 0, 1])),
      (
        "b.npy",
        npy(
          header("<f4", "(4,)"),
          KullbackFilesTests.bytes([Float(1), 0, -0.0, 0.5].map(\.bitPattern)))
      ),
      ("c.csv", Array("1\n0\n0\n3\n".utf8)),
    ] {
      #expect(
        try MatrixReader.readMask(scratch.file(name, data)) == [true, false, false, true], "\(name)"
      )
    }
    let broken = try scratch.file(
      "d.npy", npy(header("<f4", "(1,)"), KullbackFilesTests.bytes([Float.nan.bitPattern])))
    #expect(refusal { _ = try MatrixReader.readMask(broken) } != nil)
  }

  @Test func bareNumbersAreReadAsTheyAreSaidToBe() throws {
    let data: [UInt8] = [9, 9] + KullbackFilesTests.bytes([Float(1), 2, 3, 4].map(\.bitPattern))
    let path = try scratch.file("a.bin", data)
    var options = TableOptions()
    options.raw = RawLayout(type: "float32", shape: [2, 2], offset: 2)
    let table = try MatrixReader.read(path, options: options)
    #expect(table.matrix.doubles == [1, 2, 3, 4] && table.elementType == "float32")
    options.raw = RawLayout(type: "float32", shape: [2, 2])
    #expect(refusal { _ = try MatrixReader.read(path, options: options) }?.place == "byte 18")
    options.raw = RawLayout(type: "float32", shape: [2, 3], offset: 2)
    #expect(refusal { _ = try MatrixReader.read(path, options: options) }?.place == "byte 18")
    #expect(RawLayout(type: "float31", shape: [1]) == nil)
    #expect(RawLayout(type: "int8", shape: [.max, 2]) == nil)
    #expect(RawLayout(type: ">int16", shape: [2]) != nil)
    // What has a format of its own is read as that.
    let array = try scratch.file("b.npy", npy(header("|i1", "(1, 2)"), [5, 6]))
    #expect(try MatrixReader.read(array, options: options).matrix.doubles == [5, 6])
    let text = try scratch.file("c.csv", "7,8\n")
    #expect(try MatrixReader.read(text, options: options).matrix.doubles == [7, 8])
  }
}
