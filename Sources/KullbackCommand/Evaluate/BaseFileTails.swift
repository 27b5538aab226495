internal import Kullback

/// What is said of a base file's rows whose small classes were cut off.
struct BaseFileTails: Encodable {
  /// How far below the largest class they are cut off, in nats.
  let window: Double
  private var rows = 0
  private var clamped = 0
  private var mass = Summary(exactLimit: 0)
  /// The largest distance of neighbouring codes.
  private var step = 0.0
  /// Rows in which the token that follows is among the classes that were cut off.
  private var tokensLeftOut = 0

  init(window: Double) {
    self.window = window
  }

  /// Looks at a block of rows.
  ///
  /// - Parameter next: the token that follows each.
  mutating func take(
    _ merged: CodedDistributions.Merged, of rows: CodedDistributions, next: [Int32]
  ) {
    tokensLeftOut += rows.leftOut(ofLabels: next)
    for row in 0..<rows.count {
      if merged.merged[row] > 0 {
        mass.add(merged.tails[row], row: self.rows + row)
        clamped += 1
      }
      step = max(step, rows.step(ofRow: row))
    }
    self.rows += rows.count
  }

  /// The report's lines.
  var lines: [String] {
    var lines = [""]
    if clamped > 0 {
      lines.append(
        "in \(Format.count(clamped, "row")) of \(Format.count(rows)) the file has no classes"
          + " \(Format.exact(window)) nats below the largest: together one class on both sides, of mass"
          + " \(Format.value(mass.mean, digits: 3)) in the mean and \(Format.value(mass.max, digits: 3)) at most;"
      )
      lines.append(
        "divergences are lower bounds of those of all classes, and entropies leave out what is inside it"
      )
    }
    if tokensLeftOut > 0 {
      lines.append(
        "in \(Format.count(tokensLeftOut, "row")) the token that follows is one of these: the target's perplexity is a lower bound"
      )
    }
    lines.append(
      "logarithms are stored in steps of up to \(Format.value(step, digits: 2)) nats")
    return lines
  }

  private enum Key: String, CodingKey {
    case window, clampedRows, meanMergedMass, largestMergedMass, largestStep, tokensLeftOut
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(window, forKey: .window)
    try container.encode(clamped, forKey: .clampedRows)
    if clamped > 0 {
      try container.encode(mass.mean, forKey: .meanMergedMass)
      try container.encode(mass.max, forKey: .largestMergedMass)
    }
    try container.encode(step, forKey: .largestStep)
    try container.encode(tokensLeftOut, forKey: .tokensLeftOut)
  }
}
