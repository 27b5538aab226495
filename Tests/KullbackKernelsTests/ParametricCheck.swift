import KullbackKernels
import KullbackMatrix
import KullbackTestSupport
import Testing

/// Evaluates the power sums of rows in one call.
func evaluate(
  _ first: RowOperand, _ second: RowOperand, rows: Range<Int>, orders: [Double], threads: Int = 1,
  on set: InstructionSet = .current
) -> ParametricResults {
  evaluate(
    first, second, rows: rows, quantities: powerSums(orders), threads: threads, on: set)
}

/// Evaluates quantities with a parameter of rows in one call.
func evaluate(
  _ first: RowOperand, _ second: RowOperand, rows: Range<Int>, quantities: [ParametricQuantity],
  threads: Int = 1, on set: InstructionSet = .current
) -> ParametricResults {
  var results = ParametricResults(quantities: quantities, rows: rows.count)
  evaluateParametric(first, second, rows: rows, into: &results, threads: threads, on: set)
  return results
}

func powerSums(_ orders: [Double]) -> [ParametricQuantity] {
  orders.map { .powerSum(order: $0) }
}

extension ParametricResults {
  /// The power sums of an order that was asked for.
  subscript(_ order: Double) -> [Double] { self[.powerSum(order: order)] }
}

extension OracleRow {
  /// What classes are ordered by.
  fileprivate var order: [Double] { logProbabilities.map(\.high) }
}

extension ParametricQuantity {
  /// Whether a result is as near to the exact value as promised, and on its side of 0.
  ///
  /// Values below 1e-20 are not told apart from 0.
  func isWithinPromise(_ value: Double, _ expected: Double, single: Bool) -> Bool {
    if value == expected { return value != 0 || value.sign == .plus }
    guard value.isFinite, expected.isFinite else { return false }
    let isOnItsSide =
      switch self {
      case .powerSum(let order): order > 1 || order < 0 ? value >= 0 : value <= 0
      case .skewDivergence: value >= 0 && value.sign == .plus
      case .topOverlap, .topRank: value >= 0
      }
    return isOnItsSide && abs(value - expected) <= (single ? 1e-6 : 1e-12) * abs(expected) + 1e-20
  }

  /// The exact value.
  func exact(_ first: OracleRow, _ second: OracleRow) -> Double {
    switch self {
    case .powerSum(let order): OraclePair.logPowerSum(first, second, order: order)
    case .skewDivergence(let weight): OraclePair.skewDivergence(first, second, weight: weight)
    case .topOverlap(let count): OraclePair.topOverlap(first.order, second.order, count: count)
    case .topRank: OraclePair.topRank(first.order, second.order)
    }
  }
}

/// Expects quantities with a parameter to be within their promise, on every instruction set.
func expectParametricPromise(
  _ first: RowOperand, _ second: RowOperand, rows: Range<Int>, _ quantities: [ParametricQuantity],
  _ name: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  let single = first.isSingle || second.isSingle
  let oracle = rows.map { (first.oracleRow($0), second.oracleRow($0)) }
  let all = InstructionSet.available.map {
    ($0, evaluate(first, second, rows: rows, quantities: quantities, on: $0))
  }
  for quantity in quantities {
    for row in rows.indices {
      let place = row - rows.lowerBound
      let expected = quantity.exact(oracle[place].0, oracle[place].1)
      for (set, results) in all {
        let value = results[quantity][place]
        #expect(
          quantity.isWithinPromise(value, expected, single: single),
          """
          \(quantity) of \(name), \(first.matrix.columns) classes, row \(row), on \(set): \
          \(value), expected \(expected), relative error \(relativeError(value, expected))
          """, sourceLocation: sourceLocation)
      }
    }
  }
}
