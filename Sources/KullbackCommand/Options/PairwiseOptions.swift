internal import ArgumentParser
internal import Kullback

/// How the rows of one or two files become distributions of which all pairs are compared.
struct PairwiseOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The form of the first file (default: --form's).", valueName: "form"))
  var targetForm: Form?

  @Option(help: ArgumentHelp("The form of the second file (default: --form's).", valueName: "form"))
  var modelForm: Form?

  @Option(
    help: ArgumentHelp(
      "What the rows of the first file are called: a text file with a line for each row.",
      valueName: "file"), completion: .file())
  var labels: InputPath?

  @Option(
    help: ArgumentHelp("What the rows of the second file are called.", valueName: "file"),
    completion: .file())
  var modelLabels: InputPath?

  /// Refuses what does not fit together.
  func validate(
    first: InputPath, second: InputPath?, _ set: SetOptions, _ match: MatchOption
  ) throws {
    let forms = [targetForm ?? set.form] + (second == nil ? [] : [modelForm ?? set.form])
    try set.validate(forms: forms)
    guard second != nil || (modelForm == nil && modelLabels == nil && !match.isByPosition) else {
      throw ValidationError("--model-form, --model-labels and --by-position are for a second file")
    }
    guard [first, second, labels, modelLabels].count(where: { $0 == "-" }) <= 1 else {
      throw ValidationError("only one of the inputs can be standard input")
    }
  }
}
