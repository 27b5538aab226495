internal import KullbackKernels
internal import CLibm

/// The statistics that llama.cpp's perplexity tool prints with `--kl-divergence`, in its own arithmetic, so that its figures
/// come out digit for digit.
///
/// The tool takes log-probabilities as they are coded, without normalising them; leaves out classes below −16; and computes each
/// token in `Float` with sums in `Double`. Found by comparing with what the tool prints.
public struct PerplexityToolStatistics: Sendable {
  /// A figure with its name in the tool's output.
  public struct Figure: Sendable, Equatable {
    /// As in "Mean PPL(Q)".
    public let name: String
    /// The value; in percent where the tool prints percent.
    public let value: Double
    /// What stands behind ±; nil where nothing does.
    public let error: Double?
    /// Decimals that the tool prints.
    public let decimals: Int
    /// Whether it is in percent.
    public let isPercent: Bool
  }

  /// A group of figures with its heading.
  public struct Section: Sendable, Equatable {
    /// As in "Perplexity statistics".
    public let title: String
    /// The figures in the tool's order.
    public let figures: [Figure]
  }

  private var tokens: [CodedRows.TokenStatistics] = []

  /// No tokens yet.
  public init() {}

  /// Tokens so far.
  public var count: Int { tokens.count }

  /// Takes the next rows.
  ///
  /// - Parameters:
  ///   - base: the coded distributions.
  ///   - model: as many rows of logits.
  ///   - nextTokens: the token that follows, one a row.
  ///   - threads: how many to use.
  /// - Memory: 32 bytes a token are kept.
  /// - Throws: `KullbackError.shapeMismatch`; `.unsupportedElements` for what are no logits.
  public mutating func add(
    base: CodedDistributions, model: DistributionSet, nextTokens: [Int32], threads: Int? = nil
  ) throws(KullbackError) {
    precondition(nextTokens.count == base.count, "a token for each row")
    tokens += try base.tokens(model: model, next: nextTokens, threads: threads)
  }

  /// All figures; nothing without a token.
  public var sections: [Section] {
    guard !tokens.isEmpty else { return [] }
    return [
      Section(title: "Perplexity statistics", figures: perplexities),
      Section(title: "KL divergence statistics", figures: divergences),
      Section(title: "Token probability statistics", figures: changes),
    ]
  }

  private static func plain(_ name: String, _ value: Double, _ error: Double? = nil) -> Figure {
    Figure(name: name, value: value, error: error, decimals: 6, isPercent: false)
  }

  private static func percent(_ name: String, _ value: Double, _ error: Double? = nil) -> Figure {
    Figure(
      name: name, value: 100 * value, error: error.map { 100 * $0 }, decimals: 3, isPercent: true)
  }

  private var perplexities: [Figure] {
    let losses = tokens.map { Double($0.loss) }
    let baseLosses = tokens.map { Double($0.baseLoss) }
    let squares = tokens.map { Double($0.loss * $0.loss) }
    let baseSquares = tokens.map { Double($0.baseLoss * $0.baseLoss) }
    let (mean, error) = Self.mean(losses, squares: squares)
    let (baseMean, baseError) = Self.mean(baseLosses, squares: baseSquares)
    let products = tokens.map { Double($0.loss * $0.baseLoss) }
    let covariance =
      count < 10 ? 0 : (Self.average(products) - mean * baseMean) / Double(count - 1)
    let (perplexity, basePerplexity) = (exp(mean), exp(baseMean))
    let ratio = mean - baseMean
    let ratioError = (error * error + baseError * baseError - 2 * covariance).squareRoot()
    let spreads = (perplexity * error, basePerplexity * baseError)
    let differenceError =
      (spreads.0 * spreads.0 + spreads.1 * spreads.1
      - 2 * perplexity * basePerplexity * covariance).squareRoot()
    return [
      Self.plain("Mean PPL(Q)", perplexity, perplexity * error),
      Self.plain("Mean PPL(base)", basePerplexity, basePerplexity * baseError),
      Figure(
        name: "Cor(ln(PPL(Q)), ln(PPL(base)))", value: 100 * covariance / (error * baseError),
        error: nil, decimals: 2, isPercent: true),
      Self.plain("Mean ln(PPL(Q)/PPL(base))", ratio, ratioError),
      Self.plain("Mean PPL(Q)/PPL(base)", exp(ratio), exp(ratio) * ratioError),
      Self.plain("Mean PPL(Q)-PPL(base)", perplexity - basePerplexity, differenceError),
    ]
  }

  private var divergences: [Figure] {
    let values = tokens.map(\.divergence)
    let (mean, error) = Self.mean(values, squares: values.map { $0 * $0 })
    let sorted = values.map { Float($0) }.sorted()
    let levels: [(String, Double)] = [
      ("99.9%", 0.999), ("99.0%", 0.99), ("95.0%", 0.95), ("90.0%", 0.9), ("Median", 0.5),
      ("10.0%", 0.1), ("5.0%", 0.05), ("1.0%", 0.01), ("0.1%", 0.001),
    ]
    return [Self.plain("Mean KLD", mean, error)]
      + Self.quantiles(sorted, levels).map { Self.plain("\($0.name) KLD", $0.value) }
  }

  private var changes: [Figure] {
    let changes = tokens.map(\.change)
    let squares = changes.map { Double($0 * $0) }
    let (mean, error) = Self.mean(changes.map { Double($0) }, squares: squares)
    let (square, squareError) = Self.mean(squares, squares: squares.map { $0 * $0 })
    let root = square.squareRoot()
    let levels: [(String, Double)] = [
      ("99.9%", 0.999), ("99.0%", 0.99), ("95.0%", 0.95), ("90.0%", 0.9), ("75.0%", 0.75),
      ("Median", 0.5), ("25.0%", 0.25), ("10.0%", 0.1), ("5.0%", 0.05), ("1.0%", 0.01),
      ("0.1%", 0.001),
    ]
    let share = Double(tokens.count(where: \.hasSameTop)) / Double(count)
    return [Self.percent("Mean Δp", mean, error)]
      + Self.quantiles(changes.sorted(), levels).map { Self.percent("\($0.name) Δp", $0.value) }
      + [
        Self.percent("RMS Δp", root, 0.5 / root * squareError),
        Self.percent(
          "Same top p", share, (share * (1 - share) / Double(count - 1)).squareRoot()),
      ]
  }

  private static func average(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(values.count)
  }

  /// The mean, and its standard error by the mean of squares; 0 of few values.
  private static func mean(
    _ values: [Double], squares: [Double]
  ) -> (mean: Double, error: Double) {
    let mean = average(values)
    let spread = average(squares) - mean * mean
    guard spread > 0, values.count > 10 else { return (mean, 0) }
    return (mean, (spread / Double(values.count - 1)).squareRoot())
  }

  /// The extremes and levels of sorted values, in the tool's order and in `Float`.
  private static func quantiles(
    _ sorted: [Float], _ levels: [(String, Double)]
  ) -> [(name: String, value: Double)] {
    let last = sorted.count - 1
    let between = levels.map { name, level -> (name: String, value: Double) in
      guard level != 0.5 else {
        let middle = sorted.count / 2
        let value =
          sorted.count % 2 == 1 ? sorted[middle] : 0.5 * (sorted[middle] + sorted[middle - 1])
        return (name, Double(value))
      }
      let place = Float(level) * Float(last)
      let whole = Int(place)
      let rest = place - Float(whole)
      return (
        name, Double((1 - rest) * sorted[whole] + rest * sorted[min(whole + 1, last)])
      )
    }
    return [("Maximum", Double(sorted[last]))] + between + [("Minimum", Double(sorted[0]))]
  }
}
