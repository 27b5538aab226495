import Foundation
import KullbackKernels
import KullbackMatrix
import KullbackTestSupport
import Testing

/// Pairs whose every quantity mpmath computed to 60 digits; `Golden/make_golden.py` says how.
struct GoldenCase: Decodable, Sendable, CustomTestStringConvertible {
  struct Side: Decodable, Sendable {
    let form: String
    let temperature: Double?
    let smoothing: Double?
    let row: [GoldenNumber]
  }

  let name: String
  let type: String
  let first: Side
  let second: Side
  let expected: [String: GoldenNumber]
  let powerSums: [String: GoldenNumber]
  let skewDivergences: [String: GoldenNumber]
  let elements: [String: [GoldenNumber]]?

  var testDescription: String { "\(type) \(name), \(first.row.count) classes" }

  static let all: [GoldenCase] = {
    guard let url = Bundle.module.url(forResource: "golden", withExtension: "json"),
      let data = try? Data(contentsOf: url),
      let cases = try? JSONDecoder().decode([GoldenCase].self, from: data)
    else { preconditionFailure("golden.json is not there or not readable") }
    return cases
  }()

  var kind: ElementKind {
    switch type {
    case "float32": .float32
    case "float64": .float64
    case "float16": .float16
    case "bfloat16": .bfloat16
    default: .int64
    }
  }

  func operand(_ side: Side) -> RowOperand {
    let form: Form =
      switch side.form {
      case "logits": .logits
      case "logProbabilities": .logProbabilities
      case "probabilities": .probabilities
      default: .weights
      }
    return RowOperand(
      [side.row.map(\.value)], as: kind, form: form, temperature: side.temperature ?? 1,
      smoothing: side.smoothing ?? 0)
  }
}

/// A number in JSON, or one spelt out because it is infinite or has more digits.
struct GoldenNumber: Decodable, Sendable {
  let value: Double

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Double.self) {
      value = number
    } else if let number = Double(try container.decode(String.self)) {
      value = number
    } else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a number")
    }
  }
}

@Suite struct GoldenTests {
  @Test func theTableCoversWhatIsPromised() {
    // Divergences from 1e-14 to 1e3, every type and every form: else the other tests say little.
    let finite = GoldenCase.all.compactMap { $0.expected["divergence"]?.value }
      .filter { $0 > 0 && $0.isFinite }
    #expect((finite.min() ?? 1) < 1e-13 && (finite.max() ?? 0) > 1e3)
    #expect(Set(GoldenCase.all.map(\.type)).count == 5)
    #expect(Set(GoldenCase.all.flatMap { [$0.first.form, $0.second.form] }).count == 4)
  }

  @Test(arguments: GoldenCase.all)
  func everyQuantityIsAsPromised(golden: GoldenCase) {
    let (first, second) = (golden.operand(golden.first), golden.operand(golden.second))
    for set in InstructionSet.available {
      for quantities in quantityFamilies {
        let results = evaluate(first, second, rows: 0..<1, quantities: quantities, on: set)
        for quantity in quantities {
          guard let exact = golden.expected["\(quantity)"]?.value else {
            Issue.record("the table has no \(quantity)")
            continue
          }
          #expect(
            quantity.isWithinPromise(results[quantity][0], exact, single: first.isSingle),
            "\(quantity), \(set), \(quantities.count) quantities: \(results[quantity][0]), \(exact)"
          )
        }
      }
    }
  }

  @Test(arguments: GoldenCase.all)
  func everyPowerSumIsAsPromised(golden: GoldenCase) throws {
    let (first, second) = (golden.operand(golden.first), golden.operand(golden.second))
    let table = try golden.powerSums.map { (try #require(Double($0.key)), $0.value.value) }
    #expect(table.count == 7)
    for set in InstructionSet.available {
      let results = evaluate(first, second, rows: 0..<1, orders: table.map(\.0), on: set)
      for (order, exact) in table {
        #expect(
          ParametricQuantity.powerSum(order: order)
            .isWithinPromise(results[order][0], exact, single: first.isSingle),
          "order \(order), \(set): \(results[order][0]), \(exact)")
      }
    }
  }

  @Test(arguments: GoldenCase.all)
  func everySkewDivergenceIsAsPromised(golden: GoldenCase) throws {
    let (first, second) = (golden.operand(golden.first), golden.operand(golden.second))
    let table = try golden.skewDivergences.map {
      (ParametricQuantity.skewDivergence(weight: try #require(Double($0.key))), $0.value.value)
    }
    #expect(table.count == 4)
    for set in InstructionSet.available {
      let results = evaluate(first, second, rows: 0..<1, quantities: table.map(\.0), on: set)
      for (quantity, exact) in table {
        #expect(
          quantity.isWithinPromise(results[quantity][0], exact, single: first.isSingle),
          "\(quantity), \(set): \(results[quantity][0]), \(exact)")
      }
    }
  }

  @Test(arguments: GoldenCase.all.filter { $0.elements != nil })
  func elementsAreAsPromised(golden: GoldenCase) throws {
    let elements = try #require(golden.elements)
    if golden.kind == .float64 {
      try check(golden, elements, Double.self)
    } else {
      try check(golden, elements, Float.self)
    }
  }

  private func check<Element: MatrixElement & BinaryFloatingPoint>(
    _ golden: GoldenCase, _ elements: [String: [GoldenNumber]], _: Element.Type
  ) throws {
    let (first, second) = (golden.operand(golden.first), golden.operand(golden.second))
    for set in InstructionSet.available {
      for (output, name, ulps) in [
        (RowOutput.logSoftmax, "logSoftmax", 4.0), (.softmax, "softmax", 8),
      ] {
        let exact = try #require(elements[name])
        let written = writeRows(first, rows: 0..<1, as: output, to: Element.self, on: set).result
        for (value, exact) in zip(written.values, exact) {
          let unit = Double(Element(exact.value).ulp)
          #expect(abs(Double(value) - exact.value) <= ulps * unit, "\(name) on \(set)")
        }
      }
      // Relative to the masses that are subtracted, or to q (|log q - log p| + D).
      let promise = Element.self == Float.self ? 1e-6 : 1e-12
      let masses = try #require(elements["softmax"]).map(\.value)
      let reverse = try #require(golden.expected["reversedDivergence"]).value
      let temperature = golden.second.temperature ?? 1
      let exactForward = try #require(elements["forwardGradient"]).map(\.value)
      let exactReverse = try #require(elements["reverseGradient"]).map(\.value)
      let forward = evaluatePairs(
        first, second, rows: 1, gradient: .divergence, as: Element.self, on: set
      )
      .gradient.values
      let backward = evaluatePairs(
        first, second, rows: 1, gradient: .reversedDivergence, as: Element.self, on: set
      )
      .gradient.values
      for k in masses.indices {
        let q = masses[k] + exactForward[k] * temperature
        let larger = max(masses[k], q) / temperature
        #expect(
          abs(Double(forward[k]) - exactForward[k]) <= promise * larger, "forward \(k) on \(set)")
        let terms = q * (abs(log(q / masses[k])) + reverse) / temperature
        #expect(
          abs(Double(backward[k]) - exactReverse[k]) <= promise * terms + 1e-30,
          "reverse \(k) on \(set)")
      }
    }
  }
}
