internal import CVectorKernels

/// Partial states of one row, one a segment.
@safe
final class Partials: @unchecked Sendable {
  @unsafe let base: UnsafeMutablePointer<kvk_state>

  init(count: Int) {
    unsafe base = .allocate(capacity: count)
    unsafe base.initialize(repeating: kvk_state(), count: count)
  }

  deinit {
    unsafe base.deallocate()
  }
}
