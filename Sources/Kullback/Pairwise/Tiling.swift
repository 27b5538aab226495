/// How a matrix of all pairs is cut, so that what is held at any time stays within a limit.
struct Tiling: Equatable {
  /// Rows of targets that are worked on together.
  let bandRows: Int
  /// Rows of models in a tile.
  let tileRows: Int
  /// Tiles whose sums are held until all classes have been added.
  let groupTiles: Int
  /// Classes that are prepared at a time.
  let chunkClasses: Int
  /// Whether all models are held prepared from one band to the next.
  let keepsModels: Bool

  /// The default limit of working memory: 256 MiB.
  static let defaultMemory = 256 << 20
  /// More classes than these are prepared some at a time, so that what is prepared stays in the caches.
  private static let manyClasses = 8192

  /// - Parameters:
  ///   - rows: targets.
  ///   - columns: models.
  ///   - classes: of both.
  ///   - width: bytes of a prepared element.
  ///   - forms: prepared copies of each row.
  ///   - threads: each of which has a tile of its own.
  ///   - memory: bytes.
  ///   - holdsBand: whether a band of results is held, 8 bytes each.
  init(
    rows: Int, columns: Int, classes: Int, width: Int, forms: Int, threads: Int, memory: Int,
    holdsBand: Bool
  ) {
    let (rows, columns) = (max(1, rows), max(1, columns))
    // Tiles as large as there is work for all threads, and small enough for their sums to stay in cache.
    let share = (columns + threads - 1) / threads
    var tile = min(256, max(64, (share + 63) / 64 * 64))
    var band = min(512, rows)
    if holdsBand { band = min(band, max(16, memory / 3 / (8 * columns))) }
    var chunk = classes > Self.manyClasses ? Self.manyClasses / 2 : classes
    let bytes = { (band: Int, tile: Int, chunk: Int) in
      (band + threads * tile) * chunk * width * forms + threads * band * tile * (8 * forms + 5)
    }
    while bytes(band, tile, chunk) > memory / 2, tile > 16 || chunk > 1024 || band > 16 {
      if chunk > 1024 {
        chunk = max(1024, chunk / 2 / 512 * 512)
      } else {
        tile = max(16, tile / 2)
        band = max(16, band / 2)
      }
    }
    bandRows = band
    tileRows = tile
    chunkClasses = chunk
    let tiles = (columns + tile - 1) / tile
    let tileBytes = tile * chunk * width * forms + band * tile * (8 * forms + 5)
    groupTiles = chunk < classes ? min(tiles, max(threads, memory / 4 / tileBytes)) : tiles
    keepsModels =
      chunk >= classes && rows > band && columns * classes * width * forms <= memory / 3
  }
}
