import Foundation
import Testing

/// No output takes the place of an input or of another output, whatever they are called.
@Suite struct DeclaredFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Every subcommand that writes, with all files that it may read (`i...`) and write (`o...`).
  static let lines: [String] = [
    "evaluate i1.npy i2.npy --labels i3.npy --groups i4 --tokens i5 --mask i9.npy --output o1.npy",
    "evaluate i1.npy i2.npy --partial o1.json",
    "evaluate i1.npy i2.npy --resume o1.json",
    "pairwise i1.npy i2.npy --labels i3 --model-labels i4 --output o1.csv --heatmap o2.svg",
    "nearest i1.npy i2.npy --labels i3 --model-labels i4 --output o1.csv",
    "cluster i1.npy -k 2 --labels i2 --output o1.csv --centroids o2.npy",
    "fit softmax i1.npy i2.npy --weights i3.npy --output o1.safetensors",
    "fit gaussian --samples i1.npy --weights i2.npy --output o1.json --picture o2.svg",
    "fit gaussian --mixture i1.json --output o1.json --picture o2.svg",
    "fit gaussian --posterior logistic --features i1.npy --labels i2.npy --output o1.json --picture o2.svg",
    "predict i1.safetensors i2.npy --output o1.npy",
    "family normal i1.csv i2.csv --output o1.npy",
    "entropy i1.npy --mask i3 --groups i2 --output o1.npy",
    "log-softmax i1.npy o1.npy",
    "cross-entropy i1.npy i2.npy --class-weights i3.npy --groups i4 --mask i5 --output o1.npy",
  ]

  private func files(_ line: String, _ kind: Character) -> [String] {
    line.split(separator: " ").map(String.init).filter { word in
      word.first == kind && word.dropFirst().first?.isNumber == true
    }
  }

  /// Fills the folder with the inputs of a line alone.
  private func prepare(_ line: String) throws {
    for name in try folder.names() {
      try FileManager.default.removeItem(atPath: folder.path(name))
    }
    for name in files(line, "i") { _ = try folder.write(name, "precious") }
  }

  private func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder.path(name), withDestinationPath: target)
  }

  private func refused(_ line: String, _ words: String) throws {
    let run = try Tool.shell("cd '\(folder.url.path)' && \"$K\" \(line)")
    #expect(run.status == 64, "\(line): \(run.status) \(run.errors)")
    #expect(run.errors.contains(words), "\(line): \(run.errors)")
  }

  @Test(arguments: lines) func noInputIsReplaced(line: String) throws {
    for output in files(line, "o") {
      for input in files(line, "i") {
        try prepare(line)
        try link(output, to: input)
        try refused(line, "\(output): the output would replace the input \(input)")
        #expect(try folder.bytes(input) == Data("precious".utf8))
      }
    }
  }

  /// `- output < output`, by the file that standard input is.
  @Test(arguments: lines.filter { !$0.contains("--resume") })
  func standardInputIsNotReplaced(line: String) throws {
    for output in files(line, "o") {
      for input in files(line, "i") where !line.hasPrefix("predict") || input != "i1.safetensors" {
        try prepare(line)
        try link(output, to: input)
        try refused(
          line.replacing(" \(input)", with: " -") + " < \(input)",
          "\(output): the output would replace the input standard input")
      }
    }
  }

  @Test(arguments: lines.filter { $0.contains(" o2.") })
  func noOutputIsReplacedByTheOther(line: String) throws {
    let outputs = files(line, "o")
    // A link to what is there, one to what is not there yet, the folder under another name, and a file of two names.
    for (isThere, path) in [(true, "o1"), (false, "o1"), (false, "there/o1")] {
      try prepare(line)
      try link("there", to: ".")
      if isThere { _ = try folder.write(outputs[0], "precious") }
      let ending = outputs[0].drop { $0 != "." }
      try link(outputs[1], to: path + ending)
      try refused(line, "\(outputs[1]): two outputs need two files")
    }
    try prepare(line)
    _ = try folder.write(outputs[0], "precious")
    try FileManager.default.linkItem(
      atPath: folder.path(outputs[0]), toPath: folder.path(outputs[1]))
    try refused(line, "\(outputs[1]): two outputs need two files")
    #expect(try folder.bytes(outputs[0]) == Data("precious".utf8))
  }

  @Test func anotherSpellingIsTheSameOutput() throws {
    _ = try folder.write("g.csv", "0.5,1.5\n1.5,2.5\n2.5,0.5\n")
    try refused(
      "cluster g.csv -k 2 --output a.csv --centroids ./a.csv", "two outputs need two files")
    #expect(try folder.names() == ["g.csv"])
  }

  /// The table above is whole: each option that takes a file is in a line of its subcommand.
  @Test func everyOptionOfAFileIsInTheTable() throws {
    for subcommand in [
      "evaluate", "pairwise", "nearest", "cluster", "fit softmax", "fit gaussian", "predict",
      "family", "entropy", "log-softmax", "cross-entropy",
    ] {
      let help = try Tool.shell("\"$K\" \(subcommand) --help").output
      let words = help.split(whereSeparator: \.isWhitespace)
      for (option, value) in zip(words, words.dropFirst())
      where option.hasPrefix("--") && ["<file>", "<output>"].contains(value) {
        #expect(
          Self.lines.contains { $0.hasPrefix(subcommand) && $0.contains(" \(option) ") },
          "\(subcommand) \(option)")
      }
    }
  }
}
