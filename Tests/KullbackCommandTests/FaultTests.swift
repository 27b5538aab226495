import Foundation
import KullbackTestSupport
import Testing

/// Whatever happens in the middle: the old output or the new one stands there whole, nothing else, and the
/// exit code is one that is documented.
///
/// `KULLBACK_FAULTS` is the number of interruptions, 120 where it is not set.
@Suite(.serialized) struct FaultTests {
  let folder: TemporaryFolder
  static let inputs = ["x.npy", "y.csv"]

  init() throws {
    folder = try TemporaryFolder()
    var random = SystemRandomNumberGenerator()
    let rows = (0..<400).map { _ in (0..<32).map { _ in Float.random(in: -3...3, using: &random) } }
    _ = try folder.write("x.npy", NPY.floats(rows))
    _ = try folder.write("y.csv", (0..<400).map { "\($0 % 5)\n" }.joined())
  }

  /// Every kind of output, with the names that the command writes.
  static let commands: [(line: [String], outputs: [String])] = [
    (["evaluate", "x.npy", "x.npy", "--output", "o.npy"], ["o.npy"]),
    (["entropy", "x.npy", "--output", "o.csv"], ["o.csv"]),
    (["log-softmax", "x.npy", "o.npy"], ["o.npy"]),
    (["pairwise", "x.npy", "--output", "o.npy", "--heatmap", "o.png"], ["o.npy", "o.png"]),
    (["pairwise", "x.npy", "--output", "o.csv", "--heatmap", "o.svg"], ["o.csv", "o.svg"]),
    (["nearest", "x.npy", "-k", "3", "--output", "o.npy"], ["o.npy"]),
    (
      ["cluster", "x.npy", "-k", "4", "--output", "o.csv", "--centroids", "o.npy"],
      ["o.csv", "o.npy"]
    ),
    (
      ["fit", "softmax", "x.npy", "y.csv", "--l2", "0.1", "--output", "o.safetensors"],
      ["o.safetensors"]
    ),
    (["fit", "gaussian", "--samples", "x.npy", "--output", "o.json"], ["o.json"]),
  ]

  private func line(_ words: [String]) -> [String] {
    words.map { $0.contains(".") && !$0.hasPrefix("0") ? folder.path($0) : $0 }
  }

  private func check(_ outputs: [String], old: Bool, status: Int32, _ what: String) throws {
    #expect(Set(try folder.names()).isSubset(of: Self.inputs + outputs), "\(what): left behind")
    for name in outputs {
      guard FileManager.default.fileExists(atPath: folder.path(name)) else {
        #expect(!old && status != 0, "\(what): \(name) is gone")
        continue
      }
      let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.path(name)))
      let isOld = bytes == Data("precious".utf8)
      #expect(isOld ? status != 0 : bytes.count > 100, "\(what): \(name), \(bytes.count) bytes")
    }
  }

  private func prepare(_ outputs: [String], old: Bool) throws {
    for name in try folder.names() where !Self.inputs.contains(name) {
      try FileManager.default.removeItem(atPath: folder.path(name))
    }
    for name in outputs where old { _ = try folder.write(name, "precious") }
  }

  @Test func interruptionsAtRandomMoments() throws {
    let count = ProcessInfo.processInfo.environment["KULLBACK_FAULTS"].flatMap(Int.init) ?? 120
    var (ended, finished) = (0, 0)
    var longest = [Int](repeating: 100_000, count: Self.commands.count)
    for index in 0..<count {
      let kind = index % Self.commands.count
      let (words, outputs) = Self.commands[kind]
      let signal = [SIGKILL, SIGTERM, SIGINT, SIGHUP, SIGQUIT][index / Self.commands.count % 5]
      let old = Bool.random()
      try prepare(outputs, old: old)
      let started = Date()
      let process = try Tool.start(line(words))
      usleep(UInt32.random(in: 0...UInt32(longest[kind])))
      kill(process.processIdentifier, signal)
      process.waitUntilExit()
      let status = process.terminationStatus
      if process.terminationReason == .exit {
        #expect([0, 130].contains(status), "\(words): \(status)")
        // A run that was over before the signal says how long the next may be waited for.
        if status == 0 {
          finished += 1
          longest[kind] = max(20_000, Int(Date().timeIntervalSince(started) * 1e6))
        } else {
          ended += 1
        }
      } else {
        ended += 1
        #expect(status == signal, "\(words): signal \(status)")
        longest[kind] += 10_000
      }
      try check(
        outputs, old: old, status: process.terminationReason == .exit ? status : 128,
        "\(words) after signal \(signal)")
    }
    print(
      "interruptions: \(count), of which \(ended) ended the command and \(finished) came too late")
  }

  @Test func limitsOnMemoryAlwaysEndAndSaySo() throws {
    for (words, outputs) in Self.commands {
      for limit in [90_000, 140_000, 200_000, 262_144, 400_000, 800_000] {
        try prepare(outputs, old: true)
        let arguments = line(words).map { "'\($0)'" }.joined(separator: " ")
        let run = try Tool.shell("ulimit -v \(limit); timeout 60 \"$K\" \(arguments)")
        // Below some size the loader itself finds no room: 127.
        #expect(
          [0, 71, 127].contains(run.status), "\(words) in \(limit): \(run.status) \(run.errors)")
        try check(outputs, old: true, status: run.status, "\(words) in \(limit) KiB")
      }
    }
  }

  @Test func aFullDiskAtEveryStage() throws {
    for (words, outputs) in Self.commands {
      for limit in [0, 1, 2, 8, 64] {
        try prepare(outputs, old: true)
        let arguments = line(words).map { "'\($0)'" }.joined(separator: " ")
        let run = try Tool.shell(
          "ulimit -f \(limit); \"$K\" \(arguments) --quiet")
        #expect(
          [0, 74].contains(run.status), "\(words) in \(limit) blocks: \(run.status) \(run.errors)")
        #expect(Set(try folder.names()).isSubset(of: Self.inputs + outputs))
      }
    }
  }

  @Test func pipesAndDevicesAreWrittenThrough() throws {
    let x = folder.path("x.npy")
    let run = try Tool.run("entropy", x, "--output", "/dev/stdout", "--quiet")
    #expect(run.status == 0 && run.output.hasPrefix("entropy\n"), "\(run.errors)")
    #expect(run.output.split(separator: "\n").count == 401)
    #expect(try Tool.run("entropy", x, "--output", "/dev/null").status == 0)
    let pipe = folder.path("pipe.csv")
    let read = try Tool.shell(
      "mkfifo '\(pipe)'; \"$K\" entropy '\(x)' --output '\(pipe)' --quiet & cat '\(pipe)'; wait")
    #expect(read.output == run.output)
  }

  @Test func endlessInputsStop() throws {
    let run = try Tool.shell("ulimit -v 1000000; \"$K\" entropy /dev/zero")
    #expect(run.status == 71 && run.errors.contains("MiB"), "\(run.errors)")
    let pipe = try Tool.shell("ulimit -v 1000000; yes 1,2 | \"$K\" entropy -")
    #expect(pipe.status == 71 && pipe.errors.contains("MiB"), "\(pipe.errors)")
  }

  @Test func anOutputNameThatIsTooLongIs73() throws {
    let name = folder.path(String(repeating: "n", count: 260) + ".npy")
    let run = try Tool.run("entropy", folder.path("x.npy"), "--output", name)
    #expect(run.status == 73 && run.errors.contains("too long"))
  }

  @Test func aCovarianceThatIsNotSymmetricIs65() throws {
    let mixture = try folder.write(
      "m.json", #"{"weights": [1], "means": [[0, 0]], "covariances": [[[1, 0.5], [0.2, 1]]]}"#)
    let run = try Tool.run("fit", "gaussian", "--mixture", mixture)
    #expect(run.status == 65 && run.errors.contains("not symmetric"), "\(run.errors)")
  }
}
