internal import Kullback

/// What storing the target's logits in few bits costs by itself, and how many rows have a forward KL below that.
///
/// Its JSON, an array: [{"storage", "sampled" (rows), "mean", "under" (rows of the evaluation)}], the mean in the unit.
struct ResolutionReport {
  private let resolutions: [StorageResolution]
  private var under: [Int]
  private var rows = 0
  private let unit: Unit

  /// - Parameter rows: those that are evaluated, from which the sample is taken.
  init(of target: RowSet, rows: Range<Int>, unit: Unit, threads: Int?) throws {
    guard target.parts.count == 1 else {
      throw Failure(.usage, "--resolution is for a target in one file")
    }
    let rows = target.count == 1 ? 0..<min(1, rows.count) : rows
    resolutions = try target.parts[0].storageResolutions(rows: rows, threads: threads)
    under = resolutions.map { _ in 0 }
    self.unit = unit
  }

  /// Takes the results of a block.
  mutating func add(_ results: Evaluation) {
    let values = results[.forwardKL]
    rows += values.count { !$0.isNaN }
    for index in resolutions.indices {
      let mean = mean(resolutions[index])
      under[index] += values.count { $0 < mean }
    }
  }

  private func mean(_ resolution: StorageResolution) -> Double {
    unit.value(resolution.mean, of: .information)
  }

  /// The report's lines.
  var lines: [String] {
    var table = Table([
      .init(title: "stored as", alignsLeft: true), .init(title: "mean forward KL, \(unit.name)"),
      .init(title: "results under it"), .init(title: ""),
    ])
    for (resolution, under) in zip(resolutions, under) {
      let share = rows > 0 ? 100 * Double(under) / Double(rows) : .nan
      table.append([
        resolution.storage.rawValue, Format.value(mean(resolution), digits: 4),
        Format.count(under), "\(Format.value(share, digits: 3)) %",
      ])
    }
    let sampled = resolutions.map(\.rows).max() ?? 0
    return [
      "",
      "resolution: what storing the target's logits costs by itself, from \(Format.count(sampled, "row")) taken evenly",
    ] + table.lines(width: nil)
  }
}

extension ResolutionReport: Encodable {
  private struct Entry: Encodable {
    let storage: String
    let sampled: Int
    let mean: Double
    let under: Int
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    for (resolution, under) in zip(resolutions, under) {
      try container.encode(
        Entry(
          storage: resolution.storage.rawValue, sampled: resolution.rows, mean: mean(resolution),
          under: under))
    }
  }
}
