import Dispatch
import Kullback
import Synchronization

/// How the two sides of a pair are related.
enum Likeness: Hashable {
  /// The model is the target with noise of a sixth of its spread.
  case near
  /// The model has nothing to do with the target.
  case apart
  /// The model differs in about the fifth digit: divergences of about 1e-10.
  case alike
}

/// What a pair of matrices was made of: work with the same recipe shares the data.
struct Recipe: Hashable {
  let type: String
  let rows: Int
  let classes: Int
  let probabilities: Bool
  let likeness: Likeness
}

/// The target's and the model's rows.
struct PairData: Sendable {
  let target: AnyMatrix
  let model: AnyMatrix
}

/// The pair that was made last; only one is kept, since they are up to 2 GiB.
private let latest = Mutex<(recipe: Recipe, data: PairData)?>(nil)

/// A pair of matrices of this recipe, made or kept from the call before.
func makePair<Element: BenchmarkElement>(
  _: Element.Type, rows: Int, classes: Int, probabilities: Bool = false, likeness: Likeness = .near
) -> PairData {
  let recipe = Recipe(
    type: Element.benchmarkName, rows: rows, classes: classes, probabilities: probabilities,
    likeness: likeness)
  if let kept = latest.withLock({ $0?.recipe == recipe ? $0?.data : nil }) { return kept }
  latest.withLock { $0 = nil }
  let noise: Float =
    switch likeness {
    case .near: 0.5
    case .apart: 3
    case .alike: 1e-5
    }
  var target = Matrix<Element>(repeating: .made(of: 0), rows: rows, columns: classes)
  var model = Matrix<Element>(repeating: .made(of: 0), rows: rows, columns: classes)
  fill(&target, probabilities: probabilities) { 3 * spread($0) }
  fill(&model, probabilities: probabilities) {
    (likeness == .apart ? 0 : 3 * spread($0)) + noise * spread($0 ^ 0x5555_5555_5555)
  }
  let data = PairData(target: AnyMatrix(target), model: AnyMatrix(model))
  latest.withLock { $0 = (recipe, data) }
  return data
}

/// Frees the pair that was kept.
public func releaseData() { latest.withLock { $0 = nil } }

/// Element types that work is measured in.
protocol BenchmarkElement: MatrixElement {
  static var benchmarkName: String { get }
  static func made(of value: Double) -> Self
}

extension Float: BenchmarkElement {
  static var benchmarkName: String { "f32" }
  static func made(of value: Double) -> Float { Float(value) }
}

extension Double: BenchmarkElement {
  static var benchmarkName: String { "f64" }
  static func made(of value: Double) -> Double { value }
}

extension Float16: BenchmarkElement {
  static var benchmarkName: String { "f16" }
  static func made(of value: Double) -> Float16 { Float16(value) }
}

extension BFloat16: BenchmarkElement {
  static var benchmarkName: String { "bf16" }
  static func made(of value: Double) -> BFloat16 { BFloat16(Float(value)) }
}

/// Fills every row from a function of the element's number: the same data on every machine.
private func fill<Element: BenchmarkElement>(
  _ matrix: inout Matrix<Element>, probabilities: Bool, _ logit: @Sendable (UInt64) -> Float
) {
  let rows = matrix.rows
  let classes = matrix.columns
  matrix.withUnsafeMutableBaseAddress { address in
    nonisolated(unsafe) let base = address.assumingMemoryBound(to: Element.self)
    // In pieces of rows, or of classes where the rows are few.
    let pieces = 64
    let count = rows * classes
    let unit = probabilities ? classes : 1
    DispatchQueue.concurrentPerform(iterations: pieces) { piece in
      let from = count / unit * piece / pieces * unit
      let to = count / unit * (piece + 1) / pieces * unit
      guard probabilities else {
        for index in from..<to { base[index] = .made(of: Double(logit(UInt64(index)))) }
        return
      }
      for row in stride(from: from, to: to, by: classes) {
        var sum = 0.0
        for index in row..<row + classes { sum += fastExponential(logit(UInt64(index))) }
        for index in row..<row + classes {
          base[index] = .made(of: fastExponential(logit(UInt64(index))) / sum)
        }
      }
    }
  }
}

/// (1 + x / 64)⁶⁴: near enough to an exponential to make probabilities of, and quick.
private func fastExponential(_ x: Float) -> Double {
  var value = max(0.01, 1 + Double(x) / 64)
  for _ in 0..<6 { value *= value }
  return value
}

/// A value of mean 0 and standard deviation 1, nearly normal: the sum of four uniform ones.
@inline(__always)
private func spread(_ index: UInt64) -> Float {
  var z = index &+ 0x9E37_79B9_7F4A_7C15
  z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
  z ^= z >> 31
  let sum = (z & 0xFFFF) + (z >> 16 & 0xFFFF) + (z >> 32 & 0xFFFF) + (z >> 48)
  return (Float(sum) - 131_070) / 37_837
}
