import Foundation
import Testing

@Suite struct PairwiseTests {
  let folder: TemporaryFolder
  let counts: String
  let others: String

  init() throws {
    folder = try TemporaryFolder()
    counts = try folder.write("p.csv", "name,a,b,c\none,1,2,1\ntwo,4,1,3\nthree,2,2,0\n")
    others = try folder.write("q.csv", "1,1,2\n3,1,1\n")
  }

  private static let p: [[Double]] = [[0.25, 0.5, 0.25], [0.5, 0.125, 0.375], [0.5, 0.5, 0]]
  private static let q: [[Double]] = [[0.25, 0.25, 0.5], [0.6, 0.2, 0.2]]

  private func divergences(_ targets: [[Double]], _ models: [[Double]]) -> [Double] {
    targets.flatMap { p in
      models.map { q in zip(p, q).reduce(0) { $1.0 > 0 ? $0 + $1.0 * log($1.0 / $1.1) : $0 } }
    }
  }

  private func expectClose(_ values: [Double], _ expected: [Double]) {
    #expect(values.count == expected.count)
    for (value, expected) in zip(values, expected) where value != expected {
      #expect(abs(value - expected) <= 1e-12)
    }
  }

  private func rows(_ count: Int, classes: Int) -> [[Float]] {
    (0..<count).map { row -> [Float] in
      (0..<classes).map { Float(($0 * 31 + row * 17) % 23) / 4 }
    }
  }

  private func json(_ arguments: String...) throws -> [String: Any] {
    let line = (["pairwise"] + arguments + ["--json"]).map { "'\($0)'" }.joined(separator: " ")
    let run = try Tool.shell("\"$K\" \(line)")
    return try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any],
      "\(run.errors)")
  }

  @Test func aSetIsComparedWithItself() throws {
    let output = folder.path("d.npy")
    let run = try Tool.run("pairwise", counts, "--form", "weights", "--output", output)
    #expect(run.status == 0, "\(run.errors)")
    for text in ["3 x 3 float64", "forward-kl", "D(target‖model)", "nats", "one", "three", "inf"] {
      #expect(run.output.contains(text), "\(text) is missing")
    }
    #expect(try NPY.read(output).header.contains("(3, 3)"))
    expectClose(try NPY.doubles(output), divergences(Self.p, Self.p))
  }

  @Test func aMeasureOfNoProductSaysHowManyPairsWereEvaluatedOneByOne() throws {
    for (models, text) in [
      ("", "; 6 of them one by one\n"), (others, "; all of them one by one\n"),
    ] {
      let run = try Tool.shell(
        "\"$K\" pairwise \(counts) \(models) --form weights --measure renyi:inf")
      #expect(run.status == 0 && run.output.contains(text), "\(run.output)\(run.errors)")
    }
    let report = try json(counts, "--form", "weights", "--measure", "renyi:inf")
    #expect(report["evaluatedOneByOne"] as? Double == 1)
  }

  @Test func aSetIsComparedWithAnother() throws {
    let output = folder.path("d.csv")
    let run = try Tool.run(
      "pairwise", counts, others, "--form", "weights", "--base", "2", "--output", output)
    #expect(run.status == 0, "\(run.errors)")
    let lines = try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n")
    #expect(lines.first == ",0,1")
    let rows = lines.dropFirst().map { $0.split(separator: ",") }
    #expect(rows.map { String($0[0]) } == ["one", "two", "three"])
    expectClose(
      rows.flatMap { $0.dropFirst().compactMap { Double($0) } },
      divergences(Self.p, Self.q).map { $0 / log(2) })
  }

  @Test func whatIsWrittenAsCSVIsReadAgain() throws {
    let output = folder.path("d.csv")
    _ = try Tool.run(
      "pairwise", counts, "--form", "weights", "--measure", "jensen-shannon", "--output", output)
    let again = folder.path("e.csv")
    let run = try Tool.run(
      "pairwise", output, "--form", "weights", "--quiet", "--output", again)
    #expect(run.status == 0, "\(run.errors)")
    let header = try String(contentsOfFile: again, encoding: .utf8).split(separator: "\n")[0]
    #expect(header == ",one,two,three")
  }

  @Test func rowsAreTakenOfASetAsTargetsAndModels() throws {
    let output = folder.path("d.npy")
    let run = try Tool.run(
      "pairwise", counts, "--form", "weights", "--rows", "1..<3", "--output", output)
    #expect(run.status == 0, "\(run.errors)")
    let some = Array(Self.p[1...])
    expectClose(try NPY.doubles(output), divergences(some, some))
    _ = try Tool.run(
      "pairwise", counts, counts, "--form", "weights", "--rows", "1..<2", "--output", output)
    expectClose(try NPY.doubles(output), divergences([Self.p[1]], Self.p))
    #expect(try Tool.run("pairwise", counts, "--form", "weights", "--rows", "1..<9").status == 64)
  }

  @Test func valuesCanBeWrittenAsFloat32() throws {
    let output = folder.path("d.npy")
    _ = try Tool.run(
      "pairwise", others, "--form", "weights", "--type", "float32", "--output", output)
    let (header, bytes) = try NPY.read(output)
    #expect(header.contains("'<f4'") && bytes.count == 16)
  }

  @Test func memoryAndThreadsChangeNothing() throws {
    let rows = rows(300, classes: 40)
    let set = try folder.write("set.npy", NPY.floats(rows))
    let outputs = try [["--threads", "1"], ["--threads", "2"], ["--memory", "1M"]].map { extra in
      let output = folder.path("\(extra.joined()).npy")
      let line = extra.joined(separator: " ")
      let run = try Tool.shell("\"$K\" pairwise '\(set)' \(line) --quiet --output '\(output)'")
      #expect(run.status == 0, "\(run.errors)")
      return try NPY.doubles(output)
    }
    let areSame = outputs[0] == outputs[1]
    #expect(areSame)
    let areClose = zip(outputs[0], outputs[2]).allSatisfy { abs($0 - $1) <= 2e-6 * $0 }
    #expect(areClose)
  }

  @Test func aLargeMatrixIsSummarised() throws {
    let rows = rows(64, classes: 5)
    let set = try folder.write("set.npy", NPY.floats(rows))
    let run = try Tool.run("pairwise", set)
    #expect(run.status == 0, "\(run.errors)")
    for text in ["over 4,032 pairs", "itself", "median", "nearest", "farthest", "pairs/s"] {
      #expect(run.output.contains(text), "\(text) is missing")
    }
    #expect(run.output.split(separator: "\n").count < 40)
    #expect(run.output.split(separator: "\n").allSatisfy { $0.count <= 120 })
  }

  @Test func jsonSaysTheSame() throws {
    let report = try json(counts, "--form", "weights", "--order")
    let pairs = try #require(report["pairs"] as? [String: Any])
    #expect(pairs["count"] as? Int == 6 && pairs["infinite"] as? Int == 2)
    #expect(pairs["max"] as? String == "Infinity")
    let matrix = try #require(report["matrix"] as? [String: Any])
    let order = try #require((report["order"] as? [String: Any])?["targets"] as? [Int])
    #expect(matrix["rows"] as? [String] == order.map { ["one", "two", "three"][$0] })
    #expect((matrix["values"] as? [[Any]])?.count == 3)
    let nearest = try #require((report["nearest"] as? [[String: Any]])?.first)
    #expect(
      nearest["targetLabel"] as? String == "two" && nearest["modelLabel"] as? String == "one")
  }

  @Test func labelsComeFromAFile() throws {
    let set = try folder.write("set.npy", NPY.floats([[0, 1], [1, 0]]))
    let labels = try folder.write("names.txt", "left\nright\n")
    let output = folder.path("d.csv")
    let run = try Tool.run("pairwise", set, "--labels", labels, "--output", output)
    #expect(run.status == 0 && run.output.contains("right"), "\(run.errors)")
    #expect(
      try String(contentsOfFile: output, encoding: .utf8).hasPrefix(",left,right\nleft,0.0,"))
    let other = try Tool.run(
      "pairwise", set, set, "--model-labels", labels, "--output", output, "--quiet")
    #expect(other.status == 0, "\(other.errors)")
    #expect(try String(contentsOfFile: output, encoding: .utf8).hasPrefix(",left,right\n0,0.0,"))
    let short = try folder.write("short.txt", "left\n")
    let refused = try Tool.run("pairwise", set, "--labels", short)
    #expect(refused.status == 65 && refused.errors.contains("2 rows"))
    #expect(try Tool.run("pairwise", set, "--labels", folder.path("absent")).status == 66)
  }

  @Test func orderPutsSimilarRowsSideBySide() throws {
    let set = try folder.write(
      "set.csv", "a1,9,1,1\nb1,1,9,1\nc1,1,1,9\na2,8,1,1\nb2,1,8,1\nc2,1,1,8\n")
    let output = folder.path("d.csv")
    let run = try Tool.run(
      "pairwise", set, "--form", "weights", "--order", "--output", output)
    #expect(run.status == 0, "\(run.errors)")
    let lines = try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n")
    let names = lines[0].dropFirst().split(separator: ",").map(String.init)
    #expect(lines.dropFirst().map { String($0.prefix { $0 != "," }) } == names)
    #expect(stride(from: 0, to: 6, by: 2).allSatisfy { names[$0].first == names[$0 + 1].first })
    // The diagonal stays the diagonal.
    for (index, line) in lines.dropFirst().enumerated() {
      #expect(line.split(separator: ",")[index + 1] == "0.0")
    }
    // A .npy has no labels: it keeps the order of the file.
    let (ordered, plain) = (folder.path("1.npy"), folder.path("2.npy"))
    _ = try Tool.run("pairwise", set, "--form", "weights", "--order", "--output", ordered)
    _ = try Tool.run("pairwise", set, "--form", "weights", "--output", plain)
    #expect(try NPY.doubles(ordered) == NPY.doubles(plain))
  }

  @Test(arguments: ["svg", "png"])
  func heatmapsAreDrawn(format: String) throws {
    let picture = folder.path("d.\(format)")
    let run = try Tool.run(
      "pairwise", counts, "--form", "weights", "--heatmap", picture, "--order", "--quiet")
    #expect(run.status == 0, "\(run.errors)")
    let bytes = try Data(contentsOf: URL(fileURLWithPath: picture))
    #expect(
      bytes.prefix(4) == (format == "svg" ? Data("<svg".utf8) : Data([0x89, 0x50, 0x4E, 0x47])))
    #expect(try folder.names() == ["d.\(format)", "p.csv", "q.csv"])
  }

  @Test(arguments: ["pairwise", "nearest"])
  func pairsThatDifferByMoreThanNumbersHoldAre65(_ command: String) throws {
    let p = try folder.write("masked.csv", "1,2,-1.7976931348623157e308\n")
    let q = try folder.write("whole.csv", "1,2.5,3\n2,1,0\n")
    let run = try Tool.run(
      command, p, q, "--form", "logits", "--temperature", "0.7", "--measure", "reverse-kl")
    #expect(run.status == 65, "\(run.errors)")
    #expect(run.output.contains("invalid rows: 3 of 3"))
    #expect(run.output.contains("differs by more than numbers hold"))
    #expect(!run.output.contains("more\n"))
  }

  @Test func invalidRowsAre65AndNaN() throws {
    let bad = try folder.write("bad.csv", "a,1,2\nb,nan,1\nc,2,1\n")
    let output = folder.path("d.npy")
    let run = try Tool.run("pairwise", bad, "--form", "weights", "--output", output)
    #expect(run.status == 65)
    #expect(run.output.contains("invalid rows: 1 of 3") && run.output.contains("contains NaN"))
    let values = try NPY.doubles(output)
    #expect(values.indices.allSatisfy { values[$0].isNaN == ($0 / 3 == 1 || $0 % 3 == 1) })
    #expect(try Tool.run("pairwise", bad, "--form", "weights", "--allow-invalid").status == 0)
    let two = try Tool.run("pairwise", bad, bad, "--form", "weights")
    #expect(two.output.contains("invalid rows: 2 of 6") && two.output.contains("model"))
  }
}
