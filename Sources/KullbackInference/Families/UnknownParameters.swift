/// Names of columns that are not the parameters of a family.
public struct UnknownParameters: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong with the names, and which are taken.
  public let description: String
  /// Further names of the same parameters.
  public let synonyms: String
}
