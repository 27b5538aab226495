internal import ArgumentParser
internal import KullbackInference

/// A parametric family, by its name on the command line.
struct FamilyName: ExpressibleByArgument {
  let family: NamedFamily

  init?(argument: String) {
    guard let family = NamedFamily.all.first(where: { $0.name == argument }) else { return nil }
    self.family = family
  }

  static var allValueStrings: [String] { NamedFamily.all.map(\.name) }
}

extension NamedFamily {
  /// A line of the help: `normal  mean, standard-deviation; or mean, variance`.
  var synopsis: String {
    let columns =
      parameters.isEmpty
      ? "one for each class"
      : parametrisations.map { $0.parameters.joined(separator: ", ") }.joined(separator: "; or ")
    let remark = name == "log-normal" ? " (all of log X)" : ""
    return name + String(repeating: " ", count: max(2, 16 - name.count)) + columns + remark
  }
}
