/// A way of storing logits in few bits.
public enum LogitStorage: String, Sendable, CaseIterable {
  /// IEEE half precision: 11 significant bits.
  case float16
  /// bfloat16: 8 significant bits.
  case bfloat16
  /// FP8 with 4 bits of exponent and 3 of mantissa, up to 448 and without infinities; larger logits become that.
  case float8 = "float8-e4m3"
  /// 65,536 codes at equal steps from a row's smallest finite logit to its largest.
  case codes = "16-bit-codes"

  /// A row of logits as they come back; what is not finite stays.
  func stored(_ row: [Double]) -> [Double] {
    switch self {
    case .float16: row.map { $0.isFinite ? Double(Float16($0)) : $0 }
    case .bfloat16: row.map { Double(Float(BFloat16(Float($0)))) }
    case .float8: row.map(Self.float8)
    case .codes: Self.coded(row)
    }
  }

  /// The nearest number of FP8, of two as near the one whose last bit is 0.
  ///
  /// Source: Micikevicius et al. 2022, *FP8 Formats for Deep Learning*, table 1.
  private static func float8(_ value: Double) -> Double {
    guard value.isFinite, value != 0 else { return value }
    let step = Double(sign: .plus, exponent: max(value.exponent, -6) - 3, significand: 1)
    let rounded = (value / step).rounded(.toNearestOrEven) * step
    return max(-448, min(448, rounded))
  }

  private static func coded(_ row: [Double]) -> [Double] {
    let finite = row.filter(\.isFinite)
    guard let least = finite.min(), let most = finite.max(), least < most else { return row }
    let step = (most - least) / 65_535
    return row.map { $0.isFinite ? least + (($0 - least) / step).rounded() * step : $0 }
  }
}

/// What storing logits costs: the divergence of rows from themselves as they come back.
///
/// Results below it may be those of the storage.
public struct StorageResolution: Sendable, Equatable {
  /// How they are stored.
  public let storage: LogitStorage
  /// Rows of the sample that have a divergence.
  public let rows: Int
  /// The mean D(row ‖ stored row) over them, in nats; NaN of none.
  public let mean: Double
}

extension DistributionSet {
  /// How many elements are looked at, at most, but for a single row's.
  private static let resolutionElements = 1 << 24
  /// How many rows are looked at, at most.
  private static let resolutionRows = 256

  /// What each way of storing the logits of this set would cost, by rows taken evenly from some: up to 256 rows or 2^24
  /// elements.
  ///
  /// Of log-probabilities those are the logits. Memory: 6 rows in `Double`.
  ///
  /// - Parameters:
  ///   - rows: from which the sample is taken.
  ///   - threads: how many to use; by default the processors that this process may run on.
  /// - Precondition: the set holds logits or log-probabilities, and the rows.
  /// - Throws: `KullbackError.invalidThreads`, `.instructionSet`, or `CancellationError` when the current task is
  ///   cancelled.
  public func storageResolutions(
    rows: Range<Int>, threads: Int? = nil
  ) throws -> [StorageResolution] {
    precondition(form == .logits || form == .logProbabilities, "no logits")
    precondition(rows.lowerBound >= 0 && rows.upperBound <= count, "rows \(rows) are not there")
    let most = min(
      rows.count, Self.resolutionRows, max(1, Self.resolutionElements / max(1, classes)))
    var sums = LogitStorage.allCases.map { _ in Moments() }
    for index in 0..<most {
      let row = rows.lowerBound + index * rows.count / most
      let elements = (0..<classes).map { matrix.value(row: row, column: $0) }
      let own = try DistributionSet(
        logits: Matrix(elements, rows: 1, columns: classes), temperature: temperature)
      for (place, storage) in LogitStorage.allCases.enumerated() {
        let stored = try DistributionSet(
          logits: Matrix(storage.stored(elements), rows: 1, columns: classes),
          temperature: temperature)
        let value = try forwardKL(target: own, model: stored, threads: threads)[0]
        if value.isFinite { sums[place].add(value) }
      }
    }
    return zip(LogitStorage.allCases, sums).map {
      StorageResolution(storage: $0, rows: $1.count, mean: $1.mean)
    }
  }
}
