import Foundation
import Testing

@Suite struct FitGaussianTests {
  let folder: TemporaryFolder
  let samples: String
  let mixture: String

  init() throws {
    folder = try TemporaryFolder()
    samples = try folder.write("x.csv", "0.0,1\n2,0\n1,5\n4,4\n-3,2\n1,1\n")
    mixture = try folder.write(
      "m.json", "{\"weights\": [1], \"means\": [[1, 2]], \"covariances\": [[[1, 0.5], [0.5, 2]]]}")
  }

  private func report(_ arguments: [String]) throws -> [String: Any] {
    let line = arguments.map { "'\($0)'" }.joined(separator: " ")
    let run = try Tool.shell("\"$K\" fit gaussian \(line) --json")
    #expect(run.status == 0, "\(run.errors)")
    return try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
  }

  @Test func samplesAreFittedByMaximumLikelihood() throws {
    let found = try report(["--samples", samples])
    let mean = try #require(found["mean"] as? [Double])
    #expect(abs(mean[0] - 5.0 / 6) < 1e-12 && abs(mean[1] - 13.0 / 6) < 1e-12)
    #expect(found["direction"] as? String == "forward")
  }

  @Test func samplesTooLargeForTheirProductsAreNamed() throws {
    let path = try folder.write("h.csv", "1e300,2e300\n3e300,1e300\n-1e300,4e300\n2e300,2e300\n")
    let run = try Tool.run("fit", "gaussian", "--samples", path)
    #expect(run.status == 65, "\(run.status) \(run.errors)")
    #expect(run.errors.contains(path) && run.errors.contains("scale them"), "\(run.errors)")
  }

  @Test func weightsAreRowsSoManyTimes() throws {
    let weights = try folder.write("w.csv", "1\n0\n0\n1\n1\n1\n")
    let found = try report(["--samples", samples, "--weights", weights])
    let mean = try #require(found["mean"] as? [Double])
    #expect(abs(mean[0] - 0.5) < 1e-12 && abs(mean[1] - 2) < 1e-12)
  }

  @Test(arguments: ["forward", "reverse"])
  func aDensityIsFittedAndWhatIsWrittenIsRead(direction: String) throws {
    let (output, picture) = (folder.path("fit.json"), folder.path("fit.svg"))
    let found = try report([
      "--mixture", mixture, "--direction", direction, "--output", output, "--picture", picture,
    ])
    let mean = try #require(found["mean"] as? [Double])
    #expect(abs(mean[0] - 1) < 0.05 && abs(mean[1] - 2) < 0.05)
    #expect(found["trust"] as? String != nil && found["converged"] as? Bool == true)
    #expect(try String(contentsOfFile: picture, encoding: .utf8).hasSuffix("</svg>\n"))
    #expect(try report(["--mixture", output, "--direction", "reverse"])["mean"] != nil)
    #expect(try folder.names() == ["fit.json", "fit.svg", "m.json", "x.csv"])
  }

  @Test func malformedMixturesAre65WithThePlace() throws {
    for (text, place) in [
      ("{\"weights\": [1", "line"), ("{\"weights\": [1]}", "means"),
      ("{\"weights\": [1], \"means\": [[\"a\"]], \"covariances\": [[[1]]]}", "means[0][0]"),
      ("{\"weights\": [1], \"means\": [[0]], \"covariances\": [[[1, 2]]]}", "covariances[0]"),
      ("{\"weights\": [1], \"means\": [[0]], \"covariances\": [[[-1]]]}", "component 0"),
    ] {
      let file = try folder.write("bad.json", text)
      let run = try Tool.run(
        "fit", "gaussian", "--mixture", file, "--picture", folder.path("p.svg"))
      #expect(run.status == 65 && run.errors.contains(place), "\(run.errors)")
    }
    #expect(try folder.names() == ["bad.json", "m.json", "x.csv"])
  }

  @Test func weightsAreOneRowOrColumnAndOneForEachSample() throws {
    let row = try folder.write("w.csv", "1,0,0,1,1,1\n")
    let mean = try #require(
      try report(["--samples", samples, "--weights", row, "--threads", "2"])["mean"] as? [Double])
    #expect(abs(mean[0] - 0.5) < 1e-12)
    for (text, words) in [
      ("1,1\n1,1\n1,1\n", "3 x 2"), ("1\n1\n", "2 weights for 6 rows"),
      ("1\n1\n-1\n1\n1\n1\n", "row 2"), ("1\n1\n1\nnan\n1\n1\n", "row 3"),
    ] {
      let bad = try folder.write("w.csv", text)
      let run = try Tool.run("fit", "gaussian", "--samples", samples, "--weights", bad)
      #expect(run.status == 65 && run.errors.contains("w.csv"), "\(run.errors)")
      #expect(run.errors.contains(words), "\(run.errors)")
    }
  }

  @Test func mixturesAreFittedToSamples() throws {
    let near = (0..<20).map { "\(Double($0 % 5) * 0.1)\n" }.joined()
    let far = (0..<60).map { "\(100 + Double($0 % 7) * 0.1)\n" }.joined()
    let file = try folder.write("two.csv", near + far)
    let (output, picture) = (folder.path("fit.json"), folder.path("fit.svg"))
    let found = try report([
      "--samples", file, "--components", "2", "--restarts", "2", "--output", output, "--picture",
      picture,
    ])
    let means = try #require(found["means"] as? [[Double]]).map { $0[0] }.sorted()
    #expect(abs(means[0] - 0.2) < 1e-9 && abs(means[1] - 100.29) < 1e-9)
    #expect(try #require(found["weights"] as? [Double]).contains { abs($0 - 0.25) < 1e-9 })
    #expect(found["converged"] as? Bool == true)
    #expect(try String(contentsOfFile: picture, encoding: .utf8).hasSuffix("</svg>\n"))
    #expect(try report(["--mixture", output])["mean"] != nil)
    let many = try Tool.run("fit", "gaussian", "--samples", samples, "--components", "9")
    #expect(many.status == 65 && many.errors.contains("9 components"), "\(many.errors)")
  }

  @Test func outputsReplaceNoInputAndNotEachOther() throws {
    let weights = try folder.write("w.csv", "1\n1\n1\n1\n1\n1\n")
    let labels = try folder.write("y.svg", "1\n1\n0\n1\n0\n0\n")
    let alias = folder.path("alias.json")
    try FileManager.default.createSymbolicLink(atPath: alias, withDestinationPath: mixture)
    for line in [
      ["--samples", samples, "--output", samples],
      ["--samples", samples, "--weights", weights, "--output", weights],
      ["--mixture", mixture, "--output", mixture], ["--mixture", mixture, "--output", alias],
      ["--posterior", "logistic", "--features", samples, "--labels", labels, "--picture", labels],
      ["--posterior", "logistic", "--features", samples, "--labels", labels, "--output", samples],
      [
        "--mixture", mixture, "--output", folder.path("a.svg"), "--picture",
        folder.url.path + "/./a.svg",
      ],
    ] {
      let words = line.map { "'\($0)'" }.joined(separator: " ")
      let run = try Tool.shell("\"$K\" fit gaussian \(words)")
      #expect(run.status == 64, "\(words): \(run.errors)")
    }
    #expect(try folder.names() == ["alias.json", "m.json", "w.csv", "x.csv", "y.svg"])
    #expect(try String(contentsOfFile: labels, encoding: .utf8) == "1\n1\n0\n1\n0\n0\n")
  }

  @Test func aFullDiskIs74() throws {
    let output = try folder.write("o.json", "precious")
    let run = try Tool.shell(
      "ulimit -f 0; \"$K\" fit gaussian --samples '\(samples)' --output '\(output)' >/dev/null 2>&1"
    )
    #expect(run.status == 74)
    #expect(try String(contentsOfFile: output, encoding: .utf8) == "precious")
    #expect(try folder.names() == ["m.json", "o.json", "x.csv"])
  }

  @Test func badInputsLeaveNothing() throws {
    let bad = try folder.write("nan.csv", "1,2\nnan,1\n3,3\n4,1\n")
    let run = try Tool.run("fit", "gaussian", "--samples", bad, "--output", folder.path("o.json"))
    #expect(run.status == 65 && run.errors.contains("row 1"), "\(run.errors)")
    #expect(try Tool.run("fit", "gaussian", "--samples", folder.path("none.npy")).status == 66)
    #expect(
      try Tool.run("fit", "gaussian", "--samples", samples, "--output", folder.path("no/o.json"))
        .status == 73)
    for extra in [
      [], ["--samples", samples, "--direction", "reverse"],
      ["--mixture", mixture, "--components", "2"],
      ["--samples", samples, "--picture", "a.png"], ["--mixture", mixture, "--family", "round"],
      ["--posterior", "logistic"], ["--samples", samples, "--components", "0"],
      ["--samples", samples, "--restarts", "2"], ["--samples", samples, "--threads", "0"],
      ["--mixture", mixture, "--threads", "2"], ["--mixture", mixture, "--prior-deviation", "2"],
      ["--samples", "-", "--weights", "-"],
    ] {
      let line = extra.map { "'\($0)'" }.joined(separator: " ")
      #expect(try Tool.shell("\"$K\" fit gaussian \(line)").status == 64, "\(line)")
    }
    #expect(try folder.names() == ["m.json", "nan.csv", "x.csv"])
  }
}
