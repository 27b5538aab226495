internal import KullbackFiles

/// Writes a heat map as .svg or .png.
enum HeatmapWriter {
  case svg(TextWriter)
  case png(PNGWriter)

  /// Starts a file.
  init(_ picture: PictureFile) throws(FileError) {
    switch picture.format {
    case .svg: self = .svg(try TextWriter(path: picture.path))
    case .png: self = .png(try PNGWriter(path: picture.path))
    }
  }

  /// Draws the map.
  func draw(_ map: Heatmap) throws(FileError) {
    switch self {
    case .svg(let writer): try writer.append(HeatmapSVG.text(map))
    case .png(let writer): try writer.write(HeatmapBitmap.picture(map))
    }
  }
}

extension HeatmapWriter: FileWriter {
  private var file: any FileWriter {
    switch self {
    case .svg(let writer): writer
    case .png(let writer): writer
    }
  }

  var temporaryPath: String? { file.temporaryPath }

  func finish() throws(FileError) { try file.finish() }

  func discard() { file.discard() }
}
