internal import KullbackFiles

/// The file that a picture goes to.
///
/// It stands under its name only when it is whole.
final class Picture {
  private enum Writer {
    case svg(TextWriter)
    case png(PNGWriter)
  }

  private let writer: Writer

  /// Starts a file, so that a name that cannot be written is refused before anything is computed.
  init(_ picture: PictureFile) throws(Failure) {
    writer = try Failure.ofFile { () throws(FileError) in
      switch picture.format {
      case .svg:
        let svg = try TextWriter(path: picture.path)
        return Writer.svg(svg)
      case .png:
        let png = try PNGWriter(path: picture.path)
        return Writer.png(png)
      }
    }
  }

  /// Draws a heat map.
  func draw(_ map: Heatmap) throws(Failure) {
    do {
      switch writer {
      case .svg(let writer): try writer.append(HeatmapSVG.text(map))
      case .png(let writer): try writer.write(HeatmapBitmap.picture(map))
      }
    } catch {
      throw Failure(error)
    }
  }

  /// Gives the file its name.
  func finish() throws(Failure) {
    do {
      switch writer {
      case .svg(let writer): try writer.finish()
      case .png(let writer): try writer.finish()
      }
    } catch {
      throw Failure(error)
    }
  }

  /// Removes what has been written.
  func discard() {
    switch writer {
    case .svg(let writer): writer.discard()
    case .png(let writer): writer.discard()
    }
  }
}
