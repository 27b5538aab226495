internal import Kullback

extension Heatmap {
  /// The picture of all pairs of two sets.
  init(
    _ means: PairwiseMeans, of measure: Measure, unit: Unit, inputs: PairwiseInputs,
    order: PairwiseOrder,
    isOrdered: Bool
  ) {
    let (values, leftOut) = means.means()
    let block = means.block
    var notes: [String] = []
    if block.rows > 1 || block.columns > 1 {
      notes.append(
        "A cell is the mean of \(block.rows) x \(block.columns) pairs"
          + (leftOut > 0 ? "; \(Format.count(leftOut)) infinite values are left out." : "."))
    }
    if isOrdered { notes.append("Similar rows are side by side (average linkage).") }
    let calls = { (side: NamedSet, order: [Int], block: Int) in
      stride(from: 0, to: order.count, by: block).map { side.calls[order[$0]] }
    }
    self.init(
      values: (0..<values.rows).map { values.row($0) },
      rows: calls(inputs.targets, order.targets, block.rows),
      columns: calls(inputs.models, order.models, block.columns),
      title: Heatmap.title(of: measure), unit: unit.label(for: measure.dimension),
      captions: (
        "target: \(Heatmap.fileName(inputs.targets.file))",
        "model: \(Heatmap.fileName(inputs.models.file))"
      ),
      notes: notes, startsAtZero: measure.isDivergence)
  }

  private static func title(of measure: Measure) -> String {
    "\(measure.title), \(measure.notation)"
  }

  private static func fileName(_ file: InputFile) -> String {
    file.name.split(separator: "/").last.map(String.init) ?? file.name
  }
}
