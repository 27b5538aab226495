import Foundation
import KullbackInference
import KullbackTestSupport
import Testing

@Suite struct NearestNeighbourKLTests {
  /// Normal deviates, each times a scale and from a place.
  private func sample(
    _ count: Int, _ dimension: Int, seed: UInt64, scale: Double = 1, at place: Double = 0
  ) -> Matrix<Double> {
    var generator = SeededGenerator(seed: seed)
    return Matrix(
      generator.normals(count * dimension).map { place + scale * $0 }, rows: count,
      columns: dimension)
  }

  /// Every distance as a difference, sorted.
  private func plain(_ p: Matrix<Double>, _ q: Matrix<Double>, _ k: Int) -> Double {
    let (own, other) = ((0..<p.rows).map { p.row($0) }, (0..<q.rows).map { q.row($0) })
    func distance(_ x: [Double], _ y: [Double]) -> Double {
      zip(x, y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    }
    var sum = 0.0
    for (row, x) in own.enumerated() {
      let rho = own.indices.filter { $0 != row }.map { distance(x, own[$0]) }.sorted()[k - 1]
      let nu = other.map { distance(x, $0) }.sorted()[k - 1]
      sum += log(nu / rho)
    }
    return Double(p.columns) * sum / Double(p.rows) + log(Double(q.rows) / Double(p.rows - 1))
  }

  @Test(arguments: [(1, 1), (1, 5), (2, 1), (3, 4), (7, 2)])
  func isWhatAPlainLoopGives(dimension: Int, neighbours: Int) throws {
    let p = sample(90, dimension, seed: 1)
    let q = sample(70, dimension, seed: 2, scale: 1.5, at: 0.5)
    let value = try nearestNeighbourKL(target: p, model: q, neighbours: neighbours)
    #expect(abs(value - plain(p, q, neighbours)) < 1e-12)
  }

  @Test(arguments: [1, 2, 5])
  func comesNearTheDivergenceOfNormals(dimension: Int) throws {
    let p = sample(1200, dimension, seed: 3)
    let q = sample(1500, dimension, seed: 4, scale: 1.3, at: 0.3)
    let variance = 1.3 * 1.3
    let exact = Double(dimension) * (log(1.3) + (1 + 0.09) / (2 * variance) - 0.5)
    // A log distance varies by 0.2 for k = 5 in either sample: 0.02 d, and what k blurs.
    let value = try nearestNeighbourKL(target: p, model: q)
    #expect(abs(value - exact) < 0.06 * Double(dimension), "\(value), \(exact)")
  }

  @Test func pointsFarFromTheOriginKeepTheirDistances() throws {
    let p = sample(80, 3, seed: 5)
    let q = sample(80, 3, seed: 6)
    let far = 0x1p26
    let moved = [p, q].map {
      Matrix($0.values.map { ($0 + far) }, rows: $0.rows, columns: $0.columns)
    }
    let back = moved.map {
      Matrix($0.values.map { $0 - far }, rows: $0.rows, columns: $0.columns)
    }
    let value = try nearestNeighbourKL(target: moved[0], model: moved[1])
    #expect(abs(value - plain(back[0], back[1], 5)) < 1e-12)
  }

  @Test func clustersFarApartKeepTheirDistances() throws {
    // Products are off by more than the distances within a cluster.
    let near = sample(40, 2, seed: 7, scale: 1e-6)
    let values = near.values + near.values.map { $0 + 100 }
    let p = Matrix(values, rows: 80, columns: 2)
    let q = sample(60, 2, seed: 8, scale: 60)
    #expect(abs(try nearestNeighbourKL(target: p, model: q) - plain(p, q, 5)) < 1e-9)
  }

  /// A scale common to both leaves the divergence, where squares overflow or underflow too.
  @Test(arguments: [-1050, -570, -160, 0, 500, 520, 1020])
  func aCommonScaleDoesNotMatter(exponent: Int) throws {
    let p = sample(40, 2, seed: 12)
    let q = sample(30, 2, seed: 13, scale: 1.4, at: 0.2)
    let scaled = [p, q].map { points in
      Matrix(
        points.values.map { Double(sign: .plus, exponent: exponent, significand: $0) },
        rows: points.rows, columns: 2)
    }
    // What is subnormal was rounded when it was scaled: 24 bits are left.
    let bound = exponent < -1000 ? 1e-4 : 1e-12
    let value = try nearestNeighbourKL(target: scaled[0], model: scaled[1])
    #expect(abs(value - plain(p, q, 5)) < bound, "\(value)")
  }

  @Test func pointsCloserThanSquaresCanTellCoincide() throws {
    let near = Matrix<Double>([1, 0, 1e-150, 0.5], rows: 4, columns: 1)
    let other = Matrix<Double>([0.3, 0.7], rows: 2, columns: 1)
    #expect(throws: InferenceError.coincidingSamples(row: 1, neighbours: 1)) {
      try nearestNeighbourKL(target: near, model: other, neighbours: 1)
    }
    let apart = Matrix<Double>([1, 0, 1e-140, 0.5], rows: 4, columns: 1)
    let value = try nearestNeighbourKL(target: apart, model: other, neighbours: 1)
    #expect(abs(value - plain(apart, other, 1)) < 1e-11)
    let zeros = Matrix<Double>(rows: 4, columns: 1)
    #expect(throws: InferenceError.coincidingSamples(row: 0, neighbours: 1)) {
      try nearestNeighbourKL(target: zeros, model: zeros, neighbours: 1)
    }
  }

  @Test func threadsDoNotChangeABit() throws {
    let p = sample(700, 4, seed: 9)
    let q = sample(600, 4, seed: 10, at: 1)
    let values = try [1, 2, 5].map { try nearestNeighbourKL(target: p, model: q, threads: $0) }
    #expect(Set(values.map(\.bitPattern)).count == 1)
  }

  @Test func pointsThatCoincideAreRefused() throws {
    let twice = Matrix<Double>([0, 0, 1, 2, 3, 4], rows: 6, columns: 1)
    let other = Matrix<Double>([0.5, 1.5, 2.5], rows: 3, columns: 1)
    #expect(throws: InferenceError.coincidingSamples(row: 0, neighbours: 1)) {
      try nearestNeighbourKL(target: twice, model: other, neighbours: 1)
    }
    #expect(try nearestNeighbourKL(target: twice, model: other, neighbours: 2).isFinite)
    let same = Matrix<Double>([0, 1, 2.5], rows: 3, columns: 1)
    #expect(throws: InferenceError.coincidingSamples(row: 2, neighbours: 1)) {
      try nearestNeighbourKL(target: same, model: other, neighbours: 1)
    }
  }

  @Test func samplesThatDoNotFitAreRefused() {
    let p = sample(10, 2, seed: 11)
    var broken = p
    broken[3, 1] = .nan
    #expect(throws: InferenceError.sampleNotFinite(row: 3, column: 1)) {
      try nearestNeighbourKL(target: broken, model: p)
    }
    #expect(throws: InferenceError.sampleNotFinite(row: 3, column: 1)) {
      try nearestNeighbourKL(target: p, model: broken)
    }
    #expect(throws: InferenceError.tooFewSamples(10, needed: 11)) {
      try nearestNeighbourKL(target: p, model: p, neighbours: 10)
    }
    #expect(throws: InferenceError.tooFewSamples(4, needed: 5)) {
      try nearestNeighbourKL(target: p, model: sample(4, 2, seed: 1))
    }
    #expect(throws: InferenceError.lengthMismatch("columns of the model", expected: 2, given: 3)) {
      try nearestNeighbourKL(target: p, model: sample(10, 3, seed: 1))
    }
    for bad in [0, -1] {
      #expect(throws: InferenceError.self) {
        try nearestNeighbourKL(target: p, model: p, neighbours: bad)
      }
    }
  }
}
