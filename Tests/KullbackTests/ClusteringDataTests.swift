import Foundation
import Kullback
import Testing

/// Clusters of the real data in Examples.
@Suite struct ClusteringDataTests {
  static let examples = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Examples")

  /// How often each letter stands in a language.
  static func letters() throws -> (languages: [String], set: DistributionSet) {
    let file = examples.appendingPathComponent("letters/letters.csv")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst()
    let cells = lines.map { $0.split(separator: ",") }
    let counts = cells.map { row in row.dropFirst().map { Double($0) ?? .nan } }
    return (cells.map { String($0[0]) }, try DistributionSet(weights: Matrix(counts)))
  }

  /// The logits of a classifier of 1797 digits.
  static func digits() throws -> DistributionSet {
    let data = try Data(contentsOf: examples.appendingPathComponent("digits/original.npy"))
    let bytes = [UInt8](data.dropFirst(128))
    let values = stride(from: 0, to: bytes.count, by: 4).map { at in
      Float(bitPattern: bytes[at..<at + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) })
    }
    return try DistributionSet(logits: Matrix(values, rows: 1797, columns: 10))
  }

  @Test(arguments: ClusteringDivergence.allCases, [2, 5])
  func letters(divergence: ClusteringDivergence, count: Int) throws {
    let (languages, set) = try Self.letters()
    #expect(languages.count == 17 && set.classes == 26)
    for seed in 0..<5 {
      try expectBruteForce(set, into: count, by: divergence, seed: UInt64(seed))
    }
  }

  @Test func nearLanguagesAreTogether() throws {
    let (languages, set) = try Self.letters()
    let found = try set.clusters(into: 6, restarts: 20)
    let cluster = { (name: String) in
      languages.firstIndex(of: name).map { found.assignments[$0] }
    }
    #expect(cluster("da") == cluster("nb"))
    #expect(cluster("da") != cluster("fi"))
  }

  @Test(arguments: ClusteringDivergence.allCases)
  func digits(divergence: ClusteringDivergence) throws {
    try expectBruteForce(Self.digits(), into: 10, by: divergence, seed: 3)
  }
}
