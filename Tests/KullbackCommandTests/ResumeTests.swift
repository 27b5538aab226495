import ArgumentParser
import Foundation
import Kullback
import KullbackMatrix
import KullbackTestSupport
import Testing

@testable import KullbackCommand

/// An evaluation that goes on from what an interrupted one has kept is one evaluation.
@Suite struct ResumeTests {
  private let folder: TemporaryFolder
  private let logits: [[[Float]]]
  private let paths: [String]

  init() throws {
    folder = try TemporaryFolder()
    var random = SeededGenerator(seed: 61)
    logits = (0..<2).map { _ in
      (0..<23).map { row in
        (0..<5).map { row == 3 && $0 == 1 ? .nan : Float(random.normal()) }
      }
    }
    paths = [
      try folder.write("p.npy", NPY.floats(logits[0])),
      try folder.write("q.npy", NPY.floats(logits[1])),
      try folder.write("next.npy", NPY.labels((0..<23).map { $0 % 6 == 2 ? -1 : $0 % 5 })),
    ]
  }

  private static let options = [
    [], ["--base", "2", "--measures", "forward-kl,top-overlap:2"],
    ["--labels", "NEXT", "--ignore-index", "-1", "--block", "4"], ["--rows", "2..<21"],
  ]

  private func words(_ options: [String]) -> [String] {
    ["evaluate", paths[0], paths[1]] + options.map { $0 == "NEXT" ? paths[2] : $0 }
      + ["--resume", folder.path("kept.json"), "--json", "--allow-invalid", "--quiet"]
  }

  /// Keeps what a run would have found of so many rows before it was interrupted.
  private func interrupt(_ words: [String], after count: Int) throws {
    let command = try EvaluateCommand.parse(Array(words.dropFirst()))
    let rows = try command.set.rows?.resolved(count: 23) ?? 0..<23
    let groups = try command.groups.rowGroups(of: "", rows: 23)
    var labelled = try LabelledRows(
      command.labels, rows: rows, count: 23, classes: 5,
      of: Matching.Names(input: "", names: nil), byPosition: false, groups: groups, threads: 1)
    let sets = try logits.map { try DistributionSet(logits: Matrix($0)) }
    var stream = EvaluationStream(
      measures: command.measures.measures, unit: try command.base.unit, exactLimit: 100_000,
      worstRows: 5, firstRow: rows.lowerBound, groups: groups)
    let done = rows.lowerBound..<rows.lowerBound + count
    try stream.add(target: sets[0][done], model: sets[1][done])
    try labelled?.add(done, target: sets[0][done], model: sets[1][done])
    let file = try ResumeFile(
      OutputPath(argument: folder.path("kept.json")), of: command, commandLine: words,
      interval: .zero)
    try file.keep(stream, labelled)
  }

  private func run(_ words: [String]) throws -> Tool.Outcome {
    try Tool.shell("\"$K\" " + words.map { "'\($0)'" }.joined(separator: " "))
  }

  /// A report without what depends on the clock.
  private func report(_ run: Tool.Outcome) throws -> NSDictionary {
    #expect(run.status == 0, "\(run.errors)")
    var report = try jsonObject(run.output)
    report["rate"] = nil
    return report as NSDictionary
  }

  @Test(arguments: options, [0, 1, 8, 19]) func whatWasKeptIsNotDoneAgain(
    options: [String], done: Int
  ) throws {
    let words = words(options)
    let whole = try report(run(words.filter { $0 != "--resume" && !$0.hasSuffix("kept.json") }))
    try interrupt(words, after: done)
    let resumed = try run(words)
    #expect(try report(resumed) == whole, "\(options) after \(done)")
    let rate = try #require(try jsonObject(resumed.output)["rate"] as? [String: Any])
    let seconds = try #require(rate["seconds"] as? Double)
    let rows = try #require(rate["rowsPerSecond"] as? Double) * seconds
    #expect(Int(rows.rounded()) == (options == ["--rows", "2..<21"] ? 19 : 23) - done)
    #expect(!FileManager.default.fileExists(atPath: folder.path("kept.json")))
    #expect(try report(run(words)) == whole, "from the beginning again")
  }

  @Test func whatWasKeptOfOtherWorkIsRefused() throws {
    let words = words([])
    try interrupt(words, after: 8)
    func refused(_ words: [String], _ text: String) throws {
      let run = try run(words)
      #expect(run.status == 65 && run.errors.contains(text), "\(run.status) \(run.errors)")
    }
    try refused(words + ["--temperature", "2"], "another command line")
    // The same numbers, written later.
    _ = try folder.write("q.npy", NPY.floats(logits[1]))
    try refused(words, "written to since")
    _ = try folder.write("kept.json", Data("{}".utf8))
    try refused(words, "not what evaluate --resume writes")
    _ = try folder.write("kept.json", Data(repeating: 0x5B, count: 100_000))
    try refused(words, "not what evaluate --resume writes")
  }

  @Test func theReportSaysWhatAnEarlierRunHasDone() throws {
    // What is printed is part of the command line.
    let words = words([]).filter { $0 != "--json" && $0 != "--quiet" }
    try interrupt(words, after: 8)
    let run = try run(words)
    #expect(run.output.contains("the first 8 rows were done by an earlier run"), "\(run.output)")
  }

  @Test func whatCannotGoOnIsRefused() throws {
    for options in [
      ["--output", folder.path("o.csv")], ["--resolution"],
    ] {
      #expect(try run(words(options)).status == 64, "\(options)")
    }
    let run = try Tool.shell(
      "\"$K\" evaluate - '\(paths[1])' --resume '\(folder.path("kept.json"))' < '\(paths[0])'")
    #expect(run.status == 64, "\(run.errors)")
    let over = try Tool.run("evaluate", paths[0], paths[1], "--resume", paths[0])
    #expect(over.status == 64, "\(over.errors)")
  }
}
