import Foundation
import Testing

@Suite struct NearestTests {
  let folder: TemporaryFolder
  let set: String
  let queries: String

  init() throws {
    folder = try TemporaryFolder()
    set = try folder.write(
      "set.csv", "name,x,y,z\na1,8,1,1\nb1,1,8,1\na2,7,2,1\nb2,2,7,1\na3,6,2,2\n")
    queries = try folder.write("queries.csv", "8,1,1\n1,3,6\n")
  }

  private func rows(_ path: String) throws -> [[String]] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  private static let shares: [[Double]] = [
    [0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.7, 0.2, 0.1], [0.2, 0.7, 0.1], [0.6, 0.2, 0.2],
  ]

  /// The rows by D(query‖row), the nearest first.
  private func expected(_ query: [Double], without own: Int? = nil) -> [(row: Int, value: Double)] {
    Self.shares.indices.filter { $0 != own }.map { row in
      (row, zip(query, Self.shares[row]).reduce(0) { $0 + $1.0 * log($1.0 / $1.1) })
    }.sorted { ($0.1, $0.0) < ($1.1, $1.0) }
  }

  @Test func noRowIsItsOwnNeighbour() throws {
    let output = folder.path("n.csv")
    let run = try Tool.run("nearest", set, "--form", "weights", "-k", "2", "--output", output)
    #expect(run.status == 0, "\(run.errors)")
    for text in ["forward-kl", "5 queries", "the 2 nearest of 4 other rows", "a2 0.0", "pairs/s"] {
      #expect(run.output.contains(text), "\(text) is missing")
    }
    let lines = try rows(output)
    #expect(lines[0] == ["query", "query-label", "rank", "row", "row-label", "value"])
    #expect(lines.count == 11)
    for query in Self.shares.indices {
      for (rank, neighbour) in expected(Self.shares[query], without: query).prefix(2).enumerated() {
        let line = lines[1 + 2 * query + rank]
        #expect(line[0] == "\(query)" && line[2] == "\(rank + 1)" && line[3] == "\(neighbour.row)")
        #expect(abs((Double(line[5]) ?? .nan) - neighbour.value) <= 1e-12)
      }
    }
    #expect(lines[1][1] == "a1" && lines[1][4] == "a2")
  }

  @Test func anotherSetIsSearched() throws {
    let output = folder.path("n.npy")
    let run = try Tool.run(
      "nearest", queries, set, "--form", "weights", "-k", "2", "--base", "2", "--output", output)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("queries.csv") && run.output.contains("a1 0"))
    #expect(try NPY.read(output).header.contains("(4, 3)"))
    let values = try NPY.doubles(output)
    let neighbours = [Self.shares[0], [0.1, 0.3, 0.6]].map { expected($0).prefix(2) }
    for (index, neighbour) in neighbours.joined().enumerated() {
      #expect(values[3 * index] == Double(index / 2))
      #expect(values[3 * index + 1] == Double(neighbour.row))
      #expect(abs(values[3 * index + 2] - neighbour.value / log(2)) <= 1e-12)
    }
  }

  @Test func allRowsWithinARadiusAreFound() throws {
    let output = folder.path("n.csv")
    let radius = expected(Self.shares[0], without: 0)[1].value / log(2) + 1e-9
    let run = try Tool.run(
      "nearest", set, "--form", "weights", "--within", "\(radius)", "--base", "2", "--output",
      output)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("within"))
    let found = try rows(output).dropFirst()
    #expect(found.filter { $0[0] == "0" }.map { $0[4] } == ["a2", "a3"])
    #expect(found.filter { $0[0] == "1" }.map { $0[4] } == ["b2"])
    let none = try Tool.run(
      "nearest", set, "--form", "weights", "--within", "1e-9", "--output", output)
    #expect(none.status == 0, "\(none.errors)")
    #expect(try rows(output).count == 1)
  }

  @Test func moreNeighboursThanRowsAreAllRows() throws {
    let run = try Tool.run("nearest", queries, set, "--form", "weights", "-k", "9", "--json")
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    let found = try #require(report["queries"] as? [[String: Any]])
    #expect(found.map { ($0["neighbours"] as? [Any])?.count } == [5, 5])
    let first = try #require((found[0]["neighbours"] as? [[String: Any]])?.first)
    #expect(first["label"] as? String == "a1" && first["value"] as? Double == 0)
  }

  @Test func manyQueriesAreNotAllPrinted() throws {
    let many = (0..<300).map { row -> [Float] in (0..<6).map { Float(($0 * 31 + row * 17) % 23) } }
    let path = try folder.write("many.npy", NPY.floats(many))
    let run = try Tool.run("nearest", path)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("... and 280 more queries"))
    #expect(run.output.split(separator: "\n").count < 40)
    #expect(run.output.split(separator: "\n").allSatisfy { $0.count <= 120 })
  }

  @Test func neighboursWithoutRoomInTheTableAreSaidToBeThere() throws {
    let rows = (0..<40).map { row -> [Float] in (0..<6).map { Float(($0 * 31 + row * 17) % 23) } }
    let path = try folder.write("rows.npy", NPY.floats(rows))
    let run = try Tool.run("nearest", path, "-k", "30")
    #expect(run.output.contains("the 30 nearest of 39 other rows"))
    let shown = run.output.split(separator: "\n").first { $0.contains(" 1. ") }?
      .split(separator: " ").filter { $0.hasSuffix(".") }.count
    #expect(run.output.contains("... and \(30 - (shown ?? 0)) neighbours more of each"))
    #expect(
      try Tool.run("nearest", path, "-k", "50").output.contains("all 39 other rows, the nearest"))
  }

  @Test func rowsAreNumberedAsInTheirFiles() throws {
    let output = folder.path("n.csv")
    _ = try Tool.run(
      "nearest", set, "--form", "weights", "--rows", "1..<4", "-k", "1", "--output", output)
    #expect(
      try rows(output).dropFirst().map { [$0[0], $0[3]] } == [
        ["1", "3"], ["2", "3"], ["3", "1"],
      ])
  }

  @Test func invalidRowsAreNobodysNeighbours() throws {
    let bad = try folder.write("bad.csv", "1,2\nnan,1\n2,1\n1,3\n")
    let output = folder.path("n.csv")
    let run = try Tool.run("nearest", bad, "--form", "weights", "--output", output)
    #expect(run.status == 65)
    #expect(run.output.contains("invalid rows: 1 of 4"))
    #expect(try rows(output).dropFirst().allSatisfy { $0[0] != "1" && $0[3] != "1" })
    #expect(try rows(output).count == 1 + 3 * 2)
    #expect(try Tool.run("nearest", bad, "--form", "weights", "--allow-invalid").status == 0)
  }

  @Test(arguments: [
    ["-k", "0"], ["-k", "-3"], ["-k", "3", "--within", "1"], ["--within", "nan"],
    ["--within", "near"], ["--within=-1"], ["--measure", "nearness"], ["--output", "n.txt"],
    ["--model-form", "weights"],
  ])
  func badCommandLinesAre64(extra: [String]) throws {
    let line = ([set] + extra).map { "'\($0)'" }.joined(separator: " ")
    let run = try Tool.shell("\"$K\" nearest \(line) --form weights")
    #expect(run.status == 64, "\(line): \(run.errors)")
    #expect(run.output.isEmpty && !run.errors.isEmpty)
  }

  @Test(arguments: ["n.csv", "n.npy"])
  func outputsThatCannotBeCreatedAre73(name: String) throws {
    let run = try Tool.run(
      "nearest", set, "--form", "weights", "--output", folder.path("absent/\(name)"))
    #expect(run.status == 73 && run.output.isEmpty)
    #expect(try Tool.run("nearest", set, "--form", "weights", "--output", set).status == 64)
    #expect(try folder.names() == ["queries.csv", "set.csv"])
  }
}
