internal import ArgumentParser
internal import Kullback

/// What is to be computed: names of measures, separated by commas.
struct MeasureList: ExpressibleByArgument, Equatable {
  let measures: [Measure]

  /// All that one reading of both inputs gives.
  static let oneRead = MeasureList(measures: Measure.oneRead)

  private init(measures: [Measure]) {
    self.measures = measures
  }

  init?(argument: String) {
    var measures: [Measure] = []
    for name in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let measure = try? Measure.named(String(name)), !measures.contains(measure) else {
        return nil
      }
      measures.append(measure)
    }
    self.init(measures: measures)
  }

  var defaultValueDescription: String {
    measures.map(\.name).joined(separator: ",")
  }

  /// The names of all measures.
  static var names: [String] { Measure.all.map(\.name) }

  static var defaultCompletionKind: CompletionKind { .list(names) }
}
