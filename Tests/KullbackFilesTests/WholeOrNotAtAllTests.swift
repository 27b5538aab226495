import Foundation
import Testing

@testable import KullbackFiles

/// What stands at an output's name: what was there before, or all that was to be written.
@Suite struct WholeOrNotAtAllTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func write(_ path: String) throws -> CSVWriter {
    let writer = try CSVWriter(path: path, columns: ["a"])
    try writer.append([1])
    return writer
  }

  private func text(_ name: String) throws -> String {
    String(decoding: try scratch.bytes(name), as: UTF8.self)
  }

  @Test(arguments: [true, false])
  func theNameIsTakenOnlyByAWholeFile(isNameless: Bool) throws {
    for old in ["old", nil] {
      if let old { _ = try scratch.file("a.csv", old) }
      let file = try AtomicFile(path: scratch.path("a.csv"), isNameless: isNameless)
      try file.write([0x61])
      let others = try scratch.names().filter { $0 != "a.csv" }
      #expect(others.count == (file.temporaryPath == nil ? 0 : 1))
      #expect(isNameless || file.temporaryPath != nil)
      if let old { #expect(try text("a.csv") == old) }
      try file.commit()
      #expect(try text("a.csv") == "a")
      #expect(try scratch.names() == ["a.csv"])
      try FileManager.default.removeItem(atPath: scratch.path("a.csv"))
    }
  }

  @Test(arguments: [true, false])
  func whatIsGivenUpHasNoName(isNameless: Bool) throws {
    let file = try AtomicFile(path: scratch.path("a.csv"), isNameless: isNameless)
    try file.write([0x61])
    file.discard()
    #expect(try scratch.names().isEmpty)
  }

  @Test func aNameThatIsTooLongIsRefusedAtOnce() throws {
    let path = scratch.path(String(repeating: "n", count: 256))
    #expect(throws: FileError.cannotCreate(path: path, reason: "File name too long")) {
      try write(path)
    }
  }

  @Test func whatIsGivenUpLeavesNothing() throws {
    let path = try scratch.file("a.csv", "old")
    let writer = try write(path)
    writer.discard()
    #expect(try text("a.csv") == "old")
    #expect(try scratch.names() == ["a.csv"])
  }

  @Test func whatIsForgottenLeavesNothing() throws {
    _ = try write(scratch.path("a.csv"))
    #expect(try scratch.names().isEmpty)
  }

  /// A writer of every kind, none of which has anything left to write.
  private static let writers: [@Sendable (String) throws -> any FileWriter] = [
    { try NPYWriter(path: $0, rows: 0, columns: 3) },
    { try CSVWriter(path: $0, columns: ["a"]) },
    { try TableWriter(path: $0, rows: 0, columns: ["a", "b", "c"]) },
    { try TableWriter(path: $0, rows: 0, columns: ["a"]) },
    { try TextWriter(path: $0) },
    { try SafetensorsWriter(path: $0) },
    { try NPZWriter(path: $0) },
    { try JSONLinesWriter(path: $0, columns: ["a"]) },
    { try PNGWriter(path: $0) },
  ]

  @Test(arguments: writers.indices)
  func everyWriterTakesTheNameWhenItFinishesAndNotBefore(kind: Int) throws {
    let path = try scratch.file("a", "old")
    try Self.writers[kind](path).discard()
    #expect(try text("a") == "old")
    let writer = try Self.writers[kind](path)
    #expect(try text("a") == "old")
    #expect(try scratch.names().count == (writer.temporaryPath == nil ? 1 : 2))
    try writer.finish()
    #expect(try text("a") != "old")
    #expect(try scratch.names() == ["a"])
  }

  @Test func discardingAWholeFileLeavesIt() throws {
    let writer = try write(scratch.path("a.csv"))
    try writer.finish()
    writer.discard()
    #expect(try text("a.csv") == "a\n1.0\n")
  }

  // A limit on the size of files stands for a disk that is full.
  @Test func aFullDiskLeavesTheOldFile() async {
    await #expect(processExitsWith: .success) {
      let scratch = try Scratch()
      let path = try scratch.file("a.npy", "old")
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 1 << 16, rlim_max: 1 << 16)
      #if canImport(Glibc)
        let resource = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
      #else
        let resource = RLIMIT_FSIZE
      #endif
      // SAFETY: `limit` lives over the call.
      try #require(unsafe setrlimit(resource, &limit) == 0)
      let writer = try NPYWriter(path: path, rows: 1000, columns: 1000)
      #expect(throws: FileError.failed(path: path, reason: "File too large")) {
        for _ in 0..<1000 { try writer.append([Double](repeating: 0, count: 1000)) }
        try writer.finish()
      }
      writer.discard()
      try #require(try scratch.bytes("a.npy") == Array("old".utf8))
      try #require(try scratch.names() == ["a.npy"])
    }
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func aFullDeviceIsAnError() throws {
    let writer = try write("/dev/full")
    #expect(writer.temporaryPath == nil)
    #expect(throws: FileError.failed(path: "/dev/full", reason: "No space left on device")) {
      try writer.finish()
    }
  }

  @Test func aClosedPipeIsAnError() async {
    await #expect(processExitsWith: .success) {
      signal(SIGPIPE, SIG_IGN)
      let scratch = try Scratch()
      let path = try scratch.pipe("pipe")
      let reader = openAtOnce(path, O_RDONLY)
      let writer = try CSVWriter(path: path, columns: ["a"])
      try #require(writer.temporaryPath == nil)
      close(reader)
      try #require(throws: FileError.failed(path: path, reason: "Broken pipe")) {
        try writer.finish()
      }
      try #require(try scratch.names() == ["pipe"])
    }
  }

  @Test func devicesAreWrittenDirectly() throws {
    let writer = try write("/dev/null")
    #expect(writer.temporaryPath == nil)
    try writer.finish()
    #expect(FileManager.default.fileExists(atPath: "/dev/null"))
  }

  @Test func whatCannotBeCreatedSaysWhy() throws {
    let nowhere = scratch.path("no/a.csv")
    #expect(throws: FileError.cannotCreate(path: nowhere, reason: "No such file or directory")) {
      try write(nowhere)
    }
    #expect(throws: FileError.cannotCreate(path: scratch.folder, reason: "Is a directory")) {
      try write(scratch.folder)
    }
  }

  @Test func permissionsAreThoseOfAnyNewFile() throws {
    let mask = umask(0)
    umask(mask)
    try write(scratch.path("a.csv")).finish()
    #expect(try mode("a.csv") == 0o666 & ~Int(mask))
  }

  @Test func aReplacedFileKeepsItsPermissions() throws {
    let path = try scratch.file("a.csv", "old")
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    try write(path).finish()
    #expect(try mode("a.csv") == 0o640)
  }

  private func mode(_ name: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: scratch.path(name))
    return try #require(attributes[.posixPermissions] as? Int)
  }

  @Test func aLinkStaysAndItsTargetIsReplaced() throws {
    _ = try scratch.file("target.csv", "old")
    let link = scratch.path("link.csv")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "target.csv")
    try write(link).finish()
    #expect(try text("target.csv") == "a\n1.0\n")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "target.csv")
  }

  @Test func aLinkToNothingStaysAndItsTargetIsMade() throws {
    let link = scratch.path("link.csv")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "target.csv")
    try write(link).finish()
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "target.csv")
    #expect(try text("target.csv") == "a\n1.0\n")
  }

  @Test func theLongestNamesAreWritten() throws {
    let name = String(repeating: "n", count: 255)
    try write(scratch.path(name)).finish()
    #expect(try text(name) == "a\n1.0\n")
    #expect(try scratch.names() == [name])
  }

  @Test func twoWritersOfOneNameDoNotMeet() throws {
    let path = scratch.path("a.csv")
    let first = try write(path)
    let second = try write(path)
    try second.append([2])
    try first.finish()
    #expect(try text("a.csv") == "a\n1.0\n")
    try second.finish()
    #expect(try text("a.csv") == "a\n1.0\n2.0\n")
    #expect(try scratch.names() == ["a.csv"])
  }

  // In a container the next process may well have the number of one that was killed.
  @Test func filesThatKilledProcessesLeftAreNoObstacle() async {
    await #expect(processExitsWith: .success) {
      let scratch = try Scratch()
      let path = scratch.path("a.csv")
      let unfinished = try #require(try AtomicFile(path: path, isNameless: false).temporaryPath)
      let name = try #require(unfinished.split(separator: "/").last.map(String.init))
      let number = try #require(name.split(separator: ".").dropLast().last.flatMap { Int($0) })
      let next = name.replacingOccurrences(of: ".\(number).", with: ".\(number + 1).")
      _ = try scratch.file(next, "not ours")
      let file = try AtomicFile(path: path, isNameless: false)
      try file.write([0x61])
      try file.commit()
      try #require(try scratch.bytes("a.csv") == [0x61])
      try #require(try scratch.bytes(next) == Array("not ours".utf8))
    }
  }
}
