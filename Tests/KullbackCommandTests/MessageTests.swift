import Foundation
import Testing

/// What is wrong with an input is said in the command's own words, about the input that it is wrong with.
@Suite struct MessageTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A .safetensors file of a header and so many bytes of zeros, which take no room on the disk.
  private func tensors(_ name: String, _ header: String, _ count: UInt64) throws -> String {
    let length = UInt64(header.utf8.count)
    var data = Data((0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) })
    data.append(contentsOf: header.utf8)
    let path = try folder.write(name, data)
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try file.truncate(atOffset: UInt64(data.count) + count)
    try file.close()
    return path
  }

  /// Every subcommand that reads numbers: `W` is where they stand, and `G` other numbers.
  static let readers = [
    "evaluate W G", "evaluate G W", "pairwise W", "pairwise G W", "nearest W", "nearest G W",
    "cluster W -k 2", "entropy W", "log-softmax W o.npy", "cross-entropy W G", "cross-entropy L W",
    "cross-entropy L G --class-weights W", "family normal W G", "family normal G W",
    "fit softmax W L --output o.safetensors", "fit softmax G W --output o.safetensors",
    "fit softmax G L --weights W --output o.safetensors", "fit gaussian --samples W",
    "fit gaussian --samples G --weights W",
    "fit gaussian --posterior logistic --features W --labels L",
    "fit gaussian --posterior logistic --features G --labels W", "predict W G --output o.npy",
    "predict M W --output o.npy",
  ]

  /// Runs a line of `readers` on a file.
  private func read(_ line: String, _ file: String, limit: String = "") throws -> Tool.Outcome {
    _ = try folder.write("g.npy", NPY.floats([[0.5, 1], [1, 2], [3, 2]]))
    _ = try folder.write("l.npy", NPY.labels([0, 1, 1]))
    let files = ["W": file, "G": "g.npy", "L": "l.npy", "M": "m.safetensors"]
    let words = line.split(separator: " ").map { files[String($0)] ?? String($0) }
    if line.contains("M") {
      _ = try Tool.shell(
        "cd '\(folder.url.path)'; \"$K\" fit softmax g.npy l.npy --l2 1 --output m.safetensors")
    }
    return try Tool.shell(
      "cd '\(folder.url.path)'; \(limit) \"$K\" \(words.joined(separator: " "))")
  }

  @Test(arguments: readers) func aTensorThatIsASingleNumberIsSaidToBeOne(line: String) throws {
    let header = #"{"w":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}"#
    let file = try tensors("w.safetensors", header, 4)
    let run = try read(line, file)
    let words =
      line.hasPrefix("predict W") ? "not a model that fit softmax wrote" : "a single number"
    #expect(run.status == 65 && run.errors.contains(words), "\(line): \(run.status) \(run.errors)")
    #expect(run.errors.contains("w.safetensors"), "\(line): \(run.errors)")
  }

  /// A tensor of 1 TiB that begins at an odd byte.
  private func largeTensor() throws -> (path: String, size: UInt64) {
    let size = UInt64(1) << 40
    var header = #"{"w":{"dtype":"F32","shape":[68719476736,4],"data_offsets":[0,\#(size)]}}"#
    while header.utf8.count % 4 != 1 { header += " " }
    return (try tensors("w.safetensors", header, size), size)
  }

  @Test func rowsOfATensorThatIsNotAlignedAreReadAsTheyAreWanted() throws {
    let (path, _) = try largeTensor()
    let run = try Tool.run("entropy", path, "--rows", "7..<9", "--json")
    #expect(run.status == 0 && run.output.contains("\"count\" : 2"), "\(run.errors) \(run.output)")
  }

  /// Commands that hold what they read.
  private static let holding = [
    "pairwise W", "nearest W", "cluster W -k 2", "fit softmax W L --output o.safetensors",
    "fit gaussian --samples W", "fit gaussian --posterior logistic --features W --labels L",
    "predict M W --output o.npy",
  ]

  @Test(arguments: holding)
  func aTensorThatIsNotAlignedAndDoesNotFitIs71(line: String) throws {
    let (path, size) = try largeTensor()
    for limit in ["", "ulimit -v \((size >> 10) + 2_000_000); "] {
      let run = try read(line, path, limit: limit)
      #expect(run.status == 71, "\(line): \(run.status) \(run.errors)")
      #expect(run.errors.contains("w.safetensors: it takes "), "\(line): \(run.errors)")
    }
  }

  @Test func predictSaysThatItIsGivenNoModelWhateverElseIsWrong() throws {
    let header = #"{"w":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#
    let path = try tensors("m.safetensors", header, 4)
    let features = try folder.write("x.csv", "0.5,1.5\n2.5,3.5\n")
    let run = try Tool.run("predict", path, features, "--output", folder.path("o.npy"))
    #expect(run.status == 65 && run.errors.contains("not a model that fit softmax wrote"))
  }

  @Test func aLabelThatIsNoClassIsNamed() throws {
    let features = try folder.write("x.npy", NPY.floats([[0.5], [1], [2]]))
    let labels = try folder.write("big.npy", NPY.labels([0, 1 << 40, 1]))
    let run = try Tool.run(
      "fit", "softmax", features, labels, "--output", folder.path("m.safetensors"))
    #expect(run.status == 65)
    #expect(
      run.errors.contains("\(labels): row 1 (counted from 0) has the label 1099511627776"),
      "\(run.errors)")
  }

  private static let mixture = #"{"weights": [1], "means": [[0]], "covariances": [[[1]]]}"#

  @Test func aMixtureIsReadFromAPipe() throws {
    let path = try folder.write("m.json", Self.mixture)
    for line in [
      "cat '\(path)' | \"$K\" fit gaussian --mixture -",
      "\"$K\" fit gaussian --mixture - < '\(path)'",
    ] {
      let run = try Tool.shell(line)
      #expect(run.status == 0, "\(run.errors)")
    }
    let absent = try Tool.run("fit", "gaussian", "--mixture", folder.path("absent.json"))
    #expect(absent.status == 66 && absent.errors.contains("No such file"), "\(absent.errors)")
  }

  @Test(arguments: [
    ("[1]", "an object in braces has to stand here"),
    (#"{"weights": 1}"#, "weights: a list has to stand here"),
    (#"{"weights": ["a"]}"#, "weights[0]: a number has to stand here"),
    (#"{"weights": [null]}"#, "weights[0]: a number has to stand here"),
    (#"{"names": [1], "weights": [1], "means": [], "covariances": []}"#, "names[0]: a text has to"),
    ("", "line 1, column 1: this is not JSON"),
    (#"{"weights": [1}"#, "line 1, column 15: this is not JSON"),
    (#"{"names": ["\ud800"]}"#, "m.json: a number or a text in it cannot be read"),
    (#"{"weights": [01]}"#, "line 1, column 14: this is not JSON"),
    (#"{"weights": [1.]}"#, "line 1, column 14: this is not JSON"),
    (#"{"weights": [1], "weights": [2]}"#, #""weights" stands in it twice"#),
  ])
  func badJSONIsRefusedInOwnWords(text: String, words: String) throws {
    let path = try folder.write("m.json", text)
    let run = try Tool.run("fit", "gaussian", "--mixture", path)
    #expect(run.status == 65 && run.errors.contains(words), "\(run.errors)")
    for raw in ["Expected", "The given data", "Swift", "Dictionary", "decode"] {
      #expect(!run.errors.contains(raw), "\(run.errors)")
    }
  }

  @Test(arguments: [
    "evaluate G G", "pairwise G", "nearest G", "cluster G -k 2", "entropy G", "log-softmax G o.npy",
    "cross-entropy L G",
  ])
  func rowsPastTheEndAreQuotedAsTheyWereWritten(line: String) throws {
    for rows in ["99...", "2..<9"] {
      let run = try read("\(line) --rows '\(rows)'", "")
      #expect(
        run.status == 64 && run.errors.contains("--rows \(rows) reaches past the end"),
        "\(line): \(run.errors)")
    }
  }
}
