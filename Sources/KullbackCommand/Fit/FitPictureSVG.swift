internal import KullbackInference

/// A picture of a fit as SVG.
enum FitPictureSVG {
  private static let left = 70.0
  private static let top = 52.0
  private static let width = 460.0
  private static let height = 340.0
  private static let target = Colour(0x1D8B85)
  private static let fitted = Colour(0xD6336C)

  /// The file's text.
  static func text(_ picture: FitPicture) -> String {
    let legend = legendEntries(picture)
    let wide = left + width + 236
    let tall = top + height + 56 + 16 * Double(picture.notes.count)
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(number(wide))\" height=\"\(number(tall))\" "
        + "viewBox=\"0 0 \(number(wide)) \(number(tall))\" font-family=\"Helvetica, Arial, sans-serif\">",
      "<title>\(HeatmapSVG.escaped(picture.title))</title>",
      "<rect width=\"\(number(wide))\" height=\"\(number(tall))\" fill=\"#FFFFFF\"/>",
      words(picture.title, 16, 30, 15, weight: "bold"),
      "<clipPath id=\"plot\"><rect x=\"\(number(left))\" y=\"\(number(top))\" width=\"\(number(width))\" "
        + "height=\"\(number(height))\"/></clipPath>", "<g clip-path=\"url(#plot)\">",
    ]
    lines += ground(picture) + fit(picture) + ["</g>"]
    lines += axes(picture)
    for (index, entry) in legend.enumerated() {
      let y = top + 14 + 24 * Double(index)
      lines.append(entry.swatch(left + width + 18, y))
      lines.append(words(entry.text, left + width + 50, y + 4, 12))
    }
    for (index, note) in picture.notes.enumerated() {
      let y = top + height + 56 + 16 * Double(index)
      lines.append(words(note, left, y, 12, colour: .faintInk))
    }
    return (lines + ["</svg>"]).joined(separator: "\n") + "\n"
  }

  private static func ground(_ picture: FitPicture) -> [String] {
    switch picture.ground {
    case .regions(let regions):
      return regions.enumerated().map { index, region in
        "<path d=\"\(region.map { path($0, picture, closed: true) }.joined())\" "
          + "fill=\"\(shade(index).hexadecimal)\" fill-rule=\"evenodd\"/>"
      }
    case .dots(let dots):
      let circles = dots.map { dot in
        let place = place(dot, picture)
        return "<circle cx=\"\(number(place.x))\" cy=\"\(number(place.y))\" r=\"2\"/>"
      }
      return ["<g fill=\"\(target.hexadecimal)\" fill-opacity=\"0.45\">"] + circles + ["</g>"]
    case .curve(let curve):
      let ends = [
        PlanePoint(x: picture.x.upperBound, y: 0), PlanePoint(x: picture.x.lowerBound, y: 0),
      ]
      return [
        "<path d=\"\(path(curve.points + ends, picture, closed: true))\" "
          + "fill=\"\(shade(1).hexadecimal)\"/>",
        line(curve.points, picture, target, 1.5),
      ]
    case .bars(let bars):
      return bars.densities.enumerated().map { index, density in
        let corners = [
          PlanePoint(x: bars.bounds[index], y: 0), PlanePoint(x: bars.bounds[index], y: density),
          PlanePoint(x: bars.bounds[index + 1], y: density),
          PlanePoint(x: bars.bounds[index + 1], y: 0),
        ]
        return "<path d=\"\(path(corners, picture, closed: true))\" "
          + "fill=\"\(shade(1).hexadecimal)\" stroke=\"#FFFFFF\" stroke-width=\"0.5\"/>"
      }
    }
  }

  private static func fit(_ picture: FitPicture) -> [String] {
    switch picture.fit {
    case .curve(let curve): return [line(curve.points, picture, fitted, 2.5)]
    case .ellipses(let components):
      return components.flatMap { component in
        let centre = place(component.mean, picture)
        let (x, y) = (centre.x, centre.y)
        let cross =
          "<path d=\"M\(number(x - 5)) \(number(y))H\(number(x + 5))M\(number(x)) \(number(y - 5))V"
          + "\(number(y + 5))\" stroke=\"\(fitted.hexadecimal)\" stroke-width=\"2\"/>"
        return component.lines.enumerated().map { index, points in
          line(points, picture, fitted, index == 0 ? 2.5 : 1.5, closed: true)
        } + [cross]
      }
    }
  }

  private static func axes(_ picture: FitPicture) -> [String] {
    let (right, bottom) = (left + width, top + height)
    let faint = Colour.faintInk.hexadecimal
    var lines = [
      "<rect x=\"\(number(left))\" y=\"\(number(top))\" width=\"\(number(width))\" "
        + "height=\"\(number(height))\" fill=\"none\" stroke=\"\(faint)\"/>"
    ]
    for tick in ticks(picture.x, 7) {
      let x = place(PlanePoint(x: tick, y: picture.y.lowerBound), picture).x
      lines.append(
        "<path d=\"M\(number(x)) \(number(bottom))v5\" stroke=\"\(faint)\"/>"
          + words(Format.value(tick), x, bottom + 19, 11, anchor: "middle"))
    }
    for tick in ticks(picture.y, 6) {
      let y = place(PlanePoint(x: picture.x.lowerBound, y: tick), picture).y
      lines.append(
        "<path d=\"M\(number(left)) \(number(y))h-5\" stroke=\"\(faint)\"/>"
          + words(Format.value(tick), left - 8, y + 4, 11, anchor: "end"))
    }
    lines.append(
      words(
        picture.captions.x, (left + right) / 2, bottom + 36, 12, anchor: "middle", colour: .faintInk
      ))
    lines.append(
      "<text transform=\"translate(20 \(number((top + bottom) / 2))) rotate(-90)\" font-size=\"12\" "
        + "text-anchor=\"middle\" fill=\"\(faint)\">\(picture.captions.y)</text>")
    return lines
  }

  private static func ticks(_ range: ClosedRange<Double>, _ count: Int) -> [Double] {
    ColourScale(low: range.lowerBound, high: range.upperBound).ticks(count)
  }

  /// A line of the legend: a sign, centred on a height, and what it stands for.
  private struct Entry {
    let text: String
    let swatch: (_ x: Double, _ y: Double) -> String
  }

  private static func legendEntries(_ picture: FitPicture) -> [Entry] {
    func box(_ colour: Colour) -> (Double, Double) -> String {
      { x, y in
        "<rect x=\"\(number(x))\" y=\"\(number(y - 6))\" width=\"24\" height=\"12\" "
          + "fill=\"\(colour.hexadecimal)\"/>"
      }
    }
    func stroke(_ weight: Double) -> (Double, Double) -> String {
      { x, y in
        "<path d=\"M\(number(x)) \(number(y))h24\" stroke=\"\(fitted.hexadecimal)\" "
          + "stroke-width=\"\(number(weight))\"/>"
      }
    }
    var entries: [Entry]
    switch picture.ground {
    case .regions:
      entries = FitPicture.masses.enumerated().map { index, mass in
        let share = Format.value(mass * 100, digits: 3)
        return Entry(
          text: index == 0 ? "target p: \(share) % of its mass" : "\(share) %",
          swatch: box(shade(index)))
      }
    case .dots: entries = [Entry(text: "samples p", swatch: dotSwatch)]
    case .curve: entries = [Entry(text: "target p", swatch: box(shade(1)))]
    case .bars: entries = [Entry(text: "samples p", swatch: box(shade(1)))]
    }
    switch picture.fit {
    case .curve: entries.append(Entry(text: "fit q", swatch: stroke(2.5)))
    case .ellipses:
      entries.append(Entry(text: "fit q: 1 standard deviation", swatch: stroke(2.5)))
      entries.append(Entry(text: "2 standard deviations", swatch: stroke(1.5)))
    }
    return entries
  }

  private static func dotSwatch(_ x: Double, _ y: Double) -> String {
    "<circle cx=\"\(number(x + 12))\" cy=\"\(number(y))\" r=\"3\" fill=\"\(target.hexadecimal)\"/>"
  }

  private static func shade(_ index: Int) -> Colour {
    Colour.white.mixed(
      with: target, share: Double(index + 1) / Double(FitPicture.masses.count) * 0.85)
  }

  private static func line(
    _ points: [PlanePoint], _ picture: FitPicture, _ colour: Colour, _ weight: Double,
    closed: Bool = false
  ) -> String {
    "<path d=\"\(path(points, picture, closed: closed))\" fill=\"none\" "
      + "stroke=\"\(colour.hexadecimal)\" stroke-width=\"\(number(weight))\" stroke-linejoin=\"round\"/>"
  }

  private static func path(_ points: [PlanePoint], _ picture: FitPicture, closed: Bool) -> String {
    let places = points.map { point in
      let place = place(point, picture)
      return "\(number(place.x)) \(number(place.y))"
    }
    return "M" + places.joined(separator: "L") + (closed ? "Z" : "")
  }

  /// Where a point stands in the picture.
  private static func place(_ point: PlanePoint, _ picture: FitPicture) -> (x: Double, y: Double) {
    let x = ColourScale(low: picture.x.lowerBound, high: picture.x.upperBound).place(point.x)
    let y = ColourScale(low: picture.y.lowerBound, high: picture.y.upperBound).place(point.y)
    return (left + x * width, top + (1 - y) * height)
  }

  private static func words(
    _ text: String, _ x: Double, _ y: Double, _ size: Double, anchor: String = "start",
    weight: String = "normal", colour: Colour = .ink
  ) -> String {
    "<text x=\"\(number(x))\" y=\"\(number(y))\" font-size=\"\(number(size))\" text-anchor=\"\(anchor)\" "
      + "font-weight=\"\(weight)\" fill=\"\(colour.hexadecimal)\">\(HeatmapSVG.escaped(text))</text>"
  }

  private static func number(_ value: Double) -> String {
    Format.exact((value * 10).rounded() / 10)
  }
}
