internal import Kullback

/// The work of `kullback info`: the machine, and how fast it is.
struct InfoRun {
  let command: InfoCommand

  func run() throws {
    let report = InfoReport(
      machine: try Machine(), readRate: try Machine.measureReadRate(),
      productRate: try Machine.measureProductRate())
    if command.json {
      try StandardStreams.print(try JSON.text(report))
    } else {
      try StandardStreams.print(report.lines.joined(separator: "\n") + "\n")
    }
  }
}
