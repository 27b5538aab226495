import Foundation
import Testing

@testable import KullbackCommand

/// What can be counted beforehand is compared with what there is, before anything is allocated or created.
@Suite struct MemoryNeedTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func sizesThatOverflowAreWhatNothingHas() {
    let most = MemoryNeed(.max, .max, of: .max)
    #expect(most.bytes > Int.max / 2)
    #expect((most + most).bytes == most.bytes)
    #expect((MemoryNeed(3, 5, of: 8) + MemoryNeed(bytes: 2)).bytes == 122)
    #expect((MemoryNeed(1 << 40, 0, of: 8) + .none).bytes == 0)
  }

  /// Zeros that take no room on the disk.
  private func zeros(_ name: String, _ rows: Int, _ columns: Int) throws -> String {
    let header = NPY.header("<f4", shape: "(\(rows), \(columns))")
    let path = try folder.write(name, header)
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try file.truncate(atOffset: UInt64(header.count + 4 * rows * columns))
    try file.close()
    return path
  }

  private func expectRefusal(_ words: [String], mebibytes: Int) throws {
    let name = words[0] == "fit" ? "o.safetensors" : "o.npy"
    let output = try folder.write(name, "precious")
    let line = words.map { "'\($0)'" }.joined(separator: " ")
    // What a process may have of its own; mapped files are not.
    let run = try Tool.shell(
      "ulimit -d 400000; timeout 60 \"$K\" \(line) --output '\(output)' --threads 1")
    #expect(run.status == 71, "\(words): \(run.status) \(run.errors)")
    let named = run.errors.split(separator: "it takes ").last?.split(separator: " ").first
    let said = named.flatMap { Int($0.filter(\.isNumber)) } ?? 0
    #expect(
      said >= mebibytes && said < mebibytes * 3 / 2 + 2, "\(words): \(run.errors)")
    #expect(try folder.bytes(name) == Data("precious".utf8))
  }

  @Test func whatIsHeldIsSaidBeforeIt() throws {
    let pairs = try zeros("pairs.npy", 9000, 2)
    // 4 or 8 bytes a pair for the values, and for their order 12 or 4.
    try expectRefusal(["pairwise", pairs, "--order"], mebibytes: 9000 * 9000 * 12 / 1_048_576)
    try expectRefusal(
      ["pairwise", pairs, "--order", "--type", "float32"], mebibytes: 9000 * 9000 * 16 / 1_048_576)
    try expectRefusal(
      ["pairwise", pairs, pairs, "--order"], mebibytes: 9000 * 9000 * 20 / 1_048_576)
    try expectRefusal(
      ["pairwise", pairs, "--memory", "1G"], mebibytes: 9000 * 9000 * 8 / 1_048_576)
    try expectRefusal(["nearest", pairs, "-k", "9000"], mebibytes: 9000 * 9000 * 16 / 1_048_576)
    let wide = try zeros("wide.npy", 3000, 5000)
    try expectRefusal(["cluster", wide, "-k", "2900"], mebibytes: 2900 * 5000 * 36 / 1_048_576)
    let features = try zeros("features.npy", 200_000, 300)
    let labels = try folder.write("labels.npy", NPY.labels((0..<200_000).map { $0 % 3 }))
    try expectRefusal(
      ["fit", "softmax", features, labels, "--l2", "1"], mebibytes: 200_000 * 300 * 8 / 1_048_576)
    let classes = try folder.write("many.npy", NPY.labels((0..<3000).map { $0 * 2 }))
    try expectRefusal(
      ["fit", "softmax", wide, classes, "--l2", "1"],
      mebibytes: (3000 * 5000 + 5001 * 5999 * 28) * 8 / 1_048_576)
  }

  @Test func whatARowTakesIsSaidBeforeItHoweverManyThereAre() throws {
    let rows = 1 << 36
    let huge = try zeros("huge.npy", rows, 2)
    // 26 bytes for its normaliser and entropy, 16 for its places, and a value.
    try expectRefusal(["pairwise", huge], mebibytes: 50 * (rows >> 20))
    try expectRefusal(["nearest", huge, "-k", "1"], mebibytes: (26 + 56) * (rows >> 20))
    let run = try Tool.run("pairwise", huge)
    #expect(run.status == 71 && run.errors.contains("it takes "), "\(run.status) \(run.errors)")
  }

  @Test func whatHasNoEndIsRefusedByItsFirstBytesOrAtALimit() throws {
    for line in [
      "entropy /dev/zero", "entropy - < /dev/zero", "nearest /dev/zero",
      "cross-entropy /dev/zero /dev/zero",
    ] {
      let run = try Tool.shell("ulimit -v 900000; timeout 60 \"$K\" \(line)")
      #expect(run.status == 65 && run.errors.contains("byte 0: a byte 0"), "\(line): \(run.errors)")
    }
    let piped = try Tool.shell("head -c 100000000 /dev/zero | \"$K\" entropy -")
    #expect(piped.status == 65, "\(piped.errors)")
    let run = try Tool.shell("ulimit -v 700000; yes 1,2 | timeout 100 \"$K\" entropy -")
    #expect(run.status == 71, "\(run.errors)")
    let numbers = run.errors.split(separator: " ").compactMap { Int($0) }
    #expect(numbers.count == 2 && numbers[0] * 4 >= numbers[1], "\(run.errors)")
    #expect(numbers.count == 2 && numbers[0] < numbers[1], "\(run.errors)")
  }

  /// A thread whose arena is not to be had asks the system twice at each allocation.
  @Test func aLimitOnAddressesTakesNoTimeOfTheSystem() throws {
    var rows = [[Float]](repeating: [Float](repeating: 0, count: 50), count: 400)
    for row in 0..<400 {
      for column in 0..<50 { rows[row][column] = Float((row * 7 + column * 13) % 17) }
    }
    let set = try folder.write("set.npy", NPY.floats(rows))
    let run = try Tool.shell(
      "ulimit -v 580000; \"$K\" nearest '\(set)' --measure jensen-shannon --quiet --threads 2; times"
    )
    // The times of the shell, then those of its children: as in "0m1.2s 0m0.01s".
    let last: [Substring] = run.output.split(whereSeparator: { $0 == " " || $0 == "\n" })
    let times = String(last.last ?? "")
    let text = String(times.dropFirst(2).dropLast())
    let seconds = try #require(Double(text), "\(run.output)")
    #expect(times.hasPrefix("0m") && seconds < 0.3, "\(run.output) \(run.errors)")
  }

  @Test func whatFitsIsDone() throws {
    let pairs = try zeros("pairs.npy", 900, 2)
    for words in [
      ["pairwise", pairs, "--order"], ["nearest", pairs, "-k", "900"],
      ["cluster", pairs, "-k", "1"],
    ] {
      let line = words.map { "'\($0)'" }.joined(separator: " ")
      let run = try Tool.shell("ulimit -d 400000; \"$K\" \(line) --quiet --threads 1")
      #expect(run.status == 0, "\(words): \(run.errors)")
    }
  }
}
