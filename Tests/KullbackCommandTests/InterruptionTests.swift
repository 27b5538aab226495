import Foundation
import Testing

@Suite(.serialized) struct InterruptionTests {
  @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT])
  func aSignalLeavesNothingBehind(signal: Int32) throws {
    let folder = try TemporaryFolder()
    let columns = 4096
    // A sparse file: a great many rows of zeros, which take no room on the disk.
    let rows = 1 << 18
    let input = try folder.write("zeros.npy", NPY.header("<f4", shape: "(\(rows), \(columns))"))
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: input))
    let start = try handle.seekToEnd()
    try handle.truncate(atOffset: start + UInt64(rows) * UInt64(columns) * 4)
    try handle.close()
    let output = try folder.write("out.npy", "precious")

    let process = try Tool.start(["evaluate", input, input, "--output", output])
    let deadline = Date().addingTimeInterval(20)
    while Tool.unfinished(process, in: folder) < 1, process.isRunning, Date() < deadline {
      usleep(10_000)
    }
    #expect(Tool.unfinished(process, in: folder) == 1, "the output should have been begun")
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    let isQuit = signal == SIGQUIT
    #expect(process.terminationReason == (isQuit ? .uncaughtSignal : .exit))
    #expect(process.terminationStatus == (isQuit ? SIGQUIT : 130))
    #expect(try folder.names() == ["out.npy", "zeros.npy"])
    #expect(try String(contentsOfFile: output, encoding: .utf8) == "precious")
  }

  @Test func allPairsLeaveNeitherMatrixNorPicture() throws {
    let folder = try TemporaryFolder()
    // A sparse file whose rows are all alike: every pair is evaluated by itself.
    let rows = 1 << 16
    let input = try folder.write("zeros.npy", NPY.header("<f4", shape: "(\(rows), 4096)"))
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: input))
    try handle.truncate(atOffset: try handle.seekToEnd() + UInt64(rows) * 4096 * 4)
    try handle.close()
    let output = try folder.write("out.npy", "precious")
    let process = try Tool.start([
      "pairwise", input, "--rows", "0..<20000", "--output", output, "--heatmap",
      folder.path("out.svg"),
    ])
    let deadline = Date().addingTimeInterval(20)
    while Tool.unfinished(process, in: folder) < 2, process.isRunning, Date() < deadline {
      usleep(10_000)
    }
    #expect(Tool.unfinished(process, in: folder) == 2, "both outputs should have been begun")
    kill(process.processIdentifier, SIGINT)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    #expect(try folder.names() == ["out.npy", "zeros.npy"])
    #expect(try String(contentsOfFile: output, encoding: .utf8) == "precious")
  }

  @Test(arguments: [
    ["softmax", "x.npy", "y.csv", "--output", "m.safetensors"],
    ["gaussian", "--samples", "x.npy", "--components", "40", "--output", "m.safetensors"],
  ])
  func aFitLeavesNoUnfinishedFile(arguments: [String]) throws {
    let folder = try TemporaryFolder()
    var values: [[Float]] = []
    for row in 0..<6000 {
      values.append((0..<64).map { sin(Float(row * 64 + $0) * 1.37) })
    }
    _ = try folder.write("x.npy", NPY.floats(values))
    _ = try folder.write("y.csv", (0..<6000).map { "\($0 % 60)\n" }.joined())
    let output = try folder.write("m.safetensors", "precious")
    let files = ["x.npy", "y.csv", "m.safetensors"]
    let process = try Tool.start(
      ["fit"] + arguments.map { files.contains($0) ? folder.path($0) : $0 })
    let deadline = Date().addingTimeInterval(20)
    while Tool.unfinished(process, in: folder) < 1, process.isRunning, Date() < deadline {
      usleep(10_000)
    }
    #expect(Tool.unfinished(process, in: folder) == 1, "the output should have been begun")
    kill(process.processIdentifier, SIGINT)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    #expect(try folder.names() == ["m.safetensors", "x.npy", "y.csv"])
    #expect(try String(contentsOfFile: output, encoding: .utf8) == "precious")
  }

  @Test func anInputThatShrinksIs74() throws {
    let folder = try TemporaryFolder()
    let rows = 1 << 18
    let input = try folder.write("zeros.npy", NPY.header("<f4", shape: "(\(rows), 4096)"))
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: input))
    let start = try handle.seekToEnd()
    try handle.truncate(atOffset: start + UInt64(rows) * 4096 * 4)
    let process = try Tool.start(["evaluate", input, input, "--output", folder.path("out.npy")])
    let deadline = Date().addingTimeInterval(20)
    while Tool.unfinished(process, in: folder) < 1, process.isRunning, Date() < deadline {
      usleep(10_000)
    }
    try handle.truncate(atOffset: start)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 74)
    #expect(try folder.names() == ["zeros.npy"])
  }
}
