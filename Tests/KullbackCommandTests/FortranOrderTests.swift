import Foundation
import KullbackTestSupport
import Testing

/// Files that hold columns, not rows, one after the other: what is computed of them is that of the others, bit
/// for bit, and no more of them is in memory than a block.
@Suite struct FortranOrderTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// How NumPy spells a type, and an element's bytes.
  private static let types: [(descr: String, size: Int, bits: @Sendable (Double) -> UInt64)] = [
    ("<f2", 2, { UInt64(Float16($0).bitPattern) }),
    ("<V2", 2, { UInt64(Float($0).bitPattern >> 16) }),
    ("<f4", 4, { UInt64(Float($0).bitPattern) }),
    ("<f8", 8, { $0.bitPattern }),
    ("<i4", 4, { UInt64(UInt32(bitPattern: $0 > 0 ? Int32($0 * 9) : 0)) }),
    ("<i8", 8, { UInt64(bitPattern: $0 > 0 ? Int64($0 * 9) : 0) }),
    // Converted as they are read.
    (">f4", 4, { UInt64(Float($0).bitPattern.byteSwapped) }),
  ]

  /// Writes logits, some without mass, in both orders: the paths of the two files.
  private func write(
    _ name: String, _ type: Int, _ rows: Int, _ columns: Int, seed: UInt64
  ) throws -> (plain: String, fortran: String) {
    var generator = SeededGenerator(seed: seed)
    let (descr, size, bits) = Self.types[type]
    let values = (0..<rows * columns).map { index -> Double in
      let (row, column) = (index / columns, index % columns)
      let isMasked =
        switch row % 4 {
        case 1: column < columns / 2
        case 2: generator.uniform() < 0.4
        default: false
        }
      return isMasked ? -.infinity : generator.normal()
    }
    func file(_ name: String, fortran: Bool) throws -> String {
      var data = NPY.header(descr, shape: "(\(rows), \(columns))", fortran: fortran)
      for index in 0..<rows * columns {
        let place = fortran ? index % rows * columns + index / rows : index
        let pattern = bits(values[place])
        for byte in 0..<size { data.append(UInt8(truncatingIfNeeded: pattern >> (8 * byte))) }
      }
      return try folder.write(name, data)
    }
    return (
      try file("\(name)-c.npy", fortran: false), try file("\(name)-f.npy", fortran: true)
    )
  }

  /// What a command writes and prints, and how it ends.
  private func outcome(_ words: [String]) throws -> (Int32, Data) {
    let output = folder.path("out.npy")
    try? FileManager.default.removeItem(atPath: output)
    let line = (words + [words[0] == "log-softmax" ? output : "--output \(output)"])
    let run = try Tool.shell("\"$K\" \(line.joined(separator: " ")) --quiet --allow-invalid")
    #expect(run.status == 0, "\(line): \(run.errors)")
    return (run.status, (try? Data(contentsOf: URL(fileURLWithPath: output))) ?? Data())
  }

  @Test(arguments: 0..<7)
  func rowsAreThoseOfTheOtherOrder(type: Int) throws {
    let isCount = Self.types[type].descr.contains("i")
    let form = isCount ? ["--form", "weights", "--smoothing", "0.5"] : []
    for (index, (rows, columns)) in [(1, 5), (37, 2), (129, 67), (5, 4099)].enumerated() {
      let a = try write("a", type, rows, columns, seed: UInt64(index))
      let b = try write("b", type, rows, columns, seed: UInt64(index + 100))
      for some in [[], ["--rows", "'\(rows / 3)..<\(rows / 3 * 2 + 1)'"]] {
        let expected = try outcome(["evaluate", a.plain, b.plain] + form + some)
        #expect(expected.1.count > 128)
        for (p, q) in [(a.fortran, b.fortran), (a.plain, b.fortran), (a.fortran, b.plain)] {
          #expect(try outcome(["evaluate", p, q] + form + some) == expected)
        }
        for command in ["entropy", "log-softmax"] {
          let plain = try outcome([command, a.plain] + form + some)
          #expect(try outcome([command, a.fortran] + form + some) == plain)
        }
      }
    }
  }

  @Test func whatHoldsAllRowsGivesTheSameToo() throws {
    let a = try write("a", 2, 60, 7, seed: 1)
    let labels = try folder.write("y.csv", (0..<60).map { "\($0 % 3)\n" }.joined())
    for words in [["pairwise"], ["nearest"], ["cluster", "-k", "3"]] {
      let rows = ["--rows", "'10..<50'"]
      let plain = try outcome([words[0], a.plain] + words.dropFirst() + rows)
      #expect(try outcome([words[0], a.fortran] + words.dropFirst() + rows) == plain)
    }
    #expect(
      try outcome(["cross-entropy", labels, a.fortran])
        == outcome(["cross-entropy", labels, a.plain]))
    // Features are finite: counts are.
    let x = try write("x", 5, 60, 4, seed: 2)
    let fits = try [x.plain, x.fortran].map { file in
      let model = folder.path("model.safetensors")
      let run = try Tool.run(
        "fit", "softmax", file, labels, "--l2", "0.1", "--output", model, "--quiet")
      #expect(run.status == 0, "\(run.errors)")
      return try Data(contentsOf: URL(fileURLWithPath: model))
    }
    #expect(fits[0] == fits[1])
  }

  @Test func columnsAreTransposedAsRowsAre() throws {
    let a = try write("a", 2, 40, 9, seed: 3)
    let turned = ["--transpose", "--allow-invalid"]
    #expect(
      try outcome(["evaluate", a.fortran, a.plain] + turned)
        == outcome(["evaluate", a.plain, a.plain] + turned))
    #expect(
      try outcome(["pairwise", a.fortran, "--transpose"])
        == outcome(["pairwise", a.plain, "--transpose"]))
  }

  /// A file that takes no room on the disk.
  private func sparse(_ name: String, _ rows: Int, _ columns: Int) throws -> String {
    let header = NPY.header("<f4", shape: "(\(rows), \(columns))", fortran: true)
    let path = try folder.write(name, header)
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try file.truncate(atOffset: UInt64(header.count + 4 * rows * columns))
    try file.close()
    return path
  }

  @Test func fewRowsOfATebibyteAreRead() throws {
    let path = try sparse("tebibyte.npy", 1 << 33, 32)
    for command in [
      ["evaluate", path, path], ["entropy", path], ["pairwise", path], ["nearest", path],
    ] {
      let run = try Tool.shell(
        "timeout 60 \"$K\" \(command.joined(separator: " ")) --rows '0..<2' --json")
      #expect(run.status == 0, "\(command[0]): \(run.errors)")
    }
    let range = try Tool.run("entropy", path, "--columns", "3...9", "--rows", "0..<2")
    #expect(range.status == 0 && range.output.contains("x 7 float32"), "\(range.errors)")
    // Columns that do not follow each other are copied.
    let some = try Tool.run("entropy", path, "--columns", "3,9", "--rows", "0..<2")
    #expect(some.status == 71 && some.errors.contains("tebibyte.npy"), "\(some.errors)")
    let all = try Tool.run("pairwise", path)
    #expect(all.status == 71 && all.errors.contains("tebibyte.npy"), "\(all.errors)")
  }

  /// A copy of the files would not fit into what the process may have of its own.
  @Test func blocksFitIntoLittleMemory() throws {
    let path = try sparse("zeros.npy", 1 << 16, 256)
    let small = try sparse("small.npy", 2, 256)
    let least = try #require(
      stride(from: 10_000, to: 500_000, by: 10_000).first { limit in
        try Tool.shell("ulimit -d \(limit); \"$K\" evaluate '\(small)' '\(small)' --quiet").status
          == 0
      })
    let run = try Tool.shell(
      "ulimit -d \(least + 49_152); timeout 120 \"$K\" evaluate '\(path)' '\(path)' --quiet")
    #expect(run.status == 0, "\(run.errors)")
    let whole = try Tool.shell("ulimit -d \(least + 49_152); \"$K\" cluster '\(path)' -k 2")
    #expect(whole.status == 71, "\(whole.errors)")
  }
}
