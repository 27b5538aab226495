import Foundation
import Testing

@Suite struct FitPosteriorTests {
  private let folder: TemporaryFolder
  private let features: String
  private let labels: String

  init() throws {
    folder = try TemporaryFolder()
    let rows = (0..<60).map { row in (sin(Double(row) * 1.7), cos(Double(row) * 2.3)) }
    features = try folder.write("x.csv", rows.map { "\($0.0),\($0.1)\n" }.joined())
    labels = try folder.write(
      "y.csv",
      rows.enumerated().map { $0.offset % 7 == 0 || $0.element.0 > 0.2 ? "1\n" : "0\n" }.joined())
  }

  private func run(_ arguments: String...) throws -> Tool.Outcome {
    let line = arguments.map { "'\($0)'" }.joined(separator: " ")
    return try Tool.shell(
      "\"$K\" fit gaussian --posterior logistic --features '\(features)' \(line)")
  }

  private func report(_ arguments: String...) throws -> [String: Any] {
    let line = arguments.map { "'\($0)'" }.joined(separator: " ")
    let run = try Tool.shell(
      "\"$K\" fit gaussian --posterior logistic --features '\(features)' --labels '\(labels)' \(line) --json"
    )
    #expect(run.status == 0, "\(run.errors)")
    return try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
  }

  @Test func bothDirectionsAndFamiliesFindTheSamePlace() throws {
    var means: [[Double]] = []
    for direction in ["reverse", "forward"] {
      for family in ["full", "mean-field"] {
        let output = folder.path("fit.json")
        let found = try report("--direction", direction, "--family", family, "--output", output)
        #expect(found["direction"] as? String == direction && found["family"] as? String == family)
        #expect(found["converged"] as? Bool == true)
        #expect(try #require(found["trust"] as? String).contains("good"), "\(direction) \(family)")
        let covariance = try #require(found["covariance"] as? [[Double]])
        #expect((covariance[0][1] == 0) == (family == "mean-field"))
        means.append(try #require(found["mean"] as? [Double]))
        #expect(FileManager.default.fileExists(atPath: output))
      }
    }
    for mean in means { #expect(abs(mean[0] - means[0][0]) < 0.1 && mean[0] > 0.5) }
  }

  @Test func aNarrowPriorDrawsCoefficientsTowardsNought() throws {
    let wide = try #require(try report("--prior-deviation", "3")["mean"] as? [Double])
    let narrow = try #require(try report("--prior-deviation", "0.1")["mean"] as? [Double])
    #expect(abs(narrow[0]) < 0.3 * abs(wide[0]))
  }

  @Test func labelsThatDoNotFitAreNamedWithTheirRow() throws {
    let good = try String(contentsOfFile: labels, encoding: .utf8)
    for (text, words) in [
      (good.replacing("0\n", with: "2\n", maxReplacements: 1), "a label is 0 or 1"),
      ("1\n0\n", "2 labels for the 60 rows"), (good + "1\n", "61 labels for the 60 rows"),
      (good.replacing("0\n", with: "0.5\n", maxReplacements: 1), "not a whole number"),
      ("", "no rows"),
    ] {
      let bad = try folder.write("bad.csv", text)
      let run = try run("--labels", bad, "--output", folder.path("o.json"))
      #expect(run.status == 65 && run.errors.contains("bad.csv"), "\(run.errors)")
      #expect(run.errors.contains(words), "\(run.errors)")
      if words.contains("label is") || words.contains("whole") {
        #expect(run.errors.contains("row "), "\(run.errors)")
      }
    }
    #expect(try run("--labels", folder.path("none.csv")).status == 66)
    #expect(try folder.names() == ["bad.csv", "x.csv", "y.csv"])
  }

  @Test func featuresThatAreNotFiniteAreNamedWithRowAndColumn() throws {
    let bad = try folder.write("bad.csv", "1,2\n3,inf\n")
    let two = try folder.write("two.csv", "1\n0\n")
    let run = try Tool.run(
      "fit", "gaussian", "--posterior", "logistic", "--features", bad, "--labels", two)
    #expect(run.status == 65 && run.errors.contains("bad.csv"), "\(run.errors)")
    #expect(run.errors.contains("row 1, column 1"), "\(run.errors)")
  }

  @Test(arguments: ["0", "nan", "inf"])
  func priorsWithoutAWidthAre64(width: String) throws {
    #expect(try run("--labels", labels, "--prior-deviation", width).status == 64)
  }
}
