internal import KullbackKernels

/// The rows of a set without those that are equal, bit for bit, to one before: what is computed for one of them holds
/// for all.
struct DistinctRows: Sendable {
  /// The first of each kind, in order.
  let firsts: [Int]
  /// Which of the kinds each row is of.
  let places: [Int]
  /// The rows kind by kind, each in order, and where each kind begins.
  private let members: [Int]
  private let starts: [Int]

  /// - Parameter keys: the same for equal rows, below `limit`.
  /// - Returns: nil where all are different.
  init?(keys: ArraySlice<Int>, below limit: Int) {
    var kinds = [Int](repeating: -1, count: limit)
    var (firsts, places, sizes) = ([Int](), [Int](), [Int]())
    places.reserveCapacity(keys.count)
    for (row, key) in keys.enumerated() {
      if kinds[key] < 0 {
        kinds[key] = firsts.count
        firsts.append(row)
        sizes.append(0)
      }
      places.append(kinds[key])
      sizes[kinds[key]] += 1
    }
    guard firsts.count < keys.count else { return nil }
    var starts = [0]
    for size in sizes { starts.append((starts.last ?? 0) + size) }
    var (next, members) = (starts, [Int](repeating: 0, count: places.count))
    for (row, place) in places.enumerated() {
      members[next[place]] = row
      next[place] += 1
    }
    (self.firsts, self.places, self.members, self.starts) = (firsts, places, members, starts)
  }

  /// The rows of a kind, in order.
  func members(of kind: Int) -> ArraySlice<Int> { members[starts[kind]..<starts[kind + 1]] }

  /// Calls `body` for the rows of a range of kinds in order, as many at a time as follow each other on both sides.
  func forEachRun(
    of kinds: Range<Int>, _ body: (_ kind: Int, _ row: Int, _ count: Int) -> Void
  ) {
    let rows = members[starts[kinds.lowerBound]..<starts[kinds.upperBound]].sorted()
    var from = 0
    for index in rows.indices {
      let next = index + 1
      if next < rows.count, rows[next] == rows[index] + 1,
        places[rows[next]] == places[rows[index]] + 1
      {
        continue
      }
      body(places[rows[from]], rows[from], next - from)
      from = next
    }
  }
}

/// The distinct rows of two sets that are compared, and which of them are equal.
struct DistinctPair: Sendable {
  /// nil where all are different.
  let targets: DistinctRows?
  /// nil where all are different.
  let models: DistinctRows?
  /// For each distinct target the distinct model that is equal to it, -1 for none; empty where none has any.
  let twins: [Int]

  /// - Parameters:
  ///   - targets: a set in order.
  ///   - models: a set in order.
  ///   - isSelf: whether both are the same set.
  ///   - keepsTargets: whether every target counts by itself.
  init(
    _ targets: DistributionSet, _ models: DistributionSet, isSelf: Bool, keepsTargets: Bool,
    threads: Int
  ) {
    let (rows, columns) = (targets.count, models.count)
    if isSelf {
      let first = firstEqualRows([targets.matrix], threads: threads)
      let found = DistinctRows(keys: first[...], below: rows)
      (self.targets, self.models) = (found, found)
      twins = Array(0..<(found?.firsts.count ?? rows))
      return
    }
    guard targets.readsRowsLike(models) else {
      let own = keepsTargets ? [] : firstEqualRows([targets.matrix], threads: threads)
      self.targets = DistinctRows(keys: own[...], below: own.count)
      let other = firstEqualRows([models.matrix], threads: threads)
      self.models = DistinctRows(keys: other[...], below: columns)
      twins = []
      return
    }
    let first = firstEqualRows([targets.matrix, models.matrix], threads: threads)
    let ofTargets =
      keepsTargets ? nil : DistinctRows(keys: first[..<rows], below: rows + columns)
    let ofModels = DistinctRows(keys: first[rows...], below: rows + columns)
    var places = [Int](repeating: -1, count: rows + columns)
    for column in 0..<columns { places[first[rows + column]] = ofModels?.places[column] ?? column }
    let twins = (ofTargets?.firsts ?? Array(0..<rows)).map { places[first[$0]] }
    (self.targets, self.models) = (ofTargets, ofModels)
    self.twins = twins.allSatisfy { $0 < 0 } ? [] : twins
  }
}

extension DistributionSet {
  /// Whether equal elements are equal distributions in another set.
  fileprivate func readsRowsLike(_ other: DistributionSet) -> Bool {
    matrix.kind == other.matrix.kind && form == other.form && temperature == other.temperature
      && smoothing == other.smoothing
  }
}
