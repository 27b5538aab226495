/// A picture whose pixels are numbers of colours in a palette.
public struct IndexedPicture: Sendable {
  /// Pixels across.
  public let width: Int
  /// Pixels down.
  public let height: Int
  /// Red, green and blue of each colour, one after the other.
  public let palette: [UInt8]
  /// The colours of all pixels, row after row from above.
  public let pixels: [UInt8]

  /// A picture.
  ///
  /// - Precondition: there are pixels, as many as width × height; the palette has 1 to 256 colours.
  public init(width: Int, height: Int, palette: [UInt8], pixels: [UInt8]) {
    precondition(width > 0 && height > 0 && pixels.count == width * height, "not a picture")
    precondition(
      palette.count.isMultiple(of: 3) && (3...768).contains(palette.count), "not a palette")
    self.width = width
    self.height = height
    self.palette = palette
    self.pixels = pixels
  }
}
