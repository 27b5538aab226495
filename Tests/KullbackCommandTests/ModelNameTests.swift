import Foundation
import KullbackFiles
import KullbackTestSupport
import Testing

/// What is fitted keeps the names of features and classes, and goes by them.
@Suite struct ModelNameTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// What the JSON says of an input that was matched.
  private func matched(_ text: String) throws -> [String: [String: [String]]] {
    try jsonObject(text)["matched"] as? [String: [String: [String]]] ?? [:]
  }

  private struct Data3 {
    var features: NamedTable
    var targets: NamedTable
    var weights: NamedTable
    var columns: [Int]
    var rows: [Int]
  }

  private func data(seed: Int) -> Data3 {
    var generator = SeededGenerator(seed: UInt64(seed))
    let count = Int.random(in: 6...12, using: &generator)
    let features = NamedTable.random(
      rows: count, columns: Int.random(in: 2...4, using: &generator), using: &generator)
    var targets = NamedTable.random(
      rows: count, columns: Int.random(in: 2...4, using: &generator), using: &generator)
    targets.rows = features.rows
    var weights = NamedTable.random(rows: count, columns: 1, using: &generator)
    weights.rows = features.rows
    return Data3(
      features: features, targets: targets, weights: weights,
      columns: Array((0..<features.columns.count).reversed()),
      rows: Array((0..<count).reversed()))
  }

  private func fit(
    _ name: String, _ features: String, _ targets: String, _ extra: [String] = []
  ) throws -> String {
    let paths = try [folder.write("x.csv", features), folder.write("y.csv", targets)]
    let line = (["fit", "softmax"] + paths + ["--l2", "0.1", "--json"] + extra).map { "'\($0)'" }
    let run = try Tool.shell(
      "\"$K\" \(line.joined(separator: " ")) --output '\(folder.path(name))'")
    #expect(run.status == 0, "\(run.errors)")
    return run.output
  }

  @Test(arguments: 0..<5)
  func targetsAndWeightsAreMatchedByTheLabelsOfRows(seed: Int) throws {
    let data = data(seed: seed)
    for (index, rows) in [Array(data.rows.indices), data.rows].enumerated() {
      let weights = try folder.write("w.csv", data.weights.rows(rows).csv())
      let said = try matched(
        try fit(
          "m\(index).safetensors", data.features.csv(), data.targets.rows(rows).csv(),
          ["--target-form", "weights", "--weights", weights]))
      let expected = ["reordered": ["rows"]]
      #expect(said == (index == 0 ? [:] : ["targets": expected, "weights": expected]))
    }
    #expect(try folder.bytes("m0.safetensors") == folder.bytes("m1.safetensors"))
    // Class labels likewise.
    var labels = data.targets.columns([0])
    for row in labels.rows.indices { labels.values[row] = [Double(row % 2)] }
    for (index, rows) in [Array(data.rows.indices), data.rows].enumerated() {
      let text = labels.rows(rows).csv().replacing(".0\n", with: "\n")
      _ = try fit("l\(index).safetensors", data.features.csv(), text)
    }
    #expect(try folder.bytes("l0.safetensors") == folder.bytes("l1.safetensors"))
    // Of other rows there is no fit.
    labels.rows[0] = "z"
    let other = try folder.write("other.csv", labels.csv().replacing(".0\n", with: "\n"))
    let run = try Tool.run(
      "fit", "softmax", folder.path("x.csv"), other, "--output", folder.path("o.safetensors"))
    #expect(run.status == 65 && run.errors.contains("only \(other) has \"z\""), "\(run.errors)")
  }

  @Test(arguments: 0..<5)
  func predictionsTakeFeaturesByName(seed: Int) throws {
    let data = data(seed: seed)
    let model = folder.path("m.safetensors")
    _ = try fit(
      "m.safetensors", data.features.csv(), data.targets.csv(), ["--target-form", "weights"])
    let saved = try Safetensors.read(model)
    #expect(
      try JSONDecoder().decode([String].self, from: Data((saved.metadata["features"] ?? "").utf8))
        == data.features.columns)
    #expect(
      try JSONDecoder().decode([String].self, from: Data((saved.metadata["classes"] ?? "").utf8))
        == data.targets.columns)

    let features = try folder.write("x.csv", data.features.csv())
    let turned = try folder.write("t.csv", data.features.columns(data.columns).csv())
    for (name, path) in [("x", features), ("t", turned)] {
      for ending in ["npy", "csv"] {
        let run = try Tool.run(
          "predict", model, path, "--json", "--output", folder.path("\(name)-out.\(ending)"))
        #expect(run.status == 0, "\(run.errors)")
        #expect(
          try matched(run.output) == (name == "x" ? [:] : ["features": ["reordered": ["columns"]]]))
      }
    }
    #expect(try folder.bytes("x-out.npy") == folder.bytes("t-out.npy"))
    #expect(try folder.bytes("x-out.csv") == folder.bytes("t-out.csv"))
    let said = try Tool.run("predict", model, turned, "--output", folder.path("s.npy"))
    #expect(said.output.contains("columns of features reordered by name\n"))

    // Names and labels go on into what is written, and evaluate goes by them.
    let classes = Array((0..<data.targets.columns.count).reversed())
    let targets = try folder.write("y.csv", data.targets.csv())
    let others = try folder.write("z.csv", data.targets.columns(classes).rows(data.rows).csv())
    let ends = try [("a", targets), ("b", others)].map { name, path -> Double in
      let run = try Tool.run(
        "evaluate", path, folder.path("x-out.csv"), "--target-form", "weights", "--json")
      #expect(run.status == 0, "\(run.errors)")
      let model = try #require(
        (try jsonObject(run.output)["inputs"] as? [String: [String: Any]])?["model"])
      #expect(model["reordered"] as? [String] == (name == "a" ? nil : ["columns", "rows"]))
      let measures = try #require(try jsonObject(run.output)["measures"] as? [[String: Any]])
      return try #require(measures.first?["mean"] as? Double)
    }
    #expect(abs(ends[0] - ends[1]) <= 1e-12 * ends[0])
  }

  @Test(
    arguments: [nil, "u,v", "0,1", "2,5", "1,w", "w,1"] as [String?], [true, false])
  func predictionsAreReadWithoutOptions(classes: String?, hasLabels: Bool) throws {
    let features = [[0.5, 1], [1.5, 0.25], [-2, 3], [-1.5, 4.5]]
    let numbers = features.map { $0.map { "\($0)" }.joined(separator: ",") }
    let targets = classes.map {
      "\"" + $0.replacing(",", with: "\",\"") + "\"\n3,1\n2,2\n1,5\n0,4\n"
    }
    let paths = try [
      folder.write("x.csv", numbers.joined(separator: "\n") + "\n"),
      folder.write("y.csv", targets ?? "0\n0\n1\n1\n"),
    ]
    let line = ["fit", "softmax"] + paths + ["--l2", "0.1", "--quiet"]
    let extra = classes == nil ? "" : " --target-form weights"
    let fit = try Tool.shell(
      "\"$K\" \(line.joined(separator: " "))\(extra) --output \(folder.path("m.safetensors"))")
    #expect(fit.status == 0, "\(fit.errors)")
    let rows = zip(["a", "b", "7", "8"], numbers).map { hasLabels ? "\($0),\($1)" : $1 }
    let path = try folder.write(
      "z.csv", (hasLabels ? "row,f,g\n" : "") + rows.joined(separator: "\n") + "\n")
    for ending in ["csv", "npy"] {
      let run = try Tool.run(
        "predict", folder.path("m.safetensors"), path, "--output", folder.path("p.\(ending)"))
      #expect(run.status == 0, "\(run.errors)")
    }
    let run = try Tool.run("evaluate", folder.path("p.csv"), folder.path("p.npy"), "--json")
    #expect(run.status == 0, "\(run.errors)")
    let inputs = try #require(try jsonObject(run.output)["inputs"] as? [String: [String: Any]])
    let target = try #require(inputs["target"])
    #expect(target["rows"] as? Int == 4 && target["columns"] as? Int == 2, "\(target)")
    let measures = try #require(try jsonObject(run.output)["measures"] as? [[String: Any]])
    #expect(measures.first?["mean"] as? Double == 0)
  }

  @Test func otherFeaturesAreRefused() throws {
    let model = folder.path("m.safetensors")
    _ = try fit("m.safetensors", "size,age\n1,0\n2,1\n0,3\n1,4\n", "0\n0\n1\n1\n")
    let other = try folder.write("o.csv", "size,weight\n1,0\n")
    let output = folder.path("out.npy")
    let run = try Tool.run("predict", model, other, "--output", output)
    #expect(run.status == 65)
    #expect(run.errors.contains("only \(model) has \"age\"; only \(other) has \"weight\""))
    #expect(!FileManager.default.fileExists(atPath: output))
    let plain = try folder.write("p.csv", "1,0\n")
    for (path, extra) in [(plain, "--quiet"), (other, "--by-position")] {
      let run = try Tool.run("predict", model, path, extra, "--output", folder.path("\(extra).npy"))
      #expect(run.status == 0, "\(run.errors)")
    }
    #expect(try folder.bytes("--quiet.npy") == folder.bytes("--by-position.npy"))
  }

  @Test func modelsWithoutNamesGoByPosition() throws {
    let model = folder.path("m.safetensors")
    _ = try fit("m.safetensors", "size,age\n1,0\n2,1\n0,3\n1,4\n", "0\n0\n1\n1\n")
    var old = try Safetensors.read(model)
    old.metadata["features"] = nil
    try old.write(to: folder.path("old.safetensors"))
    let other = try folder.write("o.csv", "age,size\n1,0\n")
    let plain = try folder.write("p.csv", "1,0\n")
    for (name, path) in [("old", other), ("m", plain)] {
      let run = try Tool.run(
        "predict", folder.path("\(name).safetensors"), path, "--output", folder.path("\(name).csv"))
      #expect(run.status == 0 && !run.output.contains("reordered"), "\(run.errors)")
    }
    #expect(try folder.bytes("old.csv") == folder.bytes("m.csv"))
    // A .csv without names or labels has nothing but numbers.
    #expect(
      try String(contentsOfFile: folder.path("m.csv"), encoding: .utf8).split(separator: "\n").count
        == 1)
    for bad in ["no list", "[1, 2]", "[\"size\"]", "{}"] {
      old.metadata["features"] = bad
      try old.write(to: folder.path("bad.safetensors"))
      let run = try Tool.run(
        "predict", folder.path("bad.safetensors"), plain, "--output", folder.path("bad.csv"))
      #expect(
        run.status == 65 && run.errors.contains("bad.safetensors: its features"), "\(run.errors)")
    }
  }

  @Test(arguments: 0..<3)
  func normalsAndMixturesKeepTheNamesOfDimensions(seed: Int) throws {
    let data = data(seed: seed)
    let samples = try folder.write("x.csv", data.features.csv())
    func names(_ text: String) throws -> [String]? { try jsonObject(text)["names"] as? [String] }
    for (index, rows) in [Array(data.rows.indices), data.rows].enumerated() {
      let weights = try folder.write("w.csv", data.weights.rows(rows).csv())
      let run = try Tool.run(
        "fit", "gaussian", "--samples", samples, "--weights", weights, "--family", "mean-field",
        "--json", "--output", folder.path("g\(index).json"))
      #expect(run.status == 0, "\(run.errors)")
      #expect(try names(run.output) == data.features.columns)
      #expect(try matched(run.output) == (index == 0 ? [:] : ["weights": ["reordered": ["rows"]]]))
    }
    let fits = try (0..<2).map {
      try jsonObject(String(decoding: try folder.bytes("g\($0).json"), as: UTF8.self))
    }
    #expect(fits[0]["means"] as? [[Double]] == fits[1]["means"] as? [[Double]])
    let table = try Tool.run("fit", "gaussian", "--samples", samples, "--family", "mean-field")
    #expect(data.features.columns.allSatisfy { table.output.contains($0) })
    // What was fitted can be fitted.
    let again = try Tool.run("fit", "gaussian", "--mixture", folder.path("g0.json"), "--json")
    #expect(again.status == 0, "\(again.errors)")
    #expect(try names(again.output) == data.features.columns)
    let labels = data.features.rows.enumerated().map { "\($1.filter(\.isLetter))\($0),\($0 % 2)" }
    let plain = try folder.write("z.csv", data.features.csv(labels: false))
    let posterior = try Tool.run(
      "fit", "gaussian", "--posterior", "logistic", "--features", plain, "--labels",
      try folder.write("l.csv", labels.joined(separator: "\n") + "\n"), "--prior-deviation", "0.01",
      "--json")
    #expect(posterior.status == 0, "\(posterior.errors)")
    #expect(try names(posterior.output) == data.features.columns)
  }

  @Test func namesOfAMixtureAreAsManyAsItsDimensions() throws {
    let mixture = try folder.write(
      "m.json",
      "{\"weights\": [1], \"means\": [[0]], \"covariances\": [[[1]]], \"names\": [\"a\", \"b\"]}")
    let run = try Tool.run("fit", "gaussian", "--mixture", mixture)
    #expect(run.status == 65 && run.errors.contains("names: there are 2"), "\(run.errors)")
  }

  @Test func labelsOfAPosteriorAreMatchedByTheLabelsOfRows() throws {
    let features = try folder.write("x.csv", "row,u,v\na,1,0\nb,2,1\nc,0,3\nd,1,4\n")
    var outputs: [[String: Any]] = []
    for text in ["row,label\na,0\nb,0\nc,1\nd,1\n", "row,label\nd,1\nb,0\nc,1\na,0\n"] {
      let labels = try folder.write("y.csv", text)
      let run = try Tool.run(
        "fit", "gaussian", "--posterior", "logistic", "--features", features, "--labels", labels,
        "--json")
      #expect(run.status == 0, "\(run.errors)")
      outputs.append(try jsonObject(run.output))
    }
    #expect(outputs[0]["means"] as? [[Double]] == outputs[1]["means"] as? [[Double]])
    #expect(outputs[1]["matched"] != nil && outputs[0]["matched"] == nil)
  }
}
