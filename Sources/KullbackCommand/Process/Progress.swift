internal import Synchronization
internal import KullbackSystem

/// A bar on standard error: only where that is a terminal, only for work that takes a while, and
/// gone when the work is done.
final class Progress {
  private let isShown: Bool
  private let started = ContinuousClock.now
  private var lastDrawn = ContinuousClock.now
  private let total: Int
  private let unit: String

  init(total: Int, of unit: String = "rows", quiet: Bool) {
    self.total = total
    self.unit = unit
    isShown = !quiet && total > 0 && Terminal.isTerminal(STDERR_FILENO)
  }

  /// Draws the bar, ten times a second at most.
  func update(_ completed: Int) {
    guard isShown else { return }
    let now = ContinuousClock.now
    guard now - lastDrawn >= .milliseconds(100), now - started >= .milliseconds(200) else { return }
    lastDrawn = now
    Signals.barIsShown.store(true, ordering: .relaxed)
    _ = StandardStreams.write(
      "\r" + bar(completed, after: now - started) + "\u{1B}[K", to: STDERR_FILENO)
  }

  /// Erases the bar.
  func finish() {
    guard Signals.barIsShown.exchange(false, ordering: .relaxed) else { return }
    _ = StandardStreams.write("\r\u{1B}[K", to: STDERR_FILENO)
  }

  private func bar(_ completed: Int, after elapsed: Duration) -> String {
    let cells = 30
    let share = Double(completed) / Double(total)
    let full = Int(share * Double(cells))
    let picture = String(repeating: "#", count: full) + String(repeating: ".", count: cells - full)
    let remaining = share > 0 ? elapsed.seconds / share * (1 - share) : 0
    return "[\(picture)] \(Int(share * 100)) %  \(completed) of \(total) \(unit), "
      + "\(Format.time(remaining)) left"
  }
}

extension Duration {
  /// This duration in seconds.
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
