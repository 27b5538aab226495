/// Where everything in a picture of a matrix stands.
struct HeatmapLayout {
  let width: Double
  let height: Double
  let marks: [Mark]

  private static let margin = 16.0
  private static let barWidth = 16.0
  private static let longestLabel = 24

  /// Lays a picture out.
  ///
  /// - Parameters:
  ///   - map: what it shows.
  ///   - characterWidth: how wide a character of a font of some size is.
  init(_ map: Heatmap, characterWidth: (Double) -> Double) {
    let (cellWidth, cellHeight) = (
      HeatmapLayout.cellSize(map.columns.count), HeatmapLayout.cellSize(map.rows.count)
    )
    let font = min(12, max(8, min(cellWidth, cellHeight) - 1))
    let rowLabels = HeatmapLayout.thinned(map.rows, size: cellHeight, font: font)
    let columnLabels = HeatmapLayout.thinned(map.columns, size: cellWidth, font: font)
    let left =
      HeatmapLayout.margin + 20 + HeatmapLayout.room(rowLabels, characterWidth(font)) + 6
    let top = HeatmapLayout.margin + 34
    let gridWidth = cellWidth * Double(map.columns.count)
    let gridHeight = cellHeight * Double(map.rows.count)
    let below = top + gridHeight + 6 + HeatmapLayout.room(columnLabels, characterWidth(font)) + 20

    let title = map.title + (map.unit.isEmpty ? "" : ", \(map.unit)")
    var marks: [Mark] = [
      .text(title, x: HeatmapLayout.margin, y: 32, size: 15, anchor: .start, isBold: true),
      .cells(x: left, y: top, width: cellWidth, height: cellHeight),
      .text(
        HeatmapLayout.caption(map.captions.rows, characterWidth(12), room: gridHeight),
        x: HeatmapLayout.margin + 10, y: top + gridHeight / 2, size: 12,
        anchor: .middle, isTurned: true, colour: .faintInk),
      .text(
        HeatmapLayout.caption(map.captions.columns, characterWidth(12), room: gridWidth),
        x: left + gridWidth / 2, y: below, size: 12, anchor: .middle,
        colour: .faintInk),
    ]
    for (index, label) in rowLabels {
      let y = top + (Double(index) + 0.5) * cellHeight + font * 0.35
      marks.append(.text(label, x: left - 6, y: y, size: font, anchor: .end))
    }
    for (index, label) in columnLabels {
      let x = left + (Double(index) + 0.5) * cellWidth + font * 0.35
      let y = top + gridHeight + 6
      marks.append(.text(label, x: x, y: y, size: font, anchor: .end, isTurned: true))
    }
    let legend = HeatmapLayout.legend(
      map, x: left + gridWidth + 24, y: top, height: max(100, min(gridHeight, 300)),
      characterWidth: characterWidth(11))
    marks += legend.marks
    var bottom = max(below, legend.bottom)
    for note in map.notes {
      bottom += 17
      marks.append(
        .text(note, x: HeatmapLayout.margin, y: bottom, size: 11, anchor: .start, colour: .faintInk)
      )
    }
    self.marks = marks
    let texts = [(title, 15.0)] + map.notes.map { ($0, 11.0) }
    let widest = texts.map { Double($0.0.count + 1) * characterWidth($0.1) }.max() ?? 0
    width = max(legend.right, HeatmapLayout.margin + widest) + HeatmapLayout.margin
    height = bottom + HeatmapLayout.margin
  }

  /// How wide or high a cell is: up to 150 can be told apart and labelled, more make about 1,000.
  private static func cellSize(_ count: Int) -> Double {
    let count = Double(max(count, 1))
    return count <= 150
      ? min(36, max(9, (560 / count).rounded())) : max(1, (1000 / count).rounded())
  }

  /// One row in how many is labelled: every one, or one in 2, 5, 10, 20 and so on where there is no room.
  private static func labelStep(size: Double, font: Double) -> Int {
    guard size < font + 1 else { return 1 }
    let least = Int((2 * font / size).rounded(.up))
    var decade = 1
    while 10 * decade < least { decade *= 10 }
    return [2, 5, 10].map { $0 * decade }.first { $0 >= least } ?? least
  }

  /// A caption, without the file's name where there is no room for it.
  private static func caption(_ text: String, _ characterWidth: Double, room: Double) -> String {
    Double(text.count) * characterWidth <= room
      ? text : String(text.prefix { $0 != ":" })
  }

  private static func thinned(
    _ labels: [String], size: Double, font: Double
  ) -> [(Int, String)] {
    stride(from: 0, to: labels.count, by: labelStep(size: size, font: font)).map { index in
      let label = labels[index]
      return (index, label.count > longestLabel ? label.prefix(longestLabel - 1) + "…" : label)
    }
  }

  /// How long the longest label is in print.
  private static func room(_ labels: [(Int, String)], _ characterWidth: Double) -> Double {
    Double(labels.map(\.1.count).max() ?? 0) * characterWidth
  }

  /// The bar of colours with its marks, and what is not on it.
  private static func legend(
    _ map: Heatmap, x: Double, y: Double, height: Double, characterWidth: Double
  ) -> (marks: [Mark], right: Double, bottom: Double) {
    let steps = 120
    var marks: [Mark] = []
    for step in 0..<steps {
      let shade = (ColourRamp.shades - 1) * (steps - 1 - step) / (steps - 1)
      // A little taller than its step: no seams where a step ends between two pixels.
      let overlap = step == steps - 1 ? 0 : 0.5
      marks.append(
        .rectangle(
          x: x, y: y + height * Double(step) / Double(steps), width: barWidth,
          height: height / Double(steps) + overlap, colour: ColourRamp.palette[shade]))
    }
    var longest = 0
    for tick in map.scale.ticks(height > 150 ? 8 : 4) {
      let at = y + height * (1 - map.scale.place(tick))
      let label = Format.value(tick, digits: 4)
      longest = max(longest, label.count)
      marks.append(.rectangle(x: x + barWidth, y: at - 0.5, width: 4, height: 1, colour: .ink))
      marks.append(.text(label, x: x + barWidth + 8, y: at + 4, size: 11, anchor: .start))
    }
    var bottom = y + height + 8
    let entries =
      (map.hasInfinite ? [(ColourRamp.infinite, "+inf")] : [])
      + (map.hasInvalid ? [(ColourRamp.invalid, "invalid row")] : [])
    for (colour, label) in entries {
      marks.append(
        .rectangle(x: x, y: bottom + 6, width: barWidth, height: 12, colour: colour))
      marks.append(.text(label, x: x + barWidth + 8, y: bottom + 16, size: 11, anchor: .start))
      longest = max(longest, label.count)
      bottom += 20
    }
    return (marks, x + barWidth + 8 + Double(longest) * characterWidth, bottom)
  }
}
