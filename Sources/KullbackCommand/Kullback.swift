internal import ArgumentParser
internal import Kullback
internal import KullbackFiles
internal import KullbackSystem

/// The command `kullback`: what it is called, and how it ends.
@main
struct KullbackTool: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kullback",
    abstract: "Kullback-Leibler divergences of many distributions, at the speed of memory.",
    discussion: """
      Example:
        kullback evaluate original.npy quantised.npy

      Text, comma- or tab-separated: the first row is a header when none of its cells is a number, when it \
      alone stands in quotes, or when it counts from 0 or 1 over three columns or more above rows with decimal \
      points. Leading columns are labels that the header does not name, or calls id, index, row or \
      something_id, or of which most cells are words. All other cells have to be numbers. What these \
      rules leave open is refused: --header, --label-columns, --columns, --transpose and --long decide. \
      The report says what was taken for what.

      Exit codes: 0 done; 64 bad command line; 65 rows were invalid, or an input is malformed; \
      66 an input cannot be read; 71 not enough memory; 73 an output cannot be created; 74 an input or output error in \
      the middle; 130 interrupted. An output file is replaced only when the new one is whole.
      """,
    version: "kullback \(version)",
    subcommands: [
      EvaluateCommand.self, MergeCommand.self, CompareCommand.self, PairwiseCommand.self,
      NearestCommand.self,
      ClusterCommand.self, FitCommand.self, PredictCommand.self, FamilyCommand.self,
      EntropyCommand.self,
      LogSoftmaxCommand.self, CrossEntropyCommand.self, InfoCommand.self,
    ])

  static let version = Machine.libraryVersion

  static func main() {
    Allocator.prepare()
    Signals.install()
    end(run(nil))
  }

  private static func run(_ arguments: [String]?) -> Status {
    do {
      var command = try parseAsRoot(arguments)
      try DeclaredFiles(of: command).check()
      try command.run()
      return .done
    } catch let failure as Failure {
      explain(failure)
      return failure.status
    } catch let ended as Ended {
      return ended.status
    } catch let error as KullbackError {
      let failure = Failure(error, in: "inputs")
      explain(failure)
      return failure.status
    } catch {
      return answer(error)
    }
  }

  private static func explain(_ failure: Failure) {
    StandardStreams.complain("kullback: \(failure.message)")
    if let hint = failure.hint { StandardStreams.complain("  hint: \(hint)") }
    for output in UnfinishedFiles.written {
      StandardStreams.complain("kullback: before that this was written: \(output)")
    }
  }

  /// What the argument parser has to say: help, the version, a completion script, or what is wrong
  /// with the command line.
  private static func answer(_ error: any Error) -> Status {
    let text = fullMessage(for: error)
    guard exitCode(for: error).isSuccess else {
      StandardStreams.complain(text)
      return .usage
    }
    do {
      try StandardStreams.print(text.hasSuffix("\n") ? text : text + "\n")
      return .done
    } catch {
      explain(error)
      return error.status
    }
  }
}

/// Ends the process without OpenBLAS's shutdown, which waits for threads that may wait for memory for ever.
private func end(_ status: Status) -> Never {
  _exit(status.rawValue)
}
