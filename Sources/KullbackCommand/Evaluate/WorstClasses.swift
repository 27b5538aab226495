internal import Kullback

/// The largest classes of the worst rows by their names, with the probabilities that both sides give them, and the class
/// that makes a divergence infinite.
///
/// Its JSON, an array: [{"row", "block" and "place" (of the row in it, only with --block), "target": [class], "model": [class], "missingInModel", "missingInTarget"}], a class
/// being {"number", "name", "target", "model"}, the last two its probabilities.
struct WorstClasses {
  private let names: ClassNames
  private let rows: [(row: Int, classes: RowClasses)]
  private let block: Int?

  /// - Parameters:
  ///   - rows: their numbers.
  ///   - target: the distributions p.
  ///   - model: the distributions q.
  ///   - block: how many rows are of one block, where there are blocks.
  init(
    _ names: ClassNames, rows: [Int], target: RowSet, model: RowSet, block: Int?
  ) throws(KullbackError) {
    self.names = names
    self.block = block
    var found: [(row: Int, classes: RowClasses)] = []
    for row in rows {
      let one = row..<row + 1
      found.append(
        (row, try RowClasses(ofRow: 0, target: target.rows(one), model: model.rows(one))))
    }
    self.rows = found
  }

  /// The report's lines.
  var lines: [String] {
    guard !rows.isEmpty else { return [] }
    var table = Table(
      [.init(title: "  row")]
        + (block == nil ? [] : [.init(title: "block"), .init(title: "place")])
        + [.init(title: "side", alignsLeft: true)]
        + (1...5).map { .init(title: "\($0)", alignsLeft: true) })
    for (row, classes) in rows {
      let place = block.map { [String(row / $0), String(row % $0)] } ?? []
      table.append([String(row)] + place + ["target"] + cells(classes.target, \.target))
      table.append([""] + place.map { _ in "" } + ["model"] + cells(classes.model, \.model))
    }
    return ["", "their largest classes with their probabilities"] + table.lines(width: nil)
      + rows.flatMap { row, classes in missing(row, classes) }
  }

  private func cells(
    _ entries: [RowClasses.Entry], _ probability: (RowClasses.Entry) -> Double
  ) -> [String] {
    let cells = entries.map {
      "\(names.call($0.number)) \(Format.value(probability($0), digits: 3))"
    }
    return cells + [String](repeating: "", count: 5 - cells.count)
  }

  private func missing(_ row: Int, _ classes: RowClasses) -> [String] {
    let inModel = classes.missingInModel.map {
      "row \(row): the model gives \(names.call($0.number)) no mass, the target \(Format.value($0.target, digits: 3))"
    }
    let inTarget = classes.missingInTarget.map {
      "row \(row): the target gives \(names.call($0.number)) no mass, the model \(Format.value($0.model, digits: 3))"
    }
    return [inModel, inTarget].compactMap(\.self)
  }
}

extension WorstClasses: Encodable {
  private struct Row: Encodable {
    let row: Int
    let block: Int?
    let place: Int?
    let target: [Class]
    let model: [Class]
    let missingInModel: Class?
    let missingInTarget: Class?
  }

  private struct Class: Encodable {
    let number: Int
    let name: String?
    let target: Double
    let model: Double

    init(_ entry: RowClasses.Entry, _ names: ClassNames) {
      (number, name) = (entry.number, names[entry.number])
      (target, model) = (entry.target, entry.model)
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    for (row, classes) in rows {
      try container.encode(
        Row(
          row: row, block: block.map { row / $0 }, place: block.map { row % $0 },
          target: classes.target.map { Class($0, names) },
          model: classes.model.map { Class($0, names) },
          missingInModel: classes.missingInModel.map { Class($0, names) },
          missingInTarget: classes.missingInTarget.map { Class($0, names) }))
    }
  }
}
