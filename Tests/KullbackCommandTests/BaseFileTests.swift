import Foundation
import Testing

@testable import KullbackCommand

/// Base files of llama.cpp: the tool's own figures, digit for digit, and a lower bound of the divergence.
@Suite struct BaseFileTests {
  /// What `make_llama_base.py` wrote beside a set.
  private struct Known: Decodable {
    struct Exact: Decodable {
      let rows: [Double]
    }
    let printed: [String: [String]]
    let exact: Exact

    enum CodingKeys: String, CodingKey {
      case printed
      case exact = "exact_forward_kl_of_the_logits"
    }
  }

  private static func path(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Llama/\(name)").path
  }

  private func known(_ classes: Int) throws -> Known {
    // JSON has no NaN, and Python writes one.
    let text = try String(contentsOfFile: Self.path("synthetic-\(classes).json"), encoding: .utf8)
    return try JSONDecoder().decode(
      Known.self, from: Data(text.replacingOccurrences(of: "NaN", with: "null").utf8))
  }

  private func evaluate(_ classes: Int, _ arguments: String...) throws -> Tool.Outcome {
    let words = [
      "evaluate", Self.path("synthetic-\(classes).base"),
      Self.path("synthetic-\(classes)-model.npy"),
    ]
    return try Tool.shell(
      "\"$K\" " + (words + arguments).map { "'\($0)'" }.joined(separator: " "))
  }

  @Test(arguments: [500, 501]) func theToolsFiguresComeOutDigitForDigit(classes: Int) throws {
    let run = try evaluate(classes, "--base-file", "exact-tool")
    #expect(run.status == 0, "\(run.errors)")
    var found: [String: [String]] = [:]
    for line in run.output.split(separator: "\n") {
      guard let colon = line.range(of: ": ") else { continue }
      let name = line[..<colon.lowerBound].split(separator: " ").joined(separator: " ")
      found[name] = line[colon.upperBound...].split(separator: " ").map(String.init)
        .filter { $0 != "±" && $0 != "%" }
    }
    let printed = try known(classes).printed
    #expect(printed.count == 34)
    for (name, figures) in printed { #expect(found[name] == figures, "\(name)") }
  }

  @Test(arguments: [500, 501]) func rowsAreBoundedFromBelow(classes: Int) throws {
    let folder = try TemporaryFolder()
    let output = folder.path("o.csv")
    let run = try evaluate(classes, "--measures", "forward-kl,reverse-kl", "--output", output)
    #expect(
      run.status == 0 && run.output.contains("in 41 rows of 120"), "\(run.errors) \(run.output)")
    #expect(run.output.contains("chunk "), "\(run.output)")
    let rows = try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n")
      .dropFirst()
    let exact = try known(classes).exact.rows
    #expect(rows.count == exact.count)
    for (row, line) in rows.enumerated() {
      let values = line.split(separator: ",").compactMap { Double($0) }
      // A logarithm is off by half a step of 16 / 65535 nats at most, in the mean over classes by far less.
      #expect(
        values[0] >= 0 && values[0] <= exact[row] + 4e-5, "row \(row): \(values[0]) \(exact[row])")
      #expect(values[0] >= exact[row] * 0.99 - 4e-5, "row \(row): \(values[0]) \(exact[row])")
      #expect(values[1] >= 0 && values[1].isFinite, "row \(row)")
    }
  }

  @Test(arguments: [500, 501]) func modelsAreComparedWithABaseFileAsEvaluateDoes(classes: Int)
    throws
  {
    let folder = try TemporaryFolder()
    let (base, model) = (
      Self.path("synthetic-\(classes).base"), Self.path("synthetic-\(classes)-model.npy")
    )
    // The first number of every row less one: another model.
    var other = try Data(contentsOf: URL(filePath: model))
    let header = 128
    for row in 0..<120 {
      let place = header + 4 * row * classes
      // SAFETY: four bytes, read where they lie.
      let first = unsafe other[place..<place + 4].withUnsafeBytes {
        unsafe $0.loadUnaligned(as: Float.self)
      }
      other.replaceSubrange(place..<place + 4, with: NPY.floats([[first - 1]]).suffix(4))
    }
    let models = [model, try folder.write("other.npy", other)]
    let words = ["--measures", "forward-kl,jensen-shannon", "--block", "15"]
    let run = try Tool.run("compare", base, more: models + words + ["--json"])
    #expect(run.status == 0, "\(run.errors)")
    let report = try jsonObject(run.output)
    let labels = try #require(report["labels"] as? [String: Any])
    for name in models {
      let alone = try Tool.run("evaluate", base, name, "--json", more: words)
      let one = try jsonObject(alone.output)
      let evaluated = try #require(one["measures"] as? [[String: Any]])
      let compared = try #require(report["measures"] as? [[String: Any]])
      for (expected, measure) in zip(evaluated, compared) {
        let ranked = try #require(measure["models"] as? [[String: Any]])
        let found = try #require(ranked.first { $0["model"] as? String == name })
        let summary = try #require(found["summary"] as? NSDictionary)
        #expect(summary == expected as NSDictionary, "\(name)")
      }
      let statistics = try #require(one["labelStatistics"] as? [String: Any])
      let perplexity = try #require(statistics["perplexity"] as? [String: [String: Double]])
      let ranked = try #require(labels["models"] as? [[String: Any]])
      let found = try #require(ranked.first { $0["model"] as? String == name })
      #expect(found["perplexity"] as? [String: Double] == perplexity["model"])
      #expect(labels["target"] as? [String: Double] == perplexity["target"])
    }
    #expect(try Tool.run("compare", base, "--labels", model, more: models).status == 64)
    // A single row does not stand for all of a base file's, nor the other way round.
    #expect(
      try Tool.run("compare", base, model, Self.path("synthetic-\(1001 - classes)-model.npy"))
        .status == 65)
  }

  @Test func perplexitiesAreThoseOfTheTool() throws {
    let run = try evaluate(501, "--json", "--block", "15")
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    let labels = try #require(report["labelStatistics"] as? [String: Any])
    let perplexity = try #require(labels["perplexity"] as? [String: [String: Double]])
    let printed = try known(501).printed
    for (name, theirs) in [("model", "Mean PPL(Q)"), ("target", "Mean PPL(base)")] {
      let (value, error) = (
        perplexity[name]?["value"] ?? 0, perplexity[name]?["standardError"] ?? 0
      )
      let wanted = (printed[theirs] ?? []).compactMap(Double.init)
      #expect(abs(value - wanted[0]) < 1e-4 && abs(error - wanted[1]) < 1e-4, "\(name)")
      #expect(perplexity[name]?["clusteredError"] != nil)
    }
    let base = try #require(report["baseFile"] as? [String: Any])
    #expect(base["tokensLeftOut"] as? Int == 3)
  }

  @Test func aFileAgainstItselfIsNothing() throws {
    let base = Self.path("synthetic-501.base")
    let run = try Tool.run(
      "evaluate", base, base, "--json", "--measures", "forward-kl,jensen-shannon")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("\"max\" : 0,"), "\(run.output)")
    #expect(run.output.contains("\"clampedRows\" : 41"), "\(run.output)")
  }

  @Test func rowsAndMasksAreTaken() throws {
    let some = try evaluate(500, "--rows", "7..<9", "--json")
    #expect(some.output.contains("\"rows\" : 2"), "\(some.errors)")
    let skipped = try evaluate(500, "--skip-positions", "..<14", "--json")
    #expect(skipped.output.contains("\"leftOut\" : 112"), "\(skipped.errors) \(skipped.output)")
    let tool = try evaluate(500, "--rows", "7..<9", "--base-file", "exact-tool", "--json")
    #expect(tool.output.contains("\"Mean KLD\""), "\(tool.errors)")
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let folder = try TemporaryFolder()
    let base = Self.path("synthetic-500.base")
    let model = Self.path("synthetic-500-model.npy")
    let other = Self.path("synthetic-501-model.npy")
    #expect(try Tool.run("evaluate", base, other).status == 65)
    #expect(try Tool.run("evaluate", base, model, "--form", "probabilities").status == 64)
    for extra in [
      ["--temperature", "2"], ["--output", folder.path("o.csv")], ["--measures", "forward-kl"],
    ] {
      let run = try evaluate(500, "--base-file", "exact-tool", extra[0], extra[1])
      #expect(run.status == 64, "\(extra): \(run.status) \(run.errors)")
    }
    let data = try Data(contentsOf: URL(filePath: base))
    for length in [0, 7, 8, 19, 20, 1000, data.count - 1] {
      let path = try folder.write("cut.base", data.prefix(length))
      let run = try Tool.run("evaluate", path, model)
      #expect(run.status == 65, "\(length): \(run.status) \(run.errors)")
      if length >= 8 { #expect(run.errors.contains("interrupted run"), "\(length): \(run.errors)") }
    }
    let longer = try folder.write("longer.base", data + [0])
    #expect(try Tool.run("evaluate", longer, model).errors.contains("1 byte behind"))
    // Other commands say what takes such a file.
    let entropy = try Tool.run("entropy", base)
    #expect(entropy.status == 65 && entropy.errors.contains("evaluate"), "\(entropy.errors)")
  }
}
