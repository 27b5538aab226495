/// Pairs that were computed, and how many of them one by one.
struct PairCounts {
  let computed: Int
  let refined: Int
}
