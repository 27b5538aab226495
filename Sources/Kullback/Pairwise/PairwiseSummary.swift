internal import KullbackKernels
internal import Synchronization

/// What the values of all pairs say together, taken while bands of them stream by.
///
/// Counts, mean, minimum, maximum and the nearest and farthest pairs are of all values. Quantiles are exact up to
/// `sampleLimit` pairs; of more they are those of about so many, taken evenly from every part of the matrix: the
/// rank of such a quantile is off by less than 0.2 % of all pairs.
///
/// - Complexity: about 1 ns a pair and thread; memory for the sample.
public struct PairwiseSummary: Sendable {
  /// Pairs with a value: those that are neither invalid nor left out.
  public private(set) var count = 0
  /// Pairs without a value because a distribution is not valid.
  public private(set) var invalid = 0
  /// Pairs whose value is infinite; they count in the mean.
  public private(set) var infinite = 0
  /// The smallest value, NaN of no pairs.
  public private(set) var min = Double.nan
  /// The largest value, NaN of no pairs.
  public private(set) var max = Double.nan
  /// The pairs with the smallest finite values, the smallest first; equal ones in the order of their rows.
  public private(set) var nearest: [PairwiseEntry] = []
  /// The pairs with the largest finite values, the largest first.
  public private(set) var farthest: [PairwiseEntry] = []
  /// Whether quantiles come from a sample.
  public var isSampled: Bool { step > 1 }

  /// How many values are kept for quantiles.
  public static let sampleLimit = 1 << 20

  private let shape: Shape
  private let leavesOutDiagonal: Bool
  private let isSymmetric: Bool
  private let listed: Int
  /// One value in so many is kept.
  private let step: Int
  private var sum = DoubleDouble.zero
  private var sample: [Double] = []

  /// The summary of no pairs yet.
  ///
  /// - Parameters:
  ///   - shape: targets and models.
  ///   - leavesOutDiagonal: whether the pairs of a row and itself are left out, for a set against itself.
  ///   - isSymmetric: whether a pair and its mirror image are listed once.
  ///   - listed: how many of the nearest and of the farthest pairs are kept.
  public init(
    of shape: Shape, leavesOutDiagonal: Bool = false, isSymmetric: Bool = false, listed: Int = 5
  ) {
    self.shape = shape
    self.leavesOutDiagonal = leavesOutDiagonal
    self.isSymmetric = isSymmetric && leavesOutDiagonal
    self.listed = listed
    let pairs = Double(shape.rows) * Double(shape.columns)
    step = Swift.max(1, Int((pairs / Double(Self.sampleLimit)).rounded(.up)))
  }

  /// The mean: infinite when a value is, NaN over no pairs.
  public var mean: Double {
    infinite > 0 ? .infinity : count > 0 ? sum.value / Double(count) : .nan
  }

  /// The values at `Summary.probabilities`; NaN over no pairs.
  public var quantiles: [Double] { Summary(sample).quantiles }

  /// Takes the values of further targets.
  ///
  /// - Precondition: `values` has a row for each of `targets` and a column for each model.
  /// - Throws: `KullbackError.invalidThreads`.
  public mutating func add(
    _ values: Matrix<some PairwiseElement>, targets: Range<Int>, threads: Int? = nil
  ) throws(KullbackError) {
    let threads = try checked(threads: threads)
    precondition(values.rows == targets.count && values.columns == shape.columns, "another shape")
    let rowsATask = Swift.max(1, (1 << 16) / Swift.max(1, shape.columns))
    let tasks = (targets.count + rowsATask - 1) / rowsATask
    let parts = Mutex<[PairwisePart?]>(Array(repeating: nil, count: tasks))
    let (template, step) = (emptyPart, step)
    Threads.parallel(tasks: tasks, threads: threads) { task in
      var part = template
      for index in task * rowsATask..<Swift.min(targets.count, (task + 1) * rowsATask) {
        let row = AnyMatrix(values[rows: index..<index + 1])
        // The element type is settled once a row, not once a value.
        if let row = row.matrix(of: Float.self) {
          part.add(row.values, target: targets.lowerBound + index, step: step)
        } else if let row = row.matrix(of: Double.self) {
          part.add(row.values, target: targets.lowerBound + index, step: step)
        }
      }
      parts.withLock { $0[task] = part }
    }
    for part in parts.withLock({ $0 }) { if let part { take(part) } }
  }

  private var emptyPart: PairwisePart {
    PairwisePart(
      leavesOutDiagonal: leavesOutDiagonal, isSymmetric: isSymmetric,
      nearest: PairwiseExtremes(nearest, limit: listed, sign: 1),
      farthest: PairwiseExtremes(farthest, limit: listed, sign: -1))
  }

  private mutating func take(_ part: PairwisePart) {
    count += part.count
    invalid += part.invalid
    infinite += part.infinite
    if !(min <= part.min), part.count > 0 { min = part.min }
    if !(max >= part.max), part.count > 0 { max = part.max }
    sum = sum + part.sum
    sample += part.sample
    nearest = PairwiseExtremes(nearest, limit: listed, sign: 1).merged(part.nearest)
    farthest = PairwiseExtremes(farthest, limit: listed, sign: -1).merged(part.farthest)
  }
}
