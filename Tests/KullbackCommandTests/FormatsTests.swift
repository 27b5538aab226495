import Foundation
import KullbackFiles
import Testing

@testable import KullbackCommand

/// The list of formats, and what help texts and errors say of them.
@Suite struct FormatsTests {
  @Test(arguments: [
    "evaluate", "pairwise", "nearest", "cluster", "entropy", "log-softmax", "cross-entropy",
    "family", "predict", "fit softmax", "fit gaussian",
  ])
  func helpNamesEveryFormatThatIsRead(subcommand: String) throws {
    let run = try Tool.shell("$K \(subcommand) --help")
    let words = run.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(words.contains(FileFormat.endings(of: FileFormat.ofInputs)), "\(run.output)")
  }

  @Test func errorsNameEveryFormatThatIsWritten() throws {
    let result = try Tool.run("entropy", "a.npy", "--output", "a.tsv")
    #expect(result.status == 64)
    for format in FileFormat.ofRows { #expect(result.errors.contains(".\(format.ending)")) }
    let pairs = try Tool.run("pairwise", "a.npy", "--output", "a.tsv")
    for format in FileFormat.ofResults {
      #expect(pairs.errors.contains(".\(format.ending)"))
      #expect(OutputFile(argument: "a.\(format.ending)") != nil, "\(format.name)")
    }
    let picture = try Tool.run("pairwise", "a.npy", "--heatmap", "a.gif")
    #expect(picture.status == 64)
    for format in FileFormat.ofPictures {
      #expect(picture.errors.contains(".\(format.ending)"))
      #expect(PictureFile(argument: "a.\(format.ending)") != nil, "\(format.name)")
    }
    for format in FileFormat.all {
      #expect(
        (OutputFile(argument: "a.\(format.ending)") != nil) == FileFormat.ofResults.contains(format)
      )
      #expect(
        ((try? RowOutput(parsing: "a.\(format.ending)")) != nil)
          == FileFormat.ofRows.contains(format))
      #expect((PictureFile(argument: "a.\(format.ending)") != nil) == (format.contents == .picture))
    }
  }

  @Test func anArrayOfAModelIsEvaluatedAndNotReplaced() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("m.safetensors")
    let rows = AnyMatrix(Matrix<Float>([[0, 0], [1, 0]]))
    try Safetensors(tensors: ["p": .init(rows), "q": .init(rows)]).write(to: path)
    let run = try Tool.run("evaluate", "\(path):p", "\(path):q", "--json")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("m.safetensors:p"))
    let several = try Tool.run("evaluate", path, path)
    #expect(several.status == 65)
    #expect(several.errors.contains("FILE:ARRAY names one: p, q"), "\(several.errors)")
    let labels = try folder.write("y.npy", NPY.labels([0, 1]))
    let replaced = try Tool.run("fit", "softmax", "\(path):p", labels, "--output", path)
    #expect(replaced.status == 64)
    #expect(replaced.errors.contains("would replace the input"), "\(replaced.errors)")
  }
}
