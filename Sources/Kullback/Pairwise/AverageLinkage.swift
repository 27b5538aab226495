/// Average-linkage hierarchical clustering: which rows belong together, then which groups, up to all of them.
///
/// The dissimilarity of two groups is the mean of those of their members.
///
/// - Complexity: at most 3 n² steps and 4 n² bytes for n rows.
///
/// Source: Murtagh 1983, *A survey of recent advances in hierarchical clustering algorithms*, The Computer
/// Journal 26, nearest-neighbour chains; as in Müllner 2011, *Modern hierarchical, agglomerative clustering
/// algorithms*, arXiv:1109.2378, figure 3.
struct AverageLinkage {
  /// Two groups that become one.
  ///
  /// A group is known by its first row's number.
  struct Merge: Equatable {
    let first: Int
    let second: Int
    /// The dissimilarity of the two.
    let height: Double
  }

  /// n - 1 of them: whoever is merged was made before.
  private(set) var merges: [Merge] = []
  private let count: Int
  /// Dissimilarities of groups i < j, row after row.
  private var between: [Double]
  private var sizes: [Int]
  /// The groups that there are, ascending, as a chain of successors; `count` ends it.
  private var next: [Int]
  private var previous: [Int]

  /// Clusters `count` rows with the given dissimilarities, which are asked for every i < j.
  init(count: Int, dissimilarity: (Int, Int) -> Double) {
    self.count = count
    between = []
    between.reserveCapacity(count * max(0, count - 1) / 2)
    for i in 0..<count {
      for j in i + 1..<max(count, i + 1) { between.append(dissimilarity(i, j)) }
    }
    sizes = [Int](repeating: 1, count: count)
    next = Array(1...count + 1)
    previous = Array(-1..<count)
    merges.reserveCapacity(max(0, count - 1))
    run()
  }

  private mutating func run() {
    var chain: [Int] = []
    while merges.count < count - 1 {
      // A merged group keeps the smaller number: 0 is always there.
      if chain.isEmpty { chain.append(0) }
      while true {
        let end = chain[chain.count - 1]
        // On a tie the one before in the chain wins: the chain cannot go in circles.
        let before = chain.count > 1 ? chain[chain.count - 2] : nil
        let nearest = self.nearest(to: end, preferring: before)
        if nearest == before { break }
        chain.append(nearest)
      }
      let pair = (chain.removeLast(), chain.removeLast())
      merge(min(pair.0, pair.1), max(pair.0, pair.1))
    }
  }

  private func place(_ i: Int, _ j: Int) -> Int {
    let (low, high) = i < j ? (i, j) : (j, i)
    return low * (2 * count - low - 1) / 2 + high - low - 1
  }

  private func nearest(to group: Int, preferring favourite: Int?) -> Int {
    var best = favourite ?? (group == 0 ? next[0] : 0)
    var smallest = between[place(group, best)]
    var other = 0
    while other < count {
      if other != group {
        let value = between[place(group, other)]
        if value < smallest { (best, smallest) = (other, value) }
      }
      other = next[other]
    }
    return best
  }

  /// Makes the second group a part of the first.
  private mutating func merge(_ first: Int, _ second: Int) {
    merges.append(Merge(first: first, second: second, height: between[place(first, second)]))
    let (m, n) = (Double(sizes[first]), Double(sizes[second]))
    var other = 0
    while other < count {
      if other != first, other != second {
        let at = place(first, other)
        between[at] = (m * between[at] + n * between[place(second, other)]) / (m + n)
      }
      other = next[other]
    }
    sizes[first] += sizes[second]
    next[previous[second]] = next[second]
    if next[second] < count { previous[next[second]] = previous[second] }
  }
}
