import CLibm
import KullbackKernels
import KullbackMatrix
import KullbackTestSupport
import Testing

/// Rows by themselves against the oracle: 1e-6 relative for elements of up to 32 bits, else 1e-13.
@Suite struct RowTests {
  func expectPromise(
    _ operand: RowOperand, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let rows = operand.matrix.rows
    let bound = operand.isSingle ? 1e-6 : 1e-13
    for set in InstructionSet.available {
      var results = RowResults(quantities: RowQuantity.allCases, rows: rows)
      evaluateRows(operand, rows: 0..<rows, into: &results, threads: 1, on: set)
      for row in 0..<rows {
        let exact = operand.oracleRow(row)
        let (entropy, normaliser) = (exact.entropy, exact.logNormaliser.high)
        #expect(results.status(ofRow: row) == .valid, sourceLocation: sourceLocation)
        #expect(
          abs(results[.entropy][row] - entropy) <= bound * entropy + 1e-20,
          "\(name), \(set), row \(row) of \(operand.matrix.columns)", sourceLocation: sourceLocation
        )
        #expect(
          abs(results[.logNormaliser][row] - normaliser) <= bound * max(1, abs(normaliser)),
          "\(name), \(set), row \(row) of \(operand.matrix.columns)", sourceLocation: sourceLocation
        )
        #expect(results[.largest][row] == Double(exact.largest), sourceLocation: sourceLocation)
      }
    }
  }

  @Test(arguments: PairShape.allCases, [ElementKind.float32, .float64, .float16, .bfloat16])
  func logitsAgreeWithTheOracle(shape: PairShape, kind: ElementKind) {
    for n in lengths {
      let (rows, _) = shape.rows(n, count: n <= 65 ? rowCount(of: n) : 1)
      expectPromise(RowOperand(rows, as: kind), "\(kind.name) \(shape.rawValue)")
    }
  }

  @Test(arguments: [0.5, 2, 0.7, 3], [ElementKind.float32, .float64])
  func temperaturesAgreeWithTheOracle(temperature: Double, kind: ElementKind) {
    for n in [1, 3, 17, 65, 600] {
      let (rows, _) = PairShape.similar.rows(n, count: 3)
      expectPromise(
        RowOperand(rows, as: kind, temperature: temperature), "\(kind.name) at \(temperature)")
    }
  }

  @Test func weightsAndProbabilitiesAgreeWithTheOracle() {
    var generator = SeededGenerator(seed: 4)
    for n in [1, 2, 10, 17, 48, 49, 300, 3000] {
      let weights = (0..<3).map { _ in
        (0..<n).map { $0 % 5 == 3 ? 0 : generator.uniform() * 40 + 1 }
      }
      for kind in [ElementKind.float32, .float64, .float16, .bfloat16, .int32, .int64] {
        expectPromise(RowOperand(weights, as: kind, form: .weights), "\(kind.name) weights")
        expectPromise(
          RowOperand(weights, as: kind, form: .weights, smoothing: 0.5), "\(kind.name) smoothed")
      }
      let sums = weights.map { $0.reduce(0, +) }
      let p = zip(weights, sums).map { row, sum in row.map { $0 / sum } }
      for kind in [ElementKind.float32, .float64] {
        expectPromise(RowOperand(p, as: kind, form: .probabilities), "\(kind.name) probabilities")
      }
    }
  }

  @Test func everyReasonIsFoundWhereItIs() {
    let cases: [(Form, Double, RowStatus)] = [
      (.logits, .nan, .notANumber), (.logits, .infinity, .infinite),
      (.weights, .nan, .notANumber), (.weights, .infinity, .infinite),
      (.weights, -.infinity, .infinite), (.weights, -1, .negative),
    ]
    for set in InstructionSet.available {
      for n in [2, 10, 47, 48, 49, 100, 5000] {
        for (form, value, status) in cases {
          for kind in [ElementKind.float32, .float64, .bfloat16] {
            var rows = [[Double]](repeating: [Double](repeating: 1, count: n), count: 5)
            rows[3][n - 1] = value
            let operand = RowOperand(rows, as: kind, form: form)
            var results = RowResults(quantities: [.entropy], rows: 5)
            evaluateRows(operand, rows: 0..<5, into: &results, threads: 1, on: set)
            #expect(results.invalidRows(in: 0..<5) == [3])
            #expect(results.status(ofRow: 3) == status, "\(form) \(value) of \(n) on \(set)")
            #expect(results[.entropy][3].isNaN && results[.entropy][2] == results[.entropy][4])
          }
        }
      }
    }
  }

  @Test func massIsNeeded() {
    for (form, value) in [(Form.logits, -Double.infinity), (.weights, 0)] {
      for n in [1, 10, 3000] {
        let operand = RowOperand(
          [[Double](repeating: value, count: n)], as: .float32, form: form)
        var results = RowResults(quantities: [.entropy], rows: 1)
        evaluateRows(operand, rows: 0..<1, into: &results)
        #expect(results.status(ofRow: 0) == .noMass)
      }
    }
  }

  /// Also where a mass over the largest, or a logit less it, is less than numbers of the type are.
  @Test(arguments: [Form.weights, .logits])
  func writtenLogarithmsHaveTheirDigitsOverTheWholeRange(form: Form) {
    func check<Element: MatrixElement & BinaryFloatingPoint>(_: Element.Type, _ kind: ElementKind) {
      var random = SeededGenerator(seed: 23)
      let most = form == .weights ? Double(Element.greatestFiniteMagnitude.exponent) - 7 : 8
      for index in 0..<400 {
        let n = [2, 3, 5, 9, 33][index % 5]
        let temperature = form == .logits ? [1e3, 1e6, 7][index % 3] : 1
        let row = (0..<n).map { _ -> Double in
          if form == .logits {
            return (2 * random.uniform() - 1) * 0.9 * Double(Element.greatestFiniteMagnitude)
          }
          let size = (2 * random.uniform() - 1) * (most + (index % 2 == 0 ? 20 : 0))
          return exp(min(most, size) * 0.6931471805599453)
        }
        let side = RowOperand([row], as: kind, form: form, temperature: temperature)
        // Masses over their sum may be less than Doubles are: their logarithms one by one.
        let stored = (0..<n).map { DoubleDouble(side.matrix.value(row: 0, column: $0)) }
        let total = stored.reduce(DoubleDouble(0), +).log()
        let exact = side.oracleRow(0).logProbabilities.enumerated().map { k, logarithm in
          form == .logits || logarithm.high > -600 ? logarithm : stored[k].log() - total
        }
        for set in InstructionSet.available {
          let logs = writeRows(side, rows: 0..<1, as: .logSoftmax, to: Element.self, on: set).result
          for k in 0..<n where abs(exact[k].high) < Double(Element.greatestFiniteMagnitude) {
            let ulp = Double(Element(exact[k].high).ulp)
            #expect(
              abs(Double(logs[0, k]) - exact[k].high) <= 4 * ulp,
              "\(kind.name) \(form), case \(index), class \(k) on \(set): \(logs[0, k]), \(exact[k].high)"
            )
          }
        }
      }
    }
    check(Float.self, .float32)
    if form == .weights { check(Double.self, .float64) }
  }

  @Test func readsNothingBeyondTheRow() throws {
    for set in InstructionSet.available {
      for n in [1, 5, 9, 17, 31, 48, 49, 200, 2047, 2049] {
        let values = (0..<n).map { Float($0 % 13) }
        let matrix = GuardedBuffer.matrix(values, rows: 1, columns: n, edge: .end)
        let operand = RowOperand(AnyMatrix(matrix), form: .logits, tolerance: 1)
        var results = RowResults(quantities: RowQuantity.allCases, rows: 1)
        evaluateRows(operand, rows: 0..<1, into: &results, on: set)
        #expect(results[.entropy][0].isFinite)
        let written = writeRows(operand, rows: 0..<1, as: .logSoftmax, to: Float.self, on: set)
        #expect(written.result.values.allSatisfy { $0 <= 0 })
        let pair = evaluate(operand, operand, rows: 0..<1, on: set)
        #expect(pair[.divergence] == [0])
      }
    }
  }

  @Test func threadsAndSplitsChangeNoBit() {
    let (rows, _) = PairShape.independent.rows(700, count: 300)
    let operand = RowOperand(rows, as: .float32)
    var whole = RowResults(quantities: RowQuantity.allCases, rows: 300)
    evaluateRows(operand, rows: 0..<300, into: &whole, threads: 1)
    var parts = whole
    evaluateRows(operand, rows: 0..<101, into: &parts, at: 0, threads: 2)
    evaluateRows(operand, rows: 101..<300, into: &parts, at: 101, threads: 3)
    for quantity in RowQuantity.allCases { #expect(parts[quantity] == whole[quantity]) }
    let one = writeRows(operand, rows: 0..<300, as: .softmax, to: Float.self, threads: 1).result
    let two = writeRows(operand, rows: 0..<300, as: .softmax, to: Float.self, threads: 2).result
    #expect(one == two)
  }
}
