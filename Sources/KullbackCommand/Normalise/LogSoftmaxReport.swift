/// What `log-softmax` says.
struct LogSoftmaxReport: Encodable {
  let input: InputReport
  let output: String
  let written: String
  let invalid: InvalidRows
  let rate: Rate

  /// The report of so many rows as lines.
  func lines(of rows: Int) -> [String] {
    InputReport.lines([("input", input)]) + invalid.lines(of: rows) + [rate.line(rows: rows)]
  }
}
