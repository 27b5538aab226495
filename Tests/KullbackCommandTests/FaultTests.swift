import Foundation
import KullbackTestSupport
import Testing

/// Whatever happens in the middle: the old output or the new one stands there whole, nothing else, and the
/// exit code is one that is documented.
///
/// `KULLBACK_FAULTS` is the number of interruptions, 48 where it is not set.
@Suite struct FaultTests {
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

  /// Commands with an output of each kind, all of which take their names in the same way.
  private static let named = [0, 3, 6, 7, 8]

  private func line(_ words: [String]) -> [String] {
    words.map { $0.contains(".") && !$0.hasPrefix("0") ? folder.path($0) : $0 }
  }

  /// What the commands write when nothing happens to them.
  private func references() throws -> [[String: Data]] {
    try Self.commands.map { words, outputs in
      try prepare(outputs, old: false)
      let arguments = line(words).map { "'\($0)'" }.joined(separator: " ")
      let run = try Tool.shell("\"$K\" \(arguments) --quiet")
      try #require(run.status == 0, "\(words): \(run.errors)")
      return try Dictionary(uniqueKeysWithValues: outputs.map { ($0, try written($0)) })
    }
  }

  /// What an output holds; of a report in JSON, but for the time that it took and its own name.
  private func written(_ name: String) throws -> Data {
    let bytes = try folder.bytes(name)
    guard name.contains(".json") else { return bytes }
    let lines = String(decoding: bytes, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    return Data(
      lines.filter { !$0.contains("\"seconds\"") && !$0.contains("\"output\"") }
        .joined(separator: "\n").utf8)
  }

  /// - Parameter whole: what the outputs are when they are whole.
  private func check(
    _ outputs: [String], _ whole: [String: Data], old: Bool, status: Int32, isKilled: Bool = false,
    _ what: String
  ) throws {
    for name in Set(try folder.names()).subtracting(Self.inputs + outputs) {
      // Between the two steps in which a nameless file takes the place of another it has a name of its own, which
      // nobody is left to remove after kill -9: the file is whole.
      let output = outputs.first { name.hasPrefix(".\($0).") && name.hasSuffix(".partial") }
      let isWhole = try output.map { try written(name) == whole[$0] } ?? false
      #expect(isKilled && isWhole, "\(what): \(name) left behind")
    }
    for name in outputs {
      guard FileManager.default.fileExists(atPath: folder.path(name)) else {
        #expect(!old && status != 0, "\(what): \(name) is gone")
        continue
      }
      let bytes = try written(name)
      let isOld = bytes == Data("precious".utf8)
      #expect(
        isOld ? status != 0 : bytes == whole[name], "\(what): \(name), \(bytes.count) bytes")
    }
  }

  private func prepare(_ outputs: [String], old: Bool) throws {
    for name in try folder.names() where !Self.inputs.contains(name) {
      try FileManager.default.removeItem(atPath: folder.path(name))
    }
    for name in outputs where old { _ = try folder.write(name, "precious") }
  }

  @Test func interruptionsAtRandomMoments() throws {
    let count = ProcessInfo.processInfo.environment["KULLBACK_FAULTS"].flatMap(Int.init) ?? 48
    let whole = try references()
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
        outputs, whole[kind], old: old, status: process.terminationReason == .exit ? status : 128,
        isKilled: signal == SIGKILL, "\(words) after signal \(signal)")
    }
    print(
      "interruptions: \(count), of which \(ended) ended the command and \(finished) came too late")
  }

  @Test func limitsOnMemoryAlwaysEndAndSaySo() throws {
    let whole = try references()
    for (index, (words, outputs)) in Self.commands.enumerated() {
      for limit in [90_000, 140_000, 200_000, 262_144, 400_000, 800_000] {
        try prepare(outputs, old: true)
        let arguments = line(words).map { "'\($0)'" }.joined(separator: " ")
        let run = try Tool.shell("ulimit -v \(limit); timeout 60 \"$K\" \(arguments)")
        // Below some size the loader itself finds no room: 127.
        #expect(
          [0, 71, 127].contains(run.status), "\(words) in \(limit): \(run.status) \(run.errors)")
        try check(
          outputs, whole[index], old: true, status: run.status, "\(words) in \(limit) KiB")
      }
    }
  }

  @Test func aLimitOnTheSizeOfFilesAtEveryStage() throws {
    let whole = try references()
    for (index, (words, outputs)) in Self.commands.enumerated() {
      for limit in [0, 1, 2, 8, 64] {
        try prepare(outputs, old: true)
        let arguments = line(words).map { "'\($0)'" }.joined(separator: " ")
        let run = try Tool.shell(
          "ulimit -f \(limit); \"$K\" \(arguments) --quiet")
        #expect(
          [0, 74].contains(run.status), "\(words) in \(limit) blocks: \(run.status) \(run.errors)")
        try check(
          outputs, whole[index], old: true, status: run.status, "\(words) in \(limit) blocks")
      }
    }
  }

  /// Whether file systems may be mounted, in a namespace of their own.
  private static let canMount =
    (try? Tool.shell(
      "unshare -rm sh -c 'mount -t tmpfs none /tmp && mount -t tmpfs none /proc/$$/fd'"))?
    .status == 0

  /// A disk of a few pages, full from the start or from any later moment on, with files that have no name until
  /// they are whole and, where /proc does not show the process its files, with files that have one.
  @Test(
    .enabled(if: canMount, "mounting a tmpfs in a namespace of its own is refused here"),
    arguments: [true, false])
  func aFullDiskAtEveryStage(hasNamelessFiles: Bool) throws {
    let whole = try references()
    for index in hasNamelessFiles ? Array(Self.commands.indices) : Self.named {
      let (words, outputs) = Self.commands[index]
      try prepare(outputs, old: false)
      for (name, bytes) in whole[index] { _ = try folder.write("whole-\(name)", bytes) }
      _ = try folder.write("old", "precious")
      let pages = whole[index].values.reduce(0) { $0 + ($1.count + 4095) / 4096 }
      let steps = Set([0, 1, pages / 4, pages / 2, pages * 3 / 4, pages - 1, pages]).sorted()
      let arguments = words.map { word in
        outputs.contains(word)
          ? "disk/\(word)" : Self.inputs.contains(word) ? folder.path(word) : word
      }
      let hidden = hasNamelessFiles ? "" : "mount -t tmpfs none /proc/\\$\\$/fd &&"
      // What stood there before takes a page each. In the last run there is no room for another file.
      let run = try Tool.shell(
        """
        cd '\(folder.url.path)'; mkdir -p disk; unshare -rm sh -c '
        for size in \(steps.map { "size=\(($0 + outputs.count) * 4)k" }.joined(separator: " ")) \
          nr_inodes=\(outputs.count + 1); do
          mount -t tmpfs -o $size none disk || exit 99
          for name in \(outputs.joined(separator: " ")); do cp old disk/$name; done
          sh -c "\(hidden) exec $K \(arguments.joined(separator: " ")) --quiet" 2>errors
          echo "run $size $?"
          for name in `ls -A disk`; do
            case $name in
            *.json) sed -e "/\\"seconds\\"/d" -e "/\\"output\\"/d" disk/$name >found ;;
            *) cat disk/$name >found ;;
            esac
            if cmp -s old found; then echo "$name old"
            elif cmp -s whole-$name found; then echo "$name whole"
            else echo "$name damaged"; fi
          done
        done'
        """)
      try #require(run.status == 0, "\(words): \(run.errors)")
      let runs = run.output.split(separator: "run ").map { $0.split(separator: "\n") }
      #expect(runs.count == steps.count + 1)
      for (place, lines) in runs.enumerated() {
        let status = Int32(lines[0].split(separator: " ").last ?? "") ?? -1
        // What the first output of two replaces makes room for the second.
        let room = place == steps.count ? 0 : steps[place] - pages
        let expected: [Int32] =
          place == steps.count ? [73] : room >= 0 ? [0] : room + outputs.count > 0 ? [0, 74] : [74]
        #expect(expected.contains(status), "\(words): \(lines)")
        #expect(
          Set(lines.dropFirst().compactMap { $0.split(separator: " ").first.map(String.init) })
            == Set(outputs), "\(words): \(lines)")
        let states = lines.dropFirst().compactMap { $0.split(separator: " ").last }
        #expect(
          status == 0 ? states.allSatisfy { $0 == "whole" } : !states.contains("damaged"),
          "\(words): \(lines)")
        #expect(status == 0 || states.contains("old"), "\(words): \(lines)")
      }
      for name in ["old", "errors", "found"] + outputs.map({ "whole-\($0)" }) + ["disk"] {
        try? FileManager.default.removeItem(atPath: folder.path(name))
      }
    }
  }

  /// Whether calls of the system can be made to fail or to kill.
  private static let canInject = (try? Tool.shell("strace -o /dev/null true"))?.status == 0

  /// Runs a command of which a call, `rename:when=1`, is made to end in some way.
  private func inject(_ end: String, at call: String, _ words: [String]) throws -> Tool.Outcome {
    let arguments = line(words).map { "'\($0)'" }.joined(separator: " ")
    let (name, moment) = (call.prefix { $0 != ":" }, call.drop { $0 != ":" })
    return try Tool.shell(
      "strace -f -o /dev/null -e trace=\(name) -e inject=\(name):\(end)\(moment)"
        + " \"$K\" \(arguments) --quiet")
  }

  /// kill -9 at the calls that give an output its name: what stood there before stands there still, and what may be
  /// left beside it is the whole new file.
  @Test(
    .enabled(if: canInject, "strace is missing, or may not trace here"),
    arguments: ["linkat:when=1", "linkat:when=2", "rename:when=1"])
  func killedWhileItTakesItsName(_ call: String) throws {
    let whole = try references()
    for index in Self.named {
      let (words, outputs) = Self.commands[index]
      for old in [true, false] {
        try prepare(outputs, old: old)
        let run = try inject("signal=KILL", at: call, words)
        // Without an old file there is one link and no other name.
        let isKilled = run.status == 128 + SIGKILL
        #expect(isKilled || (!old && run.status == 0), "\(words): \(run.status)")
        try check(
          outputs, whole[index], old: old, status: isKilled ? 128 : run.status, isKilled: isKilled,
          "\(words), killed at \(call)")
        let left = try folder.names().filter { $0.hasSuffix(".partial") }
        #expect(
          left.count == (isKilled && old && call.hasPrefix("rename") ? 1 : 0), "\(words): \(left)")
      }
    }
  }

  /// The same calls fail.
  @Test(
    .enabled(if: canInject, "strace is missing, or may not trace here"),
    arguments: ["linkat:when=1", "linkat:when=2", "rename:when=1"])
  func whatCannotTakeItsNameIsRemoved(_ call: String) throws {
    let whole = try references()
    for index in Self.named {
      let (words, outputs) = Self.commands[index]
      try prepare(outputs, old: true)
      let run = try inject("error=EIO", at: call, words)
      #expect(run.status == 74 && run.errors.contains("error"), "\(words): \(run.errors)")
      try check(
        outputs, whole[index], old: true, status: run.status, "\(words), \(call) failing")
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
    #expect(run.status == 65 && run.errors.contains("byte"), "\(run.errors)")
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
