import KullbackKernels
import KullbackMatrix
import KullbackTestSupport
import Testing

/// Stores rows in a type, each value rounded to it.
func stored(_ rows: [[Double]], as kind: ElementKind) -> AnyMatrix {
  switch kind {
  case .float32: AnyMatrix(Matrix(rows.map { $0.map { Float($0) } }))
  case .float64: AnyMatrix(Matrix(rows))
  case .float16: AnyMatrix(Matrix(rows.map { $0.map { Float16($0) } }))
  case .bfloat16: AnyMatrix(Matrix(rows.map { $0.map { BFloat16(Float($0)) } }))
  case .int32: AnyMatrix(Matrix(rows.map { $0.map { Int32($0) } }))
  case .int64: AnyMatrix(Matrix(rows.map { $0.map { Int64($0) } }))
  }
}

extension RowOperand {
  /// Rows stored in a type.
  ///
  /// The tolerance lets the rounding of every type pass.
  init(
    _ rows: [[Double]], as kind: ElementKind, form: Form = .logits, temperature: Double = 1,
    smoothing: Double = 0, isRepeated: Bool = false
  ) {
    self.init(
      stored(rows, as: kind), form: form, temperature: temperature, smoothing: smoothing,
      tolerance: 0.05, isRepeated: isRepeated)
  }

  /// One row, as the oracle sees it: the stored values, exactly.
  func oracleRow(_ index: Int) -> OracleRow {
    let row = isRepeated ? 0 : index
    let values = (0..<matrix.columns).map { matrix.value(row: row, column: $0) }
    let form: OracleForm =
      switch self.form {
      case .logits: .logits(temperature: temperature)
      case .logProbabilities: .logProbabilities
      case .probabilities: .probabilities
      case .weights: .weights(smoothing: smoothing)
      }
    return OracleRow(values, form: form)
  }

  /// Whether elements have at most the digits of `Float`, so that the promise is 1e-6.
  var isSingle: Bool {
    switch matrix.kind {
    case .float32, .float16, .bfloat16: true
    case .float64, .int32, .int64: false
    }
  }
}

/// Rows stored in a type beside memory that cannot be read.
func guarded(
  _ rows: [[Double]], as kind: ElementKind, gap: Int = 0, shift: Int = 0,
  _ edge: GuardedBuffer.Edge
) -> AnyMatrix {
  func place<Element: MatrixElement>(_ convert: (Double) -> Element) -> AnyMatrix {
    AnyMatrix(
      GuardedBuffer.matrix(
        rows.joined().map(convert), rows: rows.count, columns: rows[0].count, gap: gap,
        shift: shift, edge: edge))
  }
  switch kind {
  case .float64: return place { $0 }
  case .float16: return place { Float16($0) }
  case .bfloat16: return place { BFloat16(Float($0)) }
  default: return place { Float($0) }
  }
}

extension RowOperand {
  /// The distributions of logits as rows of a form.
  init(logits: [[Double]], as form: Form, _ kind: ElementKind) {
    let rows = logits.map { row -> [Double] in
      let oracle = OracleRow(row, form: .logits(temperature: 1))
      switch form {
      case .logits: return row
      case .logProbabilities: return oracle.logProbabilities.map(\.high)
      case .probabilities: return oracle.probabilities.map(\.high)
      case .weights: return oracle.probabilities.map { $0.high * 1000 }
      }
    }
    self.init(rows, as: kind, form: form)
  }
}

extension OraclePair {
  subscript(quantity: PairQuantity) -> Double {
    switch quantity {
    case .divergence: divergence
    case .reversedDivergence: reversedDivergence
    case .entropyOfFirst: entropyOfFirst
    case .entropyOfSecond: entropyOfSecond
    case .crossEntropy: crossEntropy
    case .reversedCrossEntropy: reversedCrossEntropy
    case .jeffreys: jeffreys
    case .jensenShannon: jensenShannon
    case .totalVariation: totalVariation
    case .triangularDiscrimination: triangularDiscrimination
    case .hellinger: hellinger
    case .sameLargest: sameLargest
    case .logNormaliserOfFirst: logNormaliserOfFirst
    case .logNormaliserOfSecond: logNormaliserOfSecond
    case .logRatio: logRatio
    }
  }
}

extension PairQuantity {
  /// Whether a result is as near to the exact value as promised.
  ///
  /// Values below 1e-20 are not told apart from 0: there the square of the rounding of A - B, held in
  /// two Floats, is all that is left of rows that are the same distribution.
  func isWithinPromise(_ value: Double, _ expected: Double, single: Bool) -> Bool {
    if value == expected { return true }
    guard value.isFinite, expected.isFinite else { return false }
    let error = abs(value - expected)
    switch self {
    case .divergence, .reversedDivergence, .jeffreys, .jensenShannon, .triangularDiscrimination:
      guard value >= 0, value.sign == .plus else { return false }
      return error <= (single ? 1e-6 : 1e-12) * expected + 1e-20
    case .totalVariation, .hellinger:
      guard value >= 0, value.sign == .plus, value <= 1 else { return false }
      // They are held to less: 4e-6, and what rounding near a point mass leaves (Hellinger's is a root).
      let floor = self == .hellinger ? 1e-8 : 1e-15
      return error <= (single ? 4e-6 : 1e-12) * expected + floor
    case .entropyOfFirst, .entropyOfSecond, .crossEntropy, .reversedCrossEntropy:
      guard value >= 0, value.sign == .plus else { return false }
      return error <= (single ? 1e-6 : 1e-13) * expected + 1e-20
    case .sameLargest:
      return false
    case .logNormaliserOfFirst, .logNormaliserOfSecond, .logRatio:
      return error <= (single ? 2e-6 : 1e-13) * max(1, abs(expected))
    }
  }
}

/// Evaluates rows in one call.
func evaluate(
  _ first: RowOperand, _ second: RowOperand, rows: Range<Int>,
  quantities: [PairQuantity] = PairQuantity.allCases, threads: Int = 1,
  on set: InstructionSet = .current
) -> PairResults {
  var results = PairResults(quantities: quantities, rows: rows.count)
  evaluatePairs(first, second, rows: rows, into: &results, threads: threads, on: set)
  return results
}

/// The families that callers ask for: together they take every path through the kernels.
let quantityFamilies: [[PairQuantity]] = [
  [
    .divergence, .reversedDivergence, .entropyOfFirst, .entropyOfSecond, .crossEntropy,
    .reversedCrossEntropy, .jeffreys, .logNormaliserOfFirst, .logNormaliserOfSecond, .logRatio,
  ],
  PairQuantity.allCases,
]

/// Holds every quantity of every row to the promise, on every instruction set.
func expectPromise(
  _ first: RowOperand, _ second: RowOperand, rows: Range<Int>, _ name: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let single = first.isSingle || second.isSingle
  let oracle = rows.map { OraclePair(first.oracleRow($0), second.oracleRow($0)) }
  for set in InstructionSet.available {
    for quantities in quantityFamilies {
      let results = evaluate(first, second, rows: rows, quantities: quantities, on: set)
      #expect(
        results.invalidRows(in: 0..<rows.count) == [],
        "\(name), \(first.matrix.columns) classes, on \(set)", sourceLocation: sourceLocation)
      for quantity in quantities {
        let values = results[quantity]
        // One report a quantity: the first row that breaks the promise.
        let broken = values.indices.first {
          !quantity.isWithinPromise(values[$0], oracle[$0][quantity], single: single)
        }
        guard let broken else { continue }
        let (value, expected) = (values[broken], oracle[broken][quantity])
        Issue.record(
          """
          \(quantity) of \(name), \(first.matrix.columns) classes, row \(broken), on \(set), \
          \(quantities.count) quantities: \(value), expected \(expected), \
          relative error \(relativeError(value, expected))
          """, sourceLocation: sourceLocation)
      }
    }
  }
}
