internal import Kullback

/// How fast pairs were compared.
struct PairRate: Encodable {
  let seconds: Double
  let pairsPerSecond: Double

  init(_ shape: Shape, elapsed: Duration) {
    // A clock that did not move between two readings must not make the rate infinite.
    seconds = max(elapsed.seconds, 1e-9)
    pairsPerSecond = Double(shape.rows) * Double(shape.columns) / seconds
  }

  /// As in "289 pairs in 2.1 ms: 138 k pairs/s".
  func line(_ shape: Shape) -> String {
    "\(Format.count(shape.rows * shape.columns, "pair")) in \(Format.time(seconds)): "
      + Format.rate(pairsPerSecond, "pairs/s", isWord: true)
  }
}
