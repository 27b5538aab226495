import KullbackKernels
import Testing

/// Cuts rows into short segments for a test or a suite.
struct SegmentTrait: TestTrait, SuiteTrait, TestScoping {
  let classes: Int

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await Segments.$length.withValue(classes) { try await function() }
  }
}

extension Trait where Self == SegmentTrait {
  /// Rows of more classes than these are evaluated in segments.
  static func segments(of classes: Int) -> Self { Self(classes: classes) }
}

/// Lengths of rows with 1, 2, 3 and many segments of 512, the last of which is short, nearly whole or whole.
let segmentedLengths = [512, 513, 1536, 2100]
