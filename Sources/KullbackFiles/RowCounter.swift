/// Whether the cells of a column count on by one.
struct RowCounter {
  private(set) var start: Int?
  private(set) var counts = true
  private var last = 0

  init() {}

  private init(start: Int?, counts: Bool, last: Int) {
    (self.start, self.counts, self.last) = (start, counts, last)
  }

  mutating func take(_ cell: some RandomAccessCollection<UInt8>) {
    guard counts else { return }
    guard let number = CSVCell.whole(cell), start == nil || number == last + 1 else {
      counts = false
      return
    }
    start = start ?? number
    last = number
  }

  /// Goes on with the cells below.
  mutating func add(_ later: RowCounter) {
    guard let first = later.start, later.counts, let start else {
      self = RowCounter(
        start: start ?? later.start, counts: counts && later.counts,
        last: start == nil ? later.last : last)
      return
    }
    counts = counts && first == last + 1
    (self.start, last) = (start, later.last)
  }
}
