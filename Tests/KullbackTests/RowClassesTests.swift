import CLibm
import Kullback
import KullbackTestSupport
import Testing

/// The largest classes of a row, by sorting, and which class makes a divergence infinite.
@Suite struct RowClassesTests {
  @Test(arguments: [1, 2, 4, 5, 6, 40], [Form.logits, .probabilities, .weights])
  func theLargestClassesAreThoseOfASort(n: Int, form: Form) throws {
    var random = SeededGenerator(seed: UInt64(n))
    let rows = (0..<3).map { _ in random.normals(n).map { ($0 * 4).rounded() / 4 } }
    let values = rows.map { row -> [Double] in
      let masses = row.map { exp($0) }
      let sum = masses.reduce(0, +)
      return form == .logits ? row : form == .weights ? masses : masses.map { $0 / sum }
    }
    let p = try DistributionSet(AnyMatrix(Matrix(values)), form: form)
    let q = try DistributionSet(logits: Matrix(Array(rows.reversed())))
    for row in 0..<3 {
      let found = try RowClasses(ofRow: row, target: p, model: q)
      let (a, b) = (rows[row], rows[2 - row])
      for (entries, own) in [(found.target, a), (found.model, b)] {
        let sorted = own.indices.sorted { own[$0] > own[$1] || (own[$0] == own[$1] && $0 < $1) }
        #expect(entries.map(\.number) == Array(sorted.prefix(5)))
      }
      for entry in found.target + found.model {
        let (x, y) = (exp(a[entry.number]), exp(b[entry.number]))
        #expect(relativeError(entry.target, x / a.reduce(0) { $0 + exp($1) }) < 1e-12)
        #expect(relativeError(entry.model, y / b.reduce(0) { $0 + exp($1) }) < 1e-12)
      }
      #expect(found.missingInModel == nil && found.missingInTarget == nil)
    }
  }

  @Test func theClassThatMakesADivergenceInfiniteIsTheLargestOfThose() throws {
    let p = try DistributionSet(weights: Matrix<Double>([[1, 2, 0, 5, 0]]))
    let q = try DistributionSet(weights: Matrix<Double>([[0, 0, 1, 3, 0], [1, 1, 0, 1, 0]]))
    let found = try RowClasses(ofRow: 0, target: p, model: q, count: 2)
    let (gone, come) = (try #require(found.missingInModel), try #require(found.missingInTarget))
    #expect(gone.number == 1 && abs(gone.target - 0.25) < 1e-15 && gone.model == 0)
    #expect(come.number == 2 && come.target == 0 && abs(come.model - 0.25) < 1e-15)
    #expect(found.target.map(\.number) == [3, 1] && found.model.map(\.number) == [3, 2])
    let other = try RowClasses(ofRow: 1, target: p, model: q)
    #expect(other.missingInModel == nil && other.missingInTarget == nil)
    // Smoothing leaves no class without mass.
    let smooth = try DistributionSet(
      weights: Matrix<Double>([[0, 0, 1, 3, 0]]), smoothing: 0.5)
    #expect(try RowClasses(ofRow: 0, target: p, model: smooth).missingInModel == nil)
    let masked = try DistributionSet(logits: Matrix<Double>([[0, -.infinity, 1, 3, 0]]))
    #expect(try RowClasses(ofRow: 0, target: p, model: masked).missingInModel?.number == 1)
  }

  @Test func setsOfOtherClassesAreRefused() throws {
    let p = try DistributionSet(logits: Matrix<Double>([[1, 2]]))
    let q = try DistributionSet(logits: Matrix<Double>([[1, 2, 3]]))
    #expect(throws: KullbackError.self) { try RowClasses(ofRow: 0, target: p, model: q) }
  }
}
