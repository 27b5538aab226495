internal import ArgumentParser

/// The direction of a fit, as it is named on the command line.
enum DirectionArgument: String, ExpressibleByArgument, CaseIterable {
  case forward, reverse
}
