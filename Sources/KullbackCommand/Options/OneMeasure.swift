internal import ArgumentParser
internal import Kullback

/// A measure, as it is named on the command line.
struct OneMeasure: Equatable, CustomStringConvertible {
  let measure: Measure

  static let forwardKL = OneMeasure(measure: .forwardKL)

  private init(measure: Measure) {
    self.measure = measure
  }

  /// The measure of a name.
  ///
  /// - Throws: a `ValidationError` that says which there are.
  init(parsing text: String) throws {
    do { measure = try Measure.named(text) } catch { throw ValidationError(error.description) }
  }

  var description: String { measure.name }
}
