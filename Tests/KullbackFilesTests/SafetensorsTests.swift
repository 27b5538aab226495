import KullbackFiles
import KullbackMatrix
import Testing

@Suite struct SafetensorsTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// A file as the format's description lays it out.
  private func file(_ header: String, _ data: [UInt8], length: UInt64? = nil) throws -> String {
    try scratch.file(
      "a.safetensors",
      bytes([length ?? UInt64(header.utf8.count)]) + Array(header.utf8) + data)
  }

  @Test func aFileMadeByHandIsRead() throws {
    let path = try file(
      #"{"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2],"data_offsets":[32,40]},"#
        + #""w":{"dtype":"F64","shape":[2,2],"data_offsets":[0,32]}}  "#,
      bytes([1.0, 2, 3, 4].map(\.bitPattern)) + bytes([Float(5), 6].map(\.bitPattern)))
    let file = try Safetensors.read(path)
    #expect(file.metadata == ["format": "pt"])
    #expect(file.tensors["w"]?.matrix.doubles == [1, 2, 3, 4])
    #expect(file.tensors["w"]?.shape == [2, 2])
    #expect(file.tensors["b"]?.matrix.doubles == [5, 6])
    #expect(file.tensors["b"]?.shape == [2])
    #expect(file.tensors["b"]?.matrix.kind == .float32)
  }

  @Test func whatIsWrittenHasTheDocumentedLayout() throws {
    let file = Safetensors(
      tensors: [
        "w": .init(AnyMatrix(Matrix<Double>([[1, 2], [3, 4]]))),
        "b": .init(AnyMatrix(Matrix<Double>([[5, 6]])), isVector: true),
      ], metadata: ["say": "\"a\""])
    try file.write(to: scratch.path("w.safetensors"))
    let written = try scratch.bytes("w.safetensors")
    let length = written.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    #expect(length % 8 == 0)
    #expect(written.count == 8 + length + 48)
    let header = String(decoding: written[8..<8 + length], as: UTF8.self)
    #expect(
      header.trimmingPrefix(#"{"__metadata__":{"say":"\"a\""},"#)
        .hasPrefix(#""b":{"dtype":"F64","shape":[2],"data_offsets":[0,16]},"w":"#))
    let back = try Safetensors.read(scratch.path("w.safetensors"))
    #expect(back.metadata == ["say": "\"a\""])
    #expect(back.tensors["w"]?.matrix.doubles == [1, 2, 3, 4])
    #expect(back.tensors["b"]?.matrix.doubles == [5, 6])
    #expect(try scratch.names() == ["w.safetensors"])
  }

  @Test func reasonsSayWhatIsWrong() throws {
    func reason(_ header: String, _ data: Int) throws -> String {
      let path = try file(header, [UInt8](repeating: 0, count: data))
      let refused = refusal { _ = try Safetensors.read(path) }
      return refused.map { "\($0.place): \($0.reason)" } ?? ""
    }
    let cube = #"{"w":{"dtype":"F32","shape":[2,3,5],"data_offsets":[0,120]}}"#
    #expect(try reason(cube, 120).contains("shape (2, 3, 5) has 3 dimensions, and not one or two"))
    let scalar = #"{"w":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}"#
    #expect(try reason(scalar, 4).contains("has 0 dimensions, and not one or two"))
    let nameless = #"{"":{"dtype":"F4","shape":[4],"data_offsets":[0,4]}}"#
    #expect(try reason(nameless, 4).hasPrefix("tensor \"\": "))
    let text = #"{"w":{"dtype":"F32","shape":"4","data_offsets":[0,4]}}"#
    #expect(try reason(text, 4) == "header: w.shape: a list has to stand here")
    let broken = #"{"w":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}"#
    #expect(try reason(broken, 4) == "header: a number or a text in it cannot be read")
    #expect(try reason(#"{"\u00zz":1}"#, 0) == "byte 10: the header is not JSON from here on")
  }

  @Test func aNameThatStandsTwiceIsRefused() throws {
    let tensor = #"{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#
    for header in [
      #"{"w":\#(tensor),"w":\#(tensor)}"#,
      #"{"__metadata__":{"w":"1","v":"2","w":"3"},"a":\#(tensor)}"#,
    ] {
      let path = try file(header, [0, 0, 0, 0])
      let refused = refusal { _ = try Safetensors.read(path) }
      #expect(refused?.place == "header" && refused?.reason == "\"w\" stands in it twice")
    }
  }

  @Test func tensorsAreFoundByNameHoweverManyThereAre() throws {
    let count = 10_000
    let entries = (0..<count).map { index in
      #""\#(index)":{"dtype":"F32","shape":[1],"data_offsets":[\#(4 * index),\#(4 * index + 4)]}"#
    }
    let header = "{\(entries.joined(separator: ","))}"
    let padding = String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    let path = try file(header + padding, bytes((0..<count).map { Float($0).bitPattern }))
    let read = try Safetensors.read(path)
    #expect(read.tensors.count == count && read.tensors["4321"]?.matrix.doubles == [4321])
  }

  @Test func whatDoesNotAddUpIsRefused() throws {
    func check(
      _ place: String, _ header: String, _ data: Int, length: UInt64? = nil,
      at location: SourceLocation = #_sourceLocation
    ) throws {
      let path = try file(header, [UInt8](repeating: 0, count: data), length: length)
      let refused = refusal { _ = try Safetensors.read(path) }
      #expect(refused?.place == place, sourceLocation: location)
    }
    func tensor(_ type: String, _ shape: String, _ offsets: String) -> String {
      #"{"w":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":\#(offsets)}}"#
    }
    try check("byte 0", "{}", 0, length: 3)
    try check("byte 0", "{}", 0, length: .max)
    try check("byte 9", "{", 0)
    try check("byte 13", #"{"w":x}"#, 0)
    try check("byte 10", #"{"\w":1}"#, 0)
    try check("header", #"{"w":1}"#, 0)
    try check("byte 10", "{}", 4)
    try check("tensor w", tensor("F64", "[1,2]", "[0,16]"), 15)
    try check("tensor w", tensor("F64", "[1,2]", "[8,24]"), 24)
    try check("tensor w", tensor("F64", "[1,2]", "[16,0]"), 16)
    try check("tensor w", tensor("F64", "[1,2]", "[0]"), 16)
    try check("tensor w", tensor("F64", "[1,3]", "[0,16]"), 16)
    try check("tensor w", tensor("F64", "[-1,-2]", "[0,16]"), 16)
    try check("tensor w", tensor("F64", "[4294967296,4294967296]", "[0,0]"), 0)
    try check("tensor w", tensor("F64", "[1,1,2]", "[0,16]"), 16)
    try check("tensor w", tensor("F4", "[32]", "[0,16]"), 16)
    try check(
      "tensor w",
      #"{"v":{"dtype":"F64","shape":[2],"data_offsets":[0,16]},"#
        + #""w":{"dtype":"F64","shape":[2],"data_offsets":[8,24]}}"#, 24)
    let short = try scratch.file("short.safetensors", [1, 0, 0])
    #expect(refusal { _ = try Safetensors.read(short) }?.place == "byte 0")
  }
}
