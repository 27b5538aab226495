import Foundation
import KullbackFiles
import KullbackMatrix
import Testing

@Suite struct NPYReadTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// Six numbers of a type: its name, their bytes, and how they are read.
  struct Case: Sendable, CustomTestStringConvertible {
    let descr: String
    let data: [UInt8]
    let kind: ElementKind
    let isMapped: Bool
    var testDescription: String { descr }

    init(_ descr: String, _ data: [UInt8], _ kind: ElementKind, mapped: Bool = false) {
      self.descr = descr
      self.data = data
      self.kind = kind
      isMapped = mapped
    }
  }

  private static let numbers: [Int] = [0, 1, 2, 3, 4, 100]
  private static let halves = numbers.map { Float16($0).bitPattern }
  private static let singles = numbers.map { Float($0).bitPattern }
  private static let doubles = numbers.map { Double($0).bitPattern }

  static let cases = [
    Case("<f2", bytes(halves), .float16, mapped: true),
    Case("<f4", bytes(singles), .float32, mapped: true),
    Case("<f8", bytes(doubles), .float64, mapped: true),
    Case("<V2", bytes(numbers.map { BFloat16(Float($0)).bitPattern }), .bfloat16, mapped: true),
    Case("<i4", bytes(numbers.map { Int32($0) }), .int32, mapped: true),
    Case("<i8", bytes(numbers.map { Int64($0) }), .int64, mapped: true),
    Case(">f2", bytes(halves, bigEndian: true), .float16),
    Case(">f4", bytes(singles, bigEndian: true), .float32),
    Case(">f8", bytes(doubles, bigEndian: true), .float64),
    Case(">i4", bytes(numbers.map { Int32($0) }, bigEndian: true), .int32),
    Case(">i8", bytes(numbers.map { Int64($0) }, bigEndian: true), .int64),
    Case("|i1", bytes(numbers.map { Int8($0) }), .int32),
    Case("<i2", bytes(numbers.map { Int16($0) }), .int32),
    Case(">i2", bytes(numbers.map { Int16($0) }, bigEndian: true), .int32),
    Case("|u1", bytes(numbers.map { UInt8($0) }), .int64),
    Case("<u2", bytes(numbers.map { UInt16($0) }), .int64),
    Case("<u4", bytes(numbers.map { UInt32($0) }), .int64),
    Case(">u4", bytes(numbers.map { UInt32($0) }, bigEndian: true), .int64),
    Case("<u8", bytes(numbers.map { UInt64($0) }), .int64),
  ]

  @Test(arguments: cases)
  func everyTypeIsReadAndThoseOfThisMachineAreMapped(_ test: Case) throws {
    let path = try scratch.file("a.npy", npy(header(test.descr, "(2, 3)"), test.data))
    let matrix = try NPY.read(path)
    #expect((matrix.rows, matrix.columns) == (2, 3))
    #expect(matrix.kind == test.kind)
    #expect(matrix.isMapped == test.isMapped)
    #expect(matrix.doubles == [0, 1, 2, 3, 4, 100])
  }

  @Test(arguments: cases)
  func fortranOrderIsTurned(_ test: Case) throws {
    // The columns of [[0, 2, 4], [1, 3, 100]] one after another.
    let path = try scratch.file(
      "a.npy", npy(header(test.descr, "(2, 3)", fortran: true), test.data))
    let matrix = try NPY.read(path)
    #expect((matrix.rows, matrix.columns, matrix.rowStride) == (2, 3, 3))
    #expect(matrix.kind == test.kind)
    #expect(matrix.doubles == [0, 2, 4, 1, 3, 100])
  }

  // One more and one less than the tiles that a transposition goes by.
  @Test(arguments: [(1, 70), (70, 1), (63, 65), (65, 63), (64, 128), (130, 3)])
  func fortranOrderOfAnyShapeIsTurned(rows: Int, columns: Int) throws {
    let numbers = (0..<columns).flatMap { column in (0..<rows).map { Int32($0 * 1000 + column) } }
    let path = try scratch.file(
      "a.npy", npy(header("<i4", "(\(rows), \(columns))", fortran: true), bytes(numbers)))
    let expected = (0..<rows).flatMap { row in (0..<columns).map { Int32(row * 1000 + $0) } }
    #expect(try NPY.read(path).matrix(of: Int32.self)?.values == expected)
  }

  @Test(arguments: [UInt8(1), 2, 3])
  func everyVersionIsRead(version: UInt8) throws {
    let path = try scratch.file(
      "a.npy", npy(header("<f4", "(1, 2)"), bytes([Float(1).bitPattern, 0]), version: version))
    #expect(try NPY.read(path).doubles == [1, 0])
  }

  @Test(arguments: [
    "{'descr':'<f4','fortran_order':False,'shape':(1,2)}",
    "{ \"shape\" : ( 1 , 2 , ) , 'descr' : \"<f4\" , 'fortran_order' : False , }",
    "{'fortran_order': False,\n 'shape': (2,),\t'descr': '<f4'}",
    "{'descr': '=f4', 'fortran_order': True, 'shape': (1, 2)}",
  ])
  func headersMayBeSpeltInManyWays(_ text: String) throws {
    let path = try scratch.file("a.npy", npy(text, bytes([Float(1).bitPattern, 0])))
    let matrix = try NPY.read(path)
    #expect((matrix.rows, matrix.columns) == (1, 2))
    #expect(matrix.doubles == [1, 0])
  }

  @Test func elementsNeedNotBeAligned() throws {
    let text = Array(header("<f8", "(1, 2)").utf8)
    for padding in 0..<8 {
      let body = text + [UInt8](repeating: 32, count: padding)
      let path = try scratch.file(
        "a.npy",
        [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(body.count), 0] + body
          + bytes([1.5, -2].map(\.bitPattern)))
      let matrix = try NPY.read(path)
      #expect(matrix.doubles == [1.5, -2])
      // Elements that lie across the processor's words are put in order when they are asked for.
      #expect(matrix.isMapped)
      #expect(matrix.isInOrder == (10 + body.count).isMultiple(of: 8))
    }
  }

  // What `numpy.save` writes for `numpy.array([[1, 2.5]], dtype=ml_dtypes.bfloat16)`.
  @Test func bfloat16IsReadAsMLDtypesWritesIt() throws {
    let start = "{'descr': '<V2', 'fortran_order': False, 'shape': (1, 2), }"
    let text = start + String(repeating: " ", count: 117 - start.utf8.count) + "\n"
    let path = try scratch.file(
      "a.npy",
      [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, 0x76, 0] + Array(text.utf8)
        + [0x80, 0x3F, 0x20, 0x40])
    #expect(try NPY.read(path).matrix(of: BFloat16.self)?.values.map { Float($0) } == [1, 2.5])
  }

  @Test func truthIsZeroAndOne() throws {
    let path = try scratch.file("a.npy", npy(header("|b1", "(1, 3)"), [0, 1, 1]))
    #expect(try NPY.read(path).doubles == [0, 1, 1])
  }

  @Test func numbersBeyondTheSignedOnesBecomeTheLargest() throws {
    let path = try scratch.file("a.npy", npy(header("<u8", "(1, 2)"), bytes([UInt64.max, 5])))
    #expect(try NPY.read(path).matrix(of: Int64.self)?.values == [.max, 5])
  }

  @Test(arguments: ["(0, 5)", "(5, 0)", "(0,)"])
  func anArrayWithoutNumbersIsNoTable(shape: String) throws {
    let path = try scratch.file("a.npy", npy(header("<f8", shape)))
    #expect(refusal { _ = try MatrixReader.read(path) }?.reason.contains(shape) == true)
  }

  @Test(arguments: ["<f4", ">f4", "<u2"], ["(0, 4)", "(4, 0)", "(0,)", "(0, 0)"])
  func noRowsAndNoColumnsAreRead(descr: String, shape: String) throws {
    let matrix = try NPY.read(try scratch.file("a.npy", npy(header(descr, shape))))
    #expect(matrix.doubles.isEmpty)
    #expect(matrix.rows == (shape.hasPrefix("(4") || shape == "(0,)" ? shape == "(0,)" ? 1 : 4 : 0))
  }

  // There is nothing to convert, so that going through the rows would only take time.
  @Test(.timeLimit(.minutes(1)), arguments: ["<f4", ">f4"], [true, false])
  func rowsWithoutColumnsAreNotCounted(descr: String, fortran: Bool) throws {
    let text = header(descr, "(100000000000000000, 0)", fortran: fortran)
    let matrix = try NPY.read(try scratch.file("a.npy", npy(text)))
    #expect((matrix.rows, matrix.columns) == (100_000_000_000_000_000, 0))
  }

  @Test func aPipeIsReadIntoMemory() throws {
    let path = try scratch.pipe("pipe")
    let file = npy(header("<f8", "(2, 1)"), bytes([1.5, 2.5].map(\.bitPattern)))
    Thread.detachNewThread { try? Data(file).write(to: URL(filePath: path), options: []) }
    let table = try MatrixReader.read(path)
    #expect(table.matrix.doubles == [1.5, 2.5])
    #expect(!table.matrix.isMapped)
  }
}
