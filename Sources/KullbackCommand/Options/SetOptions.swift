internal import ArgumentParser
internal import Kullback

/// How the rows of a file become distributions.
struct SetOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What rows hold.", valueName: "form"))
  var form: Form = .logits

  @Option(help: ArgumentHelp("Logits are divided by this before the softmax.", valueName: "number"))
  var temperature: Double = 1

  @Option(
    help: ArgumentHelp(
      "Added to every class of weights before they are normalised.", valueName: "number"))
  var smoothing: Double = 0

  @Option(
    help: ArgumentHelp(
      "How far the sum of a row of (log-)probabilities may be from 1 (default: by type and number of classes).",
      valueName: "number"))
  var tolerance: Double?

  @Option(
    help: ArgumentHelp(
      "Only these rows, counted from 0: '10..<20' (quoted), 10...19 or 10...", valueName: "A..<B"),
    transform: RowRange.init(parsing:))
  var rows: RowRange?

  func validate() throws {
    guard temperature > 0, temperature.isFinite else {
      throw ValidationError("--temperature must be a number greater than 0")
    }
    guard smoothing >= 0, smoothing.isFinite else {
      throw ValidationError("--smoothing must be a number that is not negative")
    }
    if let tolerance {
      guard tolerance >= 0, tolerance.isFinite else {
        throw ValidationError("--tolerance must be a number that is not negative")
      }
    }
  }

  /// Refuses options that none of the sides' forms has a use for: they would do nothing, in silence.
  func validate(forms: [Form]) throws {
    guard temperature == 1 || forms.contains(.logits) else {
      throw ValidationError("--temperature is for logits")
    }
    guard smoothing == 0 || forms.contains(.weights) else {
      throw ValidationError("--smoothing is for --form weights")
    }
    guard
      tolerance == nil || forms.contains(.probabilities) || forms.contains(.logProbabilities)
    else {
      throw ValidationError("--tolerance is for --form probabilities and log-probabilities")
    }
  }
}
