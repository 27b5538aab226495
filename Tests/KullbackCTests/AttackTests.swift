import CKullback
import Kullback
import Testing

/// Arguments that are wrong in every way that was thought of: none ends the process, each says what is wrong.
@Suite struct AttackTests {
  @Test func thePlainCallIsRight() throws {
    let caller = Caller()
    let (p, q) = try caller.sets()
    let found = caller.evaluate()
    #expect(found.status == KULLBACK_OK)
    #expect(Array(found.values[..<4]) == (try forwardKL(target: p, model: q, threads: 1)))
    #expect(Array(found.rows[..<5]) == [0, 0, 0, 0, 99])
  }

  /// Changes of a set that make it one that cannot be, and a word of what is said.
  nonisolated(unsafe) static let wrongSets: [(String, (inout kullback_set) -> Void)] = [
    ("size", { $0.size = 0 }),
    ("size", { $0.size = 79 }),
    ("size", { $0.size = .max }),
    ("lie 0 elements apart", { $0.row_stride = 0 }),
    ("lie 4 elements apart", { $0.row_stride = 4 }),
    ("lie -8 elements apart", { $0.row_stride = -8 }),
    ("larger than memory", { $0.row_stride = .max }),
    ("larger than memory", { $0.row_stride = .min }),
    ("apart", { $0.column_stride = 0 }),
    ("apart", { $0.column_stride = -1 }),
    ("larger than memory", { $0.column_stride = .max }),
    ("rows", { $0.rows = -1 }),
    ("columns", { $0.columns = -1 }),
    ("larger than memory", { ($0.rows, $0.columns) = (1 << 62, 1 << 62) }),
    ("larger than memory", { ($0.rows, $0.columns, $0.row_stride) = (1 << 50, 1, 1) }),
    ("element type", { $0.element = 77 }),
    ("element type", { $0.element = -1 }),
    ("element type", { $0.element = 256 }),
    ("form", { $0.form = 9 }),
    ("form", { $0.form = -1 }),
    ("reserved", { $0.reserved = 1 }),
    ("NULL", { $0.base = nil }),
    ("no classes", { $0.columns = 0 }),
    ("temperature", { $0.temperature = .nan }),
    ("temperature", { $0.temperature = 0 }),
    ("temperature", { $0.temperature = -.infinity }),
    ("smoothing", { $0.smoothing = -1 }),
    ("smoothing", { $0.smoothing = .nan }),
    ("tolerance", { $0.tolerance = .nan }),
    ("weights", { $0.element = KULLBACK_INT32 }),
  ]

  @Test(arguments: wrongSets.indices) func aWrongSetIsRefused(index: Int) {
    let (word, change) = Self.wrongSets[index]
    let caller = Caller()
    let first = caller.evaluate(target: change)
    #expect(first.status == KULLBACK_INVALID)
    #expect(caller.message.contains(word), "\(caller.message)")
    #expect(first.values.allSatisfy { $0 == -1 })
    let second = caller.evaluate(model: change)
    #expect(second.status == KULLBACK_INVALID)
    #expect(caller.message.contains(word), "\(caller.message)")
  }

  @Test func namesThatAreNoneAreRefused() {
    let caller = Caller()
    for name in [
      "", ",", "forward-kl,", "kl", "renyi:nan", "renyi:", "renyi:-1", "\u{FFFD}", "top-overlap:0",
    ] {
      #expect(caller.evaluate(name).status == KULLBACK_INVALID, "\(name)")
      #expect(!caller.message.isEmpty)
    }
    #expect(caller.evaluate(nil).status == KULLBACK_INVALID)
    #expect(caller.message == "measures is NULL")
  }

  @Test func aMeasureTwiceIsThereTwice() {
    let found = Caller().evaluate("forward-kl,forward-kl")
    #expect(found.status == KULLBACK_OK)
    #expect(Array(found.values[..<4]) == Array(found.values[4..<8]))
  }

  @Test func shapesThatDoNotFitAreRefused() {
    let caller = Caller()
    #expect(caller.evaluate(target: { $0.rows = 3 }).status == KULLBACK_INVALID)
    #expect(caller.message.contains("the rows differ"))
    #expect(caller.evaluate(rows: 3).status == KULLBACK_INVALID)
    #expect(caller.message.contains("results are 1 x 4"))
    #expect(caller.evaluate(rows: -1).status == KULLBACK_INVALID)
    #expect(caller.evaluate("forward-kl,reverse-kl", stride: 3).status == KULLBACK_INVALID)
    #expect(caller.evaluate("forward-kl,reverse-kl", stride: .min).status == KULLBACK_INVALID)
    #expect(caller.evaluate("forward-kl,reverse-kl", stride: .max).status == KULLBACK_INVALID)
  }

  @Test func noRowsAreNoRows() {
    let caller = Caller()
    let none: (inout kullback_set) -> Void = { set in
      set.rows = 0
      set.base = nil
    }
    let found = caller.evaluate(rows: 0, target: none, model: none)
    #expect(found.status == KULLBACK_OK)
    #expect(found.values[0] == -1)
  }

  @Test func oneRowGoesWithAll() throws {
    let found = Caller().evaluate(target: { $0.rows = 1 })
    #expect(found.status == KULLBACK_OK)
    #expect(found.values[..<4].allSatisfy { $0 >= 0 })
  }

  @Test func nothingAtAllIsRefused() {
    #expect(kullback_evaluate(nil, nil, nil, nil, 0, 0, nil, nil) == KULLBACK_INVALID)
    #expect(kullback_log_softmax(nil, nil, nil, nil) == KULLBACK_INVALID)
    #expect(kullback_softmax(nil, nil, nil, nil) == KULLBACK_INVALID)
    #expect(kullback_entropy(nil, nil, nil, nil) == KULLBACK_INVALID)
    #expect(kullback_log_sum_exp(nil, nil, nil, nil) == KULLBACK_INVALID)
    #expect(kullback_cross_entropy(nil, nil, nil, nil, nil, nil) == KULLBACK_INVALID)
    #expect(kullback_gradient(nil, nil, nil, nil, nil, nil, nil) == KULLBACK_INVALID)
    #expect(kullback_pairwise(nil, nil, nil, nil, nil, nil, nil, nil) == KULLBACK_INVALID)
    #expect(
      kullback_nearest(nil, nil, nil, 0, 0, nil, nil, nil, nil, nil) == KULLBACK_INVALID)
    #expect(
      kullback_within(nil, nil, nil, 0, 0, nil, nil, nil, 0, nil, nil, nil)
        == KULLBACK_INVALID)
    #expect(kullback_measure(nil, nil, 0, nil, nil) == KULLBACK_INVALID)
  }

  @Test func aWrongRunIsRefused() {
    let caller = Caller()
    for threads: Int32 in [-1, 1025, .max, .min] {
      let status = caller.run({ $0.threads = threads }) { run in
        var values = [Double](repeating: 0, count: 4)
        return caller.withSet { set in kullback_entropy(set, &values, nil, run) }
      }
      #expect(status == KULLBACK_INVALID)
      #expect(caller.message.contains("threads"))
    }
    let status = caller.run({ $0.size = 8 }) { run in
      caller.withSet { set in kullback_entropy(set, nil, nil, run) }
    }
    #expect(status == KULLBACK_INVALID)
  }

  @Test func memoryThatIsReadIsNotWritten() {
    let caller = Caller()
    var memory = caller.logits
    let status = caller.run { run in
      memory.withUnsafeMutableBufferPointer { memory in
        var set = kullback_set_of(
          memory.baseAddress, KULLBACK_FLOAT32, KULLBACK_LOGITS, 4, 8)
        var result = kullback_result_of(memory.baseAddress, KULLBACK_FLOAT32, 4, 8)
        return kullback_log_softmax(&set, &result, nil, run)
      }
    }
    #expect(status == KULLBACK_INVALID)
    #expect(caller.message.contains("overlaps"))
    #expect(memory == caller.logits)
  }

  @Test func aCancelledCallSaysSo() {
    let caller = Caller()
    var cancel: Int32 = 1
    let status = withUnsafePointer(to: &cancel) { word in
      caller.run({ $0.cancel = word }) { run in
        var values = [Double](repeating: 0, count: 4)
        return caller.withSet { set in kullback_entropy(set, &values, nil, run) }
      }
    }
    #expect(status == KULLBACK_CANCELLED)
  }
}
