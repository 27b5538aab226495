internal import CVectorKernels
public import KullbackMatrix

extension RowTile {
  /// Adds each row's own sums to `mass` (Σ v x), `dot` (Σ v x log x), `spread` (Σ v x |log x|) and `square`
  /// (Σ (v x)²), where the tile was prepared as powers.
  ///
  /// - Precondition: one panel, and a weight for each of its classes.
  public mutating func addMixtureRows(
    weights: Matrix<Element>, on set: InstructionSet = .current
  ) {
    guard let panel = panels.first, count > 0 else { return }
    precondition(panels.count == 1 && weights.rows == 1 && weights.columns == panel.columns)
    var (masses, dots, spreads, squares) = (mass, dot, spread, square)
    // SAFETY: the panel's rows and the sums have `count` places, the weights one for each class.
    unsafe panel.withUnsafeBaseAddress { base in
      unsafe weights.withUnsafeBaseAddress { weights in
        var rows = unsafe kvk_mixture()
        unsafe rows.a = base
        unsafe rows.stride_a = Int64(panel.rowStride)
        unsafe rows.count_a = Int64(count)
        unsafe rows.weights = weights
        unsafe rows.classes = Int64(panel.columns)
        unsafe rows.type = Int32(Element.elementKind.rawValue)
        unsafe masses.withUnsafeMutableBufferPointer { mass in
          unsafe dots.withUnsafeMutableBufferPointer { dot in
            unsafe spreads.withUnsafeMutableBufferPointer { spread in
              unsafe squares.withUnsafeMutableBufferPointer { square in
                var out = unsafe kvk_mixture_rows(
                  mass: mass.baseAddress, dot: dot.baseAddress, spread: spread.baseAddress,
                  square: square.baseAddress)
                unsafe set.table.mixture_rows(&rows, &out)
              }
            }
          }
        }
      }
    }
    take(mass: masses, dot: dots, spread: spreads, square: squares)
  }

  /// Adds sums over all pairs of this tile's rows and another's to `sums`, or with `isFirst` begins them.
  ///
  /// - Precondition: both have one panel of the same classes, and there is a weight for each of these.
  public func addMixtures(
    _ what: MixtureSum, _ other: RowTile, weights: Matrix<Element>, to sums: inout Matrix<Double>,
    isFirst: Bool, on set: InstructionSet = .current
  ) {
    guard let a = panels.first, let b = other.panels.first else { return }
    precondition(panels.count == 1 && other.panels.count == 1 && a.columns == b.columns)
    precondition(weights.rows == 1 && weights.columns == a.columns, "not a weight for each class")
    if isFirst { sums = Matrix(rows: count, columns: other.count) }
    precondition(sums.rows == count && sums.columns == other.count, "sums of other rows")
    let stride = sums.rowStride
    // SAFETY: the panels have these rows and classes, and the sums a place for each pair.
    unsafe a.withUnsafeBaseAddress { x in
      unsafe b.withUnsafeBaseAddress { y in
        unsafe weights.withUnsafeBaseAddress { weights in
          unsafe sums.withUnsafeMutableBaseAddress { sums in
            var pairs = unsafe kvk_mixture(
              a: x, b: y, weights: weights, stride_a: Int64(a.rowStride),
              stride_b: Int64(b.rowStride), count_a: Int64(count), count_b: Int64(other.count),
              classes: Int64(a.columns), type: Int32(Element.elementKind.rawValue),
              what: Int32(what == .entropy ? KVK_MIXTURE_ENTROPY : KVK_MIXTURE_DISTANCE),
              sums: sums.assumingMemoryBound(to: Double.self), sum_stride: Int64(stride))
            unsafe set.table.mixture_pairs(&pairs)
          }
        }
      }
    }
  }

  /// Turns sums over pairs into Jensen-Shannon divergences or total variation distances.
  ///
  ///     JS = ½ [Σ p log x + Σ q log y - Σ (p + q) log(x + y) + log 2 (Σ p + Σ q)]
  ///
  /// The weights drop out of it. `unit` is what an element is rounded by, over the tolerance; terms are a few
  /// units off, at random, and a small part of one together. `scale` is what a normaliser's logarithm is
  /// rounded by, likewise, and scales a row.
  ///
  /// - Precondition: the shapes agree.
  public func finishMixtures(
    _ what: MixtureSum, _ sums: inout Matrix<Double>, _ other: RowTile, unit: Double,
    scale: Double = 0,
    doubts: inout [UInt8]
  ) {
    let (rows, columns, stride) = (count, other.count, sums.rowStride)
    precondition(sums.rows == rows && sums.columns == columns, "sums of other rows")
    precondition(doubts.count == rows * columns, "doubts of another shape")
    // Measured over Float logits of 16 to 1000 classes; in `Double` there is room for more.
    let (together, apart) = Element.elementKind == .float32 ? (0.5, 4.0) : (1, 6)
    let absolute = what == .distance ? 4 * scale * max(normaliserSize, other.normaliserSize) : 0
    let share = 1 - 2 * scale * max(normaliserSize, other.normaliserSize)
    let log2 = 0.693147180559945309417
    let most = what == .entropy ? log2 : 1
    // SAFETY: inside the sums, the doubts and the rows' own sums, as checked.
    unsafe sums.withUnsafeMutableBaseAddress { base in
      let sums = unsafe base.assumingMemoryBound(to: Double.self)
      for i in 0..<rows {
        for j in 0..<columns {
          let x = unsafe sums[i * stride + j]
          let value =
            what == .entropy
            ? 0.5 * ((dot[i] + other.dot[j] - x) + log2 * (mass[i] + other.mass[j])) : 0.5 * x
          let (own, others) = what == .entropy ? (spread[i], other.spread[j]) : (0, 0)
          let square = max(0, self.square[i] + other.square[j])
          let error =
            unit
            * (together * (2 + own + others) + apart * square.squareRoot() * (1 + max(own, others)))
            + absolute
          doubts[i * columns + j] = value * share >= error ? 0 : 1
          unsafe sums[i * stride + j] = min(most, max(0, value))
        }
      }
    }
  }
}
