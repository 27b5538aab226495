import CLibm
import KullbackKernels
import KullbackMatrix
import KullbackTestSupport
import Testing

/// Rows that tell of a threshold of the kernels whether it stands.
///
/// Each was found by a search that held random rows against quadruple precision, with the threshold moved: the
/// shortest that then breaks its promise. `scripts/mutants` moves them one by one.
@Suite struct ThresholdTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let threshold: String
    let first: [Double]
    let second: [Double]
    let kinds: [ElementKind]
    let forms: [Form]
    let temperatures: [Double]
    let smoothing: [Double]
    let order: Double

    init(
      _ threshold: String, _ kinds: [ElementKind], _ forms: [Form],
      temperatures: [Double] = [1, 1], smoothing: [Double] = [0, 0], order: Double = 2,
      _ first: [Double], _ second: [Double]
    ) {
      (self.threshold, self.kinds, self.forms) = (threshold, kinds, forms)
      (self.temperatures, self.smoothing, self.order) = (temperatures, smoothing, order)
      (self.first, self.second) = (first, second)
    }

    var testDescription: String { "\(threshold), \(kinds[0].name), \(first.count) classes" }

    func operand(_ side: Int) -> RowOperand {
      RowOperand(
        [side == 0 ? first : second], as: kinds[side], form: forms[side],
        temperature: temperatures[side], smoothing: smoothing[side])
    }
  }

  @Test(arguments: pairs)
  func pairsAreAsPromised(row: Row) {
    expectPromise(row.operand(0), row.operand(1), rows: 0..<1, row.testDescription)
  }

  @Test(arguments: powers)
  func powerSumsAreAsPromised(row: Row) {
    PowerSumTests().expectPromise(
      row.operand(0), row.operand(1), rows: 0..<1, orders: [row.order], row.testDescription)
  }

  /// Below what the promise tells apart from 0, these have digits all the same: the others' masses are 0 in `Float`.
  @Test(arguments: [60.0, 80, 90, 100, 150, 300])
  func entropiesOfFaintOthersAreNotZero(distance: Double) {
    for classes in [2, 300] {
      let mass = Double(classes - 1) * exp(-distance)
      let expected = log1p(mass) + distance * mass / (1 + mass)
      // The other row is near, so that the sums are taken in `Float`.
      let operands = [distance, distance - 1].map {
        RowOperand([[0] + [Double](repeating: -$0, count: classes - 1)], as: .float32)
      }
      for set in InstructionSet.available {
        let pairs = evaluate(operands[0], operands[1], rows: 0..<1, on: set)
        var rows = RowResults(quantities: [.entropy], rows: 1)
        evaluateRows(operands[0], rows: 0..<1, into: &rows, threads: 1, on: set)
        for value in [pairs[.entropyOfFirst][0], rows[.entropy][0]] {
          #expect(
            abs(value - expected) <= 1e-6 * expected,
            "\(value) for \(expected), \(classes) classes, \(set)")
        }
      }
    }
  }

  /// Where the largest class has nearly all mass, its own surprise is what the others' logits are rounded to.
  @Test(arguments: [0.3, 1.7, -12.1])
  func theLargestClassOfPeakedRowsHasItsSurprise(other: Double) {
    for classes in [2, 300] {
      let row = [70] + [Double](repeating: other, count: classes - 1)
      let distance = 70 - Double(Float(other))
      let expected = log1p(Double(classes - 1) * exp(-distance))
      for set in InstructionSet.available {
        let value = evaluateLabels([0], RowOperand([row], as: .float32), on: set).values[0]
        #expect(
          abs(value - expected) <= 1e-6 * expected,
          "\(value) for \(expected), \(classes) classes, \(set)")
      }
    }
  }

  static let pairs: [Row] = [
    Row(
      "PL_LIMIT_f32", [.float32, .float32], [.logProbabilities, .logProbabilities],
      [-1.110223e-15, -88.770226, -34.495735],
      [-3.342163e-09, -19.516647, -45.928818]),
    Row(
      "PL_LIMIT_f64", [.float64, .float64], [.logits, .logits],
      [
        -29376.167494993137, -30068.92147303296, -29360.29086820128, -29376.936765632552,
        -29374.3677670142,
      ],
      [
        -29378.095146213775, -29371.330139396, -29362.21851097422, -29378.86441685319,
        -29376.295418234837,
      ]),
    Row(
      "PL_TURN", [.float32, .float32], [.logProbabilities, .logProbabilities],
      [-1.9128647, -0.20668627, -3.2424397],
      [-2.5118468, -0.12140977, -3.4048822]),
    Row(
      "PL_SHIFT_SINGLE", [.float32, .float32], [.logits, .logits],
      [15.888504, -22.15771, 15.327113, 15.055897, 15.385192],
      [-7445.159, -7445.825, -7445.7207, -7445.9917, -7445.6626]),
    Row(
      "PL_SHIFT_DOUBLE", [.float64, .float64], [.logits, .logits],
      [3.3392516348391473e109, 3.3392516348391473e109],
      [3.354750838531945e109, -.infinity]),
    Row(
      "PL_DIVIDED", [.float32, .float32], [.logits, .logits],
      temperatures: [45.626470333694733, 45.626489511580786],
      [-94817.5, -94831.9375],
      [-94817.5, -94831.9375]),
    Row(
      "PL_PEAKED", [.float32, .float32], [.logits, .logits],
      [-109.95693, -81.873665, -.infinity],
      [-109.95693, -81.873665, -43.820484]),
    Row(
      "PL_DIGITS_f64", [.float64, .float64], [.logits, .logProbabilities],
      [129245.68917212672, 129233.53972703604],
      [-5.291293936441804e-06, -12.149450387201647]),
    Row(
      "PL_MODERATE", [.bfloat16, .bfloat16], [.logits, .logits],
      [1, 2],
      [3872, 3872]),
    Row(
      "PL_MODERATE_SHIFT", [.float32, .float32], [.logProbabilities, .logProbabilities],
      [-0.0014475108, -6.5386333, -37.415527, -.infinity],
      [-9.46925, -0.016714556, -4.104489, -.infinity]),
    Row(
      "PL_EXACT_FAR", [.float32, .float32], [.logProbabilities, .logProbabilities],
      [-12.746379, -62.460545, -3.837019e-06, -13.894377],
      [-12.746459, -26.12457, -3.836366e-06, -13.894837]),
    Row(
      "PL_EXACT_SHIFT", [.float32, .float32], [.logits, .logits],
      [179.0285, 177.88289],
      [-1.7746041, -2.920221]),
    Row(
      "PL_SMALL", [.float32, .float32], [.logits, .logits],
      [1.4391855, -4.051042],
      [-1.2400255, 0.80647576]),
    Row(
      "PL_SMALL", [.float64, .float64], [.logits, .probabilities],
      temperatures: [0.027502087244529683, 1],
      [24625.071964509294, 24624.991055459686],
      [0.9498400414006615, 0.05015995859933856]),
    Row(
      "PL_SHARE", [.float32, .float32], [.logProbabilities, .logProbabilities],
      [-1.1990144, -0.37409455, -4.5476146, -12.316665],
      [-0.9529976, -2.2006166, -6.495231, -0.68881446]),
    Row(
      "PL_SHARE", [.float64, .float64], [.logits, .logits],
      [1, -628.0497889321621],
      [1.0000000019204809, 2.000000003107615]),
    Row(
      "PF_ROUGH", [.float32, .float32], [.logits, .logits],
      [9.475818, -11.460569],
      [29.768488, -8.314889]),
    Row(
      "PF_DIVIDED", [.float32, .float32], [.logits, .logits],
      temperatures: [0.098878862601666132, 0.024719715652698929],
      [21.122673, 21.1207657],
      [5.28066826, 5.28019142]),
    Row(
      "PF_SERIES", [.float64, .float64], [.logProbabilities, .logProbabilities],
      [-4.444780227049311, -0.011809140040012926],
      [-2.5726378498736993, -0.07940466030595665]),
    Row(
      "PF_SERIES", [.float64, .float64], [.logits, .logits],
      [-4.893940923909489e67, -4.893940923909489e67],
      [2.3725862601038745, 3.372716285181095]),
    Row(
      "PF_FARTHEST_f32", [.float32, .float32], [.logProbabilities, .logProbabilities],
      [-3.878367e-09, -19.367851],
      [-0.13359079, -2.0790257]),
    Row(
      "PF_FARTHEST_f64", [.float64, .float64], [.logits, .logits],
      [4266667565.1428504, 4266666825.191223],
      [4464062332.855137, 4464062368.795456]),
    Row(
      "PF_FARTHEST_f64", [.float64, .float64], [.logits, .weights],
      temperatures: [0.47413780142532425, 1],
      [-5.306256545376528, -6.01406107105885],
      [5.534965153789535e-11, 999.9999999999447]),
    Row(
      "PS_SHARE", [.float16, .float16], [.logits, .logits],
      [-2.810546875, -31.140625, -3.810546875, -4.8125, -3.810546875],
      [-2.78515625, -5.78125, -3.83203125, -4.796875, -3.80859375]),
    Row(
      "PS_SHARE", [.float32, .float32], [.logits, .logits],
      [2.9245048, -52.160294],
      [2.9379964, 3.2487555]),
    Row(
      "PP_NEAREST", [.float32, .float32], [.weights, .weights],
      [0.00085701974, 0.0009967331],
      [0.006923098, 0.008051734]),
    Row(
      "PP_SMALL", [.bfloat16, .bfloat16], [.weights, .weights],
      [0.00025177001953125, 0.00023555755615234375],
      [0.0001430511474609375, 0.0001354217529296875]),
    Row(
      "PP_SMALL", [.float32, .float32], [.weights, .weights],
      [462.3024, 0.15327549],
      [1.0594858, 260.33612]),
    Row(
      "PP_LOOKS", [.float32, .float32], [.weights, .weights],
      [293.0549, 4.7086197e-09, 0],
      [293.05518, 4.7078226e-09, 0]),
    Row(
      "PP_ROUGH", [.float32, .float32], [.probabilities, .weights],
      [1, 1.918423e-24, 0],
      [1.0000004, 1.9183346e-24, 6.867085e-11]),
    Row(
      "u of sums in Float", [.float32, .float32], [.weights, .weights],
      [
        1.06058752e+11, 192.268082, 5.94148478e-05, 223.995178, 0.167756185, 0.000145156999,
        475.399048, 0.434623182, 508.866913,
      ],
      [
        89845264, 0.16304183, 5.04459052e-08, 0.189464673, 0.000142027115, 1.22715932e-07,
        0.402791172, 0.000368085777, 0.43077454,
      ]),
    Row(
      "PP_ROUGH_SPLIT", [.float32, .float32], [.weights, .weights],
      [2.36224818, 4.78858328, 5.65178766e-07],
      [36.4205437, 73.8292389, 1.38100143e-06]),
    Row(
      "PP_POWER_f32", [.float32, .float32], [.weights, .weights],
      [131.419373, 0.0111182332],
      [8.21342182, 0.000984280952]),
    Row(
      "PP_FAINTEST", [.float64, .float32], [.weights, .weights],
      [1000, 9.365944291813026e-308],
      [0.27090108, 149.10101]),
    Row(
      "PP_LEAST_f32", [.float32, .float32], [.probabilities, .probabilities],
      [1, 1.222e-42],
      [0.07963196, 0.920368]),
    Row(
      "PP_LEAST_f64", [.float64, .float64], [.probabilities, .probabilities],
      [0.47246985795929575, 5.22717569727864e-300 * 1e-10, 0.5275301420407043],
      [1.5620551935868517e-45, 1, 1.744092625473835e-45]),
    Row(
      "PP_NOTHING", [.float64, .float64], [.probabilities, .probabilities],
      [0.9999999909573575, 9.042642655134718e-09],
      [1.497455532704174e-23, 1]),
  ]

  static let powers: [Row] = [
    Row(
      "PW_REST", [.float64, .float64], [.weights, .weights], order: 1.5,
      [1.8936608621129186e-165, 2.6869517190627196e-206],
      [1.7952710884603625e261, 3.60593167498667e262]),
    Row(
      "PW_EXPONENT", [.float32, .float32], [.logits, .logits],
      temperatures: [0.65926238213753074, 0.002715707189848308], order: 100,
      [-20.008411, -6.353367],
      [-0.082420886, -0.0028464862]),
    Row(
      "PW_FAINTEST", [.float16, .float16], [.logits, .logits],
      temperatures: [82.766643355979014, 82.766643355979014], order: 10,
      [-21.171875, -6e04, 20.28125],
      [-20.609375, -6e04, 20.84375]),
    Row(
      "PW_FARTHEST", [.bfloat16, .float16], [.logits, .logits],
      temperatures: [128.19044253407066, 128.19044253407066], order: 2,
      [3232, -1277952],
      [3234, -6e04]),
    Row(
      "PW_LEAST", [.float64, .float64], [.logits, .logits],
      temperatures: [109.56752742228669, 109.56752742228669], order: 0.999,
      [30374.6424790684, 42261.77620615509],
      [30360.766885823046, -.infinity]),
    Row(
      "PW_GREATEST", [.float32, .float32], [.logits, .logits], order: 3,
      [-2.5164828, -7.516483],
      [-2.5164828, -7.516483]),
    Row(
      "PW_PLAIN", [.float32, .float32], [.logProbabilities, .logProbabilities], order: 2,
      [0, -383.00418],
      [-2.264855e-14, -31.417809]),
  ]
}
