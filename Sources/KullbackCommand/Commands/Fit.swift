internal import ArgumentParser

/// `kullback fit`: what can be fitted.
struct FitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit",
    abstract: "Fit a model by forward or reverse KL.",
    subcommands: [FitSoftmaxCommand.self])
}
