internal import CKullback
internal import Kullback
internal import KullbackInference
internal import KullbackMatrix

/// How a call runs: what its `kullback_run` says.
struct Call {
  /// Nil: the library's choice.
  let threads: Int?
  /// Nil: the library's choice.
  let workingMemory: Int?
  private let words: Words

  /// The words that another thread reads and writes meanwhile.
  @safe
  struct Words: @unchecked Sendable {
    @unsafe let cancel: UnsafePointer<Int32>?
    @unsafe let progress: UnsafeMutablePointer<Int64>?

    var isCancelled: Bool {
      guard let cancel = unsafe cancel else { return false }
      // SAFETY: the caller's word, which is there until the call returns.
      return unsafe kvw_load(cancel) != 0
    }

    func note(_ done: Int, of total: Int) {
      guard let progress = unsafe progress else { return }
      // SAFETY: two words of the caller's, which are there until the call returns.
      unsafe kvw_store(progress + 1, Int64(total))
      unsafe kvw_store(progress, Int64(done))
    }
  }

  /// Writes what is done to the caller's words, and throws where the caller has the call end.
  func progress(_ done: Int, _ total: Int) throws {
    words.note(done, of: total)
    if words.isCancelled { throw CancellationError() }
  }

  private init(_ run: kullback_run?) throws {
    guard let run = unsafe run else {
      (threads, workingMemory) = (nil, nil)
      words = unsafe Words(cancel: nil, progress: nil)
      return
    }
    guard unsafe (0...1024).contains(run.threads) else {
      throw Refusal("\(unsafe run.threads) threads: there must be 1 to 1024, or 0")
    }
    threads = unsafe run.threads == 0 ? nil : Int(run.threads)
    // As much as there can be, and not so little that tiles have no room.
    workingMemory =
      unsafe run.working_memory == 0
      ? nil : Int(min(max(run.working_memory, 1 << 20), 1 << 46))
    words = unsafe Words(cancel: run.cancel, progress: run.progress)
    try unsafe checkAlignment(run.cancel, "cancel")
    try unsafe checkAlignment(run.progress, "progress")
  }

  /// Runs a call and says what became of it.
  static func run(
    _ pointer: UnsafePointer<kullback_run>?, _ body: (Call) throws -> Void
  ) -> kullback_status {
    var run: kullback_run?
    do {
      if let pointer = unsafe pointer {
        unsafe run = try structure(pointer, "run", \.size)
      }
      let call = try unsafe Call(run)
      let words = call.words
      if words.isCancelled { return KULLBACK_CANCELLED }
      try withCancellation(when: { words.isCancelled }) { try body(call) }
      return KULLBACK_OK
    } catch {
      let status = status(of: error)
      if status != KULLBACK_CANCELLED {
        _ = unsafe write("\(error)", run?.message, run?.message_size ?? 0)
      }
      return status
    }
  }

  private static func status(of error: any Error) -> kullback_status {
    switch error {
    case is CancellationError: KULLBACK_CANCELLED
    case is NoRoom: KULLBACK_TOO_SMALL
    case is Refusal, is KullbackError, is MatrixError: KULLBACK_INVALID
    case let error as InferenceError: error.isOfData ? KULLBACK_FAILED : KULLBACK_INVALID
    default: KULLBACK_FAILED
    }
  }
}

extension InferenceError {
  /// Whether the call was right, and its data have no answer.
  fileprivate var isOfData: Bool {
    switch self {
    case .collapsedComponent, .notFiniteAtStart, .notPositiveDefinite, .outOfRange, .noDensity,
      .invalidDensity, .linearAlgebra, .dependentColumn, .coincidingSamples:
      true
    default: false
    }
  }
}

extension NoRoom: CustomStringConvertible {
  var description: String { "the memory for the results is too small" }
}

/// Writes a text and a NUL to as many bytes as there are; returns how many all of it takes.
func write(_ text: String, _ bytes: UnsafeMutablePointer<CChar>?, _ size: UInt64) -> UInt64 {
  let all = Array(text.utf8)
  guard let bytes = unsafe bytes, size > 0 else { return UInt64(all.count + 1) }
  var count = Int(min(UInt64(all.count), size - 1))
  // Not in the middle of a character.
  while count < all.count, count > 0, all[count] & 0xC0 == 0x80 { count -= 1 }
  // SAFETY: the caller has `size` bytes, which are more than `count`.
  for place in 0..<count { unsafe bytes[place] = CChar(bitPattern: all[place]) }
  unsafe bytes[count] = 0
  return UInt64(all.count + 1)
}
