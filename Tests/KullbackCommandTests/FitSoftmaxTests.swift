import Foundation
import Testing

@Suite struct FitSoftmaxTests {
  private let folder: TemporaryFolder
  private let features: String
  private let labels: String

  init() throws {
    folder = try TemporaryFolder()
    features = try folder.write("x.csv", "1,0\n2,1\n0,3\n1,4\n2,2\n0,0\n")
    labels = try folder.write("y.csv", "0\n0\n1\n1\n1\n0\n")
  }

  @Test(arguments: ["1e160", "1e300"])
  func featuresTooLargeForAStepAreSaidToNeedScaling(scale: String) throws {
    let exponent = scale.dropFirst()
    let rows = [(1, 2), (-2, 1), (3, -1), (-1, -2), (2, -3), (-3, 3), (1, -1), (-1, 2)]
    let text = rows.map { "\($0.0)\(exponent),\($0.1)\(exponent)" }.joined(separator: "\n")
    let huge = try folder.write("h.csv", text + "\n")
    let classes = try folder.write("c.csv", "0\n1\n0\n0\n1\n1\n1\n0\n")
    let run = try Tool.run(
      "fit", "softmax", huge, classes, "--output", folder.path("m.safetensors"))
    #expect(run.output.contains("no step lowers the value"), "\(run.output) \(run.errors)")
    #expect(run.output.contains("bring each to a mean of 0"), "\(run.output)")
  }

  @Test func fitPredictAndEvaluateCloseTheLoop() throws {
    let model = folder.path("m.safetensors")
    let fit = try Tool.run("fit", "softmax", features, labels, "--l2", "0.1", "--output", model)
    #expect(fit.status == 0)
    #expect(fit.output.contains("converged: the gradient is below its tolerance"))
    #expect(fit.output.contains("D(p‖q)"))
    let (whole, rounded) = (folder.path("a.npy"), folder.path("b.npy"))
    #expect(try Tool.run("predict", model, features, "--output", whole).status == 0)
    #expect(
      try Tool.run("predict", model, features, "--bits", "4", "--output", rounded).status == 0)
    #expect(try NPY.read(whole).header.contains("(6, 2)"))
    let evaluation = try Tool.run("evaluate", whole, rounded, "--json")
    #expect(evaluation.status == 0)
    // The logits name the classes that were fitted.
    let logits = try NPY.doubles(whole)
    #expect((0..<6).map { logits[2 * $0] < logits[2 * $0 + 1] ? 1 : 0 } == [0, 0, 1, 1, 1, 0])
  }

  @Test func distributionsAreFittedInEitherDirection() throws {
    let targets = try folder.write(
      "p.csv", "0.9,0.1\n0.8,0.2\n0.3,0.7\n0.1,0.9\n0.4,0.6\n0.5,0.5\n")
    for direction in ["forward", "reverse"] {
      let fit = try Tool.run(
        "fit", "softmax", features, targets, "--target-form", "probabilities", "--direction",
        direction, "--json", "--output", folder.path("m.safetensors"))
      #expect(fit.status == 0)
      #expect(fit.output.contains("\"converged\" : true"))
      #expect(fit.output.contains("\"\(direction)\" : {"))
    }
  }

  @Test func aFitThatDidNotConvergeSaysSoAndIsWritten() throws {
    let model = folder.path("m.safetensors")
    let fit = try Tool.run(
      "fit", "softmax", features, labels, "--l2", "0.1", "--max-iterations", "1", "--output", model)
    #expect(fit.status == 0)
    #expect(fit.errors.contains("not converged: the iterations ran out"))
    #expect(FileManager.default.fileExists(atPath: model))
  }

  @Test func whatCannotBeFittedIsRefused() throws {
    let model = folder.path("m.safetensors")
    let reverse = try Tool.run(
      "fit", "softmax", features, labels, "--direction", "reverse", "--output", model)
    #expect(reverse.status == 64)
    #expect(reverse.errors.contains("reverse KL"))
    let few = try folder.write("few.csv", "0\n1\n")
    let mismatch = try Tool.run("fit", "softmax", features, few, "--output", model)
    #expect(mismatch.status == 65)
    #expect(mismatch.errors.contains("few.csv: 2 targets for the 6 rows of"))
    let missing = try Tool.run("fit", "softmax", features, "nowhere.csv", "--output", model)
    #expect(missing.status == 66)
    let unwritable = try Tool.run(
      "fit", "softmax", features, labels, "--l2", "0.1", "--output", "/nowhere/m.safetensors")
    #expect(unwritable.status == 73)
    #expect(try Tool.run("fit", "softmax", features, labels, "--output", "m.npy").status == 64)
    #expect(!FileManager.default.fileExists(atPath: model))
  }

  @Test func labelsOfOneClassAre65AndClassesWithoutARowAreNamed() throws {
    let model = folder.path("m.safetensors")
    let same = try folder.write("same.csv", "2\n2\n2\n2\n2\n2\n")
    let one = try Tool.run("fit", "softmax", features, same, "--output", model)
    #expect(one.status == 65 && one.output.isEmpty)
    #expect(one.errors.contains("same.csv: every row with weight is of class 2"), "\(one.errors)")
    #expect(!FileManager.default.fileExists(atPath: model))
    let from1 = try folder.write("from1.csv", "1\n1\n2\n2\n2\n1\n")
    let fit = try Tool.run("fit", "softmax", features, from1, "--l2", "0.1", "--output", model)
    #expect(fit.status == 0 && fit.output.contains("class 0 has no row\n"), "\(fit.output)")
    let far = try folder.write("far.csv", "1\n1\n20\n20\n20\n1\n")
    let many = try Tool.run("fit", "softmax", features, far, "--l2", "0.1", "--output", model)
    #expect(
      many.output.contains("classes 0, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 9 more have no row\n"))
    let json = try Tool.run(
      "fit", "softmax", features, from1, "--l2", "0.1", "--json", "--output", model)
    let found = try #require(
      JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    #expect(found["classesWithoutRow"] as? [Int] == [0])
  }

  @Test func separableClassesAreNamedWithTheOptionThatHelps() throws {
    let model = folder.path("m.safetensors")
    let wide = try folder.write("wide.csv", "-5\n-4\n-6\n5\n4\n6\n")
    let targets = try folder.write("two.csv", "0\n0\n0\n1\n1\n1\n")
    let fit = try Tool.run("fit", "softmax", wide, targets, "--output", model)
    #expect(fit.status == 0)
    for text in [fit.output, fit.errors] {
      #expect(text.contains("not converged: the classes are separable"), "\(text)")
      #expect(text.contains("classes 0, 1 are told apart") && text.contains("--l2"), "\(text)")
    }
    let json = try Tool.run("fit", "softmax", wide, targets, "--json", "--output", model)
    #expect(json.output.contains("\"converged\" : false"))
    let held = try Tool.run("fit", "softmax", wide, targets, "--l2", "1e-3", "--output", model)
    #expect(held.errors.isEmpty && held.output.contains("converged: the gradient"))
  }

  @Test func whatWasTakenForWhatIsSaidByFitsAndPredictions() throws {
    let model = folder.path("m.safetensors")
    let named = try folder.write("n.csv", "id,size,age\na,1,2\nb,2,1\nc,2,2\nd,1,1\n")
    let targets = try folder.write("t.csv", "0\n1\n1\n0\n")
    let fit = try Tool.run("fit", "softmax", named, targets, "--l2", "0.1", "--output", model)
    #expect(fit.output.hasPrefix("features: header: yes; labels: column 1; columns: 2\n"))
    #expect(fit.output.contains("targets: header: no; labels: none; columns: 1\n"))
    let json = try Tool.run(
      "fit", "softmax", named, targets, "--l2", "0.1", "--json", "--output", model)
    #expect(json.output.contains("\"labelColumns\""), "\(json.output)")
    let prediction = try Tool.run("predict", model, named, "--output", folder.path("p.csv"))
    #expect(prediction.output.hasPrefix("features: header: yes; labels: column 1; columns: 2\n"))
    let samples = try Tool.run("fit", "gaussian", "--samples", named)
    #expect(samples.output.contains("samples: header: yes; labels: column 1; columns: 2\n"))
  }

  @Test func classesOfWhichSomeRowsAreSeparableAreNamedToo() throws {
    let model = folder.path("m.safetensors")
    let marked = try folder.write("marked.csv", "1,0\n2,0\n3,0\n1,0\n2,0\n3,0\n1,1\n2,1\n")
    let targets = try folder.write("some.csv", "0\n1\n0\n1\n0\n1\n0\n0\n")
    let fit = try Tool.run("fit", "softmax", marked, targets, "--output", model)
    #expect(fit.status == 0)
    for text in [fit.output, fit.errors] {
      #expect(text.contains("not converged: some rows are separable"), "\(text)")
      #expect(text.contains("classes 0, 1 are told apart without an error in some"), "\(text)")
      #expect(text.contains("--l2"), "\(text)")
    }
  }

  @Test func distributionsOfOneClassAreRefusedAsLabelsAre() throws {
    let model = folder.path("m.safetensors")
    let wide = try folder.write("wide.csv", "-5\n-4\n-6\n")
    let targets = try folder.write("one.csv", "0,1,0\n0,1,0\n0,1,0\n")
    let fit = try Tool.run(
      "fit", "softmax", wide, targets, "--target-form", "probabilities", "--output", model)
    #expect(fit.status == 65 && fit.errors.contains("one.csv"), "\(fit.errors)")
    #expect(fit.errors.contains("class 1"), "\(fit.errors)")
  }

  @Test func featuresOfVeryDifferentScaleAreSaidWhereAFitDidNotConverge() throws {
    let model = folder.path("m.safetensors")
    let wide = try folder.write("wide.csv", "1,0\n2,1e7\n0,3e7\n1,4e7\n2,2e7\n0,0\n")
    let fit = try Tool.run(
      "fit", "softmax", wide, labels, "--l2", "0.1", "--max-iterations", "1", "--output", model)
    #expect(fit.status == 0)
    for text in [fit.output, fit.errors] {
      #expect(text.contains("differ by a factor of 1"), "\(text)")
      #expect(text.contains("a mean of 0 and a deviation of 1"), "\(text)")
    }
  }

  @Test func withoutInterceptsAllLogitsOfNoughtAreNought() throws {
    let model = folder.path("m.safetensors")
    for (extra, isNought) in [("--no-intercept", true), ("--quiet", false)] {
      let fit = try Tool.run(
        "fit", "softmax", features, labels, "--l2", "0.1", "--output", model, extra, "--threads",
        "2")
      #expect(fit.status == 0, "\(fit.errors)")
      let logits = folder.path("a.npy")
      #expect(try Tool.run("predict", model, features, "--output", logits).status == 0)
      // The last row's features are 0.
      #expect(try NPY.doubles(logits).suffix(2).allSatisfy { $0 == 0 } == isNought)
    }
  }

  @Test func outputsReplaceNoInput() throws {
    let model = folder.path("m.safetensors")
    let weights = try folder.write("w.safetensors", "1\n1\n1\n1\n1\n1\n")
    let targets = try folder.write("y.safetensors", "0\n0\n1\n1\n1\n0\n")
    for arguments in [
      "'\(features)' '\(targets)' --output '\(targets)'",
      "'\(targets)' '\(labels)' --output '\(targets)'",
      "'\(features)' '\(labels)' --weights '\(weights)' --output '\(weights)'",
    ] {
      let run = try Tool.shell("\"$K\" fit softmax --l2 0.1 \(arguments)")
      #expect(run.status == 64 && run.errors.contains("replace the input"), "\(run.errors)")
    }
    #expect(try String(contentsOfFile: targets, encoding: .utf8) == "0\n0\n1\n1\n1\n0\n")
    let fit = try Tool.run(
      "fit", "softmax", features, labels, "--l2", "0.1", "--weights", weights, "--output", model)
    #expect(fit.status == 0, "\(fit.errors)")
    let alias = folder.path("alias.npy")
    try FileManager.default.createSymbolicLink(atPath: alias, withDestinationPath: model)
    let before = try Data(contentsOf: URL(fileURLWithPath: model))
    #expect(try Tool.run("predict", model, features, "--output", alias).status == 64)
    #expect(try Tool.run("predict", model, features, "--output", features).status == 64)
    #expect(try Data(contentsOf: URL(fileURLWithPath: model)) == before)
  }

  @Test func predictionsAreTheSameOnAnyNumberOfThreads() throws {
    let model = folder.path("m.safetensors")
    let fit = try Tool.run("fit", "softmax", features, labels, "--l2", "0.1", "--output", model)
    #expect(fit.status == 0)
    let many = (0..<700).map { "\(sin(Double($0))),\(cos(Double($0)) * 3)\n" }.joined()
    let rows = try folder.write("many.csv", many)
    for threads in ["1", "3"] {
      let run = try Tool.run(
        "predict", model, rows, "--threads", threads, "--json", "--output",
        folder.path("\(threads).npy"))
      #expect(run.status == 0 && run.output.contains("\"rows\" : 700"), "\(run.errors)")
    }
    let files = try ["1", "3"].map { try Data(contentsOf: folder.url.appending(path: "\($0).npy")) }
    #expect(files[0] == files[1])
  }

  @Test func numbersThatAreNotFiniteAreNamed() throws {
    let model = folder.path("m.safetensors")
    let bad = try folder.write("bad.csv", "1,0\n2,1\n0,nan\n1,4\n2,2\n0,0\n")
    let fit = try Tool.run("fit", "softmax", bad, labels, "--l2", "0.1", "--output", model)
    #expect(fit.status == 65 && fit.errors.contains("bad.csv: "), "\(fit.errors)")
    #expect(fit.errors.contains("row 2, column 1"), "\(fit.errors)")
    #expect(
      try Tool.run("fit", "softmax", features, labels, "--l2", "0.1", "--output", model).status == 0
    )
    let predict = try Tool.run("predict", model, bad, "--output", folder.path("a.npy"))
    #expect(predict.status == 65 && predict.errors.contains("row 2, column 1"))
    #expect(!FileManager.default.fileExists(atPath: folder.path("a.npy")))
    let narrow = try folder.write("narrow.csv", "1\n2\n")
    #expect(try Tool.run("predict", model, narrow, "--output", folder.path("a.npy")).status == 65)
  }

  @Test(arguments: [
    "--max-iterations 0", "--l2 -1", "--l2=-1", "--l2 nan", "--temperature 0", "--mix 1.5",
    "--mix=-0.5", "--tolerance=-1", "--label-smoothing 2", "--threads 0", "--direction sideways",
    "--target-form logits --label-smoothing 0.1",
  ])
  func optionsOutOfRangeAre64(options: String) throws {
    let run = try Tool.shell(
      "\"$K\" fit softmax '\(features)' '\(labels)' --output '\(folder.path("m.safetensors"))' \(options)"
    )
    #expect(run.status == 64 && run.output.isEmpty, "\(run.errors)")
    #expect(try folder.names() == ["x.csv", "y.csv"])
  }

  @Test func whatIsNoModelIsRefused() throws {
    let model = try folder.write("m.safetensors", "no model")
    let predict = try Tool.run(
      "predict", model, features, "--output", folder.path("a.npy"))
    #expect(predict.status == 65)
    #expect(predict.errors.contains("m.safetensors"))
    #expect(!FileManager.default.fileExists(atPath: folder.path("a.npy")))
  }
}
