internal import KullbackKernels

/// How a set's rows are read and cut for clustering.
///
/// Nothing that results depend on depends on the number of threads.
struct ClusterLayout: Sendable {
  /// Products of so many terms are added up at a time.
  static let panelClasses = 512
  /// At most so many blocks of rows have sums of their own, which are added up in order.
  private static let blocks = 64

  /// Stretches of classes.
  let panels: [Range<Int>]
  /// Whether the stored rows are factors of products as they stand.
  let readsInPlace: Bool
  /// Rows whose products are held at a time.
  let tileRows: Int
  /// Rows whose sums are added up one after the other.
  let blockRows: Int
  /// Blocks whose sums are held at a time.
  let wave: Int
  let threads: Int

  init(_ rows: ClusterRows, clusters: Int, kind: ElementKind, threads: Int, memory: Int) {
    let classes = rows.classes
    panels = Self.panels(classes)
    readsInPlace = rows.areFactors(kind)
    // Few enough for the rows to be read twice from the cache, for the products and for the sums.
    let fitting = min((1 << 16) / max(1, classes), (1 << 20) / max(1, clusters)) / 16 * 16
    tileRows = min(256, max(32, fitting))
    // Sums as large as the centroids are begun and added up for each block: not for a few rows.
    let enough = min(4 * clusters, (rows.count + 7) / 8)
    let share = max(enough, (rows.count + Self.blocks - 1) / Self.blocks)
    blockRows = max(1, (share + tileRows - 1) / tileRows) * tileRows
    let sumBytes = max(1, clusters * classes * 8)
    wave = max(1, min(8 * threads, memory / 2 / sumBytes))
    self.threads = threads
  }

  static func panels(_ classes: Int) -> [Range<Int>] {
    stride(from: 0, to: classes, by: panelClasses).map { $0..<min(classes, $0 + panelClasses) }
  }
}
