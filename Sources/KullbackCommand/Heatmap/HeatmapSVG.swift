#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif
internal import KullbackFiles

/// A picture of a matrix as SVG: texts are texts, and every cell of a small matrix says its value.
enum HeatmapSVG {
  /// Cells of so many at most are drawn one by one, with a title each; more are one picture of pixels.
  private static let titledCells = 2500

  /// The file's text.
  static func text(_ map: Heatmap) -> String {
    // Generous for proportional fonts.
    let layout = HeatmapLayout(map) { 0.6 * $0 }
    let (width, height) = (number(layout.width), number(layout.height))
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\" "
        + "viewBox=\"0 0 \(width) \(height)\" font-family=\"Helvetica, Arial, sans-serif\">",
      "<title>\(escaped(map.title))</title>",
      "<rect width=\"\(width)\" height=\"\(height)\" fill=\"\(Colour.white.hexadecimal)\"/>",
    ]
    for mark in layout.marks {
      switch mark {
      case .rectangle(let x, let y, let width, let height, let colour):
        lines.append(rectangle(x, y, width, height, colour) + "/>")
      case .text(let text, let x, let y, let size, let anchor, let turned, let colour, let bold):
        let (left, top) = (number(x), number(y))
        let place =
          turned
          ? "transform=\"translate(\(left) \(top)) rotate(-90)\"" : "x=\"\(left)\" y=\"\(top)\""
        lines.append(
          "<text \(place) font-size=\"\(number(size))\"\(anchored(anchor)) "
            + "fill=\"\(colour.hexadecimal)\"\(bold ? " font-weight=\"bold\"" : "")>"
            + "\(escaped(text))</text>")
      case .cells(let x, let y, let width, let height):
        if map.rows.count * map.columns.count <= titledCells {
          lines += titled(map, (x, y), (width, height))
        } else {
          lines.append(pixels(map, (x, y), (width, height)))
        }
      }
    }
    return (lines + ["</svg>"]).joined(separator: "\n") + "\n"
  }

  private static func titled(
    _ map: Heatmap, _ corner: (x: Double, y: Double), _ cell: (width: Double, height: Double)
  ) -> [String] {
    var lines = ["<g shape-rendering=\"crispEdges\">"]
    for (i, row) in map.values.enumerated() {
      for (j, value) in row.enumerated() {
        let title = "\(map.rows[i]), \(map.columns[j]): \(Format.value(value))"
        let box = rectangle(
          corner.x + Double(j) * cell.width, corner.y + Double(i) * cell.height, cell.width,
          cell.height, map.scale.colour(value))
        lines.append(box + "><title>\(escaped(title))</title></rect>")
      }
    }
    return lines + ["</g>"]
  }

  private static func pixels(
    _ map: Heatmap, _ corner: (x: Double, y: Double), _ cell: (width: Double, height: Double)
  ) -> String {
    // As large as it is shown: not every program that shows it would leave its edges sharp.
    let picture = HeatmapBitmap.cells(map, width: Int(cell.width), height: Int(cell.height))
    let place = "x=\"\(number(corner.x))\" y=\"\(number(corner.y))\" "
    let size = "width=\"\(picture.width)\" height=\"\(picture.height)\" "
    return "<image " + place + size
      + "preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\" "
      + "href=\"data:image/png;base64,\(Data(PNG.encoded(picture)).base64EncodedString())\"/>"
  }

  private static func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ colour: Colour
  ) -> String {
    "<rect x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(width))\" "
      + "height=\"\(number(height))\" fill=\"\(colour.hexadecimal)\""
  }

  private static func anchored(_ anchor: Mark.Anchor) -> String {
    switch anchor {
    case .start: ""
    case .middle: " text-anchor=\"middle\""
    case .end: " text-anchor=\"end\""
    }
  }

  private static func number(_ value: Double) -> String {
    Format.exact((value * 100).rounded() / 100)
  }

  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      // XML has no other control characters.
      case "\t", "\n", "\r": result += " "
      case "\u{0}"..<" ", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
