// The conformance is as public as the form and the protocol are.
public import ArgumentParser
public import Kullback

extension Form: ExpressibleByArgument {
  /// The form of this name.
  public init?(argument: String) { self.init(argument) }
}
