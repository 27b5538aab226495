import Foundation
import KullbackKernels
import KullbackMatrix
import KullbackTestSupport
import Testing

/// The losses and slopes of logistic regression: Σ log(1 + exp(-m)) and 1 / (1 + exp m).
@Suite struct LogisticTests {
  static let lengths = [1, 2, 3, 7, 8, 9, 15, 16, 17, 63, 64, 65, 1000, 5000]

  private func loss(_ margin: Double) -> Double { log1p(exp(-abs(margin))) + max(-margin, 0) }

  @Test(arguments: InstructionSet.available, lengths)
  func agreesWithTheOracle(set: InstructionSet, length: Int) {
    var generator = SeededGenerator(seed: UInt64(length))
    let values = generator.normals(3 * length).map { 30 * $0 }
    // Borrowed memory with gaps between rows, which is copied before it is written.
    for edge in GuardedBuffer.Edge.allCases {
      var margins = GuardedBuffer.matrix(values, rows: 3, columns: length, gap: 2, edge: edge)
      let losses = logisticLosses(margins: &margins, slopes: true, on: set)
      for row in 0..<3 {
        let given = values[row * length..<(row + 1) * length]
        let expected = given.reduce(0) { $0 + loss($1) }
        let bound = Double(length) * 0x1p-52 * (1 + expected)
        #expect(abs(losses[row] - expected) <= bound, "\(set) \(length) row \(row)")
        for (index, margin) in given.enumerated() {
          let slope = 1 / (1 + exp(margin))
          #expect(relativeError(margins[row, index], slope) <= 1e-15)
        }
      }
    }
  }

  @Test(arguments: InstructionSet.available)
  func marginsStayWithoutSlopes(set: InstructionSet) {
    let values = [1.0, -2, 3, 0, 5]
    var margins = Matrix(values, rows: 1, columns: 5)
    let losses = logisticLosses(margins: &margins, slopes: false, on: set)
    var others = margins
    #expect(margins.values == values)
    #expect(logisticLosses(margins: &others, slopes: true, on: set) == losses)
  }

  @Test(arguments: InstructionSet.available)
  func extremesAreTheirLimits(set: InstructionSet) {
    // Twice over, for whole vectors and for what is left.
    for length in [1, 16] {
      for (margin, loss, slope) in [
        (Double.infinity, 0.0, 0.0), (-.infinity, .infinity, 1), (1e4, 0, 0), (-1e4, 1e4, 1),
        (0, log(2), 0.5),
      ] {
        var margins = Matrix(repeating: margin, rows: 1, columns: length)
        let losses = logisticLosses(margins: &margins, slopes: true, on: set)
        #expect(relativeError(losses[0], Double(length) * loss) < 1e-15)
        #expect(margins.values.allSatisfy { $0 == slope })
      }
      var margins = Matrix(repeating: 1.0, rows: 2, columns: length)
      margins[1, 0] = .nan
      let losses = logisticLosses(margins: &margins, slopes: true, on: set)
      #expect(losses[0].isFinite && losses[1].isNaN)
    }
  }

  @Test func nothingIsLost() {
    var none = Matrix<Double>(rows: 2, columns: 0)
    #expect(logisticLosses(margins: &none, slopes: true) == [0, 0])
  }
}
