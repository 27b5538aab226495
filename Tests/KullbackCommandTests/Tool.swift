import Foundation
import Testing

/// The built command, run as a whole process.
enum Tool {
  /// How a run ended and what it said.
  struct Outcome {
    let status: Int32
    let output: String
    let errors: String
  }

  /// The executable stands beside the test bundle.
  static let path: String = {
    let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    var folder = bundle.deletingLastPathComponent()
    while folder.path != "/" {
      let candidate = folder.appendingPathComponent("kullback").path
      if FileManager.default.isExecutableFile(atPath: candidate), !isFolder(candidate) {
        return candidate
      }
      folder.deleteLastPathComponent()
    }
    return "kullback"
  }()

  /// Runs the command and waits for its end.
  static func run(
    _ arguments: String..., input: String? = nil, environment: [String: String] = [:]
  ) throws -> Outcome {
    try run(executable: path, arguments, input: input, environment: environment)
  }

  /// Runs the command with a list of arguments behind others.
  static func run(_ first: String..., more: [String]) throws -> Outcome {
    try run(executable: path, first + more, input: nil, environment: [:])
  }

  /// Runs a line of the shell, in which `$K` is the command.
  static func shell(_ line: String) throws -> Outcome {
    try run(executable: "/bin/sh", ["-c", line], input: nil, environment: ["K": path])
  }

  /// A run that has been started and goes on by itself.
  static func start(_ arguments: [String]) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// How many outputs in a folder a run has begun and not named: by its open files.
  static func unfinished(_ process: Process, in folder: TemporaryFolder) -> Int {
    let open = "/proc/\(process.processIdentifier)/fd"
    let numbers = (try? FileManager.default.contentsOfDirectory(atPath: open)) ?? []
    return numbers.count { number in
      let file =
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(open)/\(number)")) ?? ""
      return file.hasPrefix(folder.url.path)
        && (file.hasSuffix(" (deleted)") || file.hasSuffix(".partial"))
    }
  }

  private static func run(
    executable: String, _ arguments: [String], input: String?, environment: [String: String]
  ) throws -> Outcome {
    let folder = try TemporaryFolder()
    let (output, errors) = (folder.path("output"), folder.path("errors"))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    // Files, not pipes: a test that does not read must never block what it tests.
    for path in [output, errors] { try Data().write(to: URL(fileURLWithPath: path)) }
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
    if let input {
      try input.write(toFile: folder.path("input"), atomically: false, encoding: .utf8)
      process.standardInput = try FileHandle(
        forReadingFrom: URL(fileURLWithPath: folder.path("input")))
    } else {
      process.standardInput = FileHandle.nullDevice
    }
    try process.run()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationReason == .exit
        ? process.terminationStatus : 128 + process.terminationStatus,
      output: try String(contentsOfFile: output, encoding: .utf8),
      errors: try String(contentsOfFile: errors, encoding: .utf8))
  }

  private static func isFolder(_ path: String) -> Bool {
    var answer: ObjCBool = false
    // SAFETY: Foundation writes one flag to the address, which is valid for the call.
    return unsafe FileManager.default.fileExists(atPath: path, isDirectory: &answer)
      && answer.boolValue
  }
}

/// A folder that is removed with everything in it when the test has ended.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("kullback-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: url)
  }

  /// The path of a name in the folder.
  func path(_ name: String) -> String {
    url.appendingPathComponent(name).path
  }

  /// Writes a file and returns its path.
  func write(_ name: String, _ text: String) throws -> String {
    try text.write(toFile: path(name), atomically: false, encoding: .utf8)
    return path(name)
  }

  /// Writes a file and returns its path.
  func write(_ name: String, _ data: Data) throws -> String {
    try data.write(to: url.appendingPathComponent(name))
    return path(name)
  }

  /// What a file holds.
  func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: url.appendingPathComponent(name))
  }

  /// The names of all files.
  func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
  }
}

/// The object that a command printed as JSON.
func jsonObject(_ text: String) throws -> [String: Any] {
  try #require(
    try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
}
