import Foundation
import Testing

@Suite struct ReportTests {
  let folder: TemporaryFolder
  let logits: String

  init() throws {
    folder = try TemporaryFolder()
    logits = try folder.write("q.npy", NPY.floats([[0, 0], [0, 3], [.nan, 0]]))
  }

  @Test func jsonHasItsDocumentedKeys() throws {
    let run = try Tool.run(
      "evaluate", logits, logits, "--json", "--measures", "forward-kl,total-variation")
    #expect(run.status == 65)
    let report = try jsonObject(run.output)
    #expect(
      Set(report.keys) == [
        "inputs", "firstRow", "rows", "unit", "measures", "worst", "invalid", "rate", "threads",
        "instructionSet", "version",
      ])
    let measures = try #require(report["measures"] as? [[String: Any]])
    #expect(measures.compactMap { $0["name"] as? String } == ["forward-kl", "total-variation"])
    #expect(
      Set(measures[0].keys) == [
        "name", "symbol", "unit", "count", "invalid", "infinite", "mean", "standardError",
        "standardDeviation", "min", "max", "maxRow", "quantiles",
        "quantilesAreExact", "quantileIntervals",
      ])
    #expect(measures[0]["count"] as? Int == 2)
    #expect(measures[0]["invalid"] as? Int == 1)
    #expect(measures[0]["mean"] as? Double == 0)
    let quantiles = try #require(measures[0]["quantiles"] as? [String: Any])
    #expect(
      Set(quantiles.keys) == ["0.1", "1", "5", "10", "25", "50", "75", "90", "95", "99", "99.9"])
    let invalid = try #require(report["invalid"] as? [String: Any])
    let first = try #require(invalid["first"] as? [[String: Any]])
    #expect(first.allSatisfy { $0["row"] as? Int == 2 })
    #expect(first.compactMap { $0["side"] as? String } == ["target", "model"])
  }

  @Test func jsonSpellsWhatIsNotFinite() throws {
    let sharp = try folder.write("s.npy", NPY.floats([[0, -.infinity]]))
    let even = try folder.write("e.npy", NPY.floats([[0, 0]]))
    let run = try Tool.run("evaluate", even, sharp, "--json", "--measures", "forward-kl")
    #expect(run.status == 0)
    let measure = try #require((try jsonObject(run.output)["measures"] as? [[String: Any]])?.first)
    #expect(measure["infinite"] as? Int == 1)
    #expect(measure["max"] as? String == "Infinity")
  }

  @Test func aSingleRowHasNoErrorAndIsSingular() throws {
    let run = try Tool.run("evaluate", logits, logits, "--rows", "..<1", "--wide")
    #expect(run.status == 0, "\(run.errors)")
    // The folder's name is drawn by lot, and so is the rate: 201 rows/s is no plural of one row.
    let said = run.output.replacing(folder.url.path, with: "").replacing("rows/s", with: "")
    for text in ["nan", "± error", "std. dev.", "1 rows"] {
      #expect(!said.contains(text), "\(run.output)")
    }
    #expect(run.output.contains("1 row in "))
    let two = try Tool.run("evaluate", logits, logits, "--rows", "..<2", "--wide")
    #expect(two.output.contains("± error") && two.output.contains("std. dev."))
    let pair = try Tool.run("pairwise", logits, "--rows", "..<1")
    #expect(pair.output.contains("1 pair in "), "\(pair.output)")
  }

  @Test func otherNumbersOfClassesBringAHint() throws {
    let wide = try folder.write("w.npy", NPY.floats([[0, 0, 1], [0, 3, 2], [1, 1, 0]]))
    let run = try Tool.run("evaluate", wide, logits)
    #expect(run.status == 65 && run.errors.contains("--classes '..<2'"), "\(run.errors)")
  }

  @Test func entropyOfEvenOddsIsOneBit() throws {
    let run = try Tool.run(
      "entropy", logits, "--base", "2", "--rows", "..<1", "--json")
    #expect(run.status == 0, "\(run.errors)")
    let measure = try #require((try jsonObject(run.output)["measures"] as? [[String: Any]])?.first)
    let mean = try #require(measure["mean"] as? Double)
    #expect(abs(mean - 1) < 1e-12)
    #expect(measure["unit"] as? String == "bits")
  }

  @Test func infoDescribesTheMachine() throws {
    let run = try Tool.run("info", "--json")
    #expect(run.status == 0, "\(run.errors)")
    let report = try jsonObject(run.output)
    for key in ["processor", "instructionSet", "threads"] {
      #expect(report[key] != nil, "\(key) is missing")
    }
  }
}
