import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif
import KullbackFiles
import Testing

@testable import KullbackCommand

@Suite struct HeatmapTests {
  private func map(
    _ values: [[Double]], notes: [String] = [], rows: [String]? = nil
  ) -> Heatmap {
    Heatmap(
      values: values, rows: rows ?? values.indices.map { "r\($0)" },
      columns: values.first?.indices.map { "c\($0)" } ?? [], title: "forward KL, D(target‖model)",
      unit: "bits", captions: ("target: p", "model: q"), notes: notes, startsAtZero: true)
  }

  @Test func coloursGetLighterThroughout() {
    func lightness(_ colour: Colour) -> Double {
      let linear = [colour.red, colour.green, colour.blue].map { pow(Double($0) / 255, 2.2) }
      return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }
    let palette = ColourRamp.palette.map(lightness)
    #expect(palette.count == ColourRamp.shades)
    // Rounded to 8 bits, neighbours may be the same.
    #expect(zip(palette, palette.dropFirst()).allSatisfy { $1 >= $0 - 1e-3 })
    #expect(zip(palette, palette.dropFirst(8)).allSatisfy { $0 < $1 })
    #expect(Set(HeatmapBitmap.palette).count > 100 && HeatmapBitmap.palette.count <= 768)
  }

  @Test func theScaleGoesFromZeroToTheLargestFiniteValue() {
    let scale = ColourScale([0.5, 2, .infinity, .nan], startsAtZero: true)
    #expect((scale.low, scale.high) == (0, 2))
    #expect((scale.shade(0), scale.shade(1), scale.shade(2)) == (0, 120, 239))
    #expect(scale.colour(.infinity) == ColourRamp.infinite)
    #expect(scale.colour(.nan) == ColourRamp.invalid)
    #expect(ColourScale([3, 5], startsAtZero: false).low == 3)
  }

  @Test(
    arguments: [([], 0, 1), ([.nan], 0, 1), ([0, 0], 0, 1), ([3, 3], 0, 3), ([-2], -2, 0)]
      as [([Double], Double, Double)])
  func aScaleOfOneValueIsAScale(values: [Double], low: Double, high: Double) {
    #expect(ColourScale(values, startsAtZero: false) == ColourScale(low: low, high: high))
    #expect(!ColourScale(values, startsAtZero: false).ticks(5).isEmpty)
  }

  @Test(arguments: [
    (0, 1.22, 8, [0, 0.2, 0.4, 0.6, 0.8, 1, 1.2]), (0, 0.9, 4, [0, 0.5]),
    (-3, 4, 4, [-2, 0, 2, 4]),
    (0, 1e-12, 5, [0, 2e-13, 4e-13, 6e-13, 8e-13, 1e-12]),
  ])
  func ticksAreRoundNumbers(low: Double, high: Double, count: Int, expected: [Double]) {
    let ticks = ColourScale(low: low, high: high).ticks(count)
    #expect(ticks.count == expected.count)
    #expect(zip(ticks, expected).allSatisfy { abs($0 - $1) <= 1e-12 * (high - low) })
  }

  @Test func everyPrintableLetterHasADrawing() {
    let box = BitmapFont.rows(of: "\u{1F600}")
    let letters = (33...126).map { Character(UnicodeScalar($0)) } + ["‖", "…"]
    for letter in letters {
      let rows = BitmapFont.rows(of: letter)
      #expect(rows.count == BitmapFont.height && rows != box, "\(letter)")
      #expect(rows.contains { $0 != 0 } && rows.allSatisfy { $0 < 32 }, "\(letter)")
    }
    #expect(Set(letters.map { BitmapFont.rows(of: $0) }).count == letters.count)
    #expect(BitmapFont.rows(of: " ").allSatisfy { $0 == 0 })
  }

  @Test func svgIsWellFormedWhateverRowsAreCalled() throws {
    let text = HeatmapSVG.text(
      map([[0, 1], [.infinity, .nan]], notes: ["a < b"], rows: ["<&\">", "\u{1}\n‖"]))
    let parser = XML(text)
    #expect(parser.isWellFormed)
    #expect(parser.count["rect"] ?? 0 >= 4)
    #expect(parser.texts.contains("<&\">"))
    #expect(parser.texts.contains("+inf") && parser.texts.contains("invalid row"))
    #expect(parser.texts.contains("forward KL, D(target‖model), bits"))
    #expect(text.contains("<title>&lt;&amp;&quot;&gt;, c1: 1</title>"))
  }

  @Test func whatIsNotThereIsNotInTheLegend() {
    let parser = XML(HeatmapSVG.text(map([[0, 1], [2, 3]])))
    #expect(!parser.texts.contains("+inf") && !parser.texts.contains("invalid row"))
  }

  @Test func manyCellsAreOnePicture() {
    let row = (0..<60).map(Double.init)
    let parser = XML(HeatmapSVG.text(map([[Double]](repeating: row, count: 60))))
    #expect(parser.isWellFormed)
    #expect(parser.count["image"] == 1)
    #expect(parser.count["rect"] ?? 0 < 200)
  }

  @Test func pixelsHaveTheColoursOfTheirValues() {
    let map = map([[0, 1], [.infinity, .nan]])
    let cells = HeatmapBitmap.cells(map, width: 3, height: 2)
    #expect((cells.width, cells.height) == (6, 4))
    func colour(_ x: Int, _ y: Int) -> [UInt8] {
      let start = 3 * Int(cells.pixels[y * cells.width + x])
      return Array(cells.palette[start..<start + 3])
    }
    let shown = [colour(0, 0), colour(5, 1), colour(2, 2), colour(3, 3)]
    let expected = [0, 1, .infinity, .nan].map(map.scale.colour)
    #expect(shown == expected.map { [$0.red, $0.green, $0.blue] })
  }

  @Test(arguments: [(1, 1), (3, 3), (2, 150), (400, 3)])
  func everythingIsInsideThePicture(rows: Int, columns: Int) {
    let values = (0..<rows).map { i in (0..<columns).map { Double($0 + i) } }
    let name = String(repeating: "a long name ", count: 20)
    let map = map(values, notes: [name], rows: [String](repeating: name, count: rows))
    let layout = HeatmapLayout(map) { 0.6 * $0 }
    for mark in layout.marks {
      let (right, bottom) =
        switch mark {
        case .rectangle(let x, let y, let width, let height, _): (x + width, y + height)
        case .cells(let x, let y, let width, let height):
          (x + width * Double(columns), y + height * Double(rows))
        case .text(let text, let x, let y, let size, let anchor, let isTurned, _, _):
          (anchor == .start && !isTurned ? x + Double(text.count) * 0.6 * size : x, y)
        }
      #expect(right <= layout.width && bottom <= layout.height)
    }
    let picture = HeatmapBitmap.picture(map)
    #expect(picture.width >= Int(layout.width))
  }

  @Test func thePictureOfNothingIsAPicture() {
    #expect(XML(HeatmapSVG.text(map([]))).isWellFormed)
    #expect(HeatmapBitmap.picture(map([])).width > 0)
  }
}

/// What a parser finds in a text.
private final class XML: NSObject, XMLParserDelegate {
  private(set) var isWellFormed = false
  private(set) var count: [String: Int] = [:]
  private(set) var texts: [String] = []
  private var isInText = false

  init(_ text: String) {
    super.init()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = self
    isWellFormed = parser.parse()
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    count[name, default: 0] += 1
    isInText = name == "text"
    if isInText { texts.append("") }
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    isInText = false
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    if isInText { texts[texts.count - 1] += string }
  }
}
