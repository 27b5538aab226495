import Foundation

/// Statistics of rows that NumPy, SciPy and statsmodels computed; `Golden/make_statistics.py` says how.
struct StatisticsGolden: Decodable, Sendable {
  /// An estimate and its standard error.
  typealias Pair = [Double]

  struct Perplexities: Decodable, Sendable {
    struct Expected: Decodable, Sendable {
      let target, model, logRatio, ratio, difference, change, rootMeanSquareChange: Pair
      let correlation: Double
      let quantiles: [Double]
    }

    /// Errors where rows of a group are dependent.
    struct Clustered: Decodable, Sendable {
      let target, model, logRatio, ratio, difference, change, rootMeanSquareChange: Double
    }

    /// The surprises of target and model.
    let a, b: [Double]
    let expected: Expected
    /// The group of each row.
    let groups: [Int]
    let clustered: Clustered?
  }

  /// Ranks from 0 of the values that enclose each of `Summary.probabilities`; -1 where there is none.
  struct Intervals: Decodable, Sendable {
    let count: Int
    let ranks: [[Int]]
  }

  struct Comparison: Decodable, Sendable {
    struct Pair: Decodable, Sendable {
      let first, second: Int
      let mean, standardError, clusteredError, nearer, farther, bootstrapError: Double
    }

    let groups: [Int]
    let models: [[Double]]
    let pairs: [Pair]
  }

  let perplexities: [Perplexities]
  let intervals: [Intervals]
  let comparison: Comparison

  static let table: StatisticsGolden = {
    guard let url = Bundle.module.url(forResource: "statistics", withExtension: "json"),
      let data = try? Data(contentsOf: url),
      let table = try? JSONDecoder().decode(StatisticsGolden.self, from: data)
    else { preconditionFailure("statistics.json is not there or not readable") }
    return table
  }()
}
