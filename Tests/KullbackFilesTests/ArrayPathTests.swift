import Foundation
import KullbackFiles
import KullbackMatrix
import Testing

@Suite struct ArrayPathTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func write(_ name: String, _ tensors: [String: [[Float]]]) throws -> String {
    let path = scratch.path(name)
    try Safetensors(tensors: tensors.mapValues { .init(AnyMatrix(Matrix<Float>($0))) })
      .write(to: path)
    return path
  }

  @Test func anArrayIsReadByItsName() throws {
    let path = try write(
      "m.safetensors", ["lm_head.weight": [[1, 2], [3, 4], [5, 6]], "a:b": [[7, 8]]])
    let table = try MatrixReader.read("\(path):lm_head.weight")
    #expect(table.matrix.doubles == [1, 2, 3, 4, 5, 6] && table.matrix.rows == 3)
    #expect(table.matrix.isMapped && table.elementType == "float32" && table.layout == nil)
    #expect(try MatrixReader.read("\(path):a:b").matrix.doubles == [7, 8])
    var options = TableOptions()
    options.columns = [.numbers(2...2)]
    options.isTransposed = true
    let turned = try MatrixReader.read("\(path):lm_head.weight", options: options)
    #expect(turned.matrix.doubles == [2, 4, 6] && turned.matrix.rows == 1)
  }

  @Test func theOnlyArrayNeedsNoName() throws {
    let path = try write("m.safetensors", ["w": [[1, 2]]])
    #expect(try MatrixReader.read(path).matrix.doubles == [1, 2])
    #expect(try MatrixReader.read("\(path):w").matrix.doubles == [1, 2])
    // Its first bytes say what it is, whatever its name.
    let other = scratch.path("w.bin")
    try FileManager.default.copyItem(atPath: path, toPath: other)
    #expect(try MatrixReader.read(other).matrix.doubles == [1, 2])
  }

  @Test func aDamagedFileIsKnownByItsNameAndATextHasAny() throws {
    let damaged = try scratch.file("d.safetensors", [90, 0, 0, 0, 0, 0, 0, 0, 120])
    #expect(refusal { _ = try MatrixReader.read(damaged) }?.reason.hasPrefix("a header of") == true)
    let text = try scratch.file("t.safetensors", "1,2\n")
    #expect(try MatrixReader.read(text).matrix.doubles == [1, 2])
  }

  @Test func errorsListTheArraysThatThereAre() throws {
    let path = try write("m.safetensors", ["v": [[1]], "w": [[2]]])
    #expect(
      refusal { _ = try MatrixReader.read(path) }?.reason
        == "it holds 2 arrays, of which FILE:ARRAY names one: v, w")
    #expect(
      refusal { _ = try MatrixReader.read("\(path):x") }?.reason
        == "no array is called \"x\": there are v, w")
    #expect(refusal { _ = try MatrixReader.read("\(path):") }?.reason.hasSuffix("v, w") == true)
    let one = try write("one.safetensors", ["v": [[1]]])
    #expect(
      refusal { _ = try MatrixReader.read("\(one):x") }?.reason
        == "no array is called \"x\": there is v")
    let none = try write("none.safetensors", [:])
    #expect(refusal { _ = try MatrixReader.read(none) }?.reason == "it holds no arrays")
    #expect(
      refusal { _ = try MatrixReader.read("\(none):x") }?.reason
        == "no array is called \"x\": it holds none")
    let names = (100..<131).map { "layer.\($0)" }
    let many = try write("many.safetensors", .init(uniqueKeysWithValues: names.map { ($0, [[1]]) }))
    #expect(
      refusal { _ = try MatrixReader.read(many) }?.reason.hasSuffix(
        "layer.110, layer.111 and 19 others") == true)
  }

  @Test func otherArraysOfAFileMayBeOfAnyTypeAndShape() throws {
    let header =
      #"{"mask":{"dtype":"BOOL","shape":[3],"data_offsets":[0,3]},"#
      + #""conv":{"dtype":"F32","shape":[1,1,1,1],"data_offsets":[3,7]},"#
      + #""w":{"dtype":"F32","shape":[2],"data_offsets":[7,15]}}"#
    let path = try scratch.file(
      "m.safetensors",
      bytes([UInt64(header.utf8.count)]) + Array(header.utf8) + [1, 0, 1]
        + bytes([Float(1), 2, 3].map(\.bitPattern)))
    // Its elements lie at no multiple of their size.
    #expect(try MatrixReader.read("\(path):w").matrix.doubles == [2, 3])
    #expect(try MatrixReader.read("\(path):mask").matrix.doubles == [1, 0, 1])
    #expect(try MatrixReader.read("\(path):conv").matrix.doubles == [1])
    #expect(refusal { _ = try Safetensors.read(path) } != nil)
  }

  @Test func arraysWithoutNumbersAndOptionsOfTextsAreRefused() throws {
    let header = #"{"w":{"dtype":"F32","shape":[0,3],"data_offsets":[0,0]}}"#
    let path = try scratch.file(
      "m.safetensors", bytes([UInt64(header.utf8.count)]) + Array(header.utf8))
    #expect(refusal { _ = try MatrixReader.read(path) }?.reason.contains("(0, 3)") == true)
    var options = TableOptions()
    options.long = LongColumns(row: .from(1), column: .from(2), value: .from(3), absent: nil)
    let full = try write("full.safetensors", ["w": [[1]]])
    #expect(refusal { _ = try MatrixReader.read(full, options: options) } != nil)
  }

  @Test func aFileOfTheWholeNameWins() throws {
    let path = try write("m.safetensors", ["w": [[1, 2]]])
    let whole = try scratch.file("m.safetensors:w", "3,4\n")
    #expect(ArrayPath(whole) == ArrayPath(file: whole))
    #expect(try MatrixReader.read(whole).matrix.doubles == [3, 4])
    let inner = try scratch.file("m.safetensors:w:x", "5,6\n")
    #expect(ArrayPath("\(inner):y") == ArrayPath(file: inner, array: "y"))
    #expect(ArrayPath("\(path):v") == ArrayPath(file: path, array: "v"))
    // The longest name of a file, and no folder's.
    #expect(ArrayPath("\(whole):v") == ArrayPath(file: whole, array: "v"))
    #expect(ArrayPath("\(scratch.folder):v") == ArrayPath(file: "\(scratch.folder):v"))
    #expect(ArrayPath("-") == ArrayPath(file: "-"))
    let missing = scratch.path("none.safetensors:w")
    #expect(ArrayPath(missing) == ArrayPath(file: missing))
    #expect(ArrayPath("\(path):v").description == "\(path):v")
  }

  @Test func anArrayOfAFileOfOneIsNotNamed() throws {
    let array = try scratch.file("a.npy", npy(header("<f4", "(1, 1)"), [0, 0, 0, 0]))
    let text = try scratch.file("a.csv", "1,2\n")
    for path in [array, text] {
      #expect(
        refusal { _ = try MatrixReader.read("\(path):w") }?.reason
          == "an array in it is named, and only .npz, .safetensors or .safetensors.index.json have names"
      )
      #expect(refusal { _ = try MatrixReader.readLabels("\(path):w") } != nil)
    }
  }

  @Test func labelsAreReadFromAnArrayToo() throws {
    let path = scratch.path("y.safetensors")
    try Safetensors(tensors: [
      "y": .init(AnyMatrix(Matrix<Int64>([[2, 0, 1]])), isVector: true),
      "x": .init(AnyMatrix(Matrix<Float>([[2, 0, 1]]))),
    ]).write(to: path)
    #expect(try MatrixReader.readLabels("\(path):y") == [2, 0, 1])
    #expect(refusal { _ = try MatrixReader.readLabels("\(path):x") } != nil)
  }

  @Test func arraysComeFromPipesToo() async throws {
    let pipe = try scratch.pipe("pipe.safetensors")
    let bytes = try scratch.bytes(
      URL(filePath: try write("m.safetensors", ["w": [[1, 2]]])).lastPathComponent)
    let writing = Task.detached { try Data(bytes).write(to: URL(filePath: pipe)) }
    #expect(try MatrixReader.read(pipe).matrix.doubles == [1, 2])
    try await writing.value
  }
}
