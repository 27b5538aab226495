/// How fast the work went, from the first byte that was read to the last result.
struct Rate: Encodable {
  let seconds: Double
  let rowsPerSecond: Double
  let bytesPerSecond: Double

  init(rows: Int, bytes: Int, elapsed: Duration) {
    // A clock that did not move between two readings must not make the rate infinite.
    seconds = max(elapsed.seconds, 1e-9)
    rowsPerSecond = Double(rows) / seconds
    bytesPerSecond = Double(bytes) / seconds
  }

  /// As in "2,048 rows in 120 ms: 17.1 k rows/s, 4.38 GB/s".
  func line(rows: Int) -> String {
    "\(Format.count(rows, "row")) in \(Format.time(seconds)): "
      + Format.rate(rowsPerSecond, "rows/s", isWord: true) + ", "
      + Format.rate(bytesPerSecond, "B/s")
  }
}
