internal import ArgumentParser
internal import Kullback

/// The base of the logarithms in results: `e`, or a number greater than 1.
struct LogarithmBase: ExpressibleByArgument, Equatable {
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

  var defaultValueDescription: String { number.map(Format.exact) ?? "e" }
}

/// `--base`, where results are logarithms.
struct BaseOption: ParsableArguments {
  @Option(
    name: .customLong("base"),
    help: ArgumentHelp(
      "The base of logarithms in results: e (nats), 2 (bits), 10 (bans), or another number above 1.",
      valueName: "number"))
  var logarithm: LogarithmBase = .natural

  /// The unit of information that the base makes.
  var unit: Unit {
    get throws { try logarithm.number.map { try Unit.base($0) } ?? .nats }
  }
}
