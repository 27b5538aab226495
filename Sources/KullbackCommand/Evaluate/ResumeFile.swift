internal import Kullback
internal import KullbackFiles
internal import KullbackSystem

/// The file of `evaluate --resume`: what was found of the rows so far, written every few seconds, so that an
/// interrupted run can go on.
///
/// It is of use to the same command line alone, over inputs that nobody has written to since: what was found of one
/// model must not become part of another's.
final class ResumeFile {
  /// What tells whether an input is the one that was read.
  private struct Stamp: Codable, Equatable {
    let path: String
    let bytes: Int
    let seconds: Int
    let nanoseconds: Int
  }

  /// What is written.
  private struct Contents: Codable {
    var kullback = "resume"
    let version: String
    let commandLine: [String]
    let inputs: [Stamp]
    let part: EvaluationPart
    let labels: LabelledRows.Found?
  }

  /// What an earlier run has found.
  let part: EvaluationPart?
  let labels: LabelledRows.Found?
  private let path: String
  private let commandLine: [String]
  private let inputs: [Stamp]
  private let interval: Duration
  private var latest = ContinuousClock.now
  private var cost = Duration.zero

  /// Reads what an earlier run has left, if one has.
  ///
  /// - Parameters:
  ///   - command: what is to be done, and `commandLine` its words.
  ///   - interval: the least time between two writings, which take a twentieth of it at most.
  /// - Throws: a `Failure` where it is of another command line, or of inputs that have changed.
  init(
    _ output: OutputPath, of command: EvaluateCommand,
    commandLine: [String] = Array(CommandLine.arguments.dropFirst()),
    interval: Duration = .seconds(2)
  ) throws(Failure) {
    path = output.path
    (self.commandLine, self.interval) = (commandLine, interval)
    inputs = DeclaredFiles(of: command).inputFiles.compactMap { path in
      FilePlace.status(path).map { status in
        Stamp(
          path: path, bytes: Int(status.st_size), seconds: status.st_mtim.tv_sec,
          nanoseconds: status.st_mtim.tv_nsec)
      }
    }
    guard let status = FilePlace.status(path), status.st_size > 0 else {
      (part, labels) = (nil, nil)
      return
    }
    let contents: Contents = try JSON.read(
      InputPath(argument: path), writtenBy: "evaluate --resume")
    guard contents.kullback == "resume", contents.version == KullbackTool.version,
      contents.commandLine == commandLine
    else {
      throw Failure(
        .invalidData, "\(path): kept by another command line, or another version",
        hint: "kullback " + contents.commandLine.joined(separator: " "))
    }
    guard contents.inputs == inputs else {
      throw Failure(
        .invalidData, "\(path): kept of inputs that have been written to since",
        hint: "remove it to begin anew")
    }
    (part, labels) = (contents.part, contents.labels)
  }

  /// Writes what has been found where the last writing is long enough ago.
  func keep(_ stream: EvaluationStream, _ labels: LabelledRows?) throws(Failure) {
    let began = ContinuousClock.now
    guard began - latest >= max(interval, cost * 20) else { return }
    let text = try JSON.text(
      Contents(
        version: KullbackTool.version, commandLine: commandLine, inputs: inputs,
        part: EvaluationPart(stream), labels: labels?.found))
    try Output.write(text, to: path)
    latest = ContinuousClock.now
    cost = latest - began
  }

  /// Removes the file, of which nothing is left to do.
  func remove() {
    // SAFETY: the path is a C string for the call.
    _ = unsafe unlink(path)
  }
}
