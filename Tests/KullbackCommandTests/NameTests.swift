import Foundation
import KullbackTestSupport
import Testing

/// Columns and rows of two files are brought together by their names.
@Suite struct NameTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// What the JSON says of an input that was reordered.
  private func reordered(_ text: String, _ input: String) throws -> [String] {
    let inputs = try #require(try jsonObject(text)["inputs"] as? [String: [String: Any]])
    return inputs[input]?["reordered"] as? [String] ?? []
  }

  /// Two tables with the same names, and an order of the second's columns and rows that is another one.
  private func tables(
    seed: Int, rows: Int? = nil
  ) -> (p: NamedTable, q: NamedTable, columns: [Int], rows: [Int]) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let count = rows ?? Int.random(in: 2...7, using: &generator)
    let p = NamedTable.random(
      rows: count, columns: Int.random(in: 2...9, using: &generator), using: &generator)
    var q = p
    for row in q.values.indices { q.values[row].shuffle(using: &generator) }
    func order(_ count: Int) -> [Int] {
      let order = Array(0..<count).shuffled(using: &generator)
      return order == Array(0..<count) ? order.reversed() : order
    }
    return (p, q, order(p.columns.count), order(count))
  }

  @Test(arguments: 0..<10)
  func evaluateGivesTheSameBitsInAnyOrder(seed: Int) throws {
    let (p, q, columns, rows) = tables(seed: seed)
    let target = try folder.write("p.csv", p.csv())
    let form = ["weights", "logits"][seed % 2]
    func evaluate(_ name: String, _ table: NamedTable, throughPipe: Bool = false) throws -> String {
      let path = try folder.write("\(name).csv", table.csv())
      let run = try Tool.run(
        "evaluate", target, throughPipe ? "-" : path, "--form", form, "--json", "--output",
        folder.path("\(name).npy"), input: throughPipe ? table.csv() : nil)
      #expect(run.status == 0, "\(run.errors)")
      return run.output
    }
    #expect(try reordered(try evaluate("q", q), "model") == [])
    let expected = try folder.bytes("q.npy")
    let turned = try evaluate("columns", q.columns(columns))
    #expect(try reordered(turned, "model") == ["columns"])
    #expect(try folder.bytes("columns.npy") == expected)
    #expect(try reordered(try evaluate("rows", q.rows(rows)), "model") == ["rows"])
    #expect(try folder.bytes("rows.npy") == expected)
    let both = try evaluate("both", q.columns(columns).rows(rows), throughPipe: true)
    #expect(try reordered(both, "model") == ["columns", "rows"])
    #expect(try folder.bytes("both.npy") == expected)
  }

  @Test(arguments: 0..<6)
  func pairwiseAndNearestTakeClassesByName(seed: Int) throws {
    let (p, q, columns, rows) = tables(seed: seed)
    let target = try folder.write("p.csv", p.csv())
    let model = try folder.write("q.csv", q.csv())
    // Rows are not matched: here they are compared all with all.
    let turned = try folder.write("turned.csv", q.columns(columns).csv())
    for command in ["pairwise", "nearest"] {
      for (name, path) in [("plain", model), ("turned", turned)] {
        let run = try Tool.run(
          command, target, path, "--form", "weights", "--json", "--output",
          folder.path("\(name).csv.npy"))
        #expect(run.status == 0, "\(run.errors)")
        let input = command == "pairwise" ? "models" : "set"
        #expect(try reordered(run.output, input) == (name == "plain" ? [] : ["columns"]))
      }
      #expect(try folder.bytes("plain.csv.npy") == folder.bytes("turned.csv.npy"))
    }
    let others = try folder.write("others.csv", q.rows(rows).csv())
    let run = try Tool.run("pairwise", target, others, "--form", "weights", "--json")
    #expect(try reordered(run.output, "models") == [])
  }

  @Test func whatWasPutInOrderIsSaid() throws {
    let p = try folder.write("p.csv", "x,a,b,c\none,5,3,2\ntwo,1,1,2\n")
    let q = try folder.write("q.csv", "x,c,a,b\ntwo,2,1,1\none,2,5,3\n")
    let run = try Tool.run("evaluate", p, q, "--form", "weights")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("columns of model reordered by name\n"))
    #expect(run.output.contains("rows of model reordered by label\n"))
    let pairs = try Tool.run("pairwise", p, q, "--form", "weights")
    #expect(pairs.output.contains("columns of models reordered by name\n"))
    let near = try Tool.run("nearest", p, q, "--form", "weights")
    #expect(near.output.contains("columns of set reordered by name\n"))
    let same = try Tool.run("evaluate", p, p, "--form", "weights")
    #expect(!same.output.contains("reordered"))
  }

  @Test(arguments: ["evaluate", "pairwise", "nearest"])
  func otherNamesAreRefusedOnTheirSide(command: String) throws {
    let (p, q, columns, _) = tables(seed: 3)
    let target = try folder.write("p.csv", p.csv())
    var other = q.columns(columns)
    let lost = other.columns[1]
    other.columns[1] = "else"
    let model = try folder.write("q.csv", other.csv())
    let output = folder.path("out.npy")
    let run = try Tool.run(command, target, model, "--form", "weights", "--output", output)
    #expect(run.status == 65 && run.output.isEmpty)
    #expect(run.errors.contains("only \(target) has \"\(lost)\""), "\(run.errors)")
    #expect(run.errors.contains("only \(model) has \"else\""), "\(run.errors)")
    #expect(run.errors.contains("--by-position"))
    #expect(!FileManager.default.fileExists(atPath: output))
    // By position the names do nothing.
    let plain = try folder.write("plain.csv", other.csv(header: false))
    let asked = try Tool.run(
      command, target, model, "--form", "weights", "--by-position", "--output", output)
    #expect(asked.status == 0, "\(asked.errors)")
    #expect(asked.output.contains("taken by position, not by name"))
    let unnamed = try Tool.run(
      command, target, plain, "--form", "weights", "--output", folder.path("plain.npy"))
    #expect(unnamed.status == 0, "\(unnamed.errors)")
    #expect(!unnamed.output.contains("by position"))
    #expect(try folder.bytes("out.npy") == folder.bytes("plain.npy"))
  }

  @Test func otherLabelsOfRowsAreRefused() throws {
    let p = try folder.write("p.csv", "x,a,b\none,5,3\ntwo,1,1\nthree,1,2\n")
    let q = try folder.write("q.csv", "x,a,b\none,5,3\nfour,1,1\n")
    let run = try Tool.run("evaluate", p, q, "--form", "weights")
    #expect(run.status == 65)
    #expect(
      run.errors.contains(
        "the rows are called otherwise: only \(p) has \"two\", \"three\"; only \(q) has \"four\""),
      "\(run.errors)")
    // By position their numbers have to agree.
    let asked = try Tool.run("evaluate", p, q, "--form", "weights", "--by-position")
    #expect(asked.status == 65 && !asked.errors.contains("called otherwise"))
    // A single row is compared with every row of the other, whatever it is called.
    let one = try folder.write("one.csv", "x,b,a\nfive,5,3\n")
    #expect(try Tool.run("evaluate", p, one, "--form", "weights").status == 0)
    #expect(try Tool.run("evaluate", one, p, "--form", "weights").status == 0)
  }

  @Test func namesThatStandTwiceAreNotMatched() throws {
    let p = try folder.write("p.csv", "x,a,b,a\nr,5,3,2\nr,1,2,2\n")
    let q = try folder.write("q.csv", "x,a,a,b\nr,5,2,3\nr,1,2,2\n")
    let s = try folder.write("s.csv", "x,a,b,b\nr,5,2,3\nr,1,2,2\n")
    // In the same order nothing has to be matched.
    #expect(try Tool.run("evaluate", p, p, "--form", "weights").status == 0)
    for other in [q, s] {
      let run = try Tool.run("evaluate", p, other, "--form", "weights")
      #expect(run.status == 65)
      #expect(run.errors.contains("has \"a\" more than once"), "\(run.errors)")
      #expect(try Tool.run("evaluate", p, other, "--form", "weights", "--by-position").status == 0)
    }
  }

  @Test func namesAreComparedWithoutTheBlanksAroundThem() throws {
    let p = try folder.write("p.csv", "a,b,c\n5,3,2\n")
    let q = try folder.write("q.csv", "c, a, b\n2,5,3\n")
    let run = try Tool.run("evaluate", p, q, "--form", "weights", "--json")
    #expect(run.status == 0, "\(run.errors)")
    #expect(try reordered(run.output, "model") == ["columns"])
  }

  @Test func messagesDoNotCarryLongNames() throws {
    let long = String(repeating: "x", count: 100_000)
    let names = (0..<1000).map { "n\($0)" }.joined(separator: ",")
    let ones = [String](repeating: "1", count: 1001).joined(separator: ",")
    let p = try folder.write("p.csv", "\(long),\(names)\n\(ones)\n")
    let q = try folder.write("q.csv", "y,\(names.uppercased())\n\(ones)\n")
    let run = try Tool.run("evaluate", p, q, "--form", "weights")
    #expect(run.status == 65 && run.errors.utf8.count < 1000)
    #expect(run.errors.contains("and 998 more"), "\(run.errors)")
  }

  @Test func byPositionIsForTwoFiles() throws {
    let p = try folder.write("p.csv", "a,b,c\n5,3,2\n")
    for command in ["pairwise", "nearest"] {
      #expect(try Tool.run(command, p, "--form", "weights", "--by-position").status == 64)
    }
  }

  @Test(arguments: 0..<5)
  func labelsAndWeightsOfClassesAreTakenByName(seed: Int) throws {
    let (p, _, columns, rows) = tables(seed: seed)
    var generator = SeededGenerator(seed: UInt64(seed))
    let classes = p.columns.count
    let labels = NamedTable(
      columns: ["label"], rows: p.rows,
      values: p.rows.map { _ in [Double(Int.random(in: 0..<classes, using: &generator))] })
    let weights = NamedTable(
      columns: p.columns, rows: ["weight"], values: [(0..<classes).map { Double($0 + 1) }])
    let model = try folder.write("p.csv", p.csv())
    func text(_ table: NamedTable) -> String {
      table.csv().replacing(".0\n", with: "\n")
    }
    func score(_ name: String, _ labels: String, _ weights: String) throws -> String {
      let run = try Tool.run(
        "cross-entropy", try folder.write("\(name)-y.csv", labels), model, "--form", "weights",
        "--class-weights", try folder.write("\(name)-w.csv", weights), "--json", "--output",
        folder.path("\(name).npy"))
      #expect(run.status == 0, "\(run.errors)")
      return run.output
    }
    let plain = try score("plain", text(labels), weights.csv(labels: false))
    #expect(try reordered(plain, "labels") == [] && reordered(plain, "weights") == [])
    let turned = try score(
      "turned", text(labels.rows(rows)), weights.columns(columns).csv(labels: false))
    #expect(try reordered(turned, "labels") == ["rows"])
    #expect(try reordered(turned, "weights") == ["columns"])
    #expect(try folder.bytes("plain.npy") == folder.bytes("turned.npy"))
    // A column of weights has the classes as the labels of its rows.
    let column = NamedTable(
      columns: ["weight"], rows: p.columns, values: weights.values[0].map { [$0] })
    _ = try score("column", text(labels), column.rows(columns).csv())
    #expect(try folder.bytes("plain.npy") == folder.bytes("column.npy"))
  }
}
