import CZlib
import Foundation
import KullbackMatrix
import KullbackTestSupport
import Testing

@testable import KullbackFiles

/// Arrays by name in files that NumPy's and safetensors' own writers made, in archives that were tampered with, and in
/// shards.
@Suite struct NPZTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// A file that `Fixtures/make.py` wrote.
  private func fixture(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(name)").path
  }

  @Test(arguments: ["stored.npz", "deflated.npz"])
  func arraysThatNumPyWroteAreRead(name: String) throws {
    let path = fixture(name)
    let cube = try MatrixReader.read("\(path):cube")
    #expect(cube.matrix.doubles == (0..<24).map { Double($0) } && cube.dimensions == [2, 3])
    #expect(cube.matrix.kind == .float32)
    #expect(try MatrixReader.read("\(path):columns").matrix.doubles == (0..<12).map { Double($0) })
    #expect(try MatrixReader.readLabels("\(path):labels") == [1, 2, 3, 4])
    #expect(
      refusal { _ = try MatrixReader.read(path) }?.reason
        == "it holds 3 arrays, of which FILE:ARRAY names one: cube, columns, labels")
  }

  @Test func storedArraysAreMappedWhereTheyLie() throws {
    #expect(try MatrixReader.read("\(fixture("stored.npz")):cube").matrix.isMapped)
    #expect(try !MatrixReader.read("\(fixture("deflated.npz")):cube").matrix.isMapped)
  }

  @Test func tensorsOfEveryTypeThatSafetensorsWroteAreRead() throws {
    let path = fixture("types.safetensors")
    for (_, name, element) in StoredElement.named {
      let table = try MatrixReader.read("\(path):\(name)")
      let wanted: [Double] =
        switch element.kind {
        case .bool: [0, 1, 1, 1]
        case .float8e4m3, .float8e5m2: [0.0625, 1.75, -3.5, 448]
        default: [0, 1, 2, 3]
        }
      #expect(table.matrix.doubles == wanted, "\(name)")
      #expect(table.elementType == element.name)
    }
  }

  private func member(_ numbers: [Double]) -> [UInt8] {
    npy(header("<f8", "(\(numbers.count),)"), bytes(numbers.map(\.bitPattern)))
  }

  @Test func arraysBeginWhereverTheirNamesEnd() throws {
    for length in 1..<20 {
      let name = String(repeating: "n", count: length)
      for extra in [0, 4, 20] {
        let path = try scratch.file(
          "a.npz", zip([("\(name).npy", member([1, 2, 3]))], extra: extra))
        #expect(try MatrixReader.read(path).matrix.doubles == [1, 2, 3])
        #expect(try MatrixReader.read("\(path):\(name)").matrix.doubles == [1, 2, 3])
      }
    }
  }

  @Test func whatDoesNotAddUpIsRefused() throws {
    func reason(_ bytes: [UInt8], _ suffix: String = "") throws -> String {
      let path = try scratch.file("a.npz", bytes)
      return refusal { _ = try MatrixReader.read(path + suffix) }?.reason ?? ""
    }
    let good = zip([("a.npy", member([1, 2]))])
    #expect(try reason(Array(good.dropLast(30))).contains("ends before its directory"))
    #expect(try reason(zip([("a.npy", member([1])), ("a.npy", member([2]))])).contains("twice"))
    #expect(try reason(zip([("a.npy", member([1]))], method: 12)).contains("method 12"))
    #expect(try reason(zip([("a.npy", member([1]))], sizes: [7])).contains("two sizes"))
    #expect(try reason(zip([("a.npy", member([1]))], method: 8)).contains("damaged"))
    #expect(try reason(zip([("a.npy", [1, 2, 3])])).contains("not a .npy"))
    #expect(try reason(zip([])) == "it holds no arrays")
    #expect(try reason(zip([("a/data.pkl", [])])).contains("torch.load"))
    #expect(try reason(zip([("xl/workbook.xml", [])])).contains("Excel"))
    #expect(try reason(zip([("readme.txt", [])])).contains("without a .npy"))
    #expect(try reason(good, ":b").contains("no array is called \"b\""))
    // A member that is said to be far larger than its bytes can come to is refused before memory is taken.
    #expect(
      try reason(zip([("a.npy", member([1]))], method: 8, sizes: [1 << 31])).contains(
        "do not inflate"))
    var encrypted = good
    for index in encrypted.indices.dropLast(4)
    where Array(encrypted[index..<index + 4]) == [0x50, 0x4B, 1, 2] { encrypted[index + 8] |= 1 }
    #expect(try reason(encrypted).contains("encrypted"))
  }

  @Test func damagedDeflatedBytesAreNoticed() throws {
    let data = Array(try Data(contentsOf: URL(filePath: fixture("deflated.npz"))))
    var random = SeededGenerator(seed: 5)
    var (read, refused) = (0, 0)
    for _ in 0..<800 {
      var broken = data
      broken[Int(random.next() % UInt64(data.count))] ^= UInt8(1 << (random.next() % 8))
      let path = try scratch.file("a.npz", broken)
      do {
        // What is read in spite of it is right: the damage is elsewhere.
        #expect(try MatrixReader.read("\(path):cube").matrix.doubles == (0..<24).map { Double($0) })
        read += 1
      } catch {
        refused += 1
      }
    }
    #expect(read > 0 && refused > 100)
  }

  @Test func anIndexSaysWhichFileHasAnArray() throws {
    let shard = AnyMatrix(Matrix<Double>([[1, 2], [3, 4]]))
    try Safetensors(tensors: ["w": .init(shard)]).write(to: scratch.path("one.safetensors"))
    func write(_ file: String) throws -> String {
      try scratch.file(
        "m.safetensors.index.json", #"{"metadata":{"total_size":32},"weight_map":{"w":"\#(file)"}}"#
      )
    }
    let path = try write("one.safetensors")
    #expect(try MatrixReader.read("\(path):w").matrix.doubles == [1, 2, 3, 4])
    #expect(
      refusal { _ = try MatrixReader.read("\(path):v") }?.reason.contains("there is w") == true)
    for file in ["../one.safetensors", "/etc/passwd", "", ".."] {
      let path = try write(file)
      #expect(refusal { _ = try MatrixReader.read(path) }?.place == "weight_map")
    }
    let none = try write("none.safetensors")
    #expect(throws: FileError.self) { try MatrixReader.read(none) }
    let text = try scratch.file("b.safetensors.index.json", "{\"weight_map\":3}")
    #expect(refusal { _ = try MatrixReader.read(text) } != nil)
    let broken = try scratch.file("c.safetensors.index.json", "{\"weight_map\":{")
    #expect(refusal { _ = try MatrixReader.read(broken) }?.place.hasPrefix("byte") == true)
  }
}
