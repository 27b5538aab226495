internal import KullbackKernels
internal import Synchronization

/// The neighbours of a band of queries, gathered from tiles as they come; queries and rows are those that take part.
///
/// A value may be in doubt: it is kept as long as it may be among the nearest, and evaluated when all tiles have come.
/// Which are left then does not depend on the order in which they came.
final class NeighbourBand: Sendable {
  /// A row that may be near to a query.
  struct Candidate: Sendable {
    let query: Int
    let row: Int
    var value: Double
    /// What the value may be off by; 0 where it is not in doubt.
    var error: Double

    /// The value is at least this.
    var least: Double { error < .infinity ? value - error : -.infinity }
    /// And at most this.
    var most: Double { error < .infinity ? value + error : .infinity }
  }

  private struct State {
    /// For each query its neighbours so far, in no order, and how many there may be before the list is shortened.
    var lists: [[Candidate]]
    var room: [Int]
    /// For each query what a neighbour's value is at most.
    var bounds: [Double]
  }

  private let limit: NeighbourLimit
  private let state: Mutex<State>

  init(_ limit: NeighbourLimit, rows: Int) {
    self.limit = limit
    state = Mutex(
      State(
        lists: [[Candidate]](repeating: [], count: rows),
        room: [Int](repeating: limit.room(0), count: rows),
        bounds: [Double](repeating: limit.radius, count: rows)))
  }

  /// Takes what is near enough in a tile of queries × rows.
  func take(_ tile: Matrix<Double>, firstRow: Int) {
    let bounds = self.bounds(tile.rows)
    let found = (0..<tile.rows).map { query in
      shortened(
        placesAtMost(bounds[query], inRow: query, of: tile).map {
          Candidate(query: query, row: firstRow + $0, value: tile[query, $0], error: 0)
        })
    }
    take(found.joined())
  }

  /// Takes rows that may be near enough.
  func take(_ found: some Sequence<Candidate>) {
    state.withLock { state in
      for candidate in found where !(candidate.least > state.bounds[candidate.query]) {
        let query = candidate.query
        state.lists[query].append(candidate)
        if state.lists[query].count >= state.room[query] {
          shorten(&state, query)
        } else if state.lists[query].count == limit.kept {
          let most = state.lists[query].reduce(0) { max($0, $1.most) }
          state.bounds[query] = min(state.bounds[query], most)
        }
      }
    }
  }

  /// What the values of the neighbours of the first `count` queries are at most.
  func bounds(_ count: Int) -> [Double] { state.withLock { Array($0.bounds[0..<count]) } }

  /// Of the first `count` queries the neighbours in doubt that may be among the nearest, in order.
  func doubtful(_ count: Int) -> [Candidate] {
    state.withLock { state in
      (0..<count).flatMap { query in
        shorten(&state, query)
        state.lists[query].sort { $0.row < $1.row }
        return state.lists[query].filter { $0.error > 0 }
      }
    }
  }

  /// Takes the values of those.
  func settle(_ count: Int, _ values: [Double]) {
    state.withLock { state in
      var next = 0
      for query in 0..<count {
        for index in state.lists[query].indices where state.lists[query][index].error > 0 {
          state.lists[query][index].value = values[next]
          state.lists[query][index].error = 0
          next += 1
        }
        state.lists[query].removeAll { !($0.value <= limit.radius) }
      }
    }
  }

  /// The neighbours of the first `count` queries, in order; begins another band.
  func drain(_ count: Int) -> [[Neighbour]] {
    state.withLock { state in
      let lists = state.lists[0..<count].map { list in
        let all = list.map { Neighbour(row: $0.row, value: $0.value) }
        return Array(all.sorted(by: Neighbour.precedes).prefix(limit.kept))
      }
      for query in state.lists.indices {
        state.lists[query] = []
        state.room[query] = limit.room(0)
        state.bounds[query] = limit.radius
      }
      return lists
    }
  }

  private func shorten(_ state: inout State, _ query: Int) {
    let list = shortened(state.lists[query])
    guard list.count >= limit.kept else { return }
    let most = nearest(list).last?.most ?? .infinity
    state.bounds[query] = min(state.bounds[query], most)
    state.lists[query] = list
    state.room[query] = limit.room(list.count)
  }

  /// Those that may be among as many nearest as are wanted; as they are where there are fewer.
  private func shortened(_ list: [Candidate]) -> [Candidate] {
    guard list.count > limit.kept else { return list }
    let kept = nearest(list)
    guard let last = kept.last else { return list }
    // Equal values are told apart by their rows.
    return list.filter { $0.error > 0 ? !($0.least > last.most) : !precedes(last, $0) }
  }

  /// As many as are wanted of those that are sure to be nearest, nearest first.
  private func nearest(_ list: [Candidate]) -> [Candidate] {
    // Few of many: nearly all are farther than the last that is kept, and seen once.
    var kept = Array(list.prefix(limit.kept).sorted(by: precedes))
    for other in list.dropFirst(limit.kept) {
      guard let last = kept.last, precedes(other, last) else { continue }
      kept.removeLast()
      var (low, high) = (0, kept.count)
      while low < high {
        let middle = (low + high) / 2
        if precedes(kept[middle], other) { low = middle + 1 } else { high = middle }
      }
      kept.insert(other, at: low)
    }
    return kept
  }

  private func precedes(_ first: Candidate, _ second: Candidate) -> Bool {
    first.most < second.most || (first.most == second.most && first.row < second.row)
  }
}

extension NeighbourLimit {
  /// How long a list may become that was shortened to a length.
  fileprivate func room(_ count: Int) -> Int { 2 * max(min(kept, .max / 4), count) }
}
