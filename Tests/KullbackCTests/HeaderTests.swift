import Foundation
import Testing

/// The header as C and C++ compilers read it, and programs that use the library.
@Suite struct HeaderTests {
  private static let isThere = FileManager.default.isExecutableFile(atPath: "/usr/bin/cc")
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The folder of the library, beside the tests' bundle.
  private static let library: URL? = {
    var folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    while folder.path != "/" {
      folder.deleteLastPathComponent()
      let file = folder.appendingPathComponent("libkullback-c.so")
      if FileManager.default.fileExists(atPath: file.path) { return folder }
    }
    return nil
  }()

  private func run(_ program: String, _ arguments: [String]) throws -> (status: Int32, said: String)
  {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
  }

  @Test(.enabled(if: isThere), arguments: [["-std=c11"], ["-x", "c++", "-std=c++17"]])
  func aProgramCompilesAndRuns(language: [String]) throws {
    let folder = try #require(Self.library)
    let program = FileManager.default.temporaryDirectory
      .appendingPathComponent("kullback-c-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: program) }
    let header = Self.root.appendingPathComponent("Sources/CKullback/include").path
    let source = Self.root.appendingPathComponent("Tests/KullbackCTests/Programs/use.c").path
    let compiled = try run(
      "/usr/bin/cc",
      language + ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I", header, source, "-x", "none"]
        + ["-L", folder.path, "-lkullback-c", "-lm", "-Wl,-rpath,\(folder.path)"]
        + ["-o", program.path])
    #expect(compiled.status == 0, "\(compiled.said)")
    let outcome = try run(program.path, [])
    #expect(outcome.status == 0)
    #expect(outcome.said.contains("target is 2 x 2 and model is 2 x 1"), "\(outcome.said)")
  }
}
