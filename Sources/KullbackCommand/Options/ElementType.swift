internal import ArgumentParser

/// What results are computed to and written as.
enum ElementType: String, ExpressibleByArgument, CaseIterable {
  case float32, float64
}
