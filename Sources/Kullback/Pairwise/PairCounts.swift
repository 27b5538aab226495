/// Pairs that were computed, how many of them one by one, and the rows of those that come to more than numbers hold.
struct PairCounts {
  var computed = 0
  var refined = 0
  var outOfRange: (targets: [Int], models: [Int]) = ([], [])
}
