import Foundation
import KullbackFiles
import KullbackMatrix
import Testing

@testable import KullbackCommand

/// Arrays of several dimensions, bare numbers, many files, and rows that are left out.
@Suite struct ArrayTests {
  private let folder: TemporaryFolder
  /// Logits of 2 sequences of 3 positions.
  private let rows: [[Float]] = (0..<6).map { row in (0..<4).map { Float((row * 7 + $0 * $0) % 5) }
  }
  private let others: [[Float]] = (0..<6).map { row in (0..<4).map { Float((row + 3 * $0) % 4) } }

  init() throws { folder = try TemporaryFolder() }

  /// The same numbers as `NPY.floats` has, of another shape.
  private func array(_ rows: [[Float]], _ shape: String) -> Data {
    let plain = NPY.floats(rows)
    return NPY.header("<f4", shape: shape) + plain.suffix(rows.joined().count * 4)
  }

  private func values(_ arguments: String...) throws -> [Double] {
    let output = folder.path("o.csv")
    let run = try Tool.shell(
      "cd '\(folder.url.path)'; \"$K\" evaluate \(arguments.joined(separator: " ")) --measures forward-kl"
        + " --output '\(output)'")
    #expect(run.status == 0, "\(run.errors)")
    return try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n").dropFirst()
      .map { Double($0) ?? .nan }
  }

  private func write() throws {
    _ = try folder.write("p.npy", NPY.floats(rows))
    _ = try folder.write("q.npy", NPY.floats(others))
    _ = try folder.write("p3.npy", array(rows, "(2, 3, 4)"))
    for part in 0..<3 {
      _ = try folder.write("p-\(part + 9).npy", NPY.floats(Array(rows[2 * part..<2 * part + 2])))
    }
  }

  @Test func sequencesOfPositionsAreRows() throws {
    try write()
    let plain = try values("p.npy", "q.npy")
    #expect(plain.count == 6)
    #expect(try values("p3.npy", "q.npy") == plain)
    let report = try Tool.run("evaluate", folder.path("p3.npy"), folder.path("q.npy"))
    #expect(report.output.contains("6 (batch 2 x 3 positions) x 4 float32"), "\(report.output)")
    #expect(report.output.contains("[1, "), "\(report.output)")
  }

  @Test func filesWhoseNamesFitAPatternFollowEachOther() throws {
    try write()
    let plain = try values("p.npy", "q.npy")
    #expect(try values("'p-*.npy'", "q.npy") == plain)
    #expect(try values("q.npy", "'p-*.npy'") == values("q.npy", "p.npy"))
    #expect(try values("'p-*.npy'", "q.npy", "--rows", "'1..<5'") == Array(plain[1..<5]))
    let sub = folder.url.appending(path: "parts")
    try FileManager.default.createDirectory(at: sub, withIntermediateDirectories: true)
    for part in 9..<12 {
      try FileManager.default.copyItem(
        atPath: folder.path("p-\(part).npy"), toPath: "\(sub.path)/p-\(part).npy")
    }
    #expect(try values("parts", "q.npy") == plain)
    let report = try Tool.run("evaluate", sub.path, folder.path("q.npy"))
    #expect(report.output.contains("6 (3 files) x 4"), "\(report.output)")
    #expect(report.output.contains("p-10.npy row "), "\(report.output)")
    // What compares all with all has them together.
    let joined = try Tool.run("pairwise", sub.path, "--json")
    #expect(joined.status == 0 && joined.output.contains("\"rows\" : 6"), "\(joined.errors)")
  }

  @Test func noFileOfAPatternIsReplaced() throws {
    try write()
    let before = try folder.bytes("p-10.npy")
    for input in ["'p-*.npy'", "."] {
      let run = try Tool.shell(
        "cd '\(folder.url.path)'; \"$K\" entropy \(input) --output p-10.npy")
      #expect(run.status == 64 && run.errors.contains("would replace"), "\(input): \(run.errors)")
    }
    #expect(try folder.bytes("p-10.npy") == before)
    _ = try folder.write("m.safetensors.index.json", "{\"weight_map\":{\"w\":\"s.safetensors\"}}")
    _ = try folder.write("s.safetensors", "precious")
    let shard = try Tool.shell(
      "cd '\(folder.url.path)'; \"$K\" entropy m.safetensors.index.json --output s.safetensors")
    #expect(shard.status == 64 && shard.errors.contains("would replace"), "\(shard.errors)")
  }

  @Test func filesThatDoNotFitTogetherAreRefused() throws {
    try write()
    _ = try folder.write("p-3.npy", NPY.floats([[1, 2, 3]]))
    let run = try Tool.run("entropy", folder.path("p-*.npy"))
    #expect(run.status == 65 && run.errors.contains("p-9.npy"), "\(run.errors)")
    #expect(try Tool.run("entropy", folder.path("none-*.npy")).status == 66)
  }

  @Test func rowsThatAreLeftOutAreInNothing() throws {
    try write()
    let plain = try values("p3.npy", "q.npy")
    let later = try values("p3.npy", "q.npy", "--skip-positions", "'..<1'")
    for row in 0..<6 {
      #expect(row % 3 == 0 ? later[row].isNaN : later[row] == plain[row], "row \(row)")
    }
    _ = try folder.write("m.npy", NPY.labels([1, 0, 1, 1, 1, 0]))
    let masked = try values("p.npy", "q.npy", "--mask", "m.npy")
    #expect(masked.map(\.isNaN) == [false, true, false, false, false, true])
    let report = try Tool.run(
      "evaluate", folder.path("p.npy"), folder.path("q.npy"), "--mask", folder.path("m.npy"),
      "--json")
    #expect(report.output.contains("\"leftOut\" : 2"), "\(report.output)")
    #expect(report.output.contains("\"count\" : 4"), "\(report.output)")
  }

  @Test func whatIsWrongWithRowsThatAreLeftOutDoesNotMatter() throws {
    try write()
    var broken = rows
    broken[1][0] = .nan
    _ = try folder.write("b.npy", NPY.floats(broken))
    _ = try folder.write("m.npy", NPY.labels([1, 0, 1, 1, 1, 1]))
    let paths = [folder.path("b.npy"), folder.path("q.npy")]
    #expect(try Tool.run("evaluate", paths[0], paths[1]).status == 65)
    #expect(
      try Tool.run("evaluate", paths[0], paths[1], "--mask", folder.path("m.npy")).status == 0)
    #expect(try Tool.run("entropy", paths[0], "--mask", folder.path("m.npy")).status == 0)
    _ = try folder.write("y.npy", NPY.labels([0, 0, 1, 1, 1, 1]))
    let labelled = try Tool.run(
      "cross-entropy", folder.path("y.npy"), paths[0], "--mask", folder.path("m.npy"))
    #expect(labelled.status == 0, "\(labelled.errors)")
  }

  @Test func selectionsThatDoNotFitAreRefused() throws {
    try write()
    _ = try folder.write("m.npy", NPY.labels([1, 0]))
    let paths = [folder.path("p.npy"), folder.path("q.npy")]
    #expect(
      try Tool.run("evaluate", paths[0], paths[1], "--mask", folder.path("m.npy")).status == 65)
    _ = try folder.write("none.npy", NPY.labels([0, 0, 0, 0, 0, 0]))
    let none = try Tool.run("evaluate", paths[0], paths[1], "--mask", folder.path("none.npy"))
    #expect(none.status == 65 && none.errors.contains("every row is left out"), "\(none.errors)")
    #expect(try Tool.run("evaluate", paths[0], paths[1], "--skip-positions", "..<1").status == 64)
    let reach = try Tool.run("entropy", folder.path("p3.npy"), "--skip-positions", "..<4")
    #expect(reach.status == 64 && reach.errors.contains("3 positions"), "\(reach.errors)")
    #expect(try Tool.run("entropy", paths[0], "--shape", "2").status == 64)
    #expect(try Tool.run("entropy", paths[0], "--shape", "2,2", "--dtype", "f").status == 64)
    #expect(try Tool.run("entropy", paths[0], "--classes", "3..<3").status == 64)
    #expect(try Tool.run("entropy", paths[0], "--classes", "..<5").status == 65)
    #expect(try Tool.run("entropy", paths[0], "--axis", "2").status == 65)
  }

  @Test func classesAreCutAndBareNumbersRead() throws {
    try write()
    let wide = zip(others, rows).map { $0 + $1 }
    _ = try folder.write("w.npy", NPY.floats(wide))
    let plain = try values("p.npy", "q.npy")
    #expect(try values("p.npy", "w.npy", "--classes", "'..<4'") == plain)
    let bare = NPY.floats(rows).suffix(96)
    _ = try folder.write("p.bin", Data([1, 2, 3]) + bare)
    #expect(
      try values("p.bin", "q.npy", "--shape", "6,4", "--dtype", "float32", "--offset", "3") == plain
    )
  }

  @Test func resultsOfRowsAreTheSameInEveryFormat() throws {
    _ = try folder.write("p.csv", "id,a,b\nx,0.5,1\n\"y, z\",2,0\nw,nan,1\n")
    _ = try folder.write("q.csv", "id,a,b\nx,1,1\n\"y, z\",0,3\nw,0,1\n")
    for ending in FileFormat.ofRows.map(\.ending) {
      let run = try Tool.run(
        "evaluate", folder.path("p.csv"), folder.path("q.csv"), "--measures",
        "forward-kl,reverse-kl",
        "--allow-invalid", "--output", folder.path("o.\(ending)"))
      #expect(run.status == 0, "\(ending): \(run.errors)")
    }
    let text = try String(contentsOfFile: folder.path("o.csv"), encoding: .utf8)
    #expect(text.hasPrefix("label,forward-kl,reverse-kl\nx,"), "\(text)")
    #expect(text.contains("\n\"y, z\","), "\(text)")
    let plain = try MatrixReader.read(folder.path("o.npy")).matrix
    for path in ["o.npz:values", "o.safetensors"] {
      let other = try MatrixReader.read(folder.path(path)).matrix
      #expect(other.rows == 3 && other.columns == 2)
      for row in 0..<3 {
        for column in 0..<2 {
          let (a, b) = (
            plain.value(row: row, column: column), other.value(row: row, column: column)
          )
          #expect(a == b || (a.isNaN && b.isNaN), "\(path)")
        }
      }
    }
    let lines = try String(contentsOfFile: folder.path("o.jsonl"), encoding: .utf8).split(
      separator: "\n")
    let first = plain.value(row: 0, column: 0)
    #expect(
      lines[0].hasPrefix("{\"row\":0,\"label\":\"x\",\"forward-kl\":\(first),"), "\(lines[0])")
    #expect(lines[2].contains("\"forward-kl\":\"NaN\""), "\(lines[2])")
    #expect(try Tool.run("entropy", folder.path("o.npy"), "--output", "o.txt").status == 64)
  }
}
