import Foundation
import Testing

@Suite struct EvaluateTests {
  let folder: TemporaryFolder
  let target: String
  let model: String

  init() throws {
    folder = try TemporaryFolder()
    target = try folder.write("p.npy", NPY.floats([[0, 0], [1, 0], [0, 2.5]]))
    model = try folder.write("q.npy", NPY.floats([[0, 0], [0, 1], [0, 1]]))
  }

  /// D(p‖q) of two rows of two logits, as it stands in a textbook.
  private func divergence(_ a: [Double], _ b: [Double]) -> Double {
    let (za, zb) = (a.map(exp).reduce(0, +), b.map(exp).reduce(0, +))
    return zip(a, b).map { exp($0) / za * ($0 - log(za) - $1 + log(zb)) }.reduce(0, +)
  }

  private var forward: [Double] {
    [divergence([0, 0], [0, 0]), divergence([1, 0], [0, 1]), divergence([0, 2.5], [0, 1])]
  }

  private var reverse: [Double] {
    [divergence([0, 0], [0, 0]), divergence([0, 1], [1, 0]), divergence([0, 1], [0, 2.5])]
  }

  private func expectClose(_ values: [Double], _ expected: [Double]) {
    #expect(values.count == expected.count)
    for (value, expected) in zip(values, expected) {
      #expect(abs(value - expected) <= 1e-6 * abs(expected) + 1e-15)
    }
  }

  @Test func printsATableForPeople() throws {
    let run = try Tool.run("evaluate", target, model)
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    for text in [
      "p.npy", "q.npy", "3 x 2 float32", "logits", "forward-kl", "D(target‖model)",
      "reverse-kl", "nats", "mean", "median", "max", "rows/s",
    ] {
      #expect(run.output.contains(text), "\(text) is missing")
    }
    #expect(run.output.split(separator: "\n").allSatisfy { $0.count <= 160 })
  }

  @Test func writesMeasuresInTheOrderAskedToNPY() throws {
    let output = folder.path("out.npy")
    let run = try Tool.run(
      "evaluate", target, model, "--measures", "reverse-kl,forward-kl", "--output", output,
      "--quiet")
    #expect(run.status == 0)
    #expect(run.output.isEmpty)
    #expect(run.errors.isEmpty)
    let header = try NPY.read(output).header
    #expect(header.contains("'<f8'") && header.contains("(3, 2)"))
    let values = try NPY.doubles(output)
    expectClose(values, zip(reverse, forward).flatMap { [$0, $1] })
  }

  @Test func writesCSVWithAHeader() throws {
    let output = folder.path("out.csv")
    let run = try Tool.run(
      "evaluate", target, model, "--measures", "forward-kl,reverse-kl", "--output", output)
    #expect(run.status == 0)
    let lines = try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n")
    #expect(lines.first == "forward-kl,reverse-kl")
    let rows = lines.dropFirst().map { $0.split(separator: ",").compactMap { Double($0) } }
    expectClose(rows.map { $0[0] }, forward)
    expectClose(rows.map { $0[1] }, reverse)
  }

  @Test func evaluatesMeasuresOfAnOrderBesideOthers() throws {
    let output = folder.path("out.csv")
    let run = try Tool.run(
      "evaluate", target, model, "--measures", "forward-kl,renyi:2,renyi:1.0,chi-squared",
      "--output", output)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("R[2](target‖model)"))
    let lines = try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n")
    #expect(lines.first == "forward-kl,renyi:2,renyi:1,chi-squared")
    let rows = lines.dropFirst().map { $0.split(separator: ",").compactMap { Double($0) } }
    expectClose(rows.map { $0[0] }, forward)
    expectClose(rows.map { $0[2] }, forward)
    let squares = zip([[0, 0], [1, 0], [0, 2.5]], [[0, 0], [0, 1], [0, 1]]).map { a, b in
      let (za, zb) = (a.map(exp).reduce(0, +), b.map(exp).reduce(0, +))
      return zip(a, b).map { exp(2 * $0 - $1) * zb / (za * za) }.reduce(0, +)
    }
    expectClose(rows.map { $0[1] }, squares.map(log))
    expectClose(rows.map { $0[3] }, squares.map { $0 - 1 })
  }

  @Test(arguments: ["renyi", "renyi:-1", "renyi:two", "tsallis:inf", "alpha:nan", "kl:2"])
  func refusesMeasuresThatAreNone(name: String) throws {
    let run = try Tool.run("evaluate", target, model, "--measures", name)
    #expect(run.status == 64)
    #expect(
      run.errors.contains(
        name.contains(":-") || name.contains("inf") || name.contains("nan")
          ? "no order" : "renyi:ORDER"))
  }

  @Test func readsOnlyTheRowsAskedFor() throws {
    let output = folder.path("out.npy")
    let run = try Tool.run(
      "evaluate", target, model, "--rows", "1..<3", "--measures", "forward-kl", "--output", output)
    #expect(run.status == 0)
    expectClose(try NPY.doubles(output), Array(forward[1...]))
    #expect(try Tool.run("evaluate", target, model, "--rows", "1..<4").status == 64)
  }

  @Test func convertsToBits() throws {
    let output = folder.path("out.npy")
    _ = try Tool.run(
      "evaluate", target, model, "--base", "2", "--measures", "forward-kl", "--output", output)
    expectClose(try NPY.doubles(output), forward.map { $0 / log(2) })
  }

  @Test func comparesASingleRowWithAll() throws {
    let one = try folder.write("one.npy", NPY.floats([[0, 1]]))
    let output = folder.path("out.npy")
    let run = try Tool.run(
      "evaluate", target, one, "--measures", "forward-kl", "--output", output)
    #expect(run.status == 0)
    expectClose(
      try NPY.doubles(output),
      [divergence([0, 0], [0, 1]), divergence([1, 0], [0, 1]), divergence([0, 2.5], [0, 1])])
  }

  @Test func readsStandardInputAsCSV() throws {
    let output = folder.path("out.npy")
    let run = try Tool.run(
      "evaluate", "-", model, "--measures", "forward-kl", "--output", output,
      input: "0,0\n1,0\n0,2.5\n")
    #expect(run.status == 0, "\(run.errors)")
    expectClose(try NPY.doubles(output), forward)
  }

  @Test func namesTheLargestRowByItsLabel() throws {
    let labelled = try folder.write("p.csv", "name,a,b\nfirst,0,0\nsecond,3,0\nthird,0,1\n")
    let run = try Tool.run("evaluate", labelled, model)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("second"))
  }

  @Test func givesTheSameForAnyNumberOfThreads() throws {
    let (one, two) = (folder.path("1.npy"), folder.path("2.npy"))
    _ = try Tool.run("evaluate", target, model, "--threads", "1", "--output", one)
    _ = try Tool.run("evaluate", target, model, "--threads", "2", "--output", two)
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: one)) == Data(contentsOf: URL(fileURLWithPath: two))
    )
  }

  @Test func hintsAtAMistakenForm() throws {
    let probabilities = try folder.write(
      "c.npy", NPY.floats([[0.25, 0.75], [0.5, 0.5], [1, 0]]))
    let asLogits = try Tool.run("evaluate", probabilities, probabilities)
    #expect(asLogits.status == 0)
    #expect(asLogits.errors.contains("--target-form probabilities"))
    let asLogarithms = try Tool.run(
      "evaluate", probabilities, probabilities, "--form", "log-probabilities")
    #expect(asLogarithms.status == 65)
    #expect(asLogarithms.errors.contains("probabilities"))
  }
}
