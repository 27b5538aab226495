internal import Kullback
internal import KullbackFiles

/// What models make of rows' right classes, beside the target.
struct ComparedLabels {
  /// What the labels are called.
  let name: String
  /// What is reported of their file, if they are in one.
  let report: InputReport?
  let unit: Unit
  private let labels: (Range<Int>) -> [Int64]
  private let ignored: Int64?
  /// Rows with the ignored label.
  private(set) var leftOut = 0
  /// Rows in which the target or a model gives the label no mass.
  private(set) var infinite = 0
  private(set) var perplexities: [PerplexityComparison]
  private(set) var loss: ComparedMeasure

  /// The labels of a file.
  init(
    _ rows: LabelledRows, models: Int, unit: Unit, groups: RowGroups?, exactLimit: Int
  ) {
    let labels = rows.file.labels
    self.init(
      name: rows.file.name, report: InputReport(rows.file), ignored: rows.ignored,
      labels: { Array(labels[$0]) }, models: models, unit: unit, groups: groups,
      exactLimit: exactLimit)
  }

  /// The tokens that follow each row of a base file.
  init(
    _ base: BaseFile, models: Int, unit: Unit, groups: RowGroups?, exactLimit: Int
  ) {
    let file = base.file
    self.init(
      name: "\(base.name), the tokens that follow", report: nil, ignored: nil,
      labels: { file.nextTokens[$0].map { Int64($0) } }, models: models, unit: unit,
      groups: groups, exactLimit: exactLimit)
  }

  private init(
    name: String, report: InputReport?, ignored: Int64?,
    labels: @escaping (Range<Int>) -> [Int64], models: Int, unit: Unit, groups: RowGroups?,
    exactLimit: Int
  ) {
    (self.name, self.report, self.ignored, self.labels) = (name, report, ignored, labels)
    self.unit = unit
    perplexities = (0..<models).map { _ in
      PerplexityComparison(groups: groups, exactLimit: exactLimit)
    }
    loss = ComparedMeasure(labelsOf: models, unit: unit, groups: groups, exactLimit: exactLimit)
  }

  /// Takes a block of rows.
  mutating func add(
    _ rows: Range<Int>, target: RowSource, models: [DistributionSet], threads: Int?
  ) throws(KullbackError) {
    let labels = self.labels(rows)
    var losses = [try target.surprises(of: labels, rows, threads: threads)]
    for model in models {
      losses.append(try surprises(ofLabels: labels, in: model, threads: threads))
    }
    for row in labels.indices {
      let isIgnored = labels[row] == ignored
      if isIgnored { leftOut += 1 }
      // Every number is over the same rows.
      guard isIgnored || losses.contains(where: { $0[row].isNaN }) else { continue }
      for side in losses.indices { losses[side][row] = .nan }
    }
    let columns = losses.dropFirst().map { $0.map { unit.value($0, of: .information) } }
    loss.comparison.add(Array(columns), firstRow: rows.lowerBound)
    // Perplexities are over the same rows too, so that none is the smaller for what it calls impossible.
    for row in labels.indices where losses.contains(where: { $0[row].isInfinite }) {
      infinite += 1
      for side in losses.indices { losses[side][row] = .nan }
    }
    for (index, model) in losses.dropFirst().enumerated() {
      perplexities[index].add(target: losses[0], model: model, firstRow: rows.lowerBound)
    }
  }
}

extension ComparedLabels {
  /// The report's lines: perplexities, the one that is least first, and the losses' differences.
  func lines(models: [String], width: Int?) -> [String] {
    let isClustered = loss.comparison.groupCount != nil
    let errors = EstimateReport.errorColumns(clustered: isClustered)
    var table = Table(
      [.init(title: "labels of \(name)", alignsLeft: true), .init(title: "perplexity")]
        + errors + [.init(title: "over the target's")] + errors + [
          .init(title: "change of the label's probability", dispensability: 1),
          .init(title: "± error", dispensability: 2),
          .init(title: "root mean square", dispensability: 3),
          .init(title: "± error", dispensability: 4),
        ])
    if let target = perplexities.first?.target {
      let rest = table.columnCount - 2 - errors.count
      table.append(
        ["target"] + EstimateReport(target).cells + [String](repeating: "", count: rest))
    }
    for model in loss.comparison.ranking {
      let found = perplexities[model]
      table.append(
        [models[model]] + EstimateReport(found.model).cells + EstimateReport(found.ratio).cells
          + EstimateReport(found.meanChange).cells.prefix(2)
          + EstimateReport(found.rootMeanSquareChange).cells.prefix(2))
    }
    return [""] + table.lines(width: width) + notes + loss.lines(models: models, width: width)
  }

  private var notes: [String] {
    (leftOut > 0 ? ["left out: \(Format.count(leftOut, "row")) with the ignored label"] : [])
      + (infinite > 0
        ? [
          "left out of perplexities: \(Format.count(infinite, "row")) in which the target or a model gives the label no mass"
        ] : [])
  }

  /// What is said of it as JSON.
  func report(models: [String]) -> Contents {
    Contents(
      ignored: leftOut, infinite: infinite,
      target: perplexities.first.map { EstimateReport($0.target) },
      models: loss.comparison.ranking.map { model in
        let found = perplexities[model]
        return Contents.Model(
          model: models[model], count: found.count, perplexity: EstimateReport(found.model),
          ratio: EstimateReport(found.ratio),
          difference: EstimateReport(found.difference), correlation: found.correlation,
          change: EstimateReport(found.meanChange),
          rootMeanSquareChange: EstimateReport(found.rootMeanSquareChange))
      },
      loss: loss.report(models: models))
  }

  /// The JSON of it; `CompareReport` describes it.
  struct Contents: Encodable {
    struct Model: Encodable {
      let model: String
      let count: Int
      let perplexity: EstimateReport
      let ratio: EstimateReport
      let difference: EstimateReport
      let correlation: Double
      let change: EstimateReport
      let rootMeanSquareChange: EstimateReport
    }

    let ignored: Int
    let infinite: Int
    let target: EstimateReport?
    let models: [Model]
    let loss: ComparedMeasure.Contents
  }
}
