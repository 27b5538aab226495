import Foundation
import Testing

@Suite struct PairwiseRefusalTests {
  let folder: TemporaryFolder
  let good: String

  init() throws {
    folder = try TemporaryFolder()
    good = try folder.write("good.npy", NPY.floats([[0.5, 1, 2], [2, 1, 0]]))
  }

  @Test(arguments: [
    [], ["--measure", "nonsense"], ["--measure", "forward-kl,reverse-kl"],
    ["--measure", "cross-entropy", "--order"], ["--memory", "12"], ["--memory", "1Q"],
    ["--memory", ""], ["--type", "float16"], ["--heatmap", "a.jpeg"], ["--output", "a.txt"],
    ["--model-form", "weights"], ["--model-labels", "a.txt"], ["--labels", "-", "-"],
    ["--smoothing", "1"],
  ])
  func badCommandLinesAre64(extra: [String]) throws {
    let line = (extra.isEmpty ? [] : [good] + extra).map { "'\($0)'" }.joined(separator: " ")
    let run = try Tool.shell("\"$K\" pairwise \(line)")
    #expect(run.status == 64, "\(line): \(run.errors)")
    #expect(run.output.isEmpty && !run.errors.isEmpty)
  }

  @Test func classesThatDifferAreNamed() throws {
    let narrow = try folder.write("narrow.npy", NPY.floats([[0, 1]]))
    let run = try Tool.run("pairwise", good, narrow)
    #expect(run.status == 65)
    #expect(run.errors.contains("2 x 3") && run.errors.contains("1 x 2"))
  }

  @Test(arguments: ["--output", "--heatmap"])
  func outputsThatCannotBeCreatedAre73(option: String) throws {
    let name = option == "--output" ? "absent/d.npy" : "absent/d.svg"
    let run = try Tool.run("pairwise", good, option, folder.path(name))
    #expect(run.status == 73 && run.errors.contains(name))
    #expect(try folder.names() == ["good.npy"])
  }

  @Test func aPictureThatCannotBeCreatedLeavesNoMatrix() throws {
    let run = try Tool.run(
      "pairwise", good, "--output", folder.path("d.npy"), "--heatmap", folder.path("absent/d.png"))
    #expect(run.status == 73)
    #expect(try folder.names() == ["good.npy"])
  }

  @Test func inputsAreNotReplaced() throws {
    let before = try Data(contentsOf: URL(fileURLWithPath: good))
    #expect(try Tool.run("pairwise", good, "--output", good).status == 64)
    let picture = folder.path("link.svg")
    try FileManager.default.createSymbolicLink(atPath: picture, withDestinationPath: good)
    #expect(try Tool.run("pairwise", good, "--heatmap", picture).status == 64)
    #expect(try Data(contentsOf: URL(fileURLWithPath: good)) == before)
  }

  @Test func aFullDiskIs74AndLeavesWhatWasThere() throws {
    let rows = (0..<200).map { i in [Float(i % 7), 1, 2] }
    let many = try folder.write("many.npy", NPY.floats(rows))
    let output = try folder.write("out.npy", "precious")
    let picture = try folder.write("out.png", "valuable")
    let run = try Tool.shell(
      "ulimit -f 64; \"$K\" pairwise '\(many)' --output '\(output)' --heatmap '\(picture)'")
    #expect(run.status == 74)
    #expect(run.errors.contains("out.npy"))
    #expect(try String(contentsOfFile: output, encoding: .utf8) == "precious")
    #expect(try String(contentsOfFile: picture, encoding: .utf8) == "valuable")
    #expect(try folder.names() == ["good.npy", "many.npy", "out.npy", "out.png"])
  }
}
