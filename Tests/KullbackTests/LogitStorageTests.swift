import CLibm
import Kullback
import KullbackTestSupport
import Testing

/// What storing logits costs, against rows that are stored so.
@Suite struct LogitStorageTests {
  private let rows: [[Double]] = {
    var random = SeededGenerator(seed: 21)
    return (0..<30).map { _ in random.normals(50).map { 3 * $0 } }
  }()

  private func mean(_ stored: Matrix<some LogitElement>, temperature: Double = 1) throws -> Double {
    let own = try DistributionSet(logits: Matrix(rows), temperature: temperature)
    let other = try DistributionSet(logits: stored, temperature: temperature)
    let values = try forwardKL(target: own, model: other)
    return values.reduce(0, +) / Double(values.count)
  }

  private func found(
    _ storage: LogitStorage, temperature: Double = 1
  ) throws -> StorageResolution {
    let set = try DistributionSet(logits: Matrix(rows), temperature: temperature)
    let all = try set.storageResolutions(rows: 0..<30)
    return try #require(all.first { $0.storage == storage })
  }

  @Test(arguments: [1, 0.5])
  func halvesCostWhatMatricesOfThemDo(temperature: Double) throws {
    let half = try mean(Matrix(rows.map { $0.map { Float16($0) } }), temperature: temperature)
    let brain = try mean(
      Matrix(rows.map { $0.map { BFloat16(Float($0)) } }), temperature: temperature)
    // Halves beside Doubles have the digits of Floats.
    #expect(relativeError(try found(.float16, temperature: temperature).mean, half) < 1e-6)
    #expect(relativeError(try found(.bfloat16, temperature: temperature).mean, brain) < 1e-6)
    #expect(try found(.float16).rows == 30)
  }

  /// All numbers of FP8, of which the nearest is taken.
  @Test func eightBitsCostWhatTheNearestOfTheirNumbersDo() throws {
    var numbers: [Double] = []
    for bits in 0..<127 {
      let (exponent, mantissa) = (bits >> 3, Double(bits & 7))
      numbers.append(
        exponent == 0 ? mantissa * 0x1p-9 : (1 + mantissa / 8) * exp2(Double(exponent - 7)))
    }
    #expect(numbers.last == 448)
    let stored = rows.map { row in
      row.map { value in
        let nearest = numbers.min { abs($0 - abs(value)) < abs($1 - abs(value)) } ?? 0
        return value < 0 ? -nearest : nearest
      }
    }
    #expect(relativeError(try found(.float8).mean, try mean(Matrix(stored))) < 1e-9)
  }

  @Test func codesCostWhatEqualStepsDo() throws {
    let stored = rows.map { row -> [Double] in
      let (least, most) = (row.min() ?? 0, row.max() ?? 0)
      let step = (most - least) / 65_535
      return row.map { least + (($0 - least) / step).rounded() * step }
    }
    #expect(relativeError(try found(.codes).mean, try mean(Matrix(stored))) < 1e-6)
  }

  @Test func masksAndRowsThatAreNotValidCostNothing() throws {
    let set = try DistributionSet(
      logits: Matrix<Double>([[0, -.infinity, 1], [.nan, 0, 0], [2, 2, 2], [6e4, 0, 1]]))
    for resolution in try set.storageResolutions(rows: 0..<4) {
      #expect(resolution.rows == 3 && resolution.mean >= 0 && resolution.mean.isFinite)
    }
    for resolution in try set.storageResolutions(rows: 1..<2) {
      #expect(resolution.rows == 0 && resolution.mean.isNaN)
    }
    #expect(try set.storageResolutions(rows: 2..<2).allSatisfy { $0.rows == 0 })
  }

  @Test func manyRowsAreSampledEvenly() throws {
    // Rows of 100 are stored as they are, others are not.
    let values = (0..<1000).map { [$0 < 500 ? 1 : 1.00001, 0.0] }
    let set = try DistributionSet(logits: Matrix(values))
    let all = try set.storageResolutions(rows: 0..<1000)
    #expect(all[0].rows == 256)
    let first = try set.storageResolutions(rows: 0..<500)
    let second = try set.storageResolutions(rows: 500..<1000)
    #expect(first[0].mean == 0 && second[0].mean > 0)
    #expect(relativeError(all[0].mean, second[0].mean / 2) < 1e-9)
  }
}
