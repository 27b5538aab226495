internal import ArgumentParser

/// `--base-file`: how a base file of llama.cpp is read.
enum BaseFileReading: String, ExpressibleByArgument, CaseIterable {
  /// What the file does not say of small classes is one class on both sides.
  case bounded
  /// As the tool itself reads it, in its arithmetic.
  case exactTool = "exact-tool"
}
