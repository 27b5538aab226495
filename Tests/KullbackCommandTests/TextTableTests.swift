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

  /// The lines of a report on an input, and its table as JSON.
  private func report(_ file: String, _ options: String...) throws -> (
    text: String, table: [String: Any]?
  ) {
    let words = options.map { "'\($0)'" }.joined(separator: " ")
    let run = try Tool.shell("\"$K\" entropy '\(file)' --form weights --allow-invalid \(words)")
    let json = try Tool.shell(
      "\"$K\" entropy '\(file)' --form weights --allow-invalid --json \(words)")
    #expect(run.status == 0 && json.status == 0, "\(run.errors)\(json.errors)")
    let report = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    let inputs = report?["inputs"] as? [String: [String: Any]]
    return (run.output, inputs?["set"]?["table"] as? [String: Any])
  }

  @Test func theReportSaysHowTheTextWasWritten() throws {
    let european = try folder.write("e.csv", "sep=;\n# run 7\nx;a;b;\nr;0,25;0,75;\ns;0,5;0,5;\n")
    let (text, table) = try report(european)
    #expect(
      text.contains(
        "classes: 2; separator: semicolon; decimal: comma; comment lines: 1; empty column at the end left out"
      ), "\(text)")
    #expect(table?["separator"] as? String == "semicolon")
    #expect(table?["decimal"] as? String == "comma" && table?["comments"] as? Int == 1)
    #expect(try report(labelled).table?["separator"] == nil)
    let told = try report(european, "--separator", "semicolon", "--decimal", "comma")
    #expect(told.text.contains("decimal: comma"))
    let latin = folder.path("l.csv")
    try Data(Array("caf".utf8) + [0xE9] + Array(",b\n1,3\n".utf8)).write(to: URL(filePath: latin))
    #expect(try Tool.run("entropy", latin).errors.contains("--encoding latin-1"))
    #expect(try report(latin, "--encoding", "latin-1").text.contains("encoding: latin-1"))
    let otus = try folder.write("o.tsv", "#OTU ID\tS1\tS2\ttaxonomy\nf1\t1\t2\tk\nf2\t4\t0\tk\n")
    #expect(try report(otus, "--transpose").text.contains("\"taxonomy\" left out"))
  }

  @Test func cellsWithoutANumberAreCountedAndNamed() throws {
    let holes = try folder.write("m.csv", "name,a,b\nx,1,3\ny,2,NA\nz,,4\n")
    let run = try Tool.run("entropy", holes, "--form", "weights")
    #expect(run.status == 65 && run.output.contains("over 1 valid row"), "\(run.output)")
    #expect(run.output.contains("missing: 2 cells, the first in row 3, column \"b\""))
    let (text, table) = try report(holes, "--missing", "zero")
    #expect(text.contains("column \"b\": read as 0") && text.contains("over 3 valid rows"))
    #expect((table?["missing"] as? [String: Any])?["cells"] as? Int == 2)
  }

  @Test func compressedInputsAreRead() throws {
    let table = try folder.write("z.csv", "a,b\n1,3\n1,1\n")
    let run = try Tool.shell(
      "gzip -k '\(table)' && \"$K\" entropy '\(table).gz' --form weights --quiet"
        + " && gzip -c '\(table)' | \"$K\" entropy - --form weights --quiet")
    #expect(run.status == 0, "\(run.errors)")
  }

  @Test(arguments: [
    ["--separator", "ab"], ["--separator", "1"], ["--decimal", "dot"], ["--encoding", "ebcdic"],
    ["--missing", "skip"],
    ["--header", "perhaps"], ["--long", "a,b"], ["--columns", "1,,2"], ["--columns", "5...2"],
    ["--long", "a,b,c", "--columns", "1"],
  ])
  func badOptionsAre64(options: [String]) throws {
    let words = options.map { "'\($0)'" }.joined(separator: " ")
    #expect(try Tool.shell("\"$K\" entropy '\(labelled)' \(words)").status == 64)
  }
}
