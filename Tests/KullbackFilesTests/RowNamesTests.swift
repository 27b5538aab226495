import Foundation
import KullbackFiles
import Testing

@Suite struct RowNamesTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test(arguments: ["eins\nzwei, drei\n  vier\n", "eins\r\nzwei, drei\r\n  vier\r\n"])
  func aLineIsAName(text: String) throws {
    let path = try scratch.file("names.txt", text)
    #expect(try RowNames.read(path, count: 3) == ["eins", "zwei, drei", "  vier"])
  }

  @Test func aByteOrderMarkIsNoPartOfAName() throws {
    #expect(try RowNames.read(scratch.file("m.txt", "\u{FEFF}a\nb\n"), count: 2) == ["a", "b"])
  }

  @Test func theLastLineNeedsNoEnd() throws {
    #expect(try RowNames.read(scratch.file("a.txt", "a\n\nä"), count: 3) == ["a", "", "ä"])
    #expect(try RowNames.read(scratch.file("b.txt", "a\n\n"), count: 2) == ["a", ""])
    #expect(try RowNames.read(scratch.file("c.txt", ""), count: 0).isEmpty)
  }

  @Test func anotherNumberOfLinesIsRefused() throws {
    let path = try scratch.file("names.txt", "a\nb\n")
    let refused = refusal { _ = try RowNames.read(path, count: 3) }
    #expect(refused?.reason.contains("2 lines") == true)
    #expect(refused?.reason.contains("3 rows") == true)
  }

  @Test func whatIsNoTextIsRefused() throws {
    let path = try scratch.file("names.txt", [0x61, 0xFF, 10])
    #expect(refusal { _ = try RowNames.read(path, count: 1) }?.reason.contains("UTF-8") == true)
    let latin = try scratch.file("latin.txt", Array("a\nM".utf8) + [0xFC] + Array("ller\n".utf8))
    let refused = refusal { _ = try RowNames.read(latin, count: 2) }
    #expect(refused?.reason.contains("byte 0xFC") == true)
    #expect(refused?.reason.contains("iconv -f LATIN1 -t UTF-8") == true)
    #expect(throws: FileError.self) { try RowNames.read(scratch.path("absent"), count: 1) }
  }
}
