internal import ArgumentParser
internal import Kullback

/// What clusters are formed by, as it is named on the command line.
struct ClusterDivergence: ExpressibleByArgument, CaseIterable, CustomStringConvertible {
  let divergence: ClusteringDivergence

  static let allCases = ClusteringDivergence.allCases.map { ClusterDivergence(divergence: $0) }
  static let allValueStrings = allCases.map(\.description)

  private init(divergence: ClusteringDivergence) {
    self.divergence = divergence
  }

  init?(argument: String) {
    guard let divergence = ClusteringDivergence(argument) else { return nil }
    self.divergence = divergence
  }

  var description: String { divergence.description }
  var defaultValueDescription: String { description }
}
