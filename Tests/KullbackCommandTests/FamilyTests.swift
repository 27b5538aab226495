import Foundation
import Testing

@Suite struct FamilyTests {
  private let folder: TemporaryFolder
  private let target: String
  private let model: String

  init() throws {
    folder = try TemporaryFolder()
    target = try folder.write("p.csv", "mean,standard-deviation\n0,1\n1,2\n0,1\n")
    model = try folder.write("q.csv", "standard-deviation,mean\n2,1\n2,1\n1,0\n")
  }

  private func rows(_ path: String) throws -> [[Double]] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst()
      .map { $0.split(separator: ",").map { Double($0) ?? .nan } }
  }

  @Test func columnsAreTakenByTheNamesOfTheirHeader() throws {
    let output = folder.path("out.csv")
    let run = try Tool.run("family", "normal", target, model, "--output", output)
    #expect(run.status == 0, "\(run.errors)")
    for text in ["forward-kl", "model-entropy", "normal: mean, standard-deviation", "3 valid rows"]
    {
      #expect(run.output.contains(text), "\(text) is missing")
    }
    let values = try rows(output)
    // log 2 + (1 + 1) / 8 - 1/2
    #expect(abs(values[0][0] - (log(2) - 0.25)) < 1e-15)
    #expect(abs(values[0][2] - 0.5 * log(2 * .pi * M_E)) < 1e-15)
    #expect(values[1][0] == 0 && values[2][0] == 0)
  }

  @Test func otherParametersOfAHeaderAreConverted() throws {
    let squares = try folder.write("v.csv", "variance,mean\n1,0\n4,1\n1,0\n")
    let (own, converted) = (folder.path("own.csv"), folder.path("converted.csv"))
    #expect(try Tool.run("family", "normal", target, model, "--output", own).status == 0)
    let run = try Tool.run("family", "normal", squares, model, "--output", converted)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("normal: mean, standard-deviation from mean, variance"))
    #expect(run.output.contains("columns of target reordered by name"))
    #expect(try rows(own) == rows(converted))
    let json = try Tool.run("family", "normal", squares, model, "--json")
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    let inputs = try #require(report["inputs"] as? [String: [String: Any]])
    #expect(inputs["target"]?["convertedFrom"] as? [String] == ["mean", "variance"])
    #expect(inputs["model"]?["convertedFrom"] == nil)
    let scales = try folder.write("s.csv", "shape,scale\n2,0.5\n")
    let rates = try folder.write("r.csv", "rate,shape\n2,2\n")
    let gamma = try Tool.run("family", "gamma", scales, rates, "--output", own)
    #expect(gamma.status == 0 && gamma.output.contains("gamma: shape, rate from shape, scale"))
    #expect(try rows(own)[0][0] == 0)
  }

  @Test func momentsOfALogNormalAreAmbiguous() throws {
    for header in ["mean,variance", "mean,sd", "mean,std"] {
      let file = try folder.write("l.csv", "\(header)\n0,1\n")
      let run = try Tool.run("family", "log-normal", file, file)
      #expect(run.status == 65 && run.errors.contains("mu and sigma are of log X"), "\(run.errors)")
      #expect(try Tool.run("family", "log-normal", file, file, "--by-position").status == 0)
    }
    let file = try folder.write("l.csv", "mu,sigma\n0,1\n")
    #expect(try Tool.run("family", "log-normal", file, file).status == 0)
  }

  @Test func otherNamesOfAHeaderAreRefused() throws {
    let bad = try folder.write("bad.csv", "mean,spread\n0,1\n1,2\n0,1\n")
    let output = folder.path("out.csv")
    let run = try Tool.run("family", "normal", bad, model, "--output", output)
    #expect(run.status == 65 && !FileManager.default.fileExists(atPath: output))
    for text in ["bad.csv", "\"spread\"", "mean, standard-deviation", "variance", "sigma"] {
      #expect(run.errors.contains(text), "\(run.errors)")
    }
    let asked = try Tool.run("family", "normal", bad, target, "--by-position", "--output", output)
    #expect(asked.status == 0, "\(asked.errors)")
    #expect(try rows(output).allSatisfy { $0[0] == 0 })
    let beta = try folder.write("beta.csv", "alpha,beta\n1,2\n")
    let gamma = try Tool.run("family", "gamma", beta, beta)
    #expect(gamma.status == 65 && gamma.errors.contains("a rate to some"), "\(gamma.errors)")
    #expect(try Tool.run("family", "beta", beta, beta).status == 0)
  }

  @Test func rowsAndClassesAreMatchedByName() throws {
    let p = try folder.write("p.csv", "x,a,b,c\none,1,2,3\ntwo,2,2,1\n")
    let q = try folder.write("q.csv", "x,c,b,a\ntwo,1,2,2\none,3,2,1\n")
    let output = folder.path("out.csv")
    let run = try Tool.run("family", "dirichlet", p, q, "--output", output)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("columns of model reordered by name"))
    #expect(run.output.contains("rows of model reordered by label"))
    #expect(try rows(output).allSatisfy { $0[0] == 0 })
    let other = try folder.write("o.csv", "x,a,b,d\none,1,2,3\ntwo,2,2,1\n")
    #expect(try Tool.run("family", "dirichlet", p, other).status == 65)
    #expect(try Tool.run("family", "dirichlet", p, other, "--by-position").status == 0)
  }

  @Test func aSingleRowIsComparedWithAllOfTheOther() throws {
    let one = try folder.write("one.csv", "0,1\n")
    let run = try Tool.run("family", "normal", one, model, "--base", "2", "--json")
    #expect(run.status == 0, "\(run.errors)")
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    #expect(report["rows"] as? Int == 3)
    let inputs = try #require(report["inputs"] as? [String: [String: Any]])
    #expect(inputs["model"]?["parameters"] as? [String] == ["mean", "standard-deviation"])
  }

  @Test func whatWasTakenForWhatIsSaid() throws {
    let run = try Tool.run("family", "normal", target, model)
    #expect(run.output.contains("target: header: yes; labels: none; columns: 2\n"))
    let p = try folder.write("d.csv", "one,1,2,3\ntwo,2,2,1\n")
    let q = try folder.write("e.csv", "1,2,3\n2,2,1\n")
    let classes = try Tool.run("family", "dirichlet", p, q)
    #expect(classes.output.contains("target: header: no; labels: column 1; classes: 3\n"))
    #expect(classes.output.contains("model: header: no; labels: none; classes: 3\n"))
    let json = try Tool.run("family", "normal", target, model, "--json")
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    let inputs = try #require(report["inputs"] as? [String: [String: Any]])
    let table = try #require(inputs["target"]?["table"] as? [String: Any])
    #expect(table["header"] as? Bool == true && table["columns"] as? Int == 2)
  }

  @Test func rowsThatAreNoDistributionAreInvalid() throws {
    let bad = try folder.write("bad.csv", "0,1\n0,-1\n0,nan\n")
    let output = folder.path("out.csv")
    let run = try Tool.run("family", "normal", bad, target, "--output", output)
    #expect(run.status == 65)
    #expect(run.output.contains("invalid rows: 2 of 3") && run.output.contains("standard"))
    let values = try rows(output)
    #expect(values[0][0] == 0 && values[1][0].isNaN && values[2][0].isNaN)
  }

  @Test func familiesOfClassesTakeAnyNumberOfColumns() throws {
    let p = try folder.write("d.csv", "1,2,3,4\n1,1,1,1\n")
    let run = try Tool.run("family", "dirichlet", p, p)
    #expect(run.status == 0, "\(run.errors)")
  }

  @Test func wrongShapesAre65() throws {
    let three = try folder.write("three.csv", "1,2,3\n1,2,3\n1,2,3\n")
    let run = try Tool.run("family", "normal", target, three)
    #expect(run.status == 65 && run.errors.contains("mean, standard-deviation"))
    let two = try folder.write("two.csv", "1,2\n1,2\n")
    #expect(try Tool.run("family", "normal", target, two).status == 65)
    let other = try folder.write("other.csv", "1,2,3\n1,2,3\n")
    let wide = try Tool.run("family", "dirichlet", two, other)
    #expect(wide.status == 65 && wide.errors.contains("2 columns and 3"), "\(wide.errors)")
    let narrow = try folder.write("narrow.csv", "1\n2\n")
    #expect(try Tool.run("family", "dirichlet", narrow, narrow).status == 65)
  }

  @Test func badCommandLinesAre64() throws {
    let run = try Tool.run("family", "cauchy", target, model)
    #expect(run.status == 64 && run.errors.contains("gamma"))
    #expect(try Tool.run("family", "normal", "-", "-").status == 64)
    #expect(try Tool.run("family", "normal", target, folder.path("absent.csv")).status == 66)
    #expect(try Tool.run("family", "normal", target, model, "--output", target).status == 64)
  }
}
