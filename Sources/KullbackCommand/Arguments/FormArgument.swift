internal import ArgumentParser

/// What the rows of a file hold, as it is named on the command line.
enum FormArgument: String, ExpressibleByArgument, CaseIterable {
  case logits
  case logProbabilities = "log-probabilities"
  case probabilities
  case weights
}
