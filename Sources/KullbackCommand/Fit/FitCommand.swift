internal import ArgumentParser

/// `kullback fit`: models and distributions that divergences are minimised over.
struct FitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit",
    abstract: "Fit a classifier or a distribution by forward or reverse KL.",
    discussion: """
      What is fitted is p, data or a density; the model that is found is q. The forward KL D(p‖q) is large where p \
      has mass that q lacks: its minimum covers all of p, and for data is maximum likelihood. The reverse KL D(q‖p) \
      is large where q has mass that p lacks: its minimum stays inside p.

      Examples:
        kullback fit softmax images.npy labels.npy --output model.safetensors
        kullback fit gaussian --samples x.npy --output gaussian.json
      """,
    subcommands: [FitSoftmaxCommand.self, FitGaussianCommand.self])
}
