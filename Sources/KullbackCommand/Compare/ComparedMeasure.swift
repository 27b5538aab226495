internal import Kullback

/// A measure by which models are compared, and what is found of it.
struct ComparedMeasure {
  let name: String
  let symbol: String
  let unit: String
  let dimension: Measure.Dimension
  var comparison: ModelComparison

  init(_ measure: Measure, models: Int, unit: Unit, groups: RowGroups?, exactLimit: Int) {
    name = measure.name
    symbol = measure.notation
    dimension = measure.dimension
    self.unit = unit.label(for: measure.dimension)
    comparison = ModelComparison(
      models: models, prefersLarge: measure.isAgreement, groups: groups, exactLimit: exactLimit)
  }

  /// The surprise of rows' labels.
  init(labelsOf models: Int, unit: Unit, groups: RowGroups?, exactLimit: Int) {
    (name, symbol, dimension) = ("label-loss", "-log q[label]", .information)
    self.unit = unit.name
    comparison = ModelComparison(models: models, groups: groups, exactLimit: exactLimit)
  }
}

extension ComparedMeasure {
  /// The report's lines.
  func lines(models: [String], width: Int?) -> [String] {
    let isClustered = comparison.groupCount != nil
    let errors = EstimateReport.errorColumns(clustered: isClustered)
    var table = Table(
      [
        .init(title: "model", alignsLeft: true), .init(title: ""), .init(title: "mean"),
      ] + errors + [.init(title: "more than best")] + errors + [
        .init(title: "nearer than best"), .init(title: "median", dispensability: 1),
        .init(title: "99 %", dispensability: 2), .init(title: "max", dispensability: 3),
      ])
    let ranking = comparison.ranking
    var (isAnyAlike, isAnyUnknown) = (false, false)
    for (place, model) in ranking.enumerated() {
      var mark = ""
      var cells = [""] + errors.map { _ in "" } + [""]
      if place > 0, let best = ranking.first {
        let difference = comparison.difference(model, best)
        cells =
          EstimateReport(difference.estimate).cells
          + [Format.value(100 * difference.nearer, digits: 3) + " %"]
        if difference.hasNoError {
          (mark, isAnyUnknown) = ("?", true)
        } else if !difference.isTold {
          (mark, isAnyAlike) = ("≈", true)
        }
      }
      let summary = comparison.summary(of: model)
      let quantiles = summary.quantiles(at: [0.5, 0.99]) + [summary.max]
      table.append(
        [models[model], mark] + EstimateReport(comparison.mean(of: model)).cells + cells
          + quantiles.map { Format.value($0, digits: 5) })
    }
    let head =
      "\(name)  \(symbol)\(unit.isEmpty ? "" : "  \(unit)"), over \(Format.count(comparison.count, "row"))"
    let infinite =
      ranking.dropFirst().compactMap { model in
        ranking.first.map { comparison.difference(model, $0).infinite }
      }.max() ?? 0
    return ["", head] + table.lines(width: width)
      + (isAnyAlike
        ? ["≈ cannot be told from the best: the difference is below 1.96 of its errors"] : [])
      + (isAnyUnknown
        ? ["? \(isClustered ? "one group of rows" : "one row") says nothing of its error"] : [])
      + (infinite > 0
        ? ["differences leave out rows with an infinite value, up to \(Format.count(infinite))"]
        : [])
  }

  /// What is said of it as JSON.
  func report(models: [String]) -> Contents {
    Contents(
      name: name, symbol: symbol, unit: unit, count: comparison.count,
      models: comparison.ranking.map { model in
        Contents.Model(
          model: models[model],
          summary: MeasureReport(
            name: name, symbol: symbol, unit: unit, summary: comparison.summary(of: model),
            isAgreement: comparison.prefersLarge, isIndicator: name == Measure.topAgreement.name,
            clusteredError: comparison.mean(of: model).clusteredError))
      },
      differences: models.indices.flatMap { first in
        models.indices.filter { $0 > first }.map { second in
          let found = comparison.difference(first, second)
          return Contents.Difference(
            first: models[first], second: models[second],
            difference: EstimateReport(found.estimate), nearer: found.nearer,
            farther: found.farther, infinite: found.infinite, told: found.isTold)
        }
      })
  }

  /// The JSON of a measure; `CompareReport` describes it.
  struct Contents: Encodable {
    struct Model: Encodable {
      let model: String
      let summary: MeasureReport
    }

    struct Difference: Encodable {
      let first: String
      let second: String
      let difference: EstimateReport
      let nearer: Double
      let farther: Double
      let infinite: Int
      let told: Bool
    }

    let name: String
    let symbol: String
    let unit: String
    let count: Int
    let models: [Model]
    let differences: [Difference]
  }
}
