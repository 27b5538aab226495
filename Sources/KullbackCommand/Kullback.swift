internal import ArgumentParser

@main
struct KullbackTool: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "kullback")
}
