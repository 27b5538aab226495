extension OraclePair {
  /// The share of the largest classes of one row, so many or all, that are among those of another, by sorting.
  public static func topOverlap(_ first: [Double], _ second: [Double], count: Int) -> Double {
    let k = min(count, first.count)
    return Double(Set(inOrder(first)[..<k]).intersection(inOrder(second)[..<k]).count) / Double(k)
  }

  /// The place, counted from 1, that the largest class of one row has in another.
  public static func topRank(_ first: [Double], _ second: [Double]) -> Double {
    let largest = inOrder(first)[0]
    return Double((inOrder(second).firstIndex(of: largest) ?? 0) + 1)
  }

  /// All classes, the largest first and among equal ones that of the lowest number.
  private static func inOrder(_ row: [Double]) -> [Int] {
    row.indices.sorted { row[$0] > row[$1] || (row[$0] == row[$1] && $0 < $1) }
  }
}
