import Foundation
import Testing

/// `kullback compare`: what it says of several models is what `evaluate` says of each, and their differences.
@Suite struct CompareTests {
  private let folder: TemporaryFolder
  private let target: String
  private let models: [String]
  private let next: String
  private let rows = 40

  init() throws {
    folder = try TemporaryFolder()
    var state: UInt64 = 9
    func uniform() -> Float {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(state >> 40) * 0x1p-24
    }
    let p = (0..<40).map { _ in (0..<7).map { _ in 4 * uniform() } }
    target = try folder.write("p.npy", NPY.floats(p))
    var models: [String] = []
    // The second and the fourth are nearly the same, the third is the farthest.
    for (name, size) in [("a", 0.5), ("b", 0.2), ("c", 2.0), ("d", 0.2)] as [(String, Float)] {
      models.append(
        try folder.write(
          "\(name).npy",
          NPY.floats(p.map { row in row.map { $0 + size * (uniform() - 0.5) } })))
    }
    self.models = models
    next = try folder.write("next.npy", NPY.labels((0..<40).map { Int64($0 % 7) }))
  }

  private func report(_ arguments: [String]) throws -> [String: Any] {
    let run = try Tool.run("compare", target, "--json", more: models + arguments)
    #expect(run.status == 0, "\(run.errors)")
    return try jsonObject(run.output)
  }

  private func values(_ model: String, _ measure: String) throws -> [Double] {
    let output = folder.path("rows.npy")
    let run = try Tool.run(
      "evaluate", target, model, "--measures", measure, "--output", output, "--quiet")
    #expect(run.status == 0, "\(run.errors)")
    return try NPY.doubles(output)
  }

  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  @Test func meansAndDifferencesAreThoseOfTheRows() throws {
    let found = try report(["--measures", "forward-kl,top-overlap:3", "--block", "5"])
    let measures = try #require(found["measures"] as? [[String: Any]])
    #expect(measures.count == 2)
    for measure in measures {
      let name = try #require(measure["name"] as? String)
      var means: [String: Double] = [:]
      var rows: [String: [Double]] = [:]
      for model in models {
        rows[model] = try values(model, name)
        means[model] = mean(rows[model] ?? [])
      }
      let ranked = try #require(measure["models"] as? [[String: Any]])
      let order = ranked.compactMap { $0["model"] as? String }
      // Means that are the same but for rounding stand in the order of the command line.
      let best = models.indices.sorted { first, second in
        let (x, y) = (means[models[first]] ?? 0, means[models[second]] ?? 0)
        guard abs(x - y) > 1e-12 else { return first < second }
        return name == "forward-kl" ? x < y : x > y
      }.map { models[$0] }
      #expect(order == best)
      let differences = try #require(measure["differences"] as? [[String: Any]])
      #expect(differences.count == 6)
      for pair in differences {
        let first = try #require(pair["first"] as? String)
        let second = try #require(pair["second"] as? String)
        let apart = zip(rows[first] ?? [], rows[second] ?? []).map { $0 - $1 }
        let estimate = try #require(pair["difference"] as? [String: Any])
        #expect(abs(try #require(estimate["value"] as? Double) - mean(apart)) < 1e-14)
        let variance = apart.reduce(0) { $0 + ($1 - mean(apart)) * ($1 - mean(apart)) } / 39
        let error = (variance / 40).squareRoot()
        #expect(abs(try #require(estimate["standardError"] as? Double) - error) < 1e-12)
        let blocks = (0..<8).map { block in
          apart[5 * block..<5 * block + 5].reduce(0) { $0 + $1 - mean(apart) }
        }
        let clustered = (8.0 / 7 * blocks.reduce(0) { $0 + $1 * $1 }).squareRoot() / 40
        #expect(abs(try #require(estimate["clusteredError"] as? Double) - clustered) < 1e-12)
        let nearer = apart.count { name == "forward-kl" ? $0 < 0 : $0 > 0 }
        #expect(pair["nearer"] as? Double == Double(nearer) / 40)
        #expect(pair["told"] as? Bool == (mean(apart) != 0 && abs(mean(apart)) >= 1.96 * clustered))
      }
    }
  }

  @Test func labelsGiveEachModelWhatEvaluateGives() throws {
    let found = try report(["--labels", next])
    let labels = try #require(found["labels"] as? [String: Any])
    let ranked = try #require(labels["models"] as? [[String: Any]])
    #expect(ranked.count == 4)
    for model in ranked {
      let name = try #require(model["model"] as? String)
      let run = try Tool.run("evaluate", target, name, "--labels", next, "--json")
      let one = try #require(try jsonObject(run.output)["labelStatistics"] as? [String: Any])
      let perplexity = try #require(one["perplexity"] as? [String: [String: Double]])
      #expect(model["perplexity"] as? [String: Double] == perplexity["model"])
      #expect(labels["target"] as? [String: Double] == perplexity["target"])
      #expect(model["ratio"] as? [String: Double] == perplexity["ratio"])
    }
    let loss = try #require(labels["loss"] as? [String: Any])
    #expect(loss["name"] as? String == "label-loss")
  }

  @Test func theTextMarksWhatCannotBeToldApart() throws {
    let run = try Tool.run("compare", target, models[0], models[1], models[2], models[3])
    #expect(run.status == 0, "\(run.errors)")
    let lines = run.output.split(separator: "\n").map(String.init)
    let tables = lines.filter { line in models.contains { line.hasPrefix($0) } }
    // The two near ones first, not told apart, and the farthest last.
    #expect(tables.count == 4)
    #expect(tables.count { $0.contains("≈") } == 1 && tables[1].contains("≈"), "\(run.output)")
    #expect(tables[3].hasPrefix(models[2]))
    #expect(run.output.contains("≈ cannot be told from the best"))
  }

  @Test func rowsThatOneModelDoesNotHaveCountForNone() throws {
    let good = try folder.write("good.npy", NPY.floats([[0, 1], [1, 0], [2, 0]]))
    let other = try folder.write("other.npy", NPY.floats([[0, 2], [1, 1], [2, 1]]))
    let bad = try folder.write("bad.npy", NPY.floats([[0, 1], [.nan, 0], [3, 0]]))
    let run = try Tool.run("compare", good, other, bad, "--json")
    #expect(run.status == 65)
    let report = try jsonObject(run.output)
    let measure = try #require((report["measures"] as? [[String: Any]])?.first)
    #expect(measure["count"] as? Int == 2)
    let invalid = try #require(report["invalid"] as? [String: Any])
    #expect(invalid["count"] as? Int == 1)
    let first = try #require((invalid["first"] as? [[String: Any]])?.first)
    #expect(first["row"] as? Int == 1 && first["side"] as? String == bad)
    let twice = try Tool.run("compare", bad, good, other, "--json", "--allow-invalid")
    #expect(twice.status == 0)
    let entries = try #require(
      (try jsonObject(twice.output)["invalid"] as? [String: Any])?["first"] as? [[String: Any]])
    #expect(entries.count == 1 && entries[0]["side"] as? String == "target")
  }

  @Test func oneRowSaysNothingOfItsError() throws {
    let run = try Tool.run("compare", target, models[0], models[1], "--rows", "0..<1")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("? one row says nothing") && !run.output.contains("≈"))
    let group = try Tool.run("compare", target, models[0], models[1], "--block", "40")
    #expect(group.output.contains("? one group of rows says nothing"), "\(group.output)")
  }

  @Test func perplexitiesAreOverTheSameRowsWhateverTheOrderOfModels() throws {
    let p = try folder.write(
      "p2.npy", NPY.floats([[0, 1, 0], [1, 0, 2], [2, 0, 1], [0, 0, 1]]))
    let a = try folder.write(
      "a2.npy", NPY.floats([[0, 2, 0], [1, 1, 1], [2, 1, 1], [1, 0, 1]]))
    let b = try folder.write(
      "b2.npy", NPY.floats([[0, 1, 1], [1, -.infinity, 2], [2, 0, 3], [1, 1, 1]]))
    let labels = try folder.write("y2.npy", NPY.labels([0, 1, 2, 1]))
    let kept = try folder.write("y3.npy", NPY.labels([0, -1, 2, 1]))
    let one = try jsonObject(
      Tool.run("evaluate", p, a, "--labels", kept, "--ignore-index", "-1", "--json").output)
    let expected = try #require(
      (one["labelStatistics"] as? [String: Any])?["perplexity"] as? [String: [String: Double]])
    for models in [[a, b], [b, a]] {
      let run = try Tool.run("compare", p, "--labels", labels, "--json", more: models)
      #expect(run.status == 0, "\(run.errors)")
      let found = try #require(try jsonObject(run.output)["labels"] as? [String: Any])
      #expect(found["infinite"] as? Int == 1)
      #expect(found["target"] as? [String: Double] == expected["target"])
      let ranked = try #require(found["models"] as? [[String: Any]])
      #expect(ranked.map { $0["count"] as? Int } == [3, 3])
      let first = try #require(ranked.first { $0["model"] as? String == a })
      #expect(first["perplexity"] as? [String: Double] == expected["model"])
    }
  }

  @Test func whatCannotBeComparedIsRefused() throws {
    #expect(try Tool.run("compare", target, models[0]).status == 64)
    #expect(try Tool.run("compare", target, models[0], models[0]).status == 64)
    #expect(
      try Tool.run("compare", target, models[0], models[1], "--measures", "model-entropy").status
        == 64)
    let short = try folder.write(
      "short.npy", NPY.floats([[0, 1, 2, 3, 4, 5, 6], [0, 1, 2, 3, 4, 5, 6]]))
    let run = try Tool.run("compare", target, models[0], short)
    #expect(run.status == 65 && run.errors.contains(short), "\(run.errors)")
  }

  @Test func aSingleRowIsHeldAgainstAll() throws {
    let one = try folder.write("one.npy", NPY.floats([[0, 1, 2, 3, 2, 1, 0]]))
    let run = try Tool.run("compare", target, one, models[0], "--labels", next, "--json")
    #expect(run.status == 0, "\(run.errors)")
    let report = try jsonObject(run.output)
    #expect(report["rows"] as? Int == 40)
  }

  @Test func rowsOfTextAreMatchedByLabel() throws {
    let p = try folder.write("p.csv", "id,x,y\na,1,2\nb,3,1\n")
    let q = try folder.write("q.csv", "id,y,x\nb,1,3\na,2,1\n")
    let r = try folder.write("r.csv", "id,x,y\na,2,1\nb,1,1\n")
    let run = try Tool.run("compare", p, q, r, "--form", "weights", "--json")
    #expect(run.status == 0, "\(run.errors)")
    let measure = try #require((try jsonObject(run.output)["measures"] as? [[String: Any]])?.first)
    let best = try #require((measure["models"] as? [[String: Any]])?.first)
    #expect(best["model"] as? String == q)
    #expect((best["summary"] as? [String: Any])?["mean"] as? Double == 0)
  }
}
