import CKullback
import Kullback
import Testing

/// What the C interface computes is what the library computes, to the last bit.
@Suite struct ResultTests {
  @Test func columnsFollowTheirStride() throws {
    let caller = Caller()
    let (p, q) = try caller.sets()
    let found = caller.evaluate("reverse-kl,renyi:2,jensen-shannon-distance", stride: 7)
    #expect(found.status == KULLBACK_OK)
    let names = ["reverse-kl", "renyi:2", "jensen-shannon-distance"]
    for (index, name) in names.enumerated() {
      let wanted = try Measure.named(name).values(target: p, model: q)
      #expect(Array(found.values[index * 7..<index * 7 + 4]) == wanted)
    }
    #expect(found.values[4..<7].allSatisfy { $0 == -1 })
  }

  @Test func transposedRowsAreReadAsTheyLie() throws {
    let caller = Caller()
    let (p, q) = try caller.sets()
    let turned = (0..<32).map { caller.logits[($0 % 4) * 8 + $0 / 4] }
    var values = [Double](repeating: 0, count: 4)
    let status = caller.run { run in
      caller.withSet(
        of: turned, { ($0.row_stride, $0.column_stride) = (1, 4) }
      ) { target in
        caller.withSet(of: caller.others) { model in
          kullback_evaluate(target, model, "forward-kl", &values, 4, 4, nil, run)
        }
      }
    }
    #expect(status == KULLBACK_OK)
    #expect(values == (try forwardKL(target: p, model: q)))
  }

  /// More invalid rows than diagnostics list.
  @Test func everyInvalidRowHasItsReason() throws {
    let rows = 3000
    let target = [Float](repeating: .nan, count: rows * 2)
    let model = (0..<rows * 2).map { Float($0 % 3 == 0 ? Float.infinity : 1) }
    var values = [Double](repeating: 0, count: rows)
    var statuses = [UInt8](repeating: 0, count: rows)
    let caller = Caller()
    let status = caller.run { run in
      caller.withSet(
        of: target, { ($0.rows, $0.columns, $0.row_stride) = (Int64(rows), 2, 2) }
      ) { target in
        caller.withSet(
          of: model, { ($0.rows, $0.columns, $0.row_stride) = (Int64(rows), 2, 2) }
        ) { model in
          kullback_evaluate(
            target, model, "forward-kl", &values, Int64(rows), Int64(rows), &statuses, run)
        }
      }
    }
    #expect(status == KULLBACK_OK)
    for row in 0..<rows {
      let isInfinite = (2 * row) % 3 == 0 || (2 * row + 1) % 3 == 0
      #expect(statuses[row] == UInt8(isInfinite ? 0x21 : 0x01))
    }
    #expect(values.allSatisfy { $0.isNaN })
  }

  @Test func normalisedRowsAreTheLibrarys() throws {
    let caller = Caller()
    let logits = Matrix(caller.logits, rows: 4, columns: 8)
    let wanted = try logSoftmax(logits, temperature: 2)
    var rows = [Float](repeating: -1, count: 40)
    let status = caller.run { run in
      caller.withSet({ $0.temperature = 2 }) { set in
        rows.withUnsafeMutableBufferPointer { memory in
          var result = kullback_result_of(memory.baseAddress, KULLBACK_FLOAT32, 4, 8)
          result.row_stride = 10
          return kullback_log_softmax(set, &result, nil, run)
        }
      }
    }
    #expect(status == KULLBACK_OK)
    for row in 0..<4 {
      #expect(Array(rows[row * 10..<row * 10 + 8]) == wanted.row(row))
      #expect(row == 3 || rows[row * 10 + 8..<row * 10 + 10].allSatisfy { $0 == -1 })
    }
    var doubles = [Double](repeating: 0, count: 32)
    _ = caller.run { run in
      caller.withSet { set in
        doubles.withUnsafeMutableBufferPointer { memory in
          var result = kullback_result_of(memory.baseAddress, KULLBACK_FLOAT64, 4, 8)
          return kullback_softmax(set, &result, nil, run)
        }
      }
    }
    #expect(doubles == (try caller.sets().target.probabilities(as: Double.self).values.values))
  }

  @Test func numbersOfRowsAreTheLibrarys() throws {
    let caller = Caller()
    let (p, _) = try caller.sets()
    var (entropies, sums) = ([Double](repeating: 0, count: 4), [Double](repeating: 0, count: 4))
    let status = caller.run { run in
      caller.withSet { set in
        max(
          kullback_entropy(set, &entropies, nil, run), kullback_log_sum_exp(set, &sums, nil, run))
      }
    }
    #expect(status == KULLBACK_OK)
    #expect(entropies == (try entropy(of: p)))
    #expect(sums == (try logSumExp(Matrix(caller.logits, rows: 4, columns: 8))))
  }

  @Test(arguments: [true, false]) func labelsAreScored(areWide: Bool) throws {
    let caller = Caller()
    let (p, _) = try caller.sets()
    let labels: [Int64] = [3, 7, -100, 8]
    let weights = (0..<8).map { Double($0) }
    let wanted = try evaluate(
      labels: labels, model: p, smoothing: 0.1, ignoring: -100, classWeights: weights)
    var (values, masses) = ([Double](repeating: 0, count: 4), [Double](repeating: 0, count: 4))
    var statuses = [UInt8](repeating: 9, count: 4)
    let status = caller.run { run in
      caller.withSet { set in
        weights.withUnsafeBufferPointer { weights in
          func call(_ memory: UnsafeRawBufferPointer) -> kullback_status {
            var given = kullback_labels()
            given.size = UInt32(MemoryLayout<kullback_labels>.size)
            given.element = areWide ? KULLBACK_INT64 : KULLBACK_INT32
            given.base = memory.baseAddress
            (given.count, given.stride) = (4, 1)
            (given.has_ignored, given.ignored) = (1, -100)
            given.smoothing = 0.1
            (given.class_weights, given.class_weight_count) = (weights.baseAddress, 8)
            return kullback_cross_entropy(&given, set, &values, &masses, &statuses, run)
          }
          return areWide
            ? labels.withUnsafeBytes { call($0) }
            : labels.map { Int32($0) }.withUnsafeBytes { call($0) }
        }
      }
    }
    #expect(status == KULLBACK_OK, "\(caller.message)")
    #expect(values[..<3] == wanted.values[..<3])
    #expect(values[3].isNaN)
    #expect(masses == wanted.weights)
    #expect(statuses == [0, 0, 0, UInt8(KULLBACK_ROW_BAD_LABEL)])
  }

  @Test(arguments: ["forward-kl", "reverse-kl", "cross-entropy"])
  func gradientsAreTheLibrarys(name: String) throws {
    let caller = Caller()
    let (p, q) = try caller.sets()
    let wanted: Gradient<Double> =
      switch name {
      case "forward-kl": try forwardKLGradient(target: p, model: q, as: Double.self)
      case "reverse-kl": try reverseKLGradient(target: p, model: q, as: Double.self)
      default: try crossEntropyGradient(target: p, model: q, as: Double.self)
      }
    var (rows, values) = ([Double](repeating: 0, count: 32), [Double](repeating: 0, count: 4))
    let status = caller.run { run in
      caller.withSet { target in
        caller.withSet(of: caller.others) { model in
          rows.withUnsafeMutableBufferPointer { memory in
            var result = kullback_result_of(memory.baseAddress, KULLBACK_FLOAT64, 4, 8)
            return kullback_gradient(name, target, model, &result, &values, nil, run)
          }
        }
      }
    }
    #expect(status == KULLBACK_OK, "\(caller.message)")
    #expect(rows == wanted.gradient.values)
    #expect(values == wanted.values)
  }

  @Test func allPairsAreTheLibrarys() throws {
    let caller = Caller()
    let (p, q) = try caller.sets()
    var (all, own) = ([Double](repeating: 0, count: 16), [Float](repeating: 0, count: 16))
    var counts = [Int64](repeating: 0, count: 2)
    let status = caller.run { run in
      caller.withSet { targets in
        caller.withSet(of: caller.others) { models in
          let first = all.withUnsafeMutableBufferPointer { memory in
            var result = kullback_result_of(memory.baseAddress, KULLBACK_FLOAT64, 4, 4)
            return kullback_pairwise(
              "forward-kl", targets, models, &result, nil, nil, &counts, run)
          }
          return own.withUnsafeMutableBufferPointer { memory in
            var result = kullback_result_of(memory.baseAddress, KULLBACK_FLOAT32, 4, 4)
            return max(
              first,
              kullback_pairwise(
                "jensen-shannon", targets, nil, &result, nil, nil, nil, run))
          }
        }
      }
    }
    #expect(status == KULLBACK_OK, "\(caller.message)")
    let wanted = try pairwise(.forwardKL, targets: p, models: q)
    #expect(all == wanted.values.values)
    #expect(counts == [Int64(wanted.report.computed), Int64(wanted.report.refined)])
    #expect(own == (try pairwise(.jensenShannon, of: p, as: Float.self).values.values))
    #expect((0..<4).allSatisfy { own[$0 * 5] == 0 })
  }

  @Test func neighboursAreTheLibrarys() throws {
    let caller = Caller()
    let (p, q) = try caller.sets()
    var (rows, values) = (
      [Int64](repeating: 9, count: 20), [Double](repeating: 9, count: 20)
    )
    let status = caller.run { run in
      caller.withSet { queries in
        caller.withSet(of: caller.others) { set in
          kullback_nearest(
            "forward-kl", queries, set, 5, 1, &rows, &values, nil, nil, run)
        }
      }
    }
    #expect(status == KULLBACK_OK, "\(caller.message)")
    let wanted = try q.nearest(5, to: p, excludesSameRow: true)
    for query in 0..<4 {
      #expect(Array(rows[query * 5..<query * 5 + 3]) == wanted[query].map { Int64($0.row) })
      #expect(Array(values[query * 5..<query * 5 + 3]) == wanted[query].map(\.value))
      #expect(Array(rows[query * 5 + 3..<query * 5 + 5]) == [-1, -1])
      #expect(values[query * 5 + 3].isNaN)
    }
  }

  @Test(arguments: [0, 16]) func thoseWithinARadiusAreTheLibrarys(room: Int64) throws {
    let caller = Caller()
    let (p, q) = try caller.sets()
    let radius = try pairwise(.forwardKL, targets: p, models: q).values.values.sorted()[7]
    var offsets = [Int64](repeating: -1, count: 5)
    var (rows, values) = ([Int64](repeating: 9, count: 16), [Double](repeating: 9, count: 16))
    let status = caller.run { run in
      caller.withSet { queries in
        caller.withSet(of: caller.others) { set in
          kullback_within(
            "forward-kl", queries, set, radius, 0, &offsets, &rows, &values, room, nil, nil, run)
        }
      }
    }
    let wanted = try q.neighbours(within: radius, of: p)
    #expect(offsets.last == 8)
    #expect(status == (room == 0 ? KULLBACK_TOO_SMALL : KULLBACK_OK))
    guard room > 0 else { return }
    for query in 0..<4 {
      let some = Int(offsets[query])..<Int(offsets[query + 1])
      #expect(rows[some].map { Int($0) } == wanted[query].map(\.row))
      #expect(Array(values[some]) == wanted[query].map(\.value))
    }
  }

  @Test func textsAreWhole() {
    #expect(kullback_abi_version() == KULLBACK_ABI_VERSION)
    #expect(text { kullback_version($0, $1) } == Machine.libraryVersion)
    let all = text { kullback_measures($0, $1) }
    for measure in Measure.all { #expect(all.contains("\"name\":\"\(measure.name)\"")) }
    for family in Measure.families { #expect(all.contains("\"pattern\":\"\(family.pattern)\"")) }
    #expect(text { kullback_info($0, $1) }.contains("\"instructionSet\":"))
    var few = [CChar](repeating: 1, count: 4)
    #expect(kullback_version(&few, 3) == 6)
    #expect(written(in: few) == "0.")
    #expect(few[3] == 1)
  }

  @Test func progressIsSeenAndRowsAreCounted() throws {
    let caller = Caller()
    var words: [Int64] = [0, 0]
    let status = words.withUnsafeMutableBufferPointer { words in
      caller.run({ $0.progress = words.baseAddress }) { run in
        var values = [Double](repeating: 0, count: 4)
        return caller.withSet { set in kullback_entropy(set, &values, nil, run) }
      }
    }
    #expect(status == KULLBACK_OK)
    #expect(words == [4, 4])
  }
}
