import Foundation
import KullbackKernels
import KullbackLinearAlgebra

/// What a figure was measured on.
public struct MeasuredOn: Codable, Sendable, Equatable {
  /// The processor's name.
  public var processor: String
  /// The instruction set of the vector kernels.
  public var instructionSet: String
  /// OpenBLAS's version and kernels.
  public var products: String
  /// The processors this process may run on.
  public var threads: Int
  /// When, in UTC.
  public var date: String
  /// The commit that was built, where git tells.
  public var commit: String

  /// This machine, now.
  public static func here() throws -> MeasuredOn {
    let configuration = BLAS.configuration
    return MeasuredOn(
      processor: processorName(),
      instructionSet: try InstructionSet.selection().rawValue,
      products: "OpenBLAS \(configuration.version) \(configuration.kernel)",
      threads: Threads.default,
      date: Date.now.formatted(.iso8601),
      commit: commit() ?? "unknown")
  }

  private static func processorName() -> String {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    for line in text.split(separator: "\n") where line.hasPrefix("model name") {
      return line.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
    }
    return "unknown"
  }

  private static func commit() -> String? {
    let git = Process()
    git.executableURL = URL(filePath: "/usr/bin/env")
    git.arguments = ["git", "describe", "--always", "--dirty"]
    let output = Pipe()
    git.standardOutput = output
    git.standardError = FileHandle.nullDevice
    guard (try? git.run()) != nil else { return nil }
    let bytes = (try? output.fileHandleForReading.readToEnd()) ?? Data()
    git.waitUntilExit()
    guard git.terminationStatus == 0 else { return nil }
    return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
