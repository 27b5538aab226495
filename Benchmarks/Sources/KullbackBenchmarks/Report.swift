import Foundation
import KernelWork

/// One row of the table.
struct Measurement: Codable {
  var work: String
  var shape: String
  var type: String
  var threads: Int
  var milliseconds: Double
  /// GB/s, or GFLOP/s for products.
  var rate: Double
  var limit: String
  var limitRate: Double

  var share: Double { rate / limitRate }
  var key: String { "\(work), \(shape), \(type), \(threads)" }
}

/// A whole run, as it is stored.
struct Report: Codable {
  var machine: MeasuredOn
  /// What was taken out of the environment, or nil.
  var cleared: String?
  var measurements: [Measurement]

  func write(to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try encoder.encode(self).write(to: URL(filePath: path), options: .atomic)
  }

  static func read(from path: String) throws -> Report {
    try JSONDecoder().decode(Report.self, from: Data(contentsOf: URL(filePath: path)))
  }
}
