internal import ArgumentParser
internal import Kullback

/// `--base`, where results are logarithms.
struct BaseOption: ParsableArguments {
  @Option(
    name: .customLong("base"),
    help: ArgumentHelp(
      "The base of logarithms in results: e (nats), 2 (bits), 10 (bans), or another number above 1.",
      valueName: "number"), completion: .list(["e", "2", "10"]),
    transform: LogarithmBase.init(parsing:))
  var logarithm: LogarithmBase = .natural

  /// The unit of information that the base makes.
  var unit: Unit {
    get throws { try logarithm.number.map { try Unit.base($0) } ?? .nats }
  }
}
