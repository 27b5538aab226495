internal import KullbackFiles

/// A picture of a matrix in pixels, two for every unit of its layout.
struct HeatmapBitmap {
  private static let density = 2
  private static let colours =
    ColourRamp.palette + [
      ColourRamp.infinite, ColourRamp.invalid, .white, .ink, .faintInk,
    ]
  private static let numbers = Dictionary(
    zip(colours, colours.indices.map { UInt8($0) }), uniquingKeysWith: { first, _ in first })
  static let palette = colours.flatMap { [$0.red, $0.green, $0.blue] }

  private let width: Int
  private let height: Int
  private var pixels: [UInt8]

  /// The picture.
  static func picture(_ map: Heatmap) -> IndexedPicture {
    let layout = HeatmapLayout(map) { size in
      Double(BitmapFont.advance * scale(ofFont: size)) / Double(density)
    }
    var bitmap = HeatmapBitmap(width: layout.width, height: layout.height)
    for mark in layout.marks { bitmap.draw(mark, map) }
    return IndexedPicture(
      width: bitmap.width, height: bitmap.height, palette: palette, pixels: bitmap.pixels)
  }

  /// The cells alone, each of so many pixels.
  static func cells(_ map: Heatmap, width: Int, height: Int) -> IndexedPicture {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(map.rows.count * height * map.columns.count * width)
    for row in map.values {
      let line = row.flatMap { [UInt8](repeating: number(map.scale.colour($0)), count: width) }
      for _ in 0..<height { pixels += line }
    }
    return IndexedPicture(
      width: map.columns.count * width, height: map.rows.count * height, palette: palette,
      pixels: pixels)
  }

  private init(width: Double, height: Double) {
    self.width = Int((width * Double(Self.density)).rounded(.up))
    self.height = Int((height * Double(Self.density)).rounded(.up))
    pixels = [UInt8](repeating: Self.number(.white), count: self.width * self.height)
  }

  private static func number(_ colour: Colour) -> UInt8 { numbers[colour] ?? 0 }

  /// How many pixels a font's pixel has, so that capitals are as high as in print.
  private static func scale(ofFont size: Double) -> Int {
    max(1, Int((size * Double(density) / 10).rounded()))
  }

  private mutating func draw(_ mark: Mark, _ map: Heatmap) {
    switch mark {
    case .rectangle(let x, let y, let width, let height, let colour):
      fill(x, y, width, height, colour)
    case .text(let text, let x, let y, let size, let anchor, let turned, let colour, _):
      write(text, (x, y), scale: Self.scale(ofFont: size), anchor, turned, Self.number(colour))
    case .cells(let x, let y, let width, let height):
      for (i, row) in map.values.enumerated() {
        for (j, value) in row.enumerated() {
          fill(
            x + Double(j) * width, y + Double(i) * height, width, height,
            map.scale.colour(value))
        }
      }
    }
  }

  private mutating func fill(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ colour: Colour
  ) {
    func pixel(_ place: Double, _ limit: Int) -> Int {
      min(max(Int((place * Double(Self.density)).rounded()), 0), limit)
    }
    let columns = pixel(x, self.width)..<pixel(x + width, self.width)
    let number = Self.number(colour)
    for row in pixel(y, self.height)..<pixel(y + height, self.height) {
      for column in columns { pixels[row * self.width + column] = number }
    }
  }

  private mutating func write(
    _ text: String, _ place: (x: Double, y: Double), scale: Int, _ anchor: Mark.Anchor,
    _ isTurned: Bool, _ number: UInt8
  ) {
    let length = (text.count * BitmapFont.advance - 1) * scale
    let start =
      switch anchor {
      case .start: 0
      case .middle: -length / 2
      case .end: -length
      }
    let x = Int((place.x * Double(Self.density)).rounded())
    let y = Int((place.y * Double(Self.density)).rounded())
    for (index, character) in text.enumerated() {
      for (row, bits) in BitmapFont.rows(of: character).enumerated() {
        for column in 0..<BitmapFont.width where bits & (0x10 >> UInt8(column)) != 0 {
          // Along the text and across it, from where the text stands.
          let along = start + (index * BitmapFont.advance + column) * scale
          let across = (row - BitmapFont.baseline) * scale
          let (left, top) =
            isTurned ? (x + across, y - along - scale) : (x + along, y + across)
          dot(left, top, scale, number)
        }
      }
    }
  }

  private mutating func dot(_ left: Int, _ top: Int, _ size: Int, _ number: UInt8) {
    for row in max(0, top)..<max(0, min(height, top + size)) {
      for column in max(0, left)..<max(0, min(width, left + size)) {
        pixels[row * width + column] = number
      }
    }
  }
}
