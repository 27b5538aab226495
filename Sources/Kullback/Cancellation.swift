/// A question that work of this thread asks now and then: whether it shall stop.
private enum Cancellation {
  @TaskLocal static var isWanted: (@Sendable () -> Bool)?
}

/// Runs work that a condition ends: for callers who have no task to cancel.
///
/// Everything in this library that a cancelled task ends asks the condition too, in the thread that called it: after
/// every block of rows, band of pairs or iteration, or about so often. It then throws.
///
///     try withCancellation(when: { stop.load(ordering: .relaxed) }) {
///       try pairwise(.forwardKL, targets: p, models: q)
///     }
///
/// - Parameters:
///   - isWanted: becomes true when the work shall end; quick, as it is asked often.
///   - body: the work.
/// - Throws: `CancellationError` where the condition was met and the work asked, and whatever `body` throws.
public func withCancellation<Result>(
  when isWanted: @escaping @Sendable () -> Bool, _ body: () throws -> Result
) throws -> Result {
  try Cancellation.$isWanted.withValue(isWanted, operation: body)
}

/// Throws where this work's task is cancelled or its caller has it end.
package func checkCancellation() throws {
  try Task.checkCancellation()
  if let isWanted = Cancellation.isWanted, isWanted() { throw CancellationError() }
}
