internal import ArgumentParser

/// `kullback fit`: models and distributions that divergences are minimised over.
struct FitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit",
    abstract: "Fit a classifier or a distribution by forward or reverse KL.",
    subcommands: [FitSoftmaxCommand.self, FitGaussianCommand.self])
}
