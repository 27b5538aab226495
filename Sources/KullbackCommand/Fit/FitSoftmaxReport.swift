internal import KullbackInference

/// What `kullback fit softmax` prints.
struct FitSoftmaxReport: Encodable {
  /// A divergence and its entropies.
  struct Parts: Encodable {
    let crossEntropy: Double
    let entropy: Double
    let divergence: Double

    init(_ parts: DivergenceParts) {
      crossEntropy = parts.crossEntropy
      entropy = parts.entropy
      divergence = parts.divergence
    }
  }

  /// An iteration.
  struct Step: Encodable {
    let iteration: Int
    let evaluations: Int
    let objective: Double
    let forward: Parts?
    let reverse: Parts?
    let penalty: Double
    let gradient: Double
  }

  let output: String
  /// What of texts was taken for what.
  let tables: TextTables?
  /// What of the inputs was brought in line with the features' rows.
  let matched: Matches?
  let direction: String
  let converged: Bool
  let convergence: String
  let features: Int
  let classes: Int
  /// Classes that are the label of no row with weight.
  let classesWithoutRow: [Int]
  let separableClasses: [Int]
  let partlySeparableClasses: [Int]
  let featureSpread: Double?
  let steps: [Step]
  /// Whether no step lowers the value.
  private let isStuck: Bool

  private enum CodingKeys: String, CodingKey {
    case output, tables, matched, direction, converged, convergence, features, classes
    case classesWithoutRow, separableClasses, partlySeparableClasses, featureSpread, steps
  }

  init(
    _ fit: SoftmaxFit, _ log: [SoftmaxProgress], output: String, direction: String,
    tables: TextTables?, matched: Matches?
  ) {
    self.output = output
    self.tables = tables
    self.matched = matched
    self.direction = direction
    converged = fit.convergence.isConverged
    convergence = fit.convergence.description
    isStuck = fit.convergence == .noFurtherDecrease
    features = fit.model.features
    classes = fit.model.classes
    classesWithoutRow = fit.classesWithoutRow
    separableClasses = fit.separableClasses
    partlySeparableClasses = fit.partlySeparableClasses
    featureSpread = fit.featureSpread
    steps = log.map { step in
      Step(
        iteration: step.iteration, evaluations: step.evaluations, objective: step.objective,
        forward: step.forward.map(Parts.init), reverse: step.reverse.map(Parts.init),
        penalty: step.penalty, gradient: step.gradientNorm)
    }
  }

  /// Why a search may not have converged, and what to do.
  var remarksOnConvergence: [String] {
    var remarks: [String] = []
    if !separableClasses.isEmpty {
      remarks.append(
        "classes \(Self.list(separableClasses)) are told apart without an error, and larger weights are always"
          + " better: --l2 1e-3 gives them an end")
    }
    if !partlySeparableClasses.isEmpty {
      let isOne = partlySeparableClasses.count == 1
      remarks.append(
        "\(isOne ? "class" : "classes") \(Self.list(partlySeparableClasses)) \(isOne ? "is" : "are") told apart"
          + " without an error \(isOne ? "from the others" : "in some of the rows"), and larger weights are always"
          + " better: --l2 1e-3 gives them an end")
    }
    if let featureSpread {
      remarks.append(
        "the features' scales, or means and deviations, differ by a factor of"
          + " \(Format.value(featureSpread, digits: 2)): bring each feature to a mean of 0 and a deviation of 1"
      )
    }
    if featureSpread == nil, isStuck {
      remarks.append(
        "where features are very large or very small, bring each to a mean of 0 and a deviation of 1"
      )
    }
    return remarks
  }

  /// What is to be known of the classes.
  private var remarks: [String] {
    guard !classesWithoutRow.isEmpty else { return [] }
    let (noun, verb) = classesWithoutRow.count == 1 ? ("class", "has") : ("classes", "have")
    return ["\(noun) \(Self.list(classesWithoutRow)) \(verb) no row"]
  }

  /// As in "0, 3, 7", the first ten of them.
  private static func list(_ classes: [Int]) -> String {
    let shown = classes.prefix(10).map(String.init).joined(separator: ", ")
    let rest = classes.count - 10
    return rest > 0 ? "\(shown) and \(Format.count(rest)) more" : shown
  }

  /// The first iterations, some on the way, and the last.
  var lines: [String] {
    let hasForward = steps.last?.forward != nil
    let hasReverse = steps.last?.reverse != nil
    var titles = ["iteration"]
    if hasForward { titles += ["H(p,q)", "H(p)", "D(p‖q)"] }
    if hasReverse { titles += ["H(q,p)", "H(q)", "D(q‖p)"] }
    titles += ["penalty", "gradient"]
    var table = Table(titles.map { Table.Column(title: $0) })
    let shown = steps.filter { step in
      [0, 1, 2, 5].contains(step.iteration) || step.iteration.isMultiple(of: 10)
        || step.iteration == steps.last?.iteration
    }
    for step in shown {
      var cells = [String(step.iteration)]
      for parts in [step.forward, step.reverse] {
        guard let parts else { continue }
        cells += [parts.crossEntropy, parts.entropy, parts.divergence].map { Format.value($0) }
      }
      cells += [step.penalty, step.gradient].map { Format.value($0, digits: 3) }
      table.append(cells)
    }
    let inputs = (tables?.lines ?? []) + (matched?.lines ?? [])
    return (inputs.isEmpty ? [] : inputs + [""]) + table.lines(width: Terminal.width) + [
      "",
      convergence + (steps.last.map { ", after \(Format.count($0.iteration, "iteration"))" } ?? ""),
    ] + remarksOnConvergence + remarks + [
      "written: \(output), \(Format.count(features, "feature")) x \(Format.count(classes)) classes"
    ]
  }
}
