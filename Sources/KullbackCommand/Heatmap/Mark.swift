/// Something that is drawn, in units of a picture's width and height, from the upper left corner.
enum Mark {
  /// Which part of a text stands at its place.
  enum Anchor {
    case start, middle, end
  }

  case rectangle(x: Double, y: Double, width: Double, height: Double, colour: Colour)
  /// A text whose baseline goes through (x, y), upwards if it is turned.
  case text(
    String, x: Double, y: Double, size: Double, anchor: Anchor, isTurned: Bool = false,
    colour: Colour = .ink, isBold: Bool = false)
  /// All cells of the heat map: the upper left corner and the width and height of a cell.
  case cells(x: Double, y: Double, width: Double, height: Double)
}
