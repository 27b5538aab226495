internal import CVectorKernels
public import KullbackMatrix
internal import KullbackSystem

/// Rows of 16-bit codes of log-probabilities: log p = scale · code + minimum, with a scale and a minimum for each row.
///
/// Of a row that was clamped, code 0 says only that a class is so far below the largest, or farther.
public struct CodedRows: Sendable {
  /// Rows as they are stored: two units of scale, two of minimum, and a code for each class.
  private let units: AnyMatrix
  /// Classes of a row.
  public let classes: Int
  /// Rows.
  public var count: Int { units.rows }

  /// Rows in units of 16 bits, whatever number their bits would be.
  ///
  /// - Precondition: a row has as many units as its scale, minimum and codes need, one after the other.
  public init(units: AnyMatrix, classes: Int) {
    precondition(
      units.kind == .float16 && units.columns >= 4 + classes && classes > 0, "no such rows")
    self.units = units.isInOrder ? units : units.inOrder()
    self.classes = classes
  }

  /// A range of rows; shares the memory.
  public subscript(rows: Range<Int>) -> CodedRows {
    CodedRows(units: units[rows: rows], classes: classes)
  }

  /// How far a row's largest class is above its code 0, in nats: scale · 65535.
  public func spread(ofRow row: Int) -> Double {
    number(row, 0) * 65535
  }

  /// log p of a class as it is coded, and whether it is at the minimum, or below.
  public func logProbability(row: Int, of label: Int) -> (value: Double, isLeast: Bool) {
    precondition((0..<classes).contains(label), "no such class")
    let code = unit(row, 4 + label)
    return (number(row, 0) * Double(code) + number(row, 2), code == 0)
  }

  /// A unit's bits; as a number they might be a NaN, which becomes another one.
  private func unit(_ row: Int, _ place: Int) -> UInt16 {
    // SAFETY: the row has so many units.
    unsafe withRow(row) { row in unsafe row[place] }
  }

  /// The `Float` in two units.
  private func number(_ row: Int, _ place: Int) -> Double {
    Double(Float(bitPattern: UInt32(unit(row, place)) | UInt32(unit(row, place + 1)) << 16))
  }

  /// Hands the address of a row to a closure.
  private func withRow<Result>(_ row: Int, _ body: (UnsafePointer<UInt16>) -> Result) -> Result {
    // SAFETY: the row is in order, as long as its units, and aligned to them.
    unsafe units[rows: row..<row + 1].withUnsafeBaseAddress { base in
      unsafe body(base.assumingMemoryBound(to: UInt16.self))
    }
  }
}

/// What merging the classes below a clamped row's window made of rows.
public struct MergedRows: Sendable {
  /// log p, −inf for classes that were merged, but for the first of them, which has the log of their mass together.
  public let target: Matrix<Float>
  /// Log-probabilities likewise, or logits of `Float` or `Double`.
  public let model: AnyMatrix
  /// The mass of p in the class that others were merged into, of each row; 0 where none was.
  public let tails: [Double]
  /// The classes of each row that were merged.
  public let merged: [Int]
}

extension CodedRows {
  /// Rows of a target and of a model that is coded too, in which all classes that a clamped row of either leaves open are
  /// one, on both sides.
  ///
  /// - Parameters:
  ///   - model: as many rows, of the same classes.
  ///   - window: how far below the largest class clamped rows of the target and of the model end, in nats.
  ///   - threads: how many to use.
  /// - Complexity: 8 bytes a class of every row; one read of each side.
  /// - Precondition: the shapes agree.
  public func merged(
    with model: CodedRows, windows: (target: Double, model: Double), threads: Int = Threads.default
  ) -> MergedRows {
    precondition(model.classes == classes && model.count == count, "rows of another shape")
    var second: Matrix<Float> = scratchMatrix(rows: count, columns: classes)
    let others = Columns(rows: count, count: Tail.columns, statusCount: 0)
    var first = unsafe second.withUnsafeMutableBaseAddress { base in
      let base = unsafe Place(base)
      return merge(window: windows.target, threads: threads) { row, mask in
        if model.isClamped(row, windows.model) { model.mark(row, in: &mask) }
      } then: { row, mask in
        unsafe model.read(row, merging: mask, into: base.address, tails: others)
      }
    }
    for row in 0..<count {
      guard let place = first.tail(row).place else { continue }
      let (tail, other) = (first.tail(row), Tail(others, row))
      // As near to each other as what is known of both allows.
      let mass = tail.mass(near: other.mass(near: (tail.least + tail.most) / 2))
      first.set(row, tail, mass)
      second[row, place] = Float(logarithms([other.mass(near: mass)])[0])
    }
    return MergedRows(
      target: first.target, model: AnyMatrix(second), tails: first.tails, merged: first.merged)
  }

  /// Rows of a target and a model in which all classes that a clamped row leaves open are one, on both sides.
  ///
  /// A divergence of such rows is never more than that of all classes, and never negative.
  ///
  /// - Parameters:
  ///   - model: logits or log-probabilities of as many rows, or one row for all.
  ///   - window: how far below the largest class clamped rows end, in nats.
  ///   - threads: how many to use.
  /// - Complexity: 12 to 20 bytes a class of every row; one read of each side, and an exponential for each class that is
  ///   merged.
  /// - Precondition: the shapes agree.
  public func merged(
    with model: RowOperand, window: Double, threads: Int = Threads.default
  ) -> MergedRows {
    precondition(model.matrix.columns == classes && model.holds(0..<count), "rows of another shape")
    precondition(model.form == .logits || model.form == .logProbabilities, "rows of masses")
    return model.matrix.kind == .float64
      ? merged(with: model, window, threads, as: Double.self)
      : merged(with: model, window, threads, as: Float.self)
  }

  private func merged<Element: MatrixElement & BinaryFloatingPoint>(
    with model: RowOperand, _ window: Double, _ threads: Int, as _: Element.Type
  ) -> MergedRows {
    var kept: Matrix<Element> = scratchMatrix(rows: count, columns: classes)
    var rest: Matrix<Element> = scratchMatrix(rows: count, columns: classes)
    let source = model.inOrder(threads: threads).matrix
    var first = unsafe kept.withUnsafeMutableBaseAddress { kept in
      unsafe rest.withUnsafeMutableBaseAddress { rest in
        let (kept, rest) = unsafe (Place(kept), Place(rest))
        return merge(window: window, threads: threads) { _, _ in
        } then: { row, mask in
          let place = model.isRepeated ? 0 : row
          let offset = row * classes * MemoryLayout<Element>.size
          // SAFETY: a row of the classes, a byte for each, and room for two rows of them.
          unsafe source[rows: place..<place + 1].withUnsafeBaseAddress { source in
            unsafe mask.withUnsafeBufferPointer { mask in
              guard let mask = mask.baseAddress else { return }
              unsafe kvk_coded_split(
                source, Int32(model.matrix.kind.rawValue), Int64(classes), mask,
                kept.address + offset, rest.address + offset)
            }
          }
        }
      }
    }
    // The merged class's logit, so that its share is theirs together.
    let (whole, part) = (normalisers(kept, model, threads), normalisers(rest, model, threads))
    for row in 0..<count {
      let tail = first.tail(row)
      guard let place = tail.place else { continue }
      let logits = (part[.logNormaliser][row], whole[.logNormaliser][row])
      switch part.status(ofRow: row) {
      case .valid:
        kept[row, place] = Element(logits.0 * model.temperature)
        let isAll = whole.status(ofRow: row) == .noMass
        let ratio = isAll ? 1 : 1 / (1 + exp(logits.1 - logits.0))
        // The mass for which that is the share, beside what is kept.
        first.set(row, tail, tail.mass(near: isAll ? 1 : ratio / (1 - ratio) * tail.kept))
      // Where a model has no mass, the target may have none either.
      case .noMass: first.set(row, tail, tail.least)
      // Where there is NaN or +inf among them, the row stays what it is: not valid.
      default:
        kept[row, place] = .nan
        first.set(row, tail, tail.most)
      }
    }
    return MergedRows(
      target: first.target, model: AnyMatrix(kept), tails: first.tails, merged: first.merged)
  }

  private func normalisers<Element: MatrixElement>(
    _ rows: Matrix<Element>, _ model: RowOperand, _ threads: Int
  ) -> RowResults {
    var results = RowResults(quantities: [.logNormaliser], rows: count)
    evaluateRows(
      RowOperand(
        AnyMatrix(rows), form: .logits, temperature: model.temperature, tolerance: model.tolerance),
      rows: 0..<count, into: &results, threads: threads)
    return results
  }

  /// Memory that tasks write different rows of.
  @safe
  private struct Place: @unchecked Sendable {
    @unsafe let address: UnsafeMutableRawPointer

    init(_ address: UnsafeMutableRawPointer) {
      unsafe self.address = address
    }
  }

  /// What a row says of the class that others were merged into.
  private struct Tail {
    static let columns = 5
    /// The mass of the classes that are kept.
    let kept: Double
    /// The least and the most mass that it can have: what is left of 1, but for what the codes are rounded by.
    let least: Double
    let most: Double
    /// The class, if there is one.
    let place: Int?
    /// How many were merged.
    let merged: Int

    init(_ columns: Columns, _ row: Int) {
      func value(_ column: Int) -> Double { unsafe columns.values[column * columns.rows + row] }
      (kept, least, most, merged) = (value(0), value(1), value(2), Int(value(3)))
      place = value(4) < 0 ? nil : Int(value(4))
    }

    /// The mass that is possible and nearest to another.
    func mass(near wanted: Double) -> Double { min(most, max(least, wanted)) }
  }

  /// Rows that were read, of which the merged class's mass is still open.
  private struct Merge {
    var target: Matrix<Float>
    var tails: [Double]
    let columns: Columns

    func tail(_ row: Int) -> Tail { Tail(columns, row) }

    var merged: [Int] { (0..<columns.rows).map { tail($0).merged } }

    mutating func set(_ row: Int, _ tail: Tail, _ mass: Double) {
      guard let place = tail.place else { return }
      target[row, place] = mass > 0 ? Float(logarithms([mass])[0]) : -.infinity
      tails[row] = mass / (tail.kept + mass)
    }
  }

  /// Reads all rows, having others mark classes too and take what is marked.
  private func merge(
    window: Double, threads: Int, marking: @Sendable (_ row: Int, _ mask: inout [UInt8]) -> Void,
    then body: @Sendable (_ row: Int, _ mask: [UInt8]) -> Void
  ) -> Merge {
    var target: Matrix<Float> = scratchMatrix(rows: count, columns: classes)
    let columns = Columns(rows: count, count: Tail.columns, statusCount: 0)
    unsafe target.withUnsafeMutableBaseAddress { base in
      let base = unsafe Place(base)
      Threads.parallel(tasks: count, threads: threads) { row in
        var mask = [UInt8](repeating: 0, count: classes)
        if isClamped(row, window) { mark(row, in: &mask) }
        marking(row, &mask)
        unsafe read(row, merging: mask, into: base.address, tails: columns)
        body(row, mask)
      }
    }
    return Merge(target: target, tails: [Double](repeating: 0, count: count), columns: columns)
  }

  private func isClamped(_ row: Int, _ window: Double) -> Bool {
    spread(ofRow: row) > window - 1e-3
  }

  private func mark(_ row: Int, in mask: inout [UInt8]) {
    unsafe withRow(row) { codes in
      // SAFETY: a byte for each class.
      unsafe mask.withUnsafeMutableBufferPointer { mask in
        if let base = mask.baseAddress { unsafe kvk_coded_mark(codes, Int64(classes), base) }
      }
    }
  }

  /// Writes a row's log p, and what is known of the class that others were merged into.
  private func read(
    _ row: Int, merging mask: [UInt8], into result: UnsafeMutableRawPointer, tails: Columns
  ) {
    var masses = [Double](repeating: 0, count: KVK_CODED_MASSES)
    // SAFETY: room for a row of the classes, which the caller owns.
    let out = unsafe result.assumingMemoryBound(to: Float.self) + row * classes
    unsafe withRow(row) { codes in
      unsafe mask.withUnsafeBufferPointer { mask in
        unsafe masses.withUnsafeMutableBufferPointer { masses in
          // SAFETY: a byte for each class, and room for the sums.
          if let mask = mask.baseAddress, let masses = masses.baseAddress {
            unsafe kvk_coded_read(codes, Int64(classes), mask, out, masses)
          }
        }
      }
    }
    let (kept, known) = (masses[KVK_CODED_KEPT], masses[KVK_CODED_KNOWN])
    let possible = known + masses[KVK_CODED_LEAST]
    // A code is off by half a step at most, which multiplies a mass; and scale and minimum are Floats.
    let rounding =
      (kept - masses[KVK_CODED_LARGEST]) * spread(ofRow: row) / 65535 / 2 + kept * 0x1p-20
    let most = min(possible, max(1 - kept + rounding, possible * 0x1p-24))
    let least = min(most, max(known, 1 - kept - rounding))
    let values = [
      kept, least, most, Double(mask.reduce(0) { $0 + Int($1) }),
      Double(mask.firstIndex(of: 1) ?? -1),
    ]
    for (column, value) in values.enumerated() {
      // SAFETY: a place of each column, which this task alone writes.
      unsafe tails.values[column * tails.rows + row] = value
    }
  }

  /// The figures that llama.cpp's perplexity tool has of a token, in its own arithmetic: sums in Double of Floats.
  public struct TokenStatistics: Sendable, Equatable {
    /// −log q of the next token.
    public let loss: Float
    /// −log p of it, as it is coded.
    public let baseLoss: Float
    /// Σ p (log p − log q) over the classes of log p > −16.
    public let divergence: Double
    /// q − p of the next token.
    public let change: Float
    /// Whether the first largest classes are the same.
    public let hasSameTop: Bool
  }

  /// The tool's figures of rows.
  ///
  /// - Precondition: a token for each row, below the classes; the model has as many rows and classes.
  public func tokenStatistics(
    model: AnyMatrix, tokens: [Int], threads: Int = Threads.default
  ) -> [TokenStatistics] {
    precondition(
      tokens.count == count && model.rows == count && model.columns == classes, "other rows")
    precondition(tokens.allSatisfy { (0..<classes).contains($0) }, "a token that is no class")
    precondition(!model.kind.isInteger, "logits are no whole numbers")
    let width = KVK_CODED_STATISTICS
    let found = Columns(rows: width, count: count, statusCount: 0)
    Threads.parallel(tasks: count, threads: threads) { row in
      // SAFETY: a row of each side; every task writes its own place.
      unsafe withRow(row) { codes in
        unsafe model[rows: row..<row + 1].inOrder().withUnsafeBaseAddress { logits in
          unsafe kvk_coded_exact(
            codes, Int64(classes), logits, Int32(model.kind.rawValue), Int64(tokens[row]),
            found.values + row * width)
        }
      }
    }
    return (0..<count).map { row in
      func value(_ place: Int) -> Double {
        unsafe found.values[row * width + place]
      }
      return TokenStatistics(
        loss: Float(value(KVK_CODED_LOSS)), baseLoss: Float(value(KVK_CODED_BASE_LOSS)),
        divergence: value(KVK_CODED_DIVERGENCE), change: Float(value(KVK_CODED_CHANGE)),
        hasSameTop: value(KVK_CODED_SAME) == 1)
    }
  }
}
