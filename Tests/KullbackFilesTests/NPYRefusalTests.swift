import KullbackFiles
import KullbackMatrix
import Testing

@Suite struct NPYRefusalTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func check(
    _ file: [UInt8], _ place: String, _ words: String,
    at location: SourceLocation = #_sourceLocation
  ) throws {
    let path = try scratch.file("a.npy", file)
    let refusal = refusal { _ = try NPY.read(path) }
    #expect(refusal?.place == place, sourceLocation: location)
    let reason = refusal?.reason ?? ""
    #expect(reason.contains(words), "\(reason)", sourceLocation: location)
  }

  @Test func aFileThatIsNoneSaysSo() throws {
    try check([], "byte 0", "empty")
    try check(Array("1,2\n".utf8), "byte 0", "not a .npy file")
    try check([0x92] + npy(header("<f4", "(0,)")).dropFirst(), "byte 0", "not a .npy file")
    try check(Array(npy(header("<f4", "(0,)")).prefix(6)), "byte 6", "ends inside the header")
    try check(Array(npy(header("<f4", "(0,)")).prefix(9)), "byte 9", "ends inside the header")
    var future = npy(header("<f4", "(0,)"))
    future[6] = 4
    try check(future, "byte 6", "version 4.0")
  }

  @Test func aTruncatedFileNamesWhatIsThereAndWhatIsNot() throws {
    let whole = npy(header("<f4", "(3, 4)"), [UInt8](repeating: 0, count: 48))
    try check(
      Array(whole.dropLast()), "byte \(whole.count - 1)",
      "shape (3, 4) needs 48 bytes after the header and there are 47")
    try check(Array(whole.prefix(128)), "byte 128", "there are 0")
  }

  // NumPy's `save` may be called again on the same open file: the second array would be lost.
  @Test(arguments: [1, 2, 7, 4096])
  func whatStandsBehindTheArrayIsRefused(count: Int) throws {
    let one = npy(header("<f4", "(1, 1)"), [0, 0, 0x80, 0x3F])
    try check(one + one, "byte \(one.count)", "a second array")
    try check(
      one + [UInt8](repeating: 0, count: count), "byte \(one.count)",
      count == 1 ? "1 byte behind" : "\(count) bytes behind")
  }

  @Test func messagesAreShort() throws {
    let long = String(repeating: "x", count: 20_000)
    let path = try scratch.file("a.npy", npy(header("<\(long)", "(1,)")))
    #expect((refusal { _ = try NPY.read(path) }?.reason.utf8.count ?? .max) < 300)
  }

  @Test func aLengthThatLiesIsFound() throws {
    let text = header("<f4", "(1, 2)")
    try check(npy(text, length: 60000), "byte 8", "60000 bytes")
    try check(npy(text, version: 2, length: 0xFFFF_FFFF), "byte 8", "4294967295 bytes")
    // The header is cut in the middle of its second key.
    try check(npy(text, [UInt8](repeating: 0, count: 8), length: 20), "byte 30", "without an end")
  }

  @Test func shapesThatNoMemoryHasAreRefused() throws {
    try check(npy(header("<f8", "(4294967296, 4294967296)")), "byte 10", "too large")
    try check(npy(header("<f8", "(9223372036854775807,)")), "byte 10", "too large")
    try check(npy(header("<f8", "(99999999999999999999, 1)")), "byte 81", "too large")
    try check(npy(header("<f8", "(-1, 2)")), "byte 10", "negative size: -1")
    try check(npy(header("<f8", "(-1, -1)"), bytes([UInt64(0)])), "byte 10", "negative size: -1")
  }

  @Test func aSingleNumberIsRefused() throws {
    try check(npy(header("<f8", "()"), [UInt8](repeating: 0, count: 8)), "header", "()")
  }

  @Test(arguments: ["|O", "<c16", "<U1", "|S4", "<M8[D]", "<f16", "<V1", "|V8", "f", "", "<i3"])
  func otherTypesAreRefused(descr: String) throws {
    try check(npy(header(descr, "(1,)"), [UInt8](repeating: 0, count: 64)), "byte 10", "'\(descr)'")
  }

  @Test func recordsAreRefused() throws {
    try check(
      npy("{'descr': [('a', '<f4'), ('b', '<i4')], 'fortran_order': False, 'shape': (3,), }"),
      "byte 10", "records")
  }

  @Test(arguments: [
    "", "[]", "{", "{'descr'", "{'descr': '<f4'", "{'descr': }", "{'descr': '<f4}", "{5: 6}",
    "{'descr': '<f4', 'fortran_order': False}",
    "{'descr': '<f4', 'shape': (1,)}",
    "{'fortran_order': False, 'shape': (1,)}",
    "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
    "{'descr': '<f4', 'fortran_order': Falsehood, 'shape': (1,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': 1}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1L,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1 2)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} + {}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 'x'}",
    "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}",
    "{'descr': [[[[[[[[, 'fortran_order': False, 'shape': (1,)}",
  ])
  func headersThatAreNoneAreRefused(text: String) throws {
    let path = try scratch.file("a.npy", npy(text, [0, 0, 0, 0]))
    let refusal = refusal { _ = try NPY.read(path) }
    #expect(refusal?.place.hasPrefix("byte ") == true)
    #expect(refusal?.reason.isEmpty == false)
  }

  @Test func headersThatAreNoTextAreRefused() throws {
    var file = npy(header("<f4", "(1,)"), [0, 0, 0, 0])
    file[20] = 0xFF
    try check(file, "byte 10", "UTF-8")
  }

  // Every file that is cut or has one byte changed is read or refused, and never a trap.
  @Test func damagedFilesAreReadOrRefused() throws {
    let whole = npy(header("<f4", "(2, 3)"), [UInt8](repeating: 1, count: 24))
    for length in 0..<whole.count {
      let path = try scratch.file("a.npy", Array(whole.prefix(length)))
      #expect(throws: FileError.self) { try NPY.read(path) }
    }
    for index in 0..<80 {
      for byte in [UInt8(0), 0x20, 0x27, 0x28, 0x2D, 0x39, 0x7B, 0xFF] {
        var file = whole
        file[index] = byte
        let path = try scratch.file("a.npy", file)
        do throws(FileError) {
          let matrix = try NPY.read(path)
          #expect(matrix.byteCount <= 64)
        } catch {
          #expect(error.description.hasPrefix(path))
        }
      }
    }
  }

  @Test func whatCannotBeReadSaysWhy() throws {
    let missing = scratch.path("missing.npy")
    #expect(throws: FileError.cannotRead(path: missing, reason: "No such file or directory")) {
      try NPY.read(missing)
    }
    #expect(throws: FileError.cannotRead(path: scratch.folder, reason: "Is a directory")) {
      try NPY.read(scratch.folder)
    }
  }
}
