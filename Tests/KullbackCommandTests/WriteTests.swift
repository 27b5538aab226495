import Foundation
import Testing

@Suite struct WriteTests {
  let folder: TemporaryFolder
  let logits: String

  init() throws {
    folder = try TemporaryFolder()
    logits = try folder.write("logits.npy", NPY.floats([[0, 0], [1, 2], [.nan, 1]]))
  }

  @Test func logSoftmaxKeepsTheShapeAndMarksInvalidRows() throws {
    let output = folder.path("out.npy")
    #expect(try Tool.run("log-softmax", logits, output).status == 65)
    let (header, bytes) = try NPY.read(output)
    #expect(header.contains("'<f4'") && header.contains("(3, 2)"))
    let values = stride(from: 0, to: bytes.count, by: 4).map { start in
      Float(
        bitPattern: bytes[start..<start + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
    }
    #expect(abs(values[0] + 0.693147) < 1e-6)
    #expect(values[0] == values[1])
    #expect(values[4].isNaN && values[5].isNaN)
  }

  @Test func crossEntropyScoresLabels() throws {
    let labels = try folder.write("y.npy", NPY.labels([1, 1]))
    let even = try folder.write("e.npy", NPY.floats([[0, 0], [5, 5]]))
    let output = folder.path("out.npy")
    let run = try Tool.run("cross-entropy", labels, even, "--output", output, "--quiet")
    #expect(run.status == 0, "\(run.errors)")
    #expect(try NPY.doubles(output).allSatisfy { abs($0 - log(2)) < 1e-7 })
    let outside = try folder.write("z.npy", NPY.labels([1, 2]))
    let refused = try Tool.run("cross-entropy", outside, even)
    #expect(refused.status == 65)
    #expect(refused.output.contains("label"))
  }

  @Test func ignoredRowsAreLeftOutOfTheSummary() throws {
    let labels = try folder.write("y.npy", NPY.labels([1, -100]))
    let even = try folder.write("e.npy", NPY.floats([[0, 0], [5, 50]]))
    let weights = try folder.write("w.csv", "1\n3\n")
    let run = try Tool.run(
      "cross-entropy", labels, even, "--ignore-index", "-100", "--class-weights", weights, "--json")
    #expect(run.status == 0, "\(run.errors)")
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    let measure = try #require((report["measures"] as? [[String: Any]])?.first)
    #expect(measure["count"] as? Int == 1 && measure["invalid"] as? Int == 0)
    let scores = try #require(report["labels"] as? [String: Any])
    #expect(scores["ignored"] as? Int == 1)
    #expect(abs((scores["weightedMean"] as? Double ?? 0) - log(2)) < 1e-7)
    let text = try Tool.run("cross-entropy", labels, even, "--ignore-index", "-100")
    #expect(text.output.contains("1 valid row of 2") && text.output.contains("ignored label"))
  }

  @Test func softmaxOfAnyFormCanBeWritten() throws {
    let counts = try folder.write("counts.csv", "1,3\n2,2\n")
    let output = folder.path("p.npy")
    let run = try Tool.run("log-softmax", counts, output, "--form", "weights", "--softmax")
    #expect(run.status == 0, "\(run.errors)")
    #expect(try NPY.doubles(output) == [0.25, 0.75, 0.5, 0.5])
  }

  @Test func labelsThatDoNotFitAreRefused() throws {
    let labels = try folder.write("y.npy", NPY.labels([1]))
    let run = try Tool.run("cross-entropy", labels, logits)
    #expect(run.status == 65)
    #expect(run.errors.contains("1 label for") && run.errors.contains("3 rows"))
    let weights = try folder.write("w.csv", "1\n2\n3\n")
    let three = try folder.write("y3.npy", NPY.labels([1, 0, 1]))
    let bad = try Tool.run("cross-entropy", three, logits, "--class-weights", weights)
    #expect(bad.status == 65 && bad.errors.contains("2 classes"))
    #expect(try Tool.run("log-softmax", logits, folder.path("x.csv")).status == 64)
    #expect(try Tool.run("log-softmax", logits, logits).status == 64)
  }
}
