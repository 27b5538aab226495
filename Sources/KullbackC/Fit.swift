public import CKullback
internal import Kullback
internal import KullbackInference
internal import KullbackMatrix

/// As the header says.
@c @implementation
public func kullback_fit_softmax(
  _ features: UnsafePointer<kullback_matrix>?, _ labels: UnsafePointer<kullback_labels>?,
  _ targets: UnsafePointer<kullback_set>?, _ classes: Int64,
  _ sampleWeights: UnsafePointer<Double>?, _ options: UnsafePointer<kullback_softmax_options>?,
  _ result: UnsafeMutablePointer<kullback_softmax_result>?, _ run: UnsafePointer<kullback_run>?
) -> kullback_status {
  unsafe Call.run(run) { call in
    let matrix = try unsafe givenMatrix(features, "features")
    let chosen = try unsafe structure(options, "options", \.size)
    var written = try unsafe structure(UnsafePointer(result), "result", \.size)
    guard (0...1).contains(chosen.has_intercepts) else {
      throw Refusal("has_intercepts of options is 0 or 1")
    }
    guard unsafe (labels == nil) != (targets == nil) else {
      throw Refusal("either labels or targets have to be there, and not both")
    }
    let set = unsafe targets == nil ? nil : try unsafe GivenSet(targets, "targets")
    let count = set?.set.classes ?? Int(classes)
    let weights = try unsafe Column(
      written.weights, rows: matrix.columns, columns: count, isOptional: false, "weights")
    let intercepts = try unsafe Column(written.intercepts, count: count, "intercepts")
    let each = try unsafe numbers(
      sampleWeights, sampleWeights == nil ? 0 : Int64(matrix.rows), "sample_weights")
    var regression = SoftmaxRegression()
    regression.objective = .mixture(forwardShare: chosen.forward_share)
    regression.penalty = chosen.penalty
    regression.temperature = chosen.temperature
    regression.hasIntercepts = chosen.has_intercepts == 1
    regression.labelSmoothing = chosen.label_smoothing
    guard chosen.gradient_tolerance >= 0, chosen.maximum_iterations >= 0 else {
      throw Refusal("gradient_tolerance and maximum_iterations are 0 or above")
    }
    regression.search.gradientTolerance = chosen.gradient_tolerance
    regression.search.maximumIterations = Int(chosen.maximum_iterations)
    regression.threads = call.threads
    let report = { (stage: SoftmaxProgress) in
      try call.progress(stage.iteration, Int(chosen.maximum_iterations))
    }
    let fit =
      if let set {
        try regression.fit(
          features: matrix, targets: set.set, sampleWeights: each, report: report)
      } else {
        try regression.fit(
          features: matrix, labels: unsafe GivenLabels(labels).labels.map { Int($0) },
          classes: count, sampleWeights: each, report: report)
      }
    weights.write(fit.model.weights.values)
    intercepts.write(fit.model.intercepts)
    unsafe written.convergence = code(fit.convergence)
    unsafe written.iterations = Int64(fit.final.iteration)
    unsafe written.objective = fit.final.objective
    unsafe written.gradient_norm = fit.final.gradientNorm
    try unsafe Column(result, count: 1, "result").write([written])
  }
}

/// As the header says.
@c @implementation
public func kullback_fit_mixture(
  _ samples: UnsafePointer<kullback_matrix>?, _ sampleWeights: UnsafePointer<Double>?,
  _ options: UnsafePointer<kullback_mixture_options>?,
  _ result: UnsafeMutablePointer<kullback_mixture_result>?, _ run: UnsafePointer<kullback_run>?
) -> kullback_status {
  unsafe Call.run(run) { call in
    let matrix = try unsafe givenMatrix(samples, "samples").doubles
    let chosen = try unsafe structure(options, "options", \.size)
    var written = try unsafe structure(UnsafePointer(result), "result", \.size)
    guard (0...1).contains(chosen.is_diagonal) else {
      throw Refusal("is_diagonal of options is 0 or 1")
    }
    let (count, width) = (Int(chosen.components), matrix.columns)
    guard count >= 1, width >= 1 else {
      throw Refusal("\(count) components of \(width) dimensions: there is at least one of each")
    }
    let weights = try unsafe Column(written.weights, count: count, isOptional: false, "weights")
    let means = try unsafe Column(
      written.means, rows: count, columns: width, isOptional: false, "means")
    let (area, isTooLarge) = width.multipliedReportingOverflow(by: width)
    guard !isTooLarge else { throw Refusal("covariances is larger than memory") }
    let covariances = try unsafe Column(
      written.covariances, rows: count, columns: area, isOptional: false, "covariances")
    let each = try unsafe numbers(
      sampleWeights, sampleWeights == nil ? 0 : Int64(matrix.rows), "sample_weights")
    var search = ExpectationMaximisation(components: count)
    search.family = chosen.is_diagonal == 1 ? .meanField : .full
    search.restarts = Int(chosen.restarts)
    search.seed = chosen.seed
    search.regularisation = chosen.regularisation
    search.tolerance = chosen.tolerance
    search.maximumIterations = Int(chosen.maximum_iterations)
    search.threads = call.threads
    let fit = try search.fit(samples: matrix, weights: each) {
      try call.progress($0.iteration, Int(chosen.maximum_iterations))
    }
    weights.write(fit.mixture.weights)
    means.write(fit.mixture.components.flatMap(\.mean))
    covariances.write(try fit.mixture.components.flatMap { try $0.covariance.values })
    unsafe written.convergence = code(fit.convergence)
    unsafe written.iterations = Int64(fit.iterations)
    unsafe written.cross_entropy = fit.crossEntropy
    try unsafe Column(result, count: 1, "result").write([written])
  }
}

/// The number that stands for the end of a search.
func code(_ convergence: Convergence) -> Int32 {
  switch convergence {
  case .gradientBelowTolerance: KULLBACK_CONVERGED_GRADIENT
  case .valueStandsStill: KULLBACK_CONVERGED_VALUE
  case .iterationsExhausted: KULLBACK_ITERATIONS_EXHAUSTED
  case .noFurtherDecrease: KULLBACK_NO_FURTHER_DECREASE
  case .unbounded: KULLBACK_UNBOUNDED
  case .separable: KULLBACK_SEPARABLE
  case .partlySeparable: KULLBACK_PARTLY_SEPARABLE
  }
}
