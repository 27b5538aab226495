import Foundation
import Testing

/// What `evaluate` says of rows' right classes, and of groups of rows.
@Suite struct LabelStatisticsTests {
  private let folder: TemporaryFolder
  private let p: [[Float]] = [
    [0, 1, 2], [1, 1, 0], [3, 0, 0], [0, 0, 0], [1, 2, 3], [0, 4, 1],
  ]
  private let q: [[Float]] = [
    [0, 2, 1], [1, 0, 0], [3, 1, 0], [1, 0, 0], [1, 2, 4], [0, 3, 1],
  ]
  private let labels: [Int64] = [2, 0, 0, 2, 1, -100]
  private let target: String
  private let model: String
  private let next: String

  init() throws {
    folder = try TemporaryFolder()
    target = try folder.write("p.npy", NPY.floats(p))
    model = try folder.write("q.npy", NPY.floats(q))
    next = try folder.write("next.npy", NPY.labels(labels))
  }

  private func losses(_ rows: [[Float]]) -> [Double] {
    zip(rows, labels).filter { $1 >= 0 }.map { row, label in
      log(row.reduce(0) { $0 + exp(Double($1)) }) - Double(row[Int(label)])
    }
  }

  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  /// The error of a mean by groups.
  private func error(_ values: [Double], _ groups: [Int]) -> Double {
    let sums = Dictionary(grouping: values.indices) { groups[$0] }.values.map { rows in
      rows.reduce(0) { $0 + values[$1] - mean(values) }
    }
    let count = Double(sums.count)
    let squares = sums.reduce(0) { $0 + $1 * $1 }
    return (count / (count - 1) * squares).squareRoot() / Double(values.count)
  }

  private func report(_ arguments: String...) throws -> [String: Any] {
    let run = try Tool.run("evaluate", target, model, "--json", more: arguments)
    #expect(run.status == 0, "\(run.errors)")
    return try jsonObject(run.output)
  }

  private func value(_ object: Any?, _ keys: String...) throws -> Double {
    var found = object
    for key in keys { found = (found as? [String: Any])?[key] }
    return try #require(found as? Double, "\(keys)")
  }

  @Test func perplexitiesAndRanksAreThoseOfTheLabels() throws {
    let found = try report("--labels", next, "--ignore-index", "-100")["labelStatistics"]
    let (a, b) = (losses(p), losses(q))
    #expect(abs(try value(found, "perplexity", "target", "value") - exp(mean(a))) < 1e-6)
    #expect(abs(try value(found, "perplexity", "model", "value") - exp(mean(b))) < 1e-6)
    let plain = error(zip(a, b).map { $1 - $0 }, Array(0..<5))
    #expect(
      abs(try value(found, "perplexity", "logRatio", "standardError") - plain) < 1e-6)
    let change = mean(zip(a, b).map { exp(-$1) - exp(-$0) })
    #expect(abs(try value(found, "change", "mean") - change) < 1e-6)
    #expect(try value(found, "count") == 5 && value(found, "ignored") == 1)
    // Ranks of the labels: 1, 1, 1, 3, 2 in the target, 2, 1, 1, 3, 2 in the model.
    #expect(try value(found, "ranks", "target", "1", "value") == 0.6)
    #expect(try value(found, "ranks", "model", "1", "value") == 0.4)
    #expect(try value(found, "ranks", "model", "5", "value") == 1)
    let reciprocal = (1.0 / 2 + 1 + 1 + 1.0 / 3 + 1.0 / 2) / 5
    #expect(abs(try value(found, "ranks", "model", "meanReciprocal", "value") - reciprocal) < 1e-12)
  }

  @Test func theLogRatioIsInTheUnitAskedFor() throws {
    let run = try Tool.run(
      "evaluate", target, model, "--json", "--base", "2", "--labels", next, "--ignore-index", "-100"
    )
    let bits = try value(
      try jsonObject(run.output)["labelStatistics"], "perplexity", "logRatio", "value")
    let nats = mean(losses(q)) - mean(losses(p))
    #expect(abs(bits - nats / log(2)) < 1e-6)
  }

  @Test func labelsThatAreNoClassAreRefusedByTheirRow() throws {
    let run = try Tool.run("evaluate", target, model, "--labels", next)
    #expect(run.status == 65)
    #expect(
      run.errors.contains("row 5 (counted from 0) is -100")
        && run.errors.contains("--ignore-index -100"),
      "\(run.errors)")
    let few = try folder.write("few.npy", NPY.labels([0, 1]))
    let short = try Tool.run("evaluate", target, model, "--labels", few)
    #expect(
      short.status == 65 && short.errors.contains("2 labels for the 6 rows"), "\(short.errors)")
    let part = try Tool.run("evaluate", target, model, "--labels", next, "--rows", "..<5")
    #expect(part.status == 0, "\(part.errors)")
    let alone = try Tool.run("evaluate", target, model, "--ignore-index", "1")
    #expect(alone.status == 64)
  }

  @Test func theTextSaysWhatIsLeftOut() throws {
    let masked = try folder.write("m.npy", NPY.floats([[0, 1, -.infinity]] + q[1...]))
    let run = try Tool.run(
      "evaluate", target, masked, "--labels", next, "--ignore-index", "-100", "--block", "2")
    #expect(run.status == 0, "\(run.errors)")
    for text in [
      "labels of \(next), over 4 rows", "left out: 1 row with the ignored label",
      "left out: 1 row in which a side gives the label no mass", "perplexity of the model",
      "mean of 1 / rank", "± clustered", "there are 3, blocks of 2 rows",
    ] {
      #expect(run.output.contains(text), "\(text) in \(run.output)")
    }
  }

  @Test func blocksAndGroupsGiveClusteredErrors() throws {
    let values = try report("--measures", "forward-kl")
    #expect(values["groups"] == nil)
    let rows = folder.path("rows.npy")
    let groups = try folder.write("groups.txt", "a\nb\na\nb\nc\nc\n")
    let numbers = try folder.write("groups.npy", NPY.labels([7, 5, 7, 5, 1, 1]))
    for (option, ids) in [
      (["--block", "2"], [0, 0, 1, 1, 2, 2]), (["--groups", groups], [0, 1, 0, 1, 2, 2]),
      (["--groups", numbers], [0, 1, 0, 1, 2, 2]),
    ] {
      let run = try Tool.run(
        "evaluate", target, model, "--json", "--output", rows, more: option)
      #expect(run.status == 0, "\(run.errors)")
      let report = try jsonObject(run.output)
      let measure = try #require((report["measures"] as? [[String: Any]])?.first)
      let written = try NPY.doubles(rows)
      let first = stride(from: 0, to: written.count, by: written.count / 6).map { written[$0] }
      #expect(abs(try value(measure, "clusteredError") - error(first, ids)) < 1e-12)
      #expect(try value(report["groups"], "count") == 3)
    }
  }

  @Test func entropiesAndLabelsOfOneSideHaveClusteredErrorsToo() throws {
    let rows = folder.path("rows.npy")
    let options = ["--block", "2", "--json", "--output", rows]
    let entropy = try Tool.run("entropy", target, more: options)
    #expect(entropy.status == 0, "\(entropy.errors)")
    let found = try #require(
      (try jsonObject(entropy.output)["measures"] as? [[String: Any]])?.first)
    let values = try NPY.doubles(rows)
    #expect(
      abs(try value(found, "clusteredError") - error(values, [0, 0, 1, 1, 2, 2])) < 1e-12)
    // The last row has the ignored label and counts in no group.
    let loss = try Tool.run(
      "cross-entropy", next, target, "--ignore-index", "-100", more: options)
    #expect(loss.status == 0, "\(loss.errors)")
    let other = try #require((try jsonObject(loss.output)["measures"] as? [[String: Any]])?.first)
    let losses = Array(try NPY.doubles(rows).prefix(5))
    #expect(abs(try value(other, "clusteredError") - error(losses, [0, 0, 1, 1, 2])) < 1e-12)
  }

  @Test func groupsThatDoNotFitAreRefused() throws {
    let groups = try folder.write("groups.txt", "a\nb\n")
    let run = try Tool.run("evaluate", target, model, "--groups", groups)
    #expect(run.status == 65 && run.errors.contains("6 rows"), "\(run.errors)")
    let both = try Tool.run("evaluate", target, model, "--groups", groups, "--block", "3")
    #expect(both.status == 64)
    #expect(try Tool.run("evaluate", target, model, "--block", "0").status == 64)
  }

  @Test func quantilesHaveIntervals() throws {
    let wide = try Tool.run("evaluate", target, model, "--wide")
    #expect(wide.output.contains("quantiles lie with 95 %"), "\(wide.output)")
    let measure = try #require((try report()["measures"] as? [[String: Any]])?.first)
    let intervals = try #require(measure["quantileIntervals"] as? [String: [Any]])
    // Of six values the median lies between the smallest and the largest with 96.9 %.
    #expect(intervals["50"] as? [Double] == [try value(measure, "min"), try value(measure, "max")])
    #expect(intervals["99"]?[1] is NSNull)
  }

  @Test func agreementsHaveNoLargestRow() throws {
    let run = try Tool.run(
      "evaluate", target, model, "--measures", "top-agreement,top-overlap:2,top-rank", "--json")
    #expect(run.status == 0, "\(run.errors)")
    let report = try jsonObject(run.output)
    let measures = try #require(report["measures"] as? [[String: Any]])
    #expect(measures[0]["maxRow"] is NSNull && measures[1]["maxRow"] is NSNull)
    #expect((measures[0]["quantiles"] as? [String: Any])?.isEmpty == true)
    #expect((measures[1]["quantiles"] as? [String: Any])?.isEmpty == false)
    #expect(abs(try value(measures[0], "mean") - 5.0 / 6) < 1e-12)
    #expect(abs(try value(measures[2], "mean") - 7.0 / 6) < 1e-12)
    let worst = try #require((report["worst"] as? [String: Any])?["rows"] as? [[String: Any]])
    #expect(worst.compactMap { $0["row"] as? Int } == [0])
    let text = try Tool.run(
      "evaluate", target, model, "--measures", "top-agreement", "--wide")
    #expect(text.output.contains("smallest top-agreement"), "\(text.output)")
  }

  @Test func filesThatAreTheSameHaveNoWorstRows() throws {
    let run = try Tool.run("evaluate", target, target)
    #expect(run.status == 0 && !run.output.contains("largest"), "\(run.output)")
  }

  @Test func theResolutionCountsTheRowsThatLieUnderIt() throws {
    let rows = folder.path("rows.npy")
    let fine = try folder.write("f.npy", NPY.floats(p.map { row in row.map { $0 * 1.0003 + 0.3 } }))
    let run = try Tool.run(
      "evaluate", fine, target, "--resolution", "--json", "--measures", "forward-kl", "--output",
      rows)
    #expect(run.status == 0, "\(run.errors)")
    let found = try #require(try jsonObject(run.output)["resolution"] as? [[String: Any]])
    let values = try NPY.doubles(rows)
    #expect(
      found.compactMap { $0["storage"] as? String } == [
        "float16", "bfloat16", "float8-e4m3", "16-bit-codes",
      ])
    for storage in found {
      let mean = try value(storage, "mean")
      #expect(storage["under"] as? Int == values.count { $0 < mean })
      #expect(storage["sampled"] as? Int == 6)
    }
    #expect(try value(found[1], "mean") > value(found[0], "mean"))
    let text = try Tool.run("evaluate", fine, target, "--resolution")
    #expect(text.output.contains("from 6 rows taken evenly"), "\(text.output)")
    for options in [["--measures", "reverse-kl"], ["--target-form", "weights"]] {
      let refused = try Tool.run("evaluate", fine, target, "--resolution", more: options)
      #expect(refused.status == 64, "\(options)")
    }
  }
}
