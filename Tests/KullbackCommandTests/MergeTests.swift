import Foundation
import KullbackTestSupport
import Testing

@testable import KullbackCommand

/// Parts of an evaluation, run apart and added up, are one evaluation.
@Suite struct MergeTests {
  private let folder: TemporaryFolder
  private let paths: [String]

  init() throws {
    folder = try TemporaryFolder()
    var random = SeededGenerator(seed: 16)
    let logits = (0..<2).map { _ in
      (0..<37).map { row in
        (0..<5).map { column in
          row == 11 && column == 2
            ? Float.nan : row == 20 && column == 0 ? -.infinity : Float(random.normal())
        }
      }
    }
    paths = [
      try folder.write("p.npy", NPY.floats(logits[0])),
      try folder.write("q.npy", NPY.floats(logits[1])),
    ]
  }

  /// Right classes, of which some are to be ignored, and one has no mass in the target.
  private func labels() throws -> String {
    let classes = (0..<37).map { (row: Int) -> Int64 in
      row % 9 == 4 ? -1 : row == 20 ? 0 : Int64(row * 7 % 5)
    }
    return try folder.write("next.npy", NPY.labels(classes))
  }

  /// Groups of rows that do not stand together.
  private func groups() throws -> String {
    let names = (0..<37).map { (row: Int) -> String in "document \(row * row % 7)\n" }
    return try folder.write("groups.txt", Data(names.joined().utf8))
  }

  private func words(_ arguments: [String]) -> String {
    arguments.map { "'\($0)'" }.joined(separator: " ")
  }

  private func part(_ shard: String, _ name: String, _ others: [String] = []) throws -> String {
    let path = folder.path(name)
    let run = try Tool.shell(
      "\"$K\" evaluate \(words(paths + others)) --shard \(shard) --partial '\(path)' --allow-invalid --quiet"
    )
    #expect(run.status == 0, "\(run.errors)")
    return path
  }

  /// A report as JSON without what depends on the clock.
  private func report(_ command: String) throws -> NSDictionary {
    let run = try Tool.shell("\"$K\" \(command) --json --allow-invalid")
    #expect(run.status == 0, "\(command): \(run.errors)")
    var report = try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    report["rate"] = nil
    return report as NSDictionary
  }

  @Test(arguments: [1, 2, 3, 7, 50]) func partsAddUpToTheWhole(count: Int) throws {
    for options in [
      [], ["--base", "2", "--measures", "forward-kl,renyi:0.3,top-agreement"],
      ["--rows", "3..<33"], ["--block", "4"],
      ["--labels", try labels(), "--ignore-index", "-1", "--groups", try groups()],
      ["--labels", try labels(), "--ignore-index", "-1", "--rows", "5..<30"],
    ] {
      var parts = try (1...count).map { try part("\($0)/\(count)", "\($0).json", options) }
      parts.reverse()
      let merged = try report("merge \(words(parts))")
      #expect(
        try merged == report("evaluate \(words(paths + options))"), "\(count) parts, \(options)")
    }
  }

  @Test func partsThatDoNotFitTogetherAreRefused() throws {
    let parts = try (1...3).map { try part("\($0)/3", "\($0).json") }
    func refused(_ some: [String], _ text: String) throws {
      let run = try Tool.shell("\"$K\" merge \(words(some))")
      #expect(run.status == 65 && run.errors.contains(text), "\(some): \(run.status) \(run.errors)")
    }
    try refused([parts[0], parts[2]], "are in no part")
    try refused([parts[0], parts[1]], "are in no part")
    try refused([parts[1], parts[2]], "are in no part")
    try refused(parts + [parts[1]], "of another part")
    try refused([parts[0], try part("2/2", "half.json"), parts[2]], "part")
    try refused(
      [parts[0], parts[1], try part("3/3", "bits.json", ["--base", "2"])],
      "other measures, or in other units")
    try refused(
      [parts[0], parts[1], try part("3/3", "few.json", ["--measures", "forward-kl"])],
      "other measures")
    try refused(
      [parts[0], parts[1], try part("3/3", "warm.json", ["--temperature", "2"])], "other inputs")
    try refused(
      [parts[0], parts[1], try part("3/3", "block.json", ["--block", "4"])], "other groups")
    try refused(
      [
        parts[0], parts[1],
        try part("3/3", "next.json", ["--labels", try labels(), "--ignore-index", "-1"]),
      ],
      "other inputs")
    try refused([paths[0]], "not what evaluate --partial writes")
    #expect(try Tool.run("merge", folder.path("none.json")).status == 66)
    #expect(try Tool.run("merge").status == 64)
    for shard in ["0/3", "4/3", "3", "1/0", "a/b", "1/2/3"] {
      #expect(
        try Tool.run("evaluate", paths[0], paths[1], "--shard", shard).status == 64, "\(shard)")
    }
  }

  @Test func damagedPartsEndInAnError() throws {
    let path = try part("1/1", "whole.json")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    var random = SeededGenerator(seed: 4)
    let tokens = [
      "-1", "9223372036854775807", "1e999", "\"NaN\"", "[]", "null", "0.5", "-9223372036854775808",
    ]
    let numbers = text.matches(of: /-?[0-9][0-9.e+-]*/)
    for turn in 0..<60 {
      let place = numbers[Int(random.next() % UInt64(numbers.count))].range
      let token = tokens[turn % tokens.count]
      let broken = try folder.write("broken.json", text.replacingCharacters(in: place, with: token))
      let run = try Tool.run("merge", broken, "--allow-invalid")
      #expect([0, 65].contains(run.status), "\(token): \(run.status) \(run.errors)")
    }
  }

  @Test func aPartIsAnOutputAsOthersAre() throws {
    let run = try Tool.run("evaluate", paths[0], paths[1], "--partial", paths[0])
    #expect(run.status == 64 && run.errors.contains("would replace"), "\(run.errors)")
    let sampled = try Tool.run(
      "evaluate", paths[0], paths[1], "--partial", folder.path("a.json"), "--resolution")
    #expect(sampled.status == 64, "\(sampled.errors)")
    let part = try part("1/1", "whole.json")
    #expect(try Tool.run("merge", part).status == 65)
  }
}
