import CZlib
import Foundation
import KullbackMatrix
import Testing

@testable import KullbackFiles

/// What gzip compressed is read as what it holds.
@Suite struct GzipTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// A stream of gzip.
  private func compressed(_ bytes: [UInt8]) throws -> [UInt8] {
    var stream = unsafe z_stream()
    // SAFETY: zlib fills in the stream that it is given.
    try #require(
      unsafe deflateInit2_(
        &stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size)) == Z_OK)
    // SAFETY: the stream was initialised.
    defer { unsafe deflateEnd(&stream) }
    // SAFETY: the stream was initialised.
    var result = [UInt8](repeating: 0, count: Int(unsafe deflateBound(&stream, UInt(bytes.count))))
    var source = bytes
    let room = result.count
    // SAFETY: zlib reads and writes what the buffers hold.
    let left = unsafe source.withUnsafeMutableBufferPointer { source in
      unsafe result.withUnsafeMutableBufferPointer { target in
        unsafe stream.next_in = source.baseAddress
        unsafe stream.avail_in = UInt32(source.count)
        unsafe stream.next_out = target.baseAddress
        unsafe stream.avail_out = UInt32(room)
        unsafe deflate(&stream, Z_FINISH)
        return unsafe Int(stream.avail_out)
      }
    }
    return Array(result.prefix(room - left))
  }

  private let text = Array("name,a,b\nx,1,3\ny,1,1\n".utf8)

  // As Python's gzip writes a,b / 1,3 / 1,1, with the file's name.
  @Test func aFileOfAnotherProgramIsRead() throws {
    let path = try scratch.file(
      "a.csv.gz",
      [
        31, 139, 8, 8, 0, 0, 0, 0, 2, 255, 97, 46, 99, 115, 118, 0, 75, 212, 73, 226, 50, 212, 49,
        6, 98, 67, 46, 0, 142, 6, 244, 210, 12, 0, 0, 0,
      ])
    let table = try MatrixReader.read(path)
    #expect(table.matrix.doubles == [1, 3, 1, 1] && table.columnNames == ["a", "b"])
  }

  @Test func everyFormatIsReadInside() throws {
    let array = npy(header("<f8", "(1, 2)"), bytes([1.5, -2].map(\.bitPattern)))
    for name in ["a.npy.gz", "a.gz", "a.npy"] {
      let path = try scratch.file(name, try compressed(array))
      #expect(try MatrixReader.read(path).matrix.doubles == [1.5, -2])
      #expect(try NPY.read(path).doubles == [1.5, -2])
    }
    let table = try scratch.file("a.tsv.gz", try compressed(Array("a,b\tc\n1\t2\n".utf8)))
    #expect(try MatrixReader.read(table).columnNames == ["a,b", "c"])
    try Safetensors(tensors: ["w": .init(AnyMatrix(Matrix<Double>([[1, 2]])))]).write(
      to: scratch.path("w.safetensors"))
    let model = try scratch.file("w.safetensors.gz", try compressed(scratch.bytes("w.safetensors")))
    #expect(try MatrixReader.read("\(model):w").matrix.doubles == [1, 2])
    let names = try scratch.file("names.txt.gz", try compressed(Array("x\ny\n".utf8)))
    #expect(try RowNames.read(names, count: 2) == ["x", "y"])
    let wide = try compressed(bytes(Array("\u{FEFF}1,2\n".utf16)))
    #expect(try MatrixReader.read(try scratch.file("w.csv", wide)).matrix.doubles == [1, 2])
  }

  @Test func streamsFollowEachOther() throws {
    let parts = [Array(text[..<12]), Array(text[12..<15]), [], Array(text[15...])]
    let all = try parts.flatMap { try compressed($0) }
    for padding in [0, 1, 512] {
      let path = try scratch.file("a.csv.gz", all + [UInt8](repeating: 0, count: padding))
      #expect(try MatrixReader.read(path).rowLabels == ["x", "y"])
    }
    let behind = try scratch.file("b.csv.gz", all + [1, 2, 3])
    let refused = refusal { _ = try MatrixReader.read(behind) }
    #expect(refused?.place == "byte \(all.count)")
    #expect(refused?.reason.contains("3 bytes behind") == true)
  }

  @Test func whatIsCutOffOrDamagedIsRefusedWithItsByte() throws {
    let whole = try compressed(text)
    for length in 4..<whole.count {
      let path = try scratch.file("a.csv", Array(whole[..<length]))
      let refused = refusal { _ = try MatrixReader.read(path) }
      #expect(refused?.place == "byte \(length)" && refused?.reason.contains("cut off") == true)
    }
    // Any bit that is wrong is noticed, or changes nothing.
    for place in 10..<whole.count {
      for bit in 0..<8 {
        var bytes = whole
        bytes[place] ^= 1 << UInt8(bit)
        let path = try scratch.file("a.csv", bytes)
        guard let table = try? MatrixReader.read(path) else { continue }
        #expect(table.matrix.doubles == [1, 3, 1, 1], "byte \(place), bit \(bit)")
      }
    }
  }

  @Test func moreThanThereIsRoomForIsRefused() throws {
    let bomb = Bytes(try compressed([UInt8](repeating: 49, count: 4 << 20)))
    #expect(bomb.count < 8192)
    #expect(throws: FileError.self) { try Gzip.inflated(bomb, path: "a", limit: 4 << 20 - 1) }
    #expect(try Gzip.inflated(bomb, path: "a", limit: 4 << 20).count == 4 << 20)
    do {
      _ = try Gzip.inflated(bomb, path: "a", limit: 1 << 20)
    } catch FileError.tooLong(_, let read, _) {
      // It ends where the limit is passed, not when all is there.
      #expect(read <= 2 << 20)
    }
  }

  @Test func whatIsInsideIsLookedAtFirst() throws {
    let path = try scratch.file("a.csv.gz", try compressed([0x28, 0xB5, 0x2F, 0xFD, 1, 2, 3]))
    #expect(refusal { _ = try MatrixReader.read(path) }?.reason.contains("zstd") == true)
    let zero = try scratch.file("b.csv.gz", try compressed(text + [0]))
    #expect(refusal { _ = try MatrixReader.read(zero) }?.place == "byte \(text.count)")
    let empty = try scratch.file("c.csv.gz", try compressed([]))
    #expect(refusal { _ = try MatrixReader.read(empty) }?.reason.contains("no rows") == true)
    let twice = try scratch.file("d.csv.gz", try compressed(try compressed(text)))
    #expect(refusal { _ = try MatrixReader.read(twice) }?.reason.contains("gzip") == true)
  }
}
