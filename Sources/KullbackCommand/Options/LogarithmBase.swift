internal import ArgumentParser

/// The base of the logarithms in results: `e`, or a number greater than 1.
struct LogarithmBase: Equatable {
  /// nil: the natural logarithm.
  let number: Double?

  static let natural = LogarithmBase(number: nil)

  private init(number: Double?) {
    self.number = number
  }

  init?(argument: String) {
    if argument == "e" {
      self.init(number: nil)
      return
    }
    guard let number = Double(argument), number.isFinite, number > 1 else { return nil }
    self.init(number: number)
  }

  /// The base that the text of an option names.
  ///
  /// - Throws: a `ValidationError` that says which there are.
  init(parsing text: String) throws {
    guard let base = LogarithmBase(argument: text) else {
      throw ValidationError("a base is e or a number above 1")
    }
    self = base
  }
}

extension LogarithmBase: CustomStringConvertible {
  /// The base as it is written on the command line.
  var description: String { number.map(Format.exact) ?? "e" }
}
