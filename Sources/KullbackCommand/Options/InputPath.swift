internal import ArgumentParser
internal import KullbackFiles

/// What is read: a file, an array of a file, or - for standard input.
///
/// Every argument that names something to read is one: what reads takes nothing else, and `DeclaredFiles` keeps every
/// output from replacing what any of them names.
struct InputPath: ExpressibleByArgument, ExpressibleByStringLiteral, Equatable {
  /// As it stands on the command line.
  let text: String

  init(argument: String) { text = argument }

  init(stringLiteral value: String) { text = value }

  /// What messages call it.
  var name: String { inputName(text) }
}

extension InputPath: CustomStringConvertible {
  var description: String { text }
}
