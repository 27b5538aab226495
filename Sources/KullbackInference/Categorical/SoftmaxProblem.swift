internal import Kullback

/// What a softmax regression is fitted to: data and options, checked.
///
/// Parameters are one vector: W row after row, then b where there are intercepts.
struct SoftmaxProblem: Sendable {
  let features: Matrix<Double>
  let targets: SoftmaxTargets
  let classes: Int
  let sampleWeights: [Double]?
  /// Σ w.
  let totalWeight: Double
  /// λ of λ D(p‖q) + (1 - λ) D(q‖p).
  let forwardShare: Double
  let penalty: Double
  let temperature: Double
  let hasIntercepts: Bool
  let threads: Int
  let tileRows: Int?

  var rows: Int { features.rows }
  var inputs: Int { features.columns }
  /// Rows of the matrix of parameters.
  var parameterRows: Int { inputs + (hasIntercepts ? 1 : 0) }
  var parameters: Int { parameterRows * classes }

  /// Classes that are the label of no row with weight; empty where the targets are distributions.
  var classesWithoutRow: [Int] {
    guard let labels = targets.labels else { return [] }
    var hasRow = [Bool](repeating: false, count: classes)
    for (row, label) in labels.enumerated() where (sampleWeights?[row] ?? 1) > 0 {
      hasRow[label] = true
    }
    return hasRow.indices.filter { !hasRow[$0] }
  }

  /// W as parameters have it, and b / b = 0.
  func split(_ parameters: [Double]) -> (weights: Matrix<Double>, intercepts: [Double]) {
    let matrix = Matrix(parameters, rows: parameterRows, columns: classes)
    return (
      matrix[rows: 0..<inputs],
      hasIntercepts ? matrix.row(inputs) : [Double](repeating: 0, count: classes)
    )
  }

  /// Rows cut into chunks of whole tiles, the same whatever the number of threads.
  ///
  /// A tile's features and logits stay in a core's cache. A chunk has a gradient of its own and is at least
  /// a millisecond's work or so.
  var chunks: (tile: Int, ranges: [Range<Int>]) {
    let tile = tileRows ?? min(1024, max(64, (1 << 16) / (inputs + classes) / 16 * 16))
    let tiles = (rows + tile - 1) / tile
    let work = Double(rows) * Double(inputs + 8) * Double(classes)
    let byWork = Int(min(64, work / 1e6))
    let byMemory = (1 << 24) / max(1, parameters)
    let count = max(1, min(byWork, max(2, byMemory), tiles))
    return (
      tile,
      (0..<count).map { chunk in
        min(rows, tiles * chunk / count * tile)..<min(rows, tiles * (chunk + 1) / count * tile)
      }
    )
  }
}
