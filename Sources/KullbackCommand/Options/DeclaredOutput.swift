internal import ArgumentParser

/// What is written: every argument that names a file to write is of such a type, and `DeclaredFiles` finds it by that.
protocol DeclaredOutput {
  var path: String { get }
}

/// Where a text or a model goes: a file whose ending the command itself checks.
struct OutputPath: DeclaredOutput, ExpressibleByArgument, Equatable {
  let path: String

  init(argument: String) { path = argument }
}
