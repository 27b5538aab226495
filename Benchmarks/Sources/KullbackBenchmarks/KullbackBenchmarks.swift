import ArgumentParser

@main
struct KullbackBenchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kullback-benchmarks",
    abstract: "Measures the kernels of Kullback against the limits of the machine.",
    subcommands: [Run.self, Compare.self, Serve.self],
    defaultSubcommand: Run.self)

  static func main() {
    clearKernelChoice()
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      exit(withError: error)
    }
  }
}
