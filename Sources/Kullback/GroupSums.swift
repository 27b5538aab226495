/// Sums of values over each group of rows, with twice the digits of a `Double`.
struct GroupSums: Sendable {
  private struct Sum {
    var total = DoubleDouble.zero
    var count = 0

    static func += (left: inout Sum, right: Sum) {
      left.total = left.total + right.total
      left.count += right.count
    }
  }

  /// Nil of what was read: it takes no further rows, but is added to what does.
  private let groups: RowGroups?
  private var sums: [Int: Sum] = [:]
  /// Rows of one group mostly follow each other: their sum is taken to the others when another group comes.
  private var latest = (group: 0, sum: Sum())

  init(_ groups: RowGroups) {
    self.groups = groups
  }

  /// Takes the value of a row, which is not NaN.
  ///
  /// - Precondition: the sums were not read.
  mutating func add(_ value: Double, row: Int) {
    guard let groups else { preconditionFailure("sums that were read take no rows") }
    let group = groups.group(ofRow: row)
    if group != latest.group {
      settle()
      latest.group = group
    }
    latest.sum += Sum(total: DoubleDouble(value), count: 1)
  }

  private mutating func settle() {
    if latest.sum.count > 0 { sums[latest.group, default: Sum()] += latest.sum }
    latest.sum = Sum()
  }

  private var settled: [Int: Sum] {
    var copy = self
    copy.settle()
    return copy.sums
  }

  /// The sums of both parts' rows, whose groups are the same.
  static func + (left: GroupSums, right: GroupSums) -> GroupSums {
    var result = left
    result.settle()
    for (group, sum) in right.settled { result.sums[group, default: Sum()] += sum }
    return result
  }

  /// Groups with a row that counts.
  var count: Int { settled.count }

  /// The variance of the mean where rows of a group may depend on each other.
  ///
  ///     G / (G - 1) Σ over groups (Σ of its rows (x - mean))² / n²
  ///
  /// NaN of fewer than two groups or with an infinite value.
  ///
  /// Source: Liang and Zeger 1986, Biometrika 73, with the factor that Stata and statsmodels call CR1 (Cameron and
  /// Miller 2015, Journal of Human Resources 50, section II.B), for a mean.
  var varianceOfMean: Double {
    // In the order of the groups, so that every run adds up alike.
    let all = settled.sorted { $0.key < $1.key }.map(\.value)
    guard all.count > 1 else { return .nan }
    var whole = Sum()
    for sum in all { whole += sum }
    guard whole.total.value.isFinite else { return .nan }
    let mean = whole.total / Double(whole.count)
    var squares = DoubleDouble.zero
    for sum in all {
      let deviation = sum.total + -(mean * DoubleDouble(Double(sum.count)))
      squares = squares + deviation * deviation
    }
    let (groups, rows) = (Double(all.count), Double(whole.count))
    return groups / (groups - 1) * squares.value / (rows * rows)
  }
}

/// As the sums are written: of each group, in order, its number, its rows and their sum, in three arrays.
extension GroupSums: Codable {
  private enum Key: String, CodingKey {
    case numbers, rows, sums
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    let numbers = try container.decode([Int].self, forKey: .numbers)
    let rows = try container.decode([Int].self, forKey: .rows)
    let totals = try container.decode([DoubleDouble].self, forKey: .sums)
    groups = nil
    for (number, (rows, total)) in zip(numbers, zip(rows, totals)) {
      sums[number] = Sum(total: total, count: rows)
    }
    guard sums.count == numbers.count, rows.count == numbers.count, totals.count == numbers.count,
      rows.allSatisfy({ (1...1 << 48).contains($0) })
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .numbers, in: container, debugDescription: "a group without a sum, or twice")
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    let all = settled.sorted { $0.key < $1.key }
    try container.encode(all.map(\.key), forKey: .numbers)
    try container.encode(all.map(\.value.count), forKey: .rows)
    try container.encode(all.map(\.value.total), forKey: .sums)
  }

  /// Rows of all groups.
  var rowCount: Int { settled.values.reduce(0) { $0 + $1.count } }
}
