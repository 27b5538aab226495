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
