internal import ArgumentParser
internal import Kullback

/// What the rows of a file hold, as it is named on the command line.
enum FormArgument: String, ExpressibleByArgument, CaseIterable {
  case logits
  case logProbabilities = "log-probabilities"
  case probabilities
  case weights

  /// The form of this name.
  var form: Form {
    switch self {
    case .logits: .logits
    case .logProbabilities: .logProbabilities
    case .probabilities: .probabilities
    case .weights: .weights
    }
  }
}
