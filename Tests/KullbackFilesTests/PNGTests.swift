import CZlib
import Foundation
import KullbackFiles
import Testing

@Suite struct PNGTests {
  /// The chunks of a file: their types and data, once length and checksum have been found right.
  private func chunks(_ file: [UInt8]) throws -> [(type: String, data: [UInt8])] {
    try #require(Array(file.prefix(8)) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    var chunks: [(String, [UInt8])] = []
    var place = 8
    while place < file.count {
      let length = number(file[place..<place + 4])
      let body = Array(file[place + 4..<place + 8 + length])
      try #require(number(file[place + 8 + length..<place + 12 + length]) == checksum(body))
      chunks.append((String(decoding: body.prefix(4), as: UTF8.self), Array(body.dropFirst(4))))
      place += 12 + length
    }
    return chunks
  }

  private func number(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.reduce(0) { $0 << 8 | Int($1) }
  }

  /// The checksum of ISO 3309, bit by bit.
  private func checksum(_ bytes: [UInt8]) -> Int {
    var remainder: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      remainder ^= UInt32(byte)
      for _ in 0..<8 {
        remainder = remainder >> 1 ^ (remainder & 1 == 1 ? 0xEDB8_8320 : 0)
      }
    }
    return Int(~remainder)
  }

  private func inflated(_ bytes: [UInt8], count: Int) throws -> [UInt8] {
    var result = [UInt8](repeating: 0, count: count)
    var size = uLong(count)
    // SAFETY: both buffers live over the call, which writes at most as many bytes as there is room for.
    let status = unsafe uncompress(&result, &size, bytes, uLong(bytes.count))
    try #require(status == Z_OK && size == count)
    return result
  }

  @Test(arguments: [(1, 1), (3, 2), (500, 300)])
  func aPictureIsReadAsItWasDrawn(width: Int, height: Int) throws {
    let palette: [UInt8] = [255, 255, 255, 200, 10, 30, 0, 0, 0]
    let pixels = (0..<width * height).map { UInt8($0 * 7 % 3) }
    let file = PNG.encoded(
      IndexedPicture(width: width, height: height, palette: palette, pixels: pixels))
    let chunks = try chunks(file)
    #expect(chunks.map(\.type) == ["IHDR", "PLTE", "IDAT", "IEND"])
    let header = chunks[0].data
    #expect(number(header[0..<4]) == width && number(header[4..<8]) == height)
    #expect(Array(header[8...]) == [8, 3, 0, 0, 0])
    #expect(chunks[1].data == palette)
    #expect(chunks[3].data.isEmpty)
    let lines = try inflated(chunks[2].data, count: (width + 1) * height)
    for row in 0..<height {
      let line = lines[row * (width + 1)..<(row + 1) * (width + 1)]
      #expect(line.first == 0)
      #expect(Array(line.dropFirst()) == Array(pixels[row * width..<(row + 1) * width]))
    }
  }

  @Test func aPictureOfFewColoursIsSmall() {
    let picture = IndexedPicture(
      width: 1000, height: 1000, palette: [0, 0, 0], pixels: [UInt8](repeating: 0, count: 1_000_000)
    )
    #expect(PNG.encoded(picture).count < 3000)
  }

  @Test func aPictureGetsItsNameWhenItIsWhole() throws {
    let scratch = try Scratch()
    let path = try scratch.file("a.png", "old")
    let picture = IndexedPicture(width: 1, height: 1, palette: [1, 2, 3], pixels: [0])
    let writer = try PNGWriter(path: path)
    try writer.write(picture)
    #expect(try scratch.bytes("a.png") == Array("old".utf8))
    #expect(try scratch.names().count == (writer.temporaryPath == nil ? 1 : 2))
    try writer.finish()
    #expect(try scratch.bytes("a.png") == PNG.encoded(picture))
    let given = try PNGWriter(path: path)
    try given.write(picture)
    given.discard()
    #expect(try scratch.names() == ["a.png"])
  }

  @Test func whatIsNoPictureTraps() async {
    await #expect(processExitsWith: .failure) {
      _ = IndexedPicture(width: 2, height: 2, palette: [0, 0, 0], pixels: [0, 0, 0])
    }
    await #expect(processExitsWith: .failure) {
      _ = IndexedPicture(width: 1, height: 1, palette: [0, 0], pixels: [0])
    }
  }
}
