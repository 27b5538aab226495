import CKullback
import Testing

/// Structures and numbers drawn at random, wrong ones among them: every call returns, and says why where it is refused.
///
/// What is kept is the caller's promise alone: memory is as large as is said, or so large that nobody has it.
@Suite struct FuzzTests {
  /// Draws numbers; the same from the same seed.
  private struct Dice {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }

    mutating func of<Value>(_ values: [Value]) -> Value {
      values[Int(next() % UInt64(values.count))]
    }

    /// True once in so many.
    mutating func once(in count: UInt64) -> Bool { next() % count == 0 }

    /// Up to 8, as a rule; else what nothing can have.
    mutating func count() -> Int64 {
      once(in: 12) ? of([-1, .min, .max, 1 << 48, 1 << 62, -(1 << 40)]) : Int64(next() % 9)
    }

    mutating func number() -> Double {
      of([0, 1, 1, 1, 0.5, 2, -1, 1e300, 1e-300, .infinity, -.infinity, .nan, 1e-6, 100])
    }

    mutating func code(_ most: Int32) -> Int32 {
      once(in: 12) ? of([-1, most + 1, .max, .min]) : Int32(next() % UInt64(most + 1))
    }
  }

  /// Memory that is enough for all that is said of it: 2048 bytes are the most that 8 rows of 8 numbers with strides
  /// of up to 32 take, but for sets.
  private static let room = 1 << 16

  private struct Memory {
    let base = UnsafeMutableRawPointer.allocate(byteCount: FuzzTests.room, alignment: 64)

    init(_ dice: inout Dice) {
      let elements: [Float] = [0, 1, 2, 0.5, -1, .nan, .infinity, -.infinity, 1e-30, 3, 4, 5]
      let isGood = dice.once(in: 2)
      for place in 0..<FuzzTests.room / 8 {
        let value = isGood ? Float(dice.next() % 7) / 4 : dice.of(elements)
        // As two Floats or as one Double.
        if dice.once(in: 2) {
          base.storeBytes(of: value, toByteOffset: place * 8, as: Float.self)
          base.storeBytes(of: value, toByteOffset: place * 8 + 4, as: Float.self)
        } else {
          base.storeBytes(of: Double(value), toByteOffset: place * 8, as: Double.self)
        }
      }
    }

    func pointer<Value>(_ dice: inout Dice, as _: Value.Type) -> UnsafeMutablePointer<Value>? {
      if dice.once(in: 15) { return nil }
      let offset = dice.once(in: 20) ? 1 : 0
      return (base + offset).assumingMemoryBound(to: Value.self)
    }
  }

  private static func size<Value>(_: Value.Type, _ dice: inout Dice) -> UInt32 {
    dice.once(in: 40)
      ? UInt32(truncatingIfNeeded: dice.next())
      : UInt32(MemoryLayout<Value>.size)
  }

  private static func set(_ dice: inout Dice, _ memory: Memory) -> kullback_set {
    let columns = dice.count()
    return kullback_set(
      size: size(kullback_set.self, &dice), element: dice.code(5), form: dice.code(3),
      reserved: dice.once(in: 50) ? 1 : 0, base: memory.pointer(&dice, as: UInt8.self),
      rows: dice.count(), columns: columns,
      row_stride: dice.once(in: 3) ? dice.count() : columns,
      column_stride: dice.once(in: 6) ? dice.count() : 1,
      temperature: dice.once(in: 3) ? dice.number() : 1,
      smoothing: dice.once(in: 3) ? dice.number() : 0,
      tolerance: dice.once(in: 2) ? dice.number() : -1)
  }

  private static func result(_ dice: inout Dice, _ memory: Memory, _ set: kullback_set)
    -> kullback_result
  {
    let columns = dice.once(in: 8) ? dice.count() : set.columns
    return kullback_result(
      size: size(kullback_result.self, &dice), element: dice.code(5),
      base: memory.pointer(&dice, as: UInt8.self),
      rows: dice.once(in: 8) ? dice.count() : set.rows, columns: columns,
      row_stride: dice.once(in: 4) ? dice.count() : columns)
  }

  private static func name(_ dice: inout Dice) -> String {
    dice.of([
      "forward-kl", "reverse-kl", "cross-entropy", "jensen-shannon", "renyi:2", "top-overlap:3",
      "forward-kl,jeffreys", "", "nothing", "renyi:", "skew:0.5", "top-rank",
    ])
  }

  /// Calls one function with what is drawn.
  private static func call(_ dice: inout Dice) -> (kullback_status, String) {
    let memories = (0..<6).map { _ in Memory(&dice) }
    defer { for memory in memories { memory.base.deallocate() } }
    let message = UnsafeMutablePointer<CChar>.allocate(capacity: 256)
    defer { message.deallocate() }
    message.initialize(repeating: 0, count: 256)
    var cancel: Int32 = dice.once(in: 20) ? 1 : 0
    var (first, second) = (set(&dice, memories[0]), set(&dice, memories[1]))
    if dice.once(in: 2) { (second.rows, second.columns) = (first.rows, first.columns) }
    if dice.once(in: 2) { second.row_stride = second.columns }
    var output = result(&dice, memories[2], first)
    let name = name(&dice)
    let count = dice.count()
    let doubles = memories[3].pointer(&dice, as: Double.self)
    let integers = memories[4].pointer(&dice, as: Int64.self)
    let bytes = memories[5].pointer(&dice, as: UInt8.self)
    let hasSecond = !dice.once(in: 4)
    var labels = kullback_labels(
      size: size(kullback_labels.self, &dice), element: dice.once(in: 3) ? dice.code(5) : 4,
      base: memories[4].pointer(&dice, as: UInt8.self),
      count: dice.once(in: 4) ? dice.count() : first.rows,
      stride: dice.once(in: 4) ? dice.count() : 1, ignored: dice.count(),
      has_ignored: dice.code(1), reserved: 0, smoothing: dice.once(in: 3) ? dice.number() : 0,
      class_weights: nil, class_weight_count: 0)
    if dice.once(in: 4) {
      labels.class_weights = UnsafePointer(memories[3].pointer(&dice, as: Double.self))
      labels.class_weight_count = dice.once(in: 3) ? dice.count() : first.columns
    }
    var cluster = kullback_cluster_options(
      size: size(kullback_cluster_options.self, &dice), divergence: dice.code(1), clusters: count,
      seed: dice.next(), maximum_iterations: min(dice.count(), 20), restarts: min(dice.count(), 3),
      tolerance: dice.once(in: 3) ? dice.number() : 0)
    var clusters = kullback_cluster_result()
    clusters.size = size(kullback_cluster_result.self, &dice)
    (clusters.assignments, clusters.centroids) = (integers, doubles)
    var part = kullback_cluster_part(
      size: size(kullback_cluster_part.self, &dice), divergence: dice.code(1), clusters: count,
      classes: dice.once(in: 4) ? dice.count() : first.columns, sums: doubles, sizes: integers,
      objective: memories[2].pointer(&dice, as: Double.self))
    var matrix = kullback_matrix(
      size: size(kullback_matrix.self, &dice), element: dice.code(5), base: first.base,
      rows: first.rows, columns: first.columns, row_stride: first.row_stride,
      column_stride: first.column_stride)
    var softmax = kullback_softmax_options(
      size: size(kullback_softmax_options.self, &dice), has_intercepts: dice.code(1),
      forward_share: dice.number(), penalty: dice.number(), temperature: dice.number(),
      label_smoothing: dice.once(in: 3) ? dice.number() : 0, gradient_tolerance: dice.number(),
      maximum_iterations: min(dice.count(), 20))
    var regression = kullback_softmax_result()
    regression.size = size(kullback_softmax_result.self, &dice)
    (regression.weights, regression.intercepts) = (
      doubles, memories[2].pointer(&dice, as: Double.self)
    )
    var mixture = kullback_mixture_options(
      size: size(kullback_mixture_options.self, &dice), is_diagonal: dice.code(1),
      components: count, restarts: min(dice.count(), 3), seed: dice.next(),
      regularisation: dice.once(in: 2) ? dice.number() : 1e-6,
      tolerance: dice.once(in: 2) ? dice.number() : 1e-9,
      maximum_iterations: min(dice.count(), 20))
    var fitted = kullback_mixture_result()
    fitted.size = size(kullback_mixture_result.self, &dice)
    fitted.weights = memories[1].pointer(&dice, as: Double.self)
    fitted.means = memories[2].pointer(&dice, as: Double.self)
    fitted.covariances = doubles
    let function = dice.next() % 18
    let number = dice.number()
    let status: kullback_status = withUnsafePointer(to: &cancel) { cancel in
      var run = kullback_run(
        size: size(kullback_run.self, &dice), threads: dice.once(in: 20) ? dice.code(2000) : 2,
        cancel: cancel, progress: nil, message: message, message_size: 256,
        working_memory: dice.once(in: 3) ? dice.next() : 0)
      switch function {
      case 0:
        return kullback_evaluate(
          &first, &second, name, doubles, dice.once(in: 4) ? count : max(first.rows, second.rows),
          count, bytes, &run)
      case 1: return kullback_log_softmax(&first, &output, bytes, &run)
      case 2: return kullback_softmax(&first, &output, bytes, &run)
      case 3: return kullback_entropy(&first, doubles, bytes, &run)
      case 4: return kullback_log_sum_exp(&first, doubles, bytes, &run)
      case 5: return kullback_cross_entropy(&labels, &first, doubles, nil, bytes, &run)
      case 6: return kullback_gradient(name, &first, &second, &output, doubles, bytes, &run)
      case 7:
        output.columns = hasSecond ? second.rows : first.rows
        output.row_stride = output.columns
        return hasSecond
          ? kullback_pairwise(name, &first, &second, &output, bytes, nil, integers, &run)
          : kullback_pairwise(name, &first, nil, &output, nil, bytes, integers, &run)
      case 8:
        return hasSecond
          ? kullback_nearest(
            name, &first, &second, count, 1, integers, doubles, nil, bytes, &run)
          : kullback_nearest(name, &first, nil, count, 0, integers, doubles, bytes, nil, &run)
      case 9:
        return kullback_within(
          name, &first, &second, number, 0, integers, nil, doubles, count, bytes, nil, &run)
      case 10: return kullback_cluster_fit(&first, &cluster, &clusters, bytes, &run)
      case 11:
        return kullback_cluster_assign(
          &first, cluster.divergence, doubles, count, integers, nil, bytes, &run)
      case 12:
        return kullback_cluster_step(
          &first, memories[3].pointer(&dice, as: Double.self), &part, nil, nil, bytes, &run)
      case 13:
        var other = part
        other.sums = memories[3].pointer(&dice, as: Double.self)
        return kullback_cluster_merge(&part, &other, &run)
      case 14: return kullback_cluster_centroids(&part, doubles, doubles, &run)
      case 15:
        return kullback_family(
          dice.of(["normal", "gamma", "categorical", "binomial", "von-mises", "?"]), doubles,
          count, memories[2].pointer(&dice, as: Double.self), dice.once(in: 2) ? count : 1,
          dice.of([0, 1, 2, 3, -1, .max]), memories[1].pointer(&dice, as: Double.self), count,
          bytes, &run)
      case 16:
        return hasSecond
          ? kullback_fit_softmax(
            &matrix, &labels, nil, count, nil, &softmax, &regression, &run)
          : kullback_fit_softmax(
            &matrix, nil, &second, count, nil, &softmax, &regression, &run)
      default: return kullback_fit_mixture(&matrix, nil, &mixture, &fitted, &run)
      }
    }
    return (status, String(cString: message))
  }

  @Test(arguments: 0..<24) func everyCallReturns(seed: UInt64) {
    var dice = Dice(state: seed)
    var counts: [kullback_status: Int] = [:]
    for _ in 0..<250 {
      let (status, message) = Self.call(&dice)
      counts[status, default: 0] += 1
      #expect(status != KULLBACK_INTERNAL)
      #expect(status >= KULLBACK_OK && status <= KULLBACK_FAILED)
      if status == KULLBACK_INVALID, message.isEmpty {
        // A run that is itself at fault has no place for words.
        counts[-1, default: 0] += 1
      }
    }
    #expect(counts[KULLBACK_OK, default: 0] > 0)
    #expect(counts[-1, default: 0] < 30)
  }
}
