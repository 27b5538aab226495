/// Options that say how a report is told.
protocol TellingOptions {
  var json: Bool { get }
  var quiet: Bool { get }
}

extension TellingOptions {
  /// Says a report on standard output: as JSON where that is asked for, else as lines unless nothing is to be said.
  func tell<Contents: Encodable>(
    _ contents: @autoclosure () throws -> Contents, lines: @autoclosure () throws -> [String]
  ) throws {
    if json {
      try StandardStreams.print(try JSON.text(try contents()))
    } else if !quiet {
      try StandardStreams.print(try lines().joined(separator: "\n") + "\n")
    }
  }
}

extension RunOptions: TellingOptions {
  /// Ends the command as one with invalid rows ends.
  func end(with invalid: InvalidRows) throws(Ended) {
    if invalid.count > 0, !allowInvalid { throw Ended(status: .invalidData) }
  }
}
