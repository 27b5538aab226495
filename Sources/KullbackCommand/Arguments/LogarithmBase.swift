internal import ArgumentParser

/// The base of the logarithms in results: `e`, or a number greater than 1.
struct LogarithmBase: ExpressibleByArgument, Equatable {
  /// nil: the natural logarithm.
  let number: Double?

  init?(argument: String) {
    if argument == "e" {
      number = nil
      return
    }
    guard let number = Double(argument), number.isFinite, number > 1 else { return nil }
    self.number = number
  }
}
