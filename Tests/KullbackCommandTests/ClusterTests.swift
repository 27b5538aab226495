import Foundation
import Testing

@Suite struct ClusterTests {
  let folder: TemporaryFolder
  let set: String

  init() throws {
    folder = try TemporaryFolder()
    set = try folder.write(
      "set.csv", "name,x,y,z\na1,8,1,1\nb1,1,8,1\na2,7,2,1\nb2,2,7,1\na3,6,2,2\n")
  }

  private func lines(_ path: String) throws -> [String] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
  }

  @Test(arguments: ["forward-kl", "reverse-kl"])
  func rowsAreDividedAndDescribed(by: String) throws {
    let output = folder.path("c.csv")
    let run = try Tool.run(
      "cluster", set, "--form", "weights", "-k", "2", "--by", by, "--output", output)
    #expect(run.status == 0, "\(run.errors)")
    for text in [by, "5 x 3", "2 clusters", "a1", "b2", "converged", "radius", "seed 1"] {
      #expect(run.output.contains(text), "\(text) is missing")
    }
    let rows = try lines(output).map { $0.split(separator: ",").map(String.init) }
    #expect(rows[0] == ["row", "label", "cluster", "divergence"])
    #expect(rows.dropFirst().map { $0[1] } == ["a1", "b1", "a2", "b2", "a3"])
    let clusters = rows.dropFirst().map { $0[2] }
    #expect(clusters[0] == clusters[2] && clusters[0] == clusters[4])
    #expect(clusters[1] == clusters[3] && clusters[0] != clusters[1])
    #expect(Set(clusters) == ["0", "1"])
    #expect(rows.dropFirst().allSatisfy { Double($0[3]) ?? -1 >= 0 })
  }

  @Test func centroidsAreMeansOfProbabilities() throws {
    let (output, centroids) = (folder.path("c.npy"), folder.path("m.csv"))
    let run = try Tool.run(
      "cluster", set, "--form", "weights", "-k", "2", "--output", output, "--centroids", centroids,
      "--quiet")
    #expect(run.status == 0 && run.output.isEmpty, "\(run.errors)")
    let (header, bytes) = try NPY.read(output)
    #expect(header.contains("'<i8'") && header.contains("(5, 1)") && bytes.count == 40)
    #expect(try lines(centroids)[0] == ",x,y,z")
    let first = Int(bytes[0])
    let mean = try lines(centroids)[1 + first].split(separator: ",").dropFirst()
      .compactMap { Double($0) }
    #expect(zip(mean, [0.7, 0.5 / 3, 0.4 / 3]).allSatisfy { abs($0 - $1) < 1e-12 })
    let npy = folder.path("m.npy")
    _ = try Tool.run("cluster", set, "--form", "weights", "-k", "2", "--centroids", npy, "--quiet")
    #expect(try NPY.read(npy).header.contains("(2, 3)"))
  }

  @Test func jsonHasTheWholeCourse() throws {
    let run = try Tool.run(
      "cluster", set, "--form", "weights", "-k", "2", "--base", "2", "--restarts", "3", "--json")
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    let objectives = try #require(report["objectives"] as? [Double])
    #expect(report["iterations"] as? Int == objectives.count)
    #expect(zip(objectives, objectives.dropFirst()).allSatisfy { $0 >= $1 })
    #expect(report["hasConverged"] as? Bool == true && report["unit"] as? String == "bits")
    let clusters = try #require(report["clusters"] as? [[String: Any]])
    #expect(clusters.count == 2)
    #expect((clusters[0]["typical"] as? [[String: Any]])?.first?["label"] != nil)
  }

  @Test func theLastIterationAllowedIsSaid() throws {
    let rows = (0..<200).map { row -> [Float] in (0..<6).map { Float(($0 * 31 + row * 17) % 23) } }
    let many = try folder.write("many.npy", NPY.floats(rows))
    let run = try Tool.run("cluster", many, "-k", "9", "--max-iterations", "1")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("stopped after 1 iteration"))
    #expect(run.output.contains("--max-iterations"))
  }

  @Test func threadsAndSeedsDecideNothingTwice() throws {
    let rows = (0..<200).map { row -> [Float] in (0..<6).map { Float(($0 * 31 + row * 17) % 23) } }
    let many = try folder.write("many.npy", NPY.floats(rows))
    let outputs = try [["--threads", "1"], ["--threads", "2"]].map { extra in
      let output = folder.path("\(extra[1]).csv")
      _ = try Tool.run(
        "cluster", many, "-k", "5", "--seed", "3", extra[0], extra[1], "--output", output, "--quiet"
      )
      return try String(contentsOfFile: output, encoding: .utf8)
    }
    #expect(outputs[0] == outputs[1])
  }

  @Test func invalidRowsAreInNoCluster() throws {
    let bad = try folder.write("bad.csv", "1,2\nnan,1\n2,1\n1,3\n")
    let output = folder.path("c.csv")
    let run = try Tool.run("cluster", bad, "--form", "weights", "-k", "2", "--output", output)
    #expect(run.status == 65)
    #expect(run.output.contains("invalid rows: 1 of 4"))
    #expect(try lines(output)[2] == "1,,-1,nan")
    #expect(
      try Tool.run("cluster", bad, "--form", "weights", "-k", "2", "--allow-invalid").status == 0)
    let tooMany = try Tool.run("cluster", bad, "--form", "weights", "-k", "4")
    #expect(tooMany.status == 64 && tooMany.errors.contains("3 valid rows"))
  }

  @Test func aFileOfInvalidRowsIs65() throws {
    let bad = try folder.write("bad.csv", "nan,2\nnan,1\n")
    let run = try Tool.run("cluster", bad, "--form", "weights", "-k", "1")
    #expect(run.status == 65 && run.errors.contains("0 valid rows"))
  }

  @Test func clustersWithoutRowsAreSaidToBeThere() throws {
    let twins = try folder.write("twins.csv", "1,2\n1,2\n2,1\n")
    let run = try Tool.run("cluster", twins, "--form", "weights", "-k", "3")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("without rows: 1 cluster;"))
  }

  @Test(arguments: [
    [], ["-k", "0"], ["-k", "-1"], ["-k", "two"], ["-k", "2", "--by", "jeffreys"],
    ["-k", "2", "--max-iterations", "0"], ["-k", "2", "--restarts", "0"],
    ["-k", "2", "--seed", "-1"],
    ["-k", "2", "--output", "a.txt"], ["-k", "2", "--output", "a.npy", "--centroids", "a.npy"],
  ])
  func badCommandLinesAre64(extra: [String]) throws {
    let line = ([set] + extra).map { "'\($0)'" }.joined(separator: " ")
    let run = try Tool.shell("\"$K\" cluster \(line) --form weights")
    #expect(run.status == 64, "\(line): \(run.errors)")
    #expect(run.output.isEmpty && !run.errors.isEmpty)
  }

  @Test func outputsAreWholeOrNotThere() throws {
    for option in ["--output", "--centroids"] {
      let path = folder.path("absent/c.npy")
      #expect(
        try Tool.run("cluster", set, "--form", "weights", "-k", "2", option, path).status == 73)
      #expect(
        try Tool.run("cluster", set, "--form", "weights", "-k", "2", option, set).status == 64)
    }
    let run = try Tool.run(
      "cluster", set, "--form", "weights", "-k", "2", "--output", folder.path("c.npy"),
      "--centroids", folder.path("absent/m.npy"))
    #expect(run.status == 73)
    #expect(try folder.names() == ["set.csv"])
  }
}
