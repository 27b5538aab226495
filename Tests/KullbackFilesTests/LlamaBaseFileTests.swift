import Foundation
import KullbackMatrix
import KullbackTestSupport
import Testing

@testable import KullbackFiles

/// The header of a base file of llama.cpp, and everything that may be wrong with it.
@Suite struct LlamaBaseFileTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func base(
    _ length: Int32, _ classes: Int32, _ chunks: Int32, tokens: [Int32]? = nil,
    swapped: Bool = false
  ) -> [UInt8] {
    let rows = Int(chunks) * Int(length - 1 - length / 2)
    let width = 4 + Int(classes) + Int(classes) % 2
    let tokens = tokens ?? (0..<length * chunks).map { $0 % classes }
    return Array("_logits_".utf8) + bytes([length, classes, chunks] + tokens, bigEndian: swapped)
      + bytes((0..<rows * width).map { UInt16($0 % 65536) }, bigEndian: swapped)
  }

  private func open(_ data: [UInt8]) throws -> LlamaBaseFile {
    try LlamaBaseFile(path: try scratch.file("a.base", data))
  }

  @Test func rowsAndTokensLieWhereTheyAreExpected() throws {
    for length: Int32 in 3..<9 {
      for classes: Int32 in 1..<5 {
        for chunks: Int32 in 1..<4 {
          let file = try open(base(length, classes, chunks))
          let perChunk = Int(length - 1 - length / 2)
          #expect(file.rowsPerChunk == perChunk && file.units.rows == perChunk * Int(chunks))
          #expect(file.units.columns == Int(4 + classes + classes % 2) && file.units.isMapped)
          #expect(Float16(file.units.value(row: 0, column: 1)).bitPattern == 1)
          for row in 0..<file.units.rows {
            let place = file.place(ofRow: row)
            #expect(place.chunk == row / perChunk)
            #expect(place.position == row % perChunk + Int(length) / 2 + 1)
            let token = place.chunk * Int(length) + place.position
            #expect(file.nextTokens[row] == Int32(token) % classes)
          }
        }
      }
    }
  }

  @Test func whatDoesNotAddUpIsRefused() throws {
    let good = base(5, 3, 2)
    func reason(_ data: [UInt8]) -> String { refusal { _ = try open(data) }?.reason ?? "" }
    for length in 0..<8 { #expect(reason(Array(good.prefix(length))).contains("not a base file")) }
    for length in 8..<good.count {
      #expect(reason(Array(good.prefix(length))).contains("interrupted run"), "\(length)")
    }
    #expect(reason(good + [0]).contains("1 byte behind"))
    #expect(reason(base(5, 3, 2, swapped: true)).contains("other order"))
    #expect(reason(base(5, 3, 1, tokens: [0, 1, 2, 3, 0])).contains("token 3 is none of 3"))
    #expect(reason(base(5, 3, 1, tokens: [0, -1, 2, 2, 0])).contains("token -1"))
    for header: [Int32] in [[0, 1, 1], [5, 0, 1], [5, 1, 0], [-5, 3, 2], [2, 3, 1]] {
      #expect(!reason(Array("_logits_".utf8) + bytes(header)).isEmpty)
    }
    #expect(reason(Array("_logits_".utf8) + bytes([Int32.max, .max, .max])).contains("too many"))
  }

  @Test func onlyFilesThatBeginSoAreSuch() throws {
    #expect(LlamaBaseFile.isThat(try scratch.file("a.base", base(5, 3, 2))))
    #expect(!LlamaBaseFile.isThat(try scratch.file("b.base", "_logits")))
    #expect(!LlamaBaseFile.isThat(scratch.folder) && !LlamaBaseFile.isThat("-"))
    #expect(!LlamaBaseFile.isThat(scratch.path("none")))
  }
}
