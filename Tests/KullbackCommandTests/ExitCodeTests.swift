import Foundation
import Testing

@Suite struct ExitCodeTests {
  let folder: TemporaryFolder
  let good: String
  let invalid: String

  init() throws {
    folder = try TemporaryFolder()
    good = try folder.write("good.npy", NPY.floats([[0.5, 1, 2], [2, 1, 0]]))
    invalid = try folder.write("invalid.npy", NPY.floats([[0.5, 1, 2], [2, .nan, 0]]))
  }

  @Test(arguments: [
    "evaluate", "pairwise", "nearest", "cluster", "entropy", "info", "fit", "fit softmax",
    "fit gaussian", "predict",
    "family",
  ])
  func everyCommandHasHelpWithAnExample(name: String) throws {
    let run = try Tool.shell("\"$K\" help \(name)")
    #expect(run.status == 0)
    #expect(
      run.output.split(separator: "\n").allSatisfy { $0.count <= 100 || $0.hasPrefix("USAGE") })
    #expect(run.output.contains("Example"))
    #expect(run.output.contains("kullback \(name)"))
  }

  @Test func printsItsVersion() throws {
    let run = try Tool.run("--version")
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("kullback "))
  }

  @Test(arguments: [
    ["divine"], ["evaluate"], ["evaluate", "a.npy"], ["evaluate", "a.npy", "b.npy", "c.npy"],
    ["evaluate", "a.npy", "b.npy", "--form", "odds"],
    ["evaluate", "a.npy", "b.npy", "--measures", "forward-kl,nonsense"],
    ["evaluate", "a.npy", "b.npy", "--measures", ""],
    ["evaluate", "a.npy", "b.npy", "--base", "1"],
    ["evaluate", "a.npy", "b.npy", "--temperature", "0"],
    ["evaluate", "a.npy", "b.npy", "--temperature", "nan"],
    ["evaluate", "a.npy", "b.npy", "--form", "probabilities", "--temperature", "2"],
    ["evaluate", "a.npy", "b.npy", "--smoothing", "1"],
    ["evaluate", "a.npy", "b.npy", "--form", "weights", "--smoothing", "-1"],
    ["evaluate", "a.npy", "b.npy", "--tolerance", "0.1"],
    ["evaluate", "a.npy", "b.npy", "--rows", "5..<2"],
    ["evaluate", "a.npy", "b.npy", "--output", "results.txt"],
    ["evaluate", "a.npy", "b.npy", "--threads", "0"],
    ["evaluate", "-", "-"], ["entropy"], ["entropy", "a.npy", "--smoothing", "1"],
  ])
  func badCommandLinesAre64(arguments: [String]) throws {
    let line = arguments.map { "'\($0)'" }.joined(separator: " ")
    let run = try Tool.shell("\"$K\" \(line)")
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(!run.errors.isEmpty)
  }

  @Test func invalidRowsAre65UnlessAllowed() throws {
    let output = folder.path("out.npy")
    let run = try Tool.run("evaluate", invalid, good, "--output", output)
    #expect(run.status == 65)
    #expect(run.output.contains("invalid rows: 1 of 2"))
    #expect(run.output.contains("target"))
    #expect(try NPY.doubles(output).suffix(1).allSatisfy(\.isNaN))
    #expect(try Tool.run("evaluate", invalid, good, "--allow-invalid").status == 0)
    let quiet = try Tool.run("evaluate", invalid, good, "--quiet")
    #expect(quiet.status == 65)
    #expect(quiet.output.isEmpty)
  }

  @Test func malformedInputIs65AndWritesNothing() throws {
    let truncated = try folder.write(
      "short.npy", NPY.floats([[0.5, 1, 2], [2, 1, 0]]).dropLast(4))
    let text = try folder.write("text.npy", "this is no array")
    let ragged = try folder.write("ragged.csv", "1,2,3\n1,2\n")
    let word = try folder.write("word.csv", "1,2,3\n1,two,3\n")
    let empty = try folder.write("empty.npy", "")
    for file in [truncated, text, ragged, word, empty] {
      let output = folder.path("out.npy")
      let run = try Tool.run("evaluate", file, good, "--output", output)
      #expect(run.status == 65, "\(file): \(run.errors)")
      #expect(run.errors.contains(file))
      #expect(!FileManager.default.fileExists(atPath: output))
    }
    #expect(try Tool.run("evaluate", word, good).errors.contains("row 2"))
  }

  @Test func shapesThatDoNotMatchAreNamed() throws {
    let narrow = try folder.write("narrow.npy", NPY.floats([[0, 1], [2, 1]]))
    let run = try Tool.run("evaluate", good, narrow)
    #expect(run.status == 65)
    #expect(run.errors.contains("2 x 3") && run.errors.contains("2 x 2"))
  }

  @Test func unreadableInputIs66() throws {
    let empty = folder.path("empty")
    try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
    for file in [folder.path("absent.npy"), empty, folder.path("absent-*.npy")] {
      let run = try Tool.run("evaluate", file, good)
      #expect(run.status == 66)
      #expect(run.errors.contains(file))
    }
  }

  @Test func outputThatCannotBeCreatedIs73() throws {
    let run = try Tool.run("evaluate", good, good, "--output", folder.path("absent/out.npy"))
    #expect(run.status == 73)
    #expect(run.errors.contains("absent/out.npy"))
  }

  @Test func aFullDiskIs74AndLeavesWhatWasThere() throws {
    let rows = [[Float]](repeating: [0, 1, 2], count: 20_000)
    let many = try folder.write("many.npy", NPY.floats(rows))
    let output = try folder.write("out.npy", "precious")
    let run = try Tool.shell(
      "ulimit -f 64; \"$K\" evaluate '\(many)' '\(many)' --output '\(output)'")
    #expect(run.status == 74)
    #expect(run.errors.contains("out.npy"))
    #expect(try String(contentsOfFile: output, encoding: .utf8) == "precious")
    #expect(try folder.names() == ["good.npy", "invalid.npy", "many.npy", "out.npy"])
  }

  @Test func refusesToReplaceItsOwnInput() throws {
    let alias = folder.path("alias.npy")
    try FileManager.default.createSymbolicLink(atPath: alias, withDestinationPath: good)
    let before = try Data(contentsOf: URL(fileURLWithPath: good))
    for output in [good, alias] {
      #expect(try Tool.run("evaluate", good, invalid, "--output", output).status == 64)
      #expect(try Tool.run("entropy", good, "--output", output).status == 64)
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: good)) == before)
  }

  /// What took its name before standard output failed is said to have been written, by every subcommand.
  @Test(arguments: [
    "evaluate G G --output o1.npy", "pairwise G --output o1.npy --heatmap o2.svg",
    "nearest G --output o1.csv", "cluster G -k 1 --output o1.npy --centroids o2.npy",
    "entropy G --output o1.csv", "log-softmax G o1.npy", "cross-entropy L G --output o1.npy",
    "family normal P P --output o1.csv", "fit softmax G L --l2 1 --output o1.safetensors",
    "fit gaussian --samples G --output o1.json --picture o2.svg", "predict M P --output o1.npy",
  ])
  func outputsWrittenBeforeAFailureAreSaid(line: String) throws {
    let labels = try folder.write("l.npy", NPY.labels([0, 1]))
    let parameters = try folder.write("p.npy", NPY.floats([[0.5, 1], [2, 3]]))
    let model = folder.path("m.safetensors")
    _ = try Tool.run("fit", "softmax", parameters, labels, "--l2", "1", "--output", model)
    // Three samples of two dimensions, for a normal distribution that has a picture.
    let rows = try folder.write("g.npy", NPY.floats([[0.5, 1], [2, 1]]))
    let samples = try folder.write("s.npy", NPY.floats([[0, 1], [2, 1], [1, 3]]))
    let files = [
      "G": line.hasPrefix("fit gaussian") ? samples : rows, "L": labels, "P": parameters,
      "M": model,
    ]
    let words = line.split(separator: " ").map { files[String($0)] ?? String($0) }
    let outputs = words.filter { $0.hasPrefix("o1.") || $0.hasPrefix("o2.") }
    for output in outputs { _ = try folder.write(output, "old") }
    let run = try Tool.shell(
      "cd '\(folder.url.path)'; \"$K\" \(words.joined(separator: " ")) > /dev/full")
    #expect(run.status == 74, "\(line): \(run.status) \(run.errors)")
    for output in outputs {
      #expect(try folder.bytes(output) != Data("old".utf8))
      #expect(
        run.errors.contains("before that this was written: \(output)\n"), "\(line): \(run.errors)")
    }
  }

  @Test func aFullStandardOutputIs74() throws {
    let run = try Tool.shell("\"$K\" evaluate '\(good)' '\(good)' > /dev/full")
    #expect(run.status == 74)
    #expect(run.errors.contains("standard output") && !run.errors.contains("written"))
    #expect(try Tool.shell("\"$K\" --help > /dev/full").status == 74)
  }

  @Test func aClosedPipeIsNoError() throws {
    let run = try Tool.shell(
      "{ \"$K\" evaluate '\(good)' '\(good)'; echo $? >&2; } | true; sleep 0.2")
    #expect(run.errors == "0\n")
  }

  @Test func aMisspeltInstructionSetIs64() throws {
    let run = try Tool.run("evaluate", good, good, environment: ["KULLBACK_ISA": "avx9"])
    #expect(run.status == 64)
    #expect(run.errors.contains("avx9"))
  }

  @Test func aNumberOfThreadsThatIsNoneIs64AndAnyOtherLimits() throws {
    let none = ["KULLBACK_NUM_THREADS": "many"]
    let refused = try Tool.run("evaluate", good, good, environment: none)
    #expect(refused.status == 64)
    #expect(refused.errors.contains("KULLBACK_NUM_THREADS is \"many\", not a whole number above 0"))
    #expect(try Tool.run("evaluate", good, good, "--threads", "1", environment: none).status == 0)
    let one = try Tool.run(
      "evaluate", good, good, "--json", environment: ["KULLBACK_NUM_THREADS": "1"])
    #expect(one.output.contains("\"threads\" : 1"))
  }
}
