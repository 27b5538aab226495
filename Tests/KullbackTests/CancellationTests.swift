import Kullback
import Synchronization
import Testing

/// Work that its caller ends: by what progress throws, and by a condition.
@Suite struct CancellationTests {
  private struct Enough: Error, Equatable {}

  private static func set(_ rows: Int = 40) throws -> DistributionSet {
    try DistributionSet(
      logits: Matrix((0..<rows * 6).map { Float(($0 * 31) % 17) / 3 }, rows: rows, columns: 6))
  }

  /// Everything that asks, by a name.
  private static let works:
    [(name: String, run: @Sendable ((Int, Int) throws -> Void) throws -> Void)] =
      [
        (
          "evaluate",
          { note in
            try withoutActuallyEscaping(note) { note in
              _ = try evaluate(target: set(), model: set(), measures: [.forwardKL], progress: note)
            }
          }
        ),
        (
          "evaluate into",
          { note in
            try withoutActuallyEscaping(note) { note in
              var values = Matrix<Double>(rows: 1, columns: 40)
              try evaluate(
                target: set(), model: set(), measures: [.forwardKL], into: &values, progress: note)
            }
          }
        ),
        (
          "gradient",
          { note in
            try withoutActuallyEscaping(note) { note in
              var values = Matrix<Float>(rows: 40, columns: 6)
              try gradient(
                of: .forwardKL, target: set(), model: set(), into: &values, progress: note)
            }
          }
        ),
        ("entropy", { note in _ = try evaluateEntropy(of: set(), progress: note) }),
        (
          "labels",
          { note in
            _ = try evaluate(
              labels: [Int](repeating: 1, count: 40), model: set(), progress: note)
          }
        ),
        (
          "normalisers",
          { note in
            try withoutActuallyEscaping(note) { _ = try set().logNormalisers(progress: $0) }
          }
        ),
        (
          "log-softmax",
          { note in
            try withoutActuallyEscaping(note) { note in
              var values = Matrix<Float>(rows: 40, columns: 6)
              try set().logProbabilities(into: &values, progress: note)
            }
          }
        ),
        (
          "pairwise",
          { note in
            try withoutActuallyEscaping(note) {
              _ = try pairwise(.jeffreys, of: set(), progress: $0)
            }
          }
        ),
        (
          "nearest",
          { note in
            try withoutActuallyEscaping(note) { _ = try set().nearest(2, to: set(), progress: $0) }
          }
        ),
        (
          "clusters",
          { note in
            try withoutActuallyEscaping(note) { note in
              _ = try set().clusters(into: 3) { iteration, _ in try note(iteration, 0) }
            }
          }
        ),
      ]

  @Test(arguments: works.indices) func whatProgressThrowsEndsIt(index: Int) {
    let work = Self.works[index]
    #expect(throws: Enough.self, "\(work.name)") { try work.run { _, _ in throw Enough() } }
  }

  @Test(arguments: works.indices) func aConditionEndsIt(index: Int) throws {
    let work = Self.works[index]
    #expect(throws: CancellationError.self, "\(work.name)") {
      try withCancellation(when: { true }) { try work.run { _, _ in } }
    }
    let isAsked = Atomic(false)
    try withCancellation(
      when: {
        isAsked.store(true, ordering: .relaxed)
        return false
      }
    ) { try work.run { _, _ in } }
    let wasAsked = isAsked.load(ordering: .relaxed)
    #expect(wasAsked, "\(work.name)")
  }

  @Test(arguments: works.indices) func rowsAreCounted(index: Int) throws {
    let work = Self.works[index]
    var last = (0, 0)
    try work.run { last = ($0, $1) }
    #expect(work.name == "clusters" || last == (40, 40), "\(work.name): \(last)")
  }
}
