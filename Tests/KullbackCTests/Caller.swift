import CKullback
import Kullback

/// Someone who calls the C interface: memory, a structure for each argument, and what was said.
final class Caller {
  /// 4 rows of 8 logits, all different.
  let logits: [Float] = (0..<32).map { Float(($0 * 7) % 13) / 4 }
  /// 4 other rows.
  let others: [Float] = (0..<32).map { Float(($0 * 5) % 11) / 3 }
  /// What was said last.
  private(set) var message = ""

  /// A set of the first or the other rows, with changes.
  func withSet<Result>(
    of rows: [Float]? = nil, _ change: (inout kullback_set) -> Void = { _ in },
    _ body: (UnsafePointer<kullback_set>) throws -> Result
  ) rethrows -> Result {
    try (rows ?? logits).withUnsafeBufferPointer { memory in
      var set = kullback_set_of(
        memory.baseAddress, KULLBACK_FLOAT32, KULLBACK_LOGITS, 4, 8)
      change(&set)
      return try withUnsafePointer(to: &set) { try body($0) }
    }
  }

  /// A run whose message is kept.
  func run(
    _ change: (inout kullback_run) -> Void = { _ in },
    _ body: (UnsafePointer<kullback_run>) -> kullback_status
  ) -> kullback_status {
    var text = [CChar](repeating: 0, count: 400)
    let status = text.withUnsafeMutableBufferPointer { memory in
      var run = kullback_run_of(memory.baseAddress, UInt64(memory.count))
      run.threads = 1
      change(&run)
      return withUnsafePointer(to: &run) { body($0) }
    }
    message = written(in: text)
    return status
  }

  /// Forward KL by names of measures, of sets with changes.
  func evaluate(
    _ names: String? = "forward-kl", rows: Int64 = 4, stride: Int64? = nil, room: Int = 64,
    target: (inout kullback_set) -> Void = { _ in },
    model: (inout kullback_set) -> Void = { _ in }
  ) -> (status: kullback_status, values: [Double], rows: [UInt8]) {
    var values = [Double](repeating: -1, count: room)
    var rowStatus = [UInt8](repeating: 99, count: room)
    let status = run { run in
      withSet(target) { target in
        withSet(of: others, model) { model in
          guard let names else {
            return kullback_evaluate(
              target, model, nil, &values, rows, stride ?? rows, &rowStatus, run)
          }
          return kullback_evaluate(
            target, model, names, &values, rows, stride ?? rows, &rowStatus, run)
        }
      }
    }
    return (status, values, rowStatus)
  }

  /// The same sets in Swift.
  func sets() throws -> (target: DistributionSet, model: DistributionSet) {
    (
      try DistributionSet(logits: Matrix(logits, rows: 4, columns: 8)),
      try DistributionSet(logits: Matrix(others, rows: 4, columns: 8))
    )
  }
}

/// A text that a function writes to a caller's memory.
func text(_ body: (UnsafeMutablePointer<CChar>?, UInt64) -> UInt64) -> String {
  let needed = body(nil, 0)
  var bytes = [CChar](repeating: 1, count: Int(needed))
  bytes.withUnsafeMutableBufferPointer { _ = body($0.baseAddress, needed) }
  return written(in: bytes)
}

/// What is written in memory before the first NUL.
func written(in bytes: [CChar]) -> String {
  String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
