/// How a matrix of all pairs is cut, so that what is held at any time stays within a limit.
///
/// The cut does not depend on the number of threads: nor do the results.
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
  /// How many tiles there may be at a time.
  let mostThreads: Int

  /// The default limit of working memory: 256 MiB.
  static let defaultMemory = 256 << 20
  /// More classes than these are prepared some at a time, so that what is prepared stays in the caches.
  private static let manyClasses = 2048

  /// - Parameters:
  ///   - rows: targets.
  ///   - columns: models.
  ///   - classes: of both.
  ///   - width: bytes of a prepared element.
  ///   - forms: prepared copies of each row.
  ///   - memory: bytes.
  ///   - holdsBand: whether a band of results is held, 8 bytes each.
  ///   - tileStep: what a tile's rows are a multiple of, where they are more.
  init(
    rows: Int, columns: Int, classes: Int, width: Int, forms: Int, memory: Int, holdsBand: Bool,
    tileStep: Int = 1
  ) {
    let (rows, columns) = (max(1, rows), max(1, columns))
    // As large as products want it where there is work for several threads in a band.
    var tile = columns >= 2048 ? 512 : columns >= 512 ? 256 : max(64, (columns + 127) / 128 * 64)
    var band = min(512, rows)
    if holdsBand { band = min(band, max(16, memory / 3 / (8 * columns))) }
    var chunk = classes > Self.manyClasses ? Self.manyClasses / 2 : classes
    let tileBytes = { (band: Int, tile: Int, chunk: Int) in
      tile * chunk * width * forms + band * tile * (forms * (8 + width) + 1)
    }
    let bytes = { (band: Int, tile: Int, chunk: Int) in
      band * chunk * width * forms + 2 * tileBytes(band, tile, chunk)
    }
    while bytes(band, tile, chunk) > memory / 2, tile > 16 || chunk > 1024 || band > 16 {
      if chunk > 1024 {
        chunk = max(1024, chunk / 2 / 512 * 512)
      } else {
        tile = max(16, tile / 2)
        band = max(16, band / 2)
      }
    }
    if tile > tileStep { tile = tile / tileStep * tileStep }
    mostThreads = max(
      1, (memory / 2 - band * chunk * width * forms) / tileBytes(band, tile, chunk))
    bandRows = band
    tileRows = tile
    chunkClasses = chunk
    let tiles = (columns + tile - 1) / tile
    groupTiles =
      chunk < classes
      ? min(tiles, max(2, memory / 4 / tileBytes(band, tile, chunk))) : tiles
    keepsModels =
      chunk >= classes && rows > band && columns * classes * width * forms <= memory / 3
  }
}
