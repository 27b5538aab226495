public import CKullback
internal import Kullback
internal import KullbackInference
internal import KullbackMatrix
internal import Synchronization

/// A density that the caller evaluates in another thread, which is asked and answers by a word.
@safe
private final class AskedDensity: Density {
  let dimension: Int
  private let room: Int
  private let words: Words
  private let isBusy = Mutex(false)

  @safe
  private struct Words: @unchecked Sendable {
    @unsafe let points: UnsafeMutablePointer<Double>
    @unsafe let values: UnsafePointer<Double>
    @unsafe let gradients: UnsafePointer<Double>
    @unsafe let asked: UnsafeMutablePointer<Int64>
  }

  init(_ pointer: UnsafePointer<kullback_density>?) throws {
    let given = try unsafe structure(pointer, "density", \.size)
    guard unsafe given.reserved == 0 else { throw Refusal("reserved of density is not 0") }
    guard unsafe given.dimension >= 1, unsafe given.room >= 1 else {
      throw Refusal("dimension and room of density are at least 1")
    }
    (dimension, room) = unsafe (Int(given.dimension), Int(given.room))
    guard let points = unsafe given.points, let values = unsafe given.values,
      let gradients = unsafe given.gradients, let asked = unsafe given.asked
    else { throw Refusal("points, values, gradients and asked of density have to be there") }
    try unsafe checkAlignment(values, "values")
    try unsafe checkAlignment(UnsafePointer(asked), "asked")
    _ = try unsafe Column(points, rows: room, columns: dimension, "points")
    _ = try unsafe Column(
      UnsafeMutablePointer(mutating: gradients), rows: room, columns: dimension, "gradients")
    words = unsafe Words(points: points, values: values, gradients: gradients, asked: asked)
  }

  func logDensities(
    at points: Matrix<Double>, gradients: inout Matrix<Double>
  ) throws -> [Double] {
    var values: [Double] = []
    values.reserveCapacity(points.rows)
    // One after the other: there is one place for points.
    try isBusy.withLock { _ in
      for first in stride(from: 0, to: points.rows, by: room) {
        try ask(points, first..<min(points.rows, first + room), &values, &gradients)
      }
    }
    return values
  }

  private func ask(
    _ points: Matrix<Double>, _ rows: Range<Int>, _ values: inout [Double],
    _ gradients: inout Matrix<Double>
  ) throws {
    // SAFETY: rows are no more than there is room for, which the caller said; he reads and writes in turns with this.
    for (place, row) in rows.enumerated() {
      for column in 0..<dimension {
        unsafe words.points[place * dimension + column] = points[row, column]
      }
    }
    unsafe kvw_give(words.asked, Int64(rows.count))
    while true {
      let answer = unsafe kvw_take(words.asked)
      if answer == 0 { break }
      if answer < 0 { throw CancellationError() }
      try checkCancellation()
      kvw_wait()
    }
    for (place, row) in rows.enumerated() {
      unsafe values.append(words.values[place])
      for column in 0..<dimension {
        gradients[row, column] = unsafe words.gradients[place * dimension + column]
      }
    }
  }
}

/// As the header says.
@c @implementation
public func kullback_fit_normal(
  _ density: UnsafePointer<kullback_density>?, _ options: UnsafePointer<kullback_normal_options>?,
  _ result: UnsafeMutablePointer<kullback_normal_result>?, _ run: UnsafePointer<kullback_run>?
) -> kullback_status {
  unsafe Call.run(run) { call in
    let asked = try unsafe AskedDensity(density)
    let chosen = try unsafe structure(options, "options", \.size)
    var written = try unsafe structure(UnsafePointer(result), "result", \.size)
    guard (0...1).contains(chosen.is_diagonal) else {
      throw Refusal("is_diagonal of options is 0 or 1")
    }
    guard chosen.draws >= 0, chosen.diagnostic_draws >= 0, chosen.maximum_iterations >= 0,
      chosen.gradient_tolerance >= 0
    else { throw Refusal("numbers of options are 0 or above") }
    let width = asked.dimension
    let mean = try unsafe Column(written.mean, count: width, isOptional: false, "mean")
    let covariance = try unsafe Column(
      written.covariance, rows: width, columns: width, isOptional: false, "covariance")
    let errors = try unsafe Column(written.mean_errors, count: width, "mean_errors")
    var search = VariationalOptions()
    if chosen.draws > 0 { search.draws = Int(chosen.draws) }
    if chosen.diagnostic_draws > 0 { search.diagnosticDraws = Int(chosen.diagnostic_draws) }
    if chosen.maximum_iterations > 0 {
      search.search.maximumIterations = Int(chosen.maximum_iterations)
    }
    if chosen.gradient_tolerance > 0 {
      search.search.gradientTolerance = chosen.gradient_tolerance
    }
    if chosen.seed > 0 { search.seed = chosen.seed }
    let most = search.search.maximumIterations
    let fit = try fitGaussian(
      to: asked, family: chosen.is_diagonal == 1 ? .meanField : .full, options: search,
      threads: call.threads
    ) { try call.progress($0.iteration, most) }
    mean.write(fit.gaussian.mean)
    covariance.write(try fit.gaussian.covariance.values)
    let unknown = [Double](repeating: .nan, count: width)
    errors.write(fit.meanStandardErrors.isEmpty ? unknown : fit.meanStandardErrors)
    unsafe written.convergence = code(fit.convergence)
    unsafe written.iterations = Int64(fit.iterations)
    unsafe written.lower_bound = fit.evidenceLowerBound.value
    unsafe written.lower_bound_error = fit.evidenceLowerBound.standardError
    unsafe written.cross_entropy = fit.crossEntropy.value
    unsafe written.entropy = fit.entropy
    unsafe written.pareto_k = fit.smoothing.shape
    unsafe written.effective_draws = fit.smoothing.effectiveSampleSize
    unsafe written.is_trusted = fit.isTrusted ? 1 : 0
    try unsafe Column(result, count: 1, "result").write([written])
  }
}
