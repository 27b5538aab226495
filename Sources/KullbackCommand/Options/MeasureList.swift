internal import ArgumentParser
internal import Kullback

/// What is to be computed: names of measures, separated by commas.
struct MeasureList: Equatable {
  let measures: [Measure]

  /// All that one reading of both inputs gives.
  static let oneRead = MeasureList(measures: Measure.oneRead)

  /// Forward KL alone.
  static let forwardKL = MeasureList(measures: [.forwardKL])

  private init(measures: [Measure]) {
    self.measures = measures
  }

  /// The measures of a list of names.
  ///
  /// - Throws: a `ValidationError` that says which name is wrong, and which there are.
  init(parsing text: String) throws {
    var measures: [Measure] = []
    for name in text.split(separator: ",", omittingEmptySubsequences: false) {
      do {
        measures.append(try Measure.named(String(name)))
      } catch {
        throw ValidationError(error.description)
      }
    }
    guard Set(measures).count == measures.count else {
      throw ValidationError("a measure is named twice")
    }
    self.init(measures: measures)
  }

  /// The names of all measures that need no order.
  static var names: [String] { Measure.all.map(\.name) }

  /// The families of measures, as the help lists them: "renyi:ORDER (0 to inf)".
  static var families: [String] { Measure.families.map { "\($0.pattern) (\($0.orders))" } }
}

extension MeasureList: CustomStringConvertible {
  /// The names as they are written on the command line.
  var description: String { measures.map(\.name).joined(separator: ",") }
}
