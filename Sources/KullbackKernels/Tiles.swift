internal import CVectorKernels
public import KullbackMatrix

/// What rows become for products of matrices, with l = log p - reference; 0 where there is no mass.
public enum TileForm: Sendable, Equatable {
  /// p, with the sums that divergences need.
  case masses
  /// p alone.
  case plainMasses
  /// l.
  case logarithms
  /// exp(power × l + shift × reference).
  case powers(Double, shift: Double)
}

/// Rows of a stretch of classes, prepared for products: panels of a few hundred classes side by side,
/// and what is known of each row.
///
/// The memory is kept from one stretch to the next.
public struct RowTile<Element: MatrixElement>: Sendable {
  /// Classes of a panel: products of so many terms are added up in the element type.
  public let panelClasses: Int
  /// The rows prepared last.
  public private(set) var rows = 0..<0
  /// rows × up to `panelClasses` each, in the order of the classes.
  public private(set) var panels: [Matrix<Element>] = []
  /// Σ p of each row, of p as stored.
  public private(set) var mass: [Double] = []
  /// Σ p l of each row.
  public private(set) var dot: [Double] = []
  /// What each row's logarithms are less by.
  public private(set) var centres: [Double] = []
  /// Σ p |l| of each row.
  public private(set) var spread: [Double] = []
  /// Σ p² of each row.
  public private(set) var square: [Double] = []
  /// Whether each row has a class without mass.
  public private(set) var gaps: [UInt8] = []
  /// A bit for each class that has mass, `wordsPerRow` words a row.
  public private(set) var bits: [UInt64] = []
  /// Words of a row's bits.
  public private(set) var wordsPerRow = 0

  /// A tile that holds nothing yet.
  ///
  /// - Precondition: `panelClasses` is a multiple of 64 and the elements are `Float` or `Double`.
  public init(of type: Element.Type, panelClasses: Int) {
    precondition(panelClasses > 0 && panelClasses % Int(KVK_TILE_WORD) == 0, "no such panels")
    precondition(
      Element.elementKind == .float32 || Element.elementKind == .float64, "no products of this type"
    )
    self.panelClasses = panelClasses
  }

  /// Prepares rows for a stretch of classes.
  ///
  /// The sums and bits of a further stretch (`continues`) are added to those of the stretches before.
  ///
  /// - Parameters:
  ///   - operand: the rows and how they are read.
  ///   - rows: which of them.
  ///   - classes: the stretch; it begins at a multiple of 64.
  ///   - normalisers: the logarithm of each row's normaliser, +inf for rows that are not valid.
  ///   - centres: what each row's logarithms are made less by, to keep products small.
  ///   - form: what is written.
  ///   - reference: one number for each class of the set.
  ///   - continues: whether these are further classes of the same rows.
  ///   - threads: how many to use.
  ///   - set: the instruction set.
  /// - Complexity: one read of the stretch.
  public mutating func prepare(
    _ operand: RowOperand, rows: Range<Int>, classes: Range<Int>, normalisers: [Double],
    centres: [Double]? = nil, form: TileForm, reference: [Double], continues: Bool = false,
    threads: Int = 1,
    on set: InstructionSet = .current
  ) {
    precondition(operand.holds(rows), "rows \(rows) are not all there")
    precondition(classes.lowerBound % Int(KVK_TILE_WORD) == 0, "classes begin inside a word")
    precondition(classes.upperBound <= operand.matrix.columns, "no such classes")
    precondition(normalisers.count >= rows.upperBound, "too few normalisers")
    precondition(reference.count >= classes.upperBound, "too few references")
    precondition(centres.map { $0.count >= rows.upperBound } ?? true, "too few centres")
    self.rows = rows
    self.centres =
      centres.map { Array($0[rows]) } ?? [Double](repeating: 0, count: rows.count)
    makeRoom(classes.count, ofSet: operand.matrix.columns, continues)
    for (index, from) in stride(from: classes.lowerBound, to: classes.upperBound, by: panelClasses)
      .enumerated()
    {
      let part = from..<min(from + panelClasses, classes.upperBound)
      write(index, operand, part, normalisers, form, reference, threads, set)
    }
  }

  private mutating func makeRoom(_ classes: Int, ofSet all: Int, _ continues: Bool) {
    let count = (classes + panelClasses - 1) / panelClasses
    let widths = (0..<count).map { min(panelClasses, classes - $0 * panelClasses) }
    if panels.map(\.columns) != widths || panels.first.map(\.rows) != rows.count {
      panels = widths.map { width in
        // SAFETY: every element is written before it is read.
        unsafe Matrix(rows: rows.count, columns: width) { _ in }
      }
    }
    guard !continues else { return }
    wordsPerRow = (all + Int(KVK_TILE_WORD) - 1) / Int(KVK_TILE_WORD)
    mass = [Double](repeating: 0, count: rows.count)
    dot = mass
    spread = mass
    square = mass
    gaps = [UInt8](repeating: 0, count: rows.count)
    if bits.count != rows.count * wordsPerRow {
      bits = [UInt64](repeating: 0, count: rows.count * wordsPerRow)
    }
  }

  private mutating func write(
    _ panel: Int, _ operand: RowOperand, _ classes: Range<Int>, _ normalisers: [Double],
    _ form: TileForm, _ reference: [Double], _ threads: Int, _ set: InstructionSet
  ) {
    let (rows, stride, table) = unsafe (self.rows, panels[panel].rowStride, set.table)
    // SAFETY: the panel has these rows and classes; the arrays have a place for each row and live over
    // the call, which ends after the last task; tasks write disjoint rows.
    unsafe panels[panel].withUnsafeMutableBaseAddress { base in
      unsafe mass.withUnsafeMutableBufferPointer { mass in
        unsafe dot.withUnsafeMutableBufferPointer { dot in
          unsafe spread.withUnsafeMutableBufferPointer { spread in
            unsafe square.withUnsafeMutableBufferPointer { square in
              unsafe gaps.withUnsafeMutableBufferPointer { gaps in
                unsafe bits.withUnsafeMutableBufferPointer { bits in
                  unsafe reference.withUnsafeBufferPointer { reference in
                    unsafe centres.withUnsafeBufferPointer { centres in
                      unsafe normalisers.withUnsafeBufferPointer { normalisers in
                        unsafe operand.withSide { side in
                          var tile = unsafe kvk_tile()
                          unsafe tile.base = base
                          unsafe tile.stride = Int64(stride)
                          unsafe tile.type = Int32(Element.elementKind.rawValue)
                          unsafe tile.reference = reference.baseAddress
                          unsafe tile.centre = centres.baseAddress
                          unsafe tile.bits = bits.baseAddress
                          unsafe tile.bit_stride = Int64(wordsPerRow)
                          unsafe tile.gaps = gaps.baseAddress
                          switch form {
                          case .masses:
                            unsafe tile.mass = mass.baseAddress
                            unsafe tile.dot = dot.baseAddress
                            unsafe tile.spread = spread.baseAddress
                            unsafe tile.square = square.baseAddress
                          case .plainMasses: break
                          case .logarithms: unsafe tile.what = Int32(KVK_TILE_LOG)
                          case .powers(let power, let shift):
                            unsafe tile.what = Int32(KVK_TILE_POWER)
                            unsafe tile.power = power
                            unsafe tile.shift = shift
                          }
                          let job = unsafe TileJob(
                            side: side, tile: tile, table: table, rows: rows, classes: classes,
                            normalisers: normalisers.baseAddress)
                          RowTasks(rows: rows.count, bytesPerRow: classes.count * 16)
                            .run(threads: threads) { job.write($0) }
                        }
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}

/// One panel's work, as tasks that threads share.
@safe
private struct TileJob: @unchecked Sendable {
  let side: kvk_side
  let tile: kvk_tile
  let table: kvk_table
  let rows: Range<Int>
  let classes: Range<Int>
  let normalisers: UnsafePointer<Double>?

  func write(_ task: Range<Int>) {
    guard let normalisers = unsafe normalisers else { return }
    var (side, part) = unsafe (self.side, tile)
    let (skip, width) = unsafe (task.lowerBound, tile.type == KVK_F32 ? 4 : 8)
    // SAFETY: the task's rows are inside the panel and the arrays.
    unsafe part.base += skip * Int(tile.stride) * width
    unsafe part.mass = part.mass.map { unsafe $0 + skip }
    unsafe part.dot = part.dot.map { unsafe $0 + skip }
    unsafe part.square = part.square.map { unsafe $0 + skip }
    unsafe part.spread = part.spread.map { unsafe $0 + skip }
    unsafe part.bits += skip * Int(tile.bit_stride)
    unsafe part.gaps += skip
    unsafe part.centre += skip
    let first = rows.lowerBound + skip
    unsafe table.tile_rows(
      &side, Int64(first), Int64(task.count), Int64(classes.lowerBound),
      Int64(classes.upperBound), normalisers + first, &part)
  }
}

/// A matrix whose contents are not defined: to be written before it is read.
public func scratchMatrix<Element: MatrixElement>(rows: Int, columns: Int) -> Matrix<Element> {
  // SAFETY: elements are plain numbers of which every pattern of bits is one.
  unsafe Matrix(rows: rows, columns: columns) { _ in }
}

/// Adds products of a panel to sums in `Double`, or with `isFirst` begins them.
///
/// - Precondition: the shapes agree.
public func accumulate(
  _ product: Matrix<Float>, into sums: inout Matrix<Double>, isFirst: Bool = false,
  on set: InstructionSet = .current
) {
  let (rows, columns) = (product.rows, product.columns)
  precondition(sums.rows == rows && sums.columns == columns, "shapes differ")
  let (from, to, table) = unsafe (product.rowStride, sums.rowStride, set.table)
  // SAFETY: both hold these rows and columns.
  unsafe product.withUnsafeBaseAddress { product in
    unsafe sums.withUnsafeMutableBaseAddress { sums in
      let product = unsafe product.assumingMemoryBound(to: Float.self)
      let sums = unsafe sums.assumingMemoryBound(to: Double.self)
      for row in 0..<rows {
        unsafe table.tile_add(
          product + row * from, sums + row * to, Int64(columns), isFirst ? 0 : 1)
      }
    }
  }
}

/// How the rounding of products is judged: in units of the tolerance,
///
///     (term + root × √Σ p²) × (the terms) + sum × (the sum)
///
/// Roundings of many terms of like size average out, those of few do not.
public struct RoundingRule: Sendable {
  /// Of every term.
  public let term: Double
  /// Of terms whose mass is in few classes.
  public let root: Double
  /// Of the sum.
  public let sum: Double

  /// A rule.
  public init(term: Double, root: Double, sum: Double) {
    self.term = term
    self.root = root
    self.sum = sum
  }
}

extension RowTile {
  /// Turns sums of products Σ p l_q into divergences D = (Σ p l_p - Σ p l_q) / Σ p, where this tile has the
  /// masses and another the logarithms.
  ///
  /// What the rounding of a product is held against is Σ p |l_q| <= Σ p |l_p| + Σ p |log p / q|, whose last
  /// term is at most 1.7 √D + 2.8 D: exp(-x) - 1 + x is at least 0.36 x² for x below 1 and 0.36 x above.
  ///
  /// - Shapes: `sums` and `doubts` are rows × columns; this tile has the masses of the rows or, with
  ///   `ofColumns`, of the columns.
  /// - Units: nats. `doubts` becomes 1 where the rounding may be more than the tolerance.
  /// - Returns: the rows with a doubt.
  /// - Precondition: the shapes agree.
  public func finish(
    _ sums: inout Matrix<Double>, ofColumns: Bool, logarithms: RowTile, rule: RoundingRule,
    doubts: inout [UInt8], on set: InstructionSet = .current
  ) -> [Int] {
    var doubtful: [Int] = []
    let (count, columns) = (sums.rows, sums.columns)
    precondition(doubts.count == count * columns, "doubts of another shape")
    precondition(mass.count == (ofColumns ? columns : count), "masses of other rows")
    precondition(logarithms.centres.count == (ofColumns ? count : columns), "centres of other rows")
    let least = zip(spread, square).map {
      RowTile.least(spread: $0, factor: rule.term + rule.root * $1.squareRoot())
    }
    let (stride, table) = unsafe (sums.rowStride, set.table)
    // SAFETY: all hold these rows and columns, and the tiles' sums the rows that they belong to.
    unsafe sums.withUnsafeMutableBaseAddress { sums in
      unsafe doubts.withUnsafeMutableBufferPointer { doubts in
        unsafe mass.withUnsafeBufferPointer { mass in
          unsafe dot.withUnsafeBufferPointer { dot in
            unsafe least.withUnsafeBufferPointer { least in
              unsafe logarithms.centres.withUnsafeBufferPointer { centres in
                guard let doubts = doubts.baseAddress, let mass = mass.baseAddress,
                  let dot = dot.baseAddress, let least = least.baseAddress,
                  let centres = centres.baseAddress
                else { return }
                let sums = unsafe sums.assumingMemoryBound(to: Double.self)
                for row in 0..<count {
                  let (at, centre) = ofColumns ? (0, row) : (row, 0)
                  var refers = unsafe kvk_tile_sums(
                    dot: dot + at, mass: mass + at, least: least + at, centre: centres + centre,
                    mass_step: ofColumns ? 1 : 0, centre_step: ofColumns ? 0 : 1,
                    slope: rule.sum)
                  let any = unsafe table.tile_finish(
                    sums + row * stride, Int64(columns), &refers, doubts + row * columns)
                  if any != 0 { doubtful.append(row) }
                }
              }
            }
          }
        }
      }
    }
    return doubtful
  }

  /// The D from which on factor × (spread + √D + D) is at most D.
  static func least(spread: Double, factor f: Double) -> Double {
    let root = (f + (f * f + 4 * (1 - f) * f * spread).squareRoot()) / (2 * (1 - f))
    return root * root
  }
}

extension RowTile {
  /// Whether a row has mass in a class where a row of another tile has none.
  public func exceeds(
    _ row: Int, _ other: RowTile, _ otherRow: Int, on set: InstructionSet = .current
  ) -> Bool {
    precondition(row >= 0 && row < gaps.count && otherRow >= 0 && otherRow < other.gaps.count)
    precondition(wordsPerRow == other.wordsPerRow, "tiles of different classes")
    guard other.gaps[otherRow] != 0 else { return false }
    // SAFETY: both rows' words are there.
    return unsafe bits.withUnsafeBufferPointer { mine in
      unsafe other.bits.withUnsafeBufferPointer { theirs in
        guard let mine = mine.baseAddress, let theirs = theirs.baseAddress else { return false }
        return unsafe set.table.tile_exceeds(
          mine + row * wordsPerRow, theirs + otherRow * wordsPerRow, Int64(wordsPerRow)) != 0
      }
    }
  }
}

/// Where products of rows' logarithms are centred: estimates of Σ m (log p - reference), m = exp(reference).
///
/// - Precondition: a normaliser for each row, a reference for each class.
public func tileCentres(
  _ operand: RowOperand, normalisers: [Double], reference: [Double], threads: Int,
  on set: InstructionSet = .current
) -> [Double] {
  let (rows, classes) = (operand.matrix.rows, operand.matrix.columns)
  precondition(normalisers.count == rows && reference.count == classes, "not one for each")
  var centres = [Double](repeating: 0, count: rows)
  // SAFETY: the arrays have a place for each row or class; tasks write disjoint rows.
  unsafe centres.withUnsafeMutableBufferPointer { centres in
    unsafe normalisers.withUnsafeBufferPointer { normalisers in
      unsafe reference.withUnsafeBufferPointer { reference in
        unsafe operand.withSide { side in
          let job = unsafe CentreJob(
            side: side, table: set.table, classes: classes, normalisers: normalisers.baseAddress,
            reference: reference.baseAddress, centres: centres.baseAddress)
          RowTasks(rows: rows, bytesPerRow: min(classes, Int(KVK_TILE_SAMPLE)) * 16)
            .run(threads: threads) { job.run($0) }
        }
      }
    }
  }
  return centres
}

/// The centres of rows, as tasks that threads share.
@safe
private struct CentreJob: @unchecked Sendable {
  let side: kvk_side
  let table: kvk_table
  let classes: Int
  let normalisers: UnsafePointer<Double>?
  let reference: UnsafePointer<Double>?
  let centres: UnsafeMutablePointer<Double>?

  func run(_ task: Range<Int>) {
    guard let normalisers = unsafe normalisers, let reference = unsafe reference,
      let centres = unsafe centres
    else { return }
    var side = unsafe self.side
    // SAFETY: the task's rows are inside the side and the arrays.
    unsafe table.tile_centres(
      &side, Int64(task.lowerBound), Int64(task.count), Int64(classes),
      normalisers + task.lowerBound, reference, centres + task.lowerBound)
  }
}
