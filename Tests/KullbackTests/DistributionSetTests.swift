import Foundation
import Kullback
import Testing

@Suite struct DistributionSetTests {
  let matrix = Matrix<Double>([[0.5, 0.5]])

  @Test(arguments: [0, -1, Double.infinity, .nan])
  func temperaturesOutOfRangeAreRefused(value: Double) {
    #expect(throws: KullbackError.self) { try DistributionSet(logits: matrix, temperature: value) }
  }

  @Test(arguments: [-1, Double.infinity, .nan])
  func smoothingsOutOfRangeAreRefused(value: Double) {
    #expect(throws: KullbackError.self) { try DistributionSet(weights: matrix, smoothing: value) }
  }

  @Test(arguments: [-1, Double.nan])
  func tolerancesOutOfRangeAreRefused(value: Double) {
    #expect(throws: KullbackError.self) {
      try DistributionSet(probabilities: matrix, tolerance: value)
    }
  }

  @Test func setsWithoutClassesAreRefused() {
    #expect(throws: KullbackError.emptySet) {
      try DistributionSet(logits: Matrix<Double>([], rows: 3, columns: 0))
    }
  }

  @Test func wholeNumbersAreOnlyWeights() throws {
    let counts = Matrix<Int64>([[1, 2]])
    #expect(throws: KullbackError.unsupportedElements(.int64, form: .probabilities)) {
      try DistributionSet(AnyMatrix(counts), form: .probabilities)
    }
    #expect(try DistributionSet(weights: counts).classes == 2)
  }

  @Test(arguments: [0.9996, 1.0009])
  func roundedHalfPrecisionTablesPassByDefault(sum: Double) throws {
    // log(sum / 1000) to 16 decimals, rounded to half precision, misses by less than the tolerance.
    let value: Float16 = sum < 1 ? -6.9082 : -6.9069
    let set = try DistributionSet(
      logProbabilities: Matrix<Float16>(repeating: value, rows: 1, columns: 1000))
    #expect(set.tolerance >= 1e-3)
    #expect(try entropy(of: set)[0].isFinite)
  }

  @Test(arguments: [10, 1000, 65_536, 200_000])
  func uniformTablesOfNarrowTypesPassByDefault(classes: Int) throws {
    // Every class is rounded in the same direction here: the worst that rounding alone can do.
    let value = -log(Double(classes))
    let half = Matrix<Float16>(repeating: Float16(value), rows: 1, columns: classes)
    let brain = Matrix<BFloat16>(repeating: BFloat16(Float(value)), rows: 1, columns: classes)
    #expect(try entropy(of: try DistributionSet(logProbabilities: half))[0].isFinite)
    #expect(try entropy(of: try DistributionSet(logProbabilities: brain))[0].isFinite)
  }

  @Test func rowsThatAreOffByMoreThanRoundingAreRefused() throws {
    let half = Matrix<Float16>(repeating: 0.102, rows: 1, columns: 10)
    #expect(try entropy(of: try DistributionSet(probabilities: half))[0].isNaN)
    let single = Matrix<Float>(repeating: 0.1002, rows: 1, columns: 10)
    #expect(try entropy(of: try DistributionSet(probabilities: single))[0].isNaN)
  }

  @Test func probabilitiesAreNotLogProbabilities() throws {
    let set = try DistributionSet(
      logProbabilities: Matrix<Float>(repeating: 0.001, rows: 1, columns: 1000))
    #expect(try entropy(of: set)[0].isNaN)
  }

  @Test func singlePrecisionSoftmaxOfManyClassesPasses() throws {
    let value = Float(1) / 150_000
    let set = try DistributionSet(
      probabilities: Matrix<Float>(repeating: value, rows: 1, columns: 150_000))
    expectClose(try entropy(of: set), [11.918390573078392], within: 1e-6)
  }

  @Test func slicesShareOptions() throws {
    let set = try DistributionSet(logits: Matrix<Float>([[1, 2], [3, 5]]), temperature: 2)
    let slice = set[1..<2]
    #expect(slice.count == 1 && slice.temperature == 2 && slice.form == .logits)
    #expect(try entropy(of: slice) == [entropy(of: set)[1]])
  }
}
