internal import ArgumentParser

/// `--labels` and `--ignore-index`, where rows that are compared have a right class.
struct LabelOptions: ParsableArguments {
  @Option(
    name: .customLong("labels"),
    help: ArgumentHelp(
      "The right class of each row, next tokens say, as whole numbers from 0: adds perplexities, the change of its probability, and its ranks.",
      valueName: "file"), completion: .file())
  var file: InputPath?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Rows with this label are left out of these.", valueName: "label"))
  var ignoreIndex: Int?

  func validate() throws {
    guard file != nil || ignoreIndex == nil else {
      throw ValidationError("--ignore-index is for --labels")
    }
  }
}
