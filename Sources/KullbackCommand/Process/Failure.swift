internal import Kullback
internal import KullbackFiles

/// How the process ends.
///
/// The numbers are those of sysexits.h where it has one.
enum Status: Int32 {
  case done = 0
  case usage = 64
  /// The input is malformed, or the work is done and some rows were invalid.
  case invalidData = 65
  case cannotRead = 66
  /// There is not enough memory.
  case noMemory = 71
  case cannotCreate = 73
  case inputOutput = 74
  case interrupted = 130
}

/// What stops a command: how the process ends, what went wrong, and what might help.
struct Failure: Error {
  let status: Status
  let message: String
  let hint: String?

  init(_ status: Status, _ message: String, hint: String? = nil) {
    self.status = status
    self.message = message
    self.hint = hint
  }
}

/// Ends the command with a status after everything has been said.
struct Ended: Error {
  let status: Status
}

extension Failure {
  /// An error of the library over the named files.
  init(_ error: KullbackError, in files: String) {
    switch error {
    case .instructionSet:
      self.init(.usage, error.description)
    case .unsupportedElements:
      self.init(.invalidData, "\(files): \(error)", hint: "--form weights")
    case .shapeMismatch(let target, let model) where target.columns != model.columns:
      let least = min(target.columns, model.columns)
      self.init(
        .invalidData, "\(files): \(error)",
        hint: least > 1 && (target.rows == model.rows || min(target.rows, model.rows) == 1)
          ? "--classes '..<\(least)' takes the first \(Format.count(least)) classes of both" : nil)
    case .shapeMismatch, .emptySet, .labelCount, .invalidClassWeights,
      .clusterCount(_, validRows: 0):
      self.init(.invalidData, "\(files): \(error)")
    default:
      self.init(.usage, error.description)
    }
  }
}

extension Failure {
  /// An error of a file.
  init(_ error: FileError) {
    let status: Status =
      switch error {
      case .cannotRead: .cannotRead
      case .malformed: .invalidData
      case .cannotCreate: .cannotCreate
      case .failed: .inputOutput
      case .noMemory, .tooLong: .noMemory
      }
    self.init(status, error.description)
  }
}
