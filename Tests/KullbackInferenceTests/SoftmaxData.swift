import Foundation
import Kullback
import KullbackFiles
import KullbackInference
import KullbackTestSupport
import Testing

/// Data that softmax regressions are tested on.
struct SoftmaxData {
  var features: Matrix<Double>
  var labels: [Int]
  var targets: DistributionSet
  var weights: [Double]

  /// Normal features, targets of every shade, and weights, one of them 0.
  init(rows: Int, inputs: Int, classes: Int, seed: UInt64 = 1) throws {
    var random = SeededGenerator(seed: seed)
    features = Matrix(random.normals(rows * inputs), rows: rows, columns: inputs)
    labels = (0..<rows).map { _ in Int.random(in: 0..<classes, using: &random) }
    targets = try DistributionSet(
      logits: Matrix(random.normals(rows * classes), rows: rows, columns: classes))
    weights = (0..<rows).map { $0 == 3 ? 0 : 0.1 + random.uniform() }
  }

  /// The images of handwritten digits, 0...1 a pixel, and the digits that they show.
  static func digits() throws -> (features: Matrix<Double>, labels: [Int]) {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Examples/digits").standardizedFileURL.path
    let images = try MatrixReader.read(folder + "/images.npy").matrix
    let pixels = try #require(images.matrix(of: Float16.self)).values
    return (
      Matrix(pixels.map { Double($0) / 16 }, rows: images.rows, columns: images.columns),
      try MatrixReader.readLabels(folder + "/labels.npy").map { Int($0) }
    )
  }
}

/// What softmax.json holds.
struct SoftmaxGolden: Decodable {
  struct Fit: Decodable {
    let penalty: Double
    let weights: [[Double]]
    let intercepts: [Double]
    let features: [[Double]]?
    let labels: [Int]?
    let sampleWeights: [Double]?
  }

  let digits: Fit
  let made: Fit

  static func table() throws -> SoftmaxGolden {
    let url = try #require(
      Bundle.module.url(
        forResource: "softmax", withExtension: "json", subdirectory: "Golden"))
    return try JSONDecoder().decode(SoftmaxGolden.self, from: Data(contentsOf: url))
  }
}

/// The largest absolute difference of two matrices' elements.
func largestDifference(_ first: [Double], _ second: [Double]) -> Double {
  guard first.count == second.count else { return .infinity }
  return zip(first, second).reduce(0) { max($0, abs($1.0 - $1.1)) }
}
