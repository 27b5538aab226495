internal import Kullback

/// The figures of llama.cpp's perplexity tool, named, rounded and in the order as it prints them.
struct PerplexityToolReport {
  let inputs: [(name: String, report: InputReport)]
  let statistics: PerplexityToolStatistics
  let rate: Rate
  let options: RunOptions

  func tell() throws {
    try options.tell(
      Contents(
        inputs: Dictionary(uniqueKeysWithValues: inputs.map { ($0.name, $0.report) }),
        figures: statistics.sections.flatMap(\.figures).map(Contents.Figure.init), rate: rate,
        version: KullbackTool.version),
      lines: InputReport.lines(inputs) + lines + ["", rate.line(rows: statistics.count)])
  }

  private var lines: [String] {
    statistics.sections.flatMap { section in
      let width = section.figures.map(\.name.count).max() ?? 0
      return ["", "====== \(section.title) ======"]
        + section.figures.map { figure in
          figure.name + String(repeating: " ", count: width - figure.name.count) + ": "
            + Self.spelt(figure)
        }
    }
  }

  private static func spelt(_ figure: PerplexityToolStatistics.Figure) -> String {
    let number = { (value: Double) in
      let text = Format.fixed(value, decimals: figure.decimals)
      return String(repeating: " ", count: max(0, 10 - text.count)) + text
    }
    return number(figure.value) + (figure.error.map { " ± \(number($0))" } ?? "")
      + (figure.isPercent ? " %" : "")
  }

  /// Everything about it. Its JSON is this: inputs, rate and version as of `evaluate`, and
  ///
  ///     figures       an array in the tool's order: name, value, and, each where it applies, error (what the tool prints
  ///                   behind ±), percent (true)
  struct Contents: Encodable {
    /// A figure as the tool has it.
    struct Figure: Encodable {
      let name: String
      let value: Double
      let error: Double?
      let percent: Bool?

      init(_ figure: PerplexityToolStatistics.Figure) {
        (name, value, error) = (figure.name, figure.value, figure.error)
        percent = figure.isPercent ? true : nil
      }
    }

    let inputs: [String: InputReport]
    let figures: [Figure]
    let rate: Rate
    let version: String
  }
}
