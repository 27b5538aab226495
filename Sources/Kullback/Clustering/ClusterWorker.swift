internal import KullbackKernels
internal import KullbackLinearAlgebra

/// One thread's work on tiles of rows.
struct ClusterWorker<Element: LinearAlgebraScalar> {
  private let rows: ClusterRows
  private let layout: ClusterLayout
  /// Whether probabilities are divided by their sum once more: what normalisers of `Float` rows are rounded
  /// by is more than what is left in `Double`.
  private let isExact: Bool
  /// Zeros: the logarithms of rows are taken as they are.
  private let reference: [Double]
  private var tile = RowTile(of: Element.self, panelClasses: ClusterLayout.panelClasses)
  private var exactTile: RowTile<Double>
  private var factors: [Matrix<Element>] = []
  private var products: Matrix<Element>
  private var doubts: [UInt8] = []
  /// The cluster of each row of the tile; -1 for none.
  var places: [Int32] = []
  /// Rows at an infinite divergence from all centroids so far.
  private(set) var strays: [Int] = []

  init(_ rows: ClusterRows, _ layout: ClusterLayout, clusters: Int, isExact: Bool) {
    self.rows = rows
    self.layout = layout
    self.isExact = isExact && rows.divergence == .forwardKL && !layout.readsInPlace
    reference = [Double](repeating: 0, count: rows.classes)
    exactTile = RowTile(of: Double.self, panelClasses: supportWords(rows.classes) * 64)
    products = Matrix(rows: clusters, columns: 0)
  }

  /// Makes the rows of a tile factors of products.
  mutating func take(_ range: Range<Int>) {
    rows.source.matrix.populate(rows: range)
    factors = []
    if layout.readsInPlace, let matrix = rows.source.matrix.matrix(of: Element.self) {
      let whole = matrix[rows: range]
      warm(whole)
      factors = layout.panels.map { whole[columns: $0] }
    } else {
      tile.prepare(
        rows.operand, rows: range, classes: 0..<rows.classes, normalisers: rows.normalisers,
        form: isExact ? .masses : rows.tileForm, reference: reference)
      factors = tile.panels
    }
  }

  /// Finds the nearest centroid of every row of a tile.
  mutating func assign(_ range: Range<Int>, _ forms: CentroidForms<Element>, joins: Bool) {
    take(range)
    multiply(forms, rows: range.count)
    if places.count != range.count {
      places = [Int32](repeating: 0, count: range.count)
      doubts = [UInt8](repeating: 0, count: range.count)
    }
    let extras = self.extras(range)
    nearest(forms.scores, products, extras: extras, places: &places, doubts: &doubts)
    let looksAtSupport = !forms.support.isEmpty
    guard looksAtSupport || doubts.contains(1) || !rows.invalid.isEmpty else { return }
    for index in places.indices {
      guard rows.isValid[range.lowerBound + index] else {
        places[index] = -1
        continue
      }
      let isOpen = looksAtSupport && !rows.isFinite(tile, index, Int(places[index]), forms.support)
      if isOpen || doubts[index] != 0 {
        places[index] = settle(
          index, row: range.lowerBound + index, extra: extras.isEmpty ? 0 : extras[index], forms,
          joins: joins)
      }
    }
  }

  private mutating func multiply(_ forms: CentroidForms<Element>, rows: Int) {
    if products.columns != rows {
      products = scratchMatrix(rows: products.rows, columns: rows)
    }
    do {
      for (index, (centroids, rows)) in zip(forms.panels, factors).enumerated() {
        try BLAS.gemm(
          centroids, rows, transposeSecond: true, alpha: -1, beta: index == 0 ? 0 : 1,
          into: &products)
      }
    } catch {
      preconditionFailure("tiles of the wrong shape: \(error)")
    }
  }

  /// What the terms of a score may be more than the score itself, for each row; see `CentroidForms`.
  ///
  /// Σ c |log p| is the score and the entropy of c. Where rows are read in place, log p = x - log z:
  /// Σ c |x| <= Σ c |log p| + |log z|, and the score is less by log z.
  private func extras(_ range: Range<Int>) -> [Element] {
    guard rows.divergence == .reverseKL else { return [] }
    let entropies = 4 * logarithms([Double(rows.classes)])[0]
    guard layout.readsInPlace else {
      return [Element](repeating: Element(entropies), count: range.count)
    }
    return rows.normalisers[range].map { Element(entropies + 2 * ($0 + abs($0))) }
  }

  /// The nearest centroid of a row for which the products do not decide it.
  private mutating func settle(
    _ index: Int, row: Int, extra: Element, _ forms: CentroidForms<Element>, joins: Bool
  ) -> Int32 {
    var candidates = Array(0..<products.rows)
    if !forms.support.isEmpty {
      candidates.removeAll { !rows.isFinite(tile, index, $0, forms.support) }
      if candidates.isEmpty {
        guard joins else {
          strays.append(row)
          return -1
        }
        candidates = Array(0..<products.rows)
      }
    }
    let scores = candidates.map { Double(products[$0, index]) + Double(forms.scores.constants[$0]) }
    if let least = scores.min(), least.isFinite {
      candidates = zip(candidates, scores).filter { _, score in
        let size = least + score + Double(extra)
        return !(score - least > forms.scores.slope * size + forms.scores.floor)
      }.map(\.0)
    }
    guard candidates.count > 1 else { return Int32(candidates[0]) }
    exactTile.prepare(
      rows.operand, rows: row..<row + 1, classes: 0..<rows.classes,
      normalisers: rows.normalisers, form: rows.tileForm, reference: reference)
    let values = exactTile.panels[0].row(0)
    var best = (place: candidates[0], score: Double.infinity)
    for place in candidates {
      let score = forms.exactScore(place, values)
      if score < best.score { best = (place, score) }
    }
    return Int32(best.place)
  }

  /// Adds the rows of a tile to the sums of the clusters that they are in.
  mutating func add(_ range: Range<Int>, to sums: inout ClusterSums) {
    let scales = rows.scales
    var factor = layout.readsInPlace && !scales.isEmpty ? scales[range] : []
    if layout.readsInPlace, rows.divergence == .reverseKL, rows.operand.temperature != 1 {
      factor = [Double](repeating: 1 / rows.operand.temperature, count: range.count)[...]
    }
    if isExact { factor = tile.mass.map { $0 > 0 ? 1 / $0 : 0 }[...] }
    for index in factors.indices {
      addRows(factors[index], places: places, scales: factor, into: &sums.panels[index])
    }
    let smoothing = rows.operand.smoothing
    for (index, place) in places.enumerated() where place >= 0 {
      let cluster = Int(place)
      sums.sizes[cluster] += 1
      if layout.readsInPlace {
        if rows.divergence == .reverseKL {
          sums.shifts[cluster] -= rows.normalisers[range.lowerBound + index]
        } else if smoothing > 0 {
          sums.shifts[cluster] += smoothing * scales[range.lowerBound + index]
        }
      }
      if rows.hasGaps {
        let words = tile.wordsPerRow
        sums.note(
          tile.bits[index * words..<(index + 1) * words], cluster: cluster, rows.divergence)
      }
    }
  }
}
