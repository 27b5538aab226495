import Foundation
import Testing

/// What the command says of a text's header, labels and numbers, and how it is told otherwise.
@Suite struct TextTableTests {
  private let folder: TemporaryFolder
  private let labelled: String

  init() throws {
    folder = try TemporaryFolder()
    labelled = try folder.write("p.csv", "doc_id,a,b\n101,1,3\n102,1,1\n")
  }

  @Test func theReportSaysWhatWasTakenForWhat() throws {
    let run = try Tool.run("entropy", labelled, "--form", "weights")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("set: header: yes; labels: column 1; classes: 2"))
    let json = try Tool.run("entropy", labelled, "--form", "weights", "--json")
    let report = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    let inputs = report?["inputs"] as? [String: [String: Any]]
    let table = inputs?["set"]?["table"] as? [String: Any]
    #expect(table?["header"] as? Bool == true)
    #expect(table?["labelColumns"] as? [Int] == [1])
    let told = try Tool.run(
      "entropy", labelled, "--form", "weights", "--label-columns", "none", "--columns", "1...2")
    #expect(told.output.contains("labels: none; columns left out: 1; classes: 2"))
  }

  @Test(arguments: ["entropy", "pairwise", "nearest", "cluster -k 1", "evaluate", "cross-entropy"])
  func oneClassIsAnErrorThatShowsTheWayOut(command: String) throws {
    let column = try folder.write("x.csv", "10\n20\n70\n")
    let labels = try folder.write("y.csv", "0\n0\n0\n")
    let files =
      switch command {
      case "evaluate": "'\(column)' '\(column)'"
      case "cross-entropy": "'\(labels)' '\(column)'"
      default: "'\(column)'"
      }
    let run = try Tool.shell("\"$K\" \(command) \(files) --form weights")
    #expect(run.status == 65, "\(run.errors)")
    #expect(run.errors.contains("--transpose"))
    guard command == "entropy" else { return }
    #expect(try Tool.run("entropy", column, "--form", "weights", "--transpose").status == 0)
  }

  @Test func aNumberALineIsReadAsAsked() throws {
    let long = try folder.write("l.csv", "doc,word,count\n1,1,3\n1,2,5\n2,1,1\n2,3,4\n")
    let refused = try Tool.run("entropy", long, "--form", "weights")
    #expect(refused.status == 65 && refused.errors.contains("--long doc,word,count"))
    let run = try Tool.run("entropy", long, "--form", "weights", "--long", "doc,word,count")
    #expect(run.status == 0 && run.output.contains("2 x 3"), "\(run.errors)")
    #expect(try Tool.run("entropy", long, "--long", "doc,word,count").status == 65)
  }

  @Test func bitsOfBfloat16AreHintedAt() throws {
    let bits = try folder.write("b.npy", NPY.header("<u2", shape: "(1, 2)") + Data([0, 64, 0, 63]))
    let run = try Tool.run("entropy", bits)
    #expect(run.status == 65 && run.errors.contains("view(ml_dtypes.bfloat16)"))
  }

  @Test(arguments: [
    ["--header", "perhaps"], ["--long", "a,b"], ["--columns", "1,,2"], ["--columns", "5...2"],
    ["--long", "a,b,c", "--columns", "1"],
  ])
  func badOptionsAre64(options: [String]) throws {
    let words = options.map { "'\($0)'" }.joined(separator: " ")
    #expect(try Tool.shell("\"$K\" entropy '\(labelled)' \(words)").status == 64)
  }
}
