import Foundation
import KullbackMatrix
import Testing

/// A file that is gone when the test is over.
private final class TemporaryFile {
  let path: String

  init(_ bytes: [UInt8]) throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "kullback-\(UUID()).bin")
    path = url.path
    try Data(bytes).write(to: url)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }
}

@Suite struct MappedFileTests {
  /// `count` numbers from 0 on as Float, behind `offset` other bytes.
  private func floats(_ count: Int, behind offset: Int) -> [UInt8] {
    [UInt8](repeating: 0xAA, count: offset)
      + (0..<count).flatMap { number in
        (0..<4).map { UInt8(truncatingIfNeeded: Float(number).bitPattern >> ($0 * 8)) }
      }
  }

  @Test func bytesAreThoseOfTheFile() throws {
    let file = try TemporaryFile([1, 2, 3])
    let mapped = try MappedFile(path: file.path)
    #expect(mapped.byteCount == 3)
    let bytes = (0..<3).map { unsafe mapped.base.load(fromByteOffset: $0, as: UInt8.self) }
    #expect(bytes == [1, 2, 3])
  }

  @Test(arguments: [0, 128, 2, 1, 3])
  func aMatrixLiesInTheFileWhereverItStarts(offset: Int) throws {
    let file = try TemporaryFile(floats(30_000, behind: offset))
    let mapped = try MappedFile(path: file.path)
    let matrix = AnyMatrix(
      mapping: mapped, byteOffset: offset, kind: .float32, rows: 300, columns: 100)
    #expect(matrix.isMapped)
    #expect(matrix.value(row: 0, column: 0) == 0)
    #expect(matrix.value(row: 299, column: 99) == 29_999)
    #expect(matrix[rows: 7..<9].matrix(of: Float.self)?.row(1) == (800..<900).map { Float($0) })
    // What begins at no multiple of an element's size is put in order when it is asked for.
    #expect(matrix.isInOrder == offset.isMultiple(of: 4))
    let distance = unsafe matrix[rows: 1..<2].withUnsafeBaseAddress { unsafe $0 - mapped.base }
    #expect((distance == offset + 400) == matrix.isInOrder)
    #expect(matrix.inOrder().matrix(of: Float.self)?.values == (0..<30_000).map { Float($0) })
  }

  @Test(arguments: [0, 1])
  func rowsThatWereReleasedAreReadAgain(offset: Int) throws {
    let file = try TemporaryFile(floats(30_000, behind: offset))
    let matrix = AnyMatrix(
      mapping: try MappedFile(path: file.path), byteOffset: offset, kind: .float32, rows: 300,
      columns: 100)
    matrix.prefetch(rows: 0..<300)
    for block in [0..<100, 100..<101, 101..<101, 101..<300] {
      matrix.release(rows: block)
    }
    matrix.prefetch(rows: 299..<300)
    let expected = (0..<30_000).map { Float($0) }
    #expect(matrix.matrix(of: Float.self)?.values == expected)
  }

  /// The numbers of rows, as a kernel is given them.
  private func numbers(_ matrix: AnyMatrix, _ rows: Range<Int>) -> [Float] {
    unsafe matrix.withUnsafeRows(rows) { base in
      (0..<rows.count * matrix.columns).map {
        unsafe base.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self)
      }
    }
  }

  @Test(arguments: [0, 128])
  func rowsAreHandedOutWhereverTheyLie(offset: Int) throws {
    let file = try TemporaryFile(floats(600_000, behind: offset))
    let all = AnyMatrix(
      mapping: try MappedFile(path: file.path), byteOffset: offset, kind: .float32, rows: 3000,
      columns: 200)
    // The last is more than a buffer holds.
    for rows in [0..<0, 0..<1, 7..<30, 2999..<3000, 5..<3000] {
      let expected = (rows.lowerBound * 200..<rows.upperBound * 200).map { Float($0) }
      #expect(numbers(all, rows) == expected)
      #expect(numbers(all[rows: 1..<3000], 0..<rows.count).first == (rows.isEmpty ? nil : 200))
    }
    let narrow = all[columns: 3..<4]
    let last = unsafe narrow.withUnsafeRows(2998..<3000) { unsafe $0.load(as: Float.self) }
    #expect(last == 2998 * 200 + 3)
  }

  @Test func rowsOfManyThreadsAreTheirOwn() async throws {
    let file = try TemporaryFile(floats(600_000, behind: 0))
    let matrix = AnyMatrix(
      mapping: try MappedFile(path: file.path), byteOffset: 0, kind: .float32, rows: 3000,
      columns: 200)
    await withTaskGroup(of: Bool.self) { group in
      for part in 0..<30 {
        group.addTask {
          let rows = part * 100..<(part + 1) * 100
          let expected = (rows.lowerBound * 200..<rows.upperBound * 200).map { Float($0) }
          return self.numbers(matrix, rows) == expected
        }
      }
      for await isRight in group { #expect(isRight) }
    }
  }

  @Test func aFileThatWasCutShortIsReadWhereItIsMapped() throws {
    let file = try TemporaryFile(floats(100, behind: 0))
    let matrix = AnyMatrix(
      mapping: try MappedFile(path: file.path), byteOffset: 0, kind: .float32, rows: 10,
      columns: 10)
    #expect(numbers(matrix, 0..<10) == (0..<100).map { Float($0) })
    let handle = try FileHandle(forWritingTo: URL(filePath: file.path))
    try handle.truncate(atOffset: 40)
    // The rest of a mapped page reads as 0; nothing is left of what the buffer had before.
    #expect(numbers(matrix, 0..<10) == (0..<100).map { $0 < 10 ? Float($0) : 0 })
  }

  @Test func manyMappedFilesLeaveDescriptorsForOthers() throws {
    let file = try TemporaryFile(floats(4, behind: 0))
    let many = try (0..<300).map { _ in
      AnyMatrix(
        mapping: try MappedFile(path: file.path), byteOffset: 0, kind: .float32, rows: 2,
        columns: 2)
    }
    #expect(many.allSatisfy { numbers($0, 0..<2) == [0, 1, 2, 3] })
    let next = try FileHandle(forReadingFrom: URL(filePath: file.path))
    #expect(next.fileDescriptor < 256)
  }

  @Test func writingCopiesAndLeavesTheFileAlone() throws {
    let file = try TemporaryFile(floats(4, behind: 0))
    let mapped = AnyMatrix(
      mapping: try MappedFile(path: file.path), byteOffset: 0, kind: .float32, rows: 2, columns: 2)
    var matrix = try #require(mapped.matrix(of: Float.self))
    #expect(matrix.isBorrowed)
    matrix[0, 0] = 9
    #expect(matrix.values == [9, 1, 2, 3])
    #expect(mapped.value(row: 0, column: 0) == 0)
    #expect(try Data(contentsOf: URL(filePath: file.path)).prefix(4) == Data([0, 0, 0, 0]))
  }

  @Test func theMappingOutlivesItsFileAndItsObject() throws {
    var matrix: AnyMatrix?
    do {
      let file = try TemporaryFile(floats(4, behind: 0))
      matrix = AnyMatrix(
        mapping: try MappedFile(path: file.path), byteOffset: 0, kind: .float32, rows: 2,
        columns: 2)
    }
    #expect(matrix?.value(row: 1, column: 1) == 3)
  }

  @Test func releasingMoreThanTheFileTouchesNoOtherMemory() async {
    await #expect(processExitsWith: .success) {
      let file = try TemporaryFile([UInt8](repeating: 7, count: 16))
      let mapped = try MappedFile(path: file.path)
      // Had its pages been given back, the neighbour would read as 0.
      let neighbour = Matrix<Float>(repeating: 1, rows: 1 << 11, columns: 1 << 10)
      let start = unsafe neighbour.withUnsafeBaseAddress { unsafe $0 - mapped.base }
      mapped.release(bytes: start..<start + neighbour.rows * neighbour.columns * 4)
      mapped.release(bytes: -4096..<1 << 20)
      mapped.prefetch(bytes: -5000..<5000)
      try #require(neighbour[0, 0] == 1 && neighbour[1 << 10, 0] == 1)
      try #require(unsafe mapped.base.load(as: UInt8.self) == 7)
    }
  }

  @Test func releasingRowsThatAreNotThereTraps() async {
    await #expect(processExitsWith: .failure) {
      let file = try TemporaryFile([UInt8](repeating: 0, count: 16))
      let matrix = AnyMatrix(
        mapping: try MappedFile(path: file.path), byteOffset: 0, kind: .float32, rows: 2,
        columns: 2)
      matrix.release(rows: 0..<3)
    }
  }

  @Test func anEmptyFileHasNoBytes() throws {
    let file = try TemporaryFile([])
    let mapped = try MappedFile(path: file.path)
    #expect(mapped.byteCount == 0)
    mapped.prefetch(bytes: 0..<0)
    mapped.release(bytes: 0..<0)
    let matrix = AnyMatrix(mapping: mapped, byteOffset: 0, kind: .float64, rows: 0, columns: 5)
    #expect(matrix.matrix(of: Double.self)?.values == [])
  }

  @Test func whatCannotBeMappedSaysWhy() {
    let missing = #expect(throws: MappingError.self) {
      try MappedFile(path: "/nowhere/at/all.npy")
    }
    #expect(missing?.isNotRegular == false)
    #expect(missing?.reason == "No such file or directory")
    let directory = #expect(throws: MappingError.self) { try MappedFile(path: "/") }
    #expect(directory?.reason == "Is a directory")
    let device = #expect(throws: MappingError.self) { try MappedFile(path: "/dev/null") }
    #expect(device?.isNotRegular == true)
  }

  @Test func aMatrixBeyondTheEndOfTheFileTraps() async {
    await #expect(processExitsWith: .failure) {
      let file = try TemporaryFile([UInt8](repeating: 0, count: 15))
      _ = AnyMatrix(
        mapping: try MappedFile(path: file.path), byteOffset: 0, kind: .float32, rows: 2,
        columns: 2)
    }
  }
}
