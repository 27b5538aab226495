internal import KullbackKernels
internal import Synchronization

/// The neighbours of a band of queries, gathered from tiles as they come; queries and rows are those that take part.
final class NeighbourBand: Sendable {
  private struct State {
    /// For each query its neighbours so far, in no order; up to twice as many as are wanted.
    var lists: [[Neighbour]]
    /// For each query what a neighbour's value is at most.
    var bounds: [Double]
  }

  private let limit: NeighbourLimit
  private let state: Mutex<State>

  init(_ limit: NeighbourLimit, rows: Int) {
    self.limit = limit
    state = Mutex(
      State(
        lists: [[Neighbour]](repeating: [], count: rows),
        bounds: [Double](repeating: limit.radius, count: rows)))
  }

  /// Takes what is near enough in a tile of queries × rows.
  func take(_ tile: Matrix<Double>, firstRow: Int) {
    let bounds = state.withLock { Array($0.bounds[0..<tile.rows]) }
    let found = (0..<tile.rows).map { query in
      shortened(
        placesAtMost(bounds[query], inRow: query, of: tile).map {
          Neighbour(row: firstRow + $0, value: tile[query, $0])
        })
    }
    state.withLock { state in
      for query in found.indices where !found[query].isEmpty {
        state.lists[query] += found[query]
        guard state.lists[query].count >= 2 * min(limit.kept, .max / 2) else {
          if state.lists[query].count == limit.kept,
            let last = state.lists[query].map(\.value).max()
          {
            state.bounds[query] = min(state.bounds[query], last)
          }
          continue
        }
        state.lists[query] = shortened(state.lists[query])
        state.bounds[query] = min(state.bounds[query], state.lists[query].last?.value ?? .infinity)
      }
    }
  }

  /// The neighbours of the first `count` queries, in order; begins another band.
  func drain(_ count: Int) -> [[Neighbour]] {
    state.withLock { state in
      let lists = state.lists[0..<count].map { list in
        Array(list.sorted(by: Neighbour.precedes).prefix(limit.kept))
      }
      for query in state.lists.indices {
        state.lists[query] = []
        state.bounds[query] = limit.radius
      }
      return lists
    }
  }

  /// No more than are wanted, nearest first; as they are where there are fewer.
  private func shortened(_ list: [Neighbour]) -> [Neighbour] {
    guard list.count > limit.kept else { return list }
    // Few of many: nearly all are farther than the last that is kept, and seen once.
    var kept = Array(list[0..<limit.kept].sorted(by: Neighbour.precedes))
    for other in list[limit.kept...] {
      guard let last = kept.last, Neighbour.precedes(other, last) else { continue }
      kept.removeLast()
      var (low, high) = (0, kept.count)
      while low < high {
        let middle = (low + high) / 2
        if Neighbour.precedes(kept[middle], other) { low = middle + 1 } else { high = middle }
      }
      kept.insert(other, at: low)
    }
    return kept
  }
}
