import CVectorKernels
import KullbackKernels
import KullbackTestSupport
import Testing
import KullbackSystem

/// exp and log of the kernels: at most 1 unit in the last place wherever the result is normal.
///
/// An ordinary run walks every 9973rd `Float`; with `KULLBACK_EXHAUSTIVE` set, all of them.
@Suite struct VectorFunctionTests {
  static let stride: UInt32 = unsafe getenv("KULLBACK_EXHAUSTIVE") == nil ? 9973 : 1
  static let largest = Float(bitPattern: 0x7f7f_ffff)

  private func table(_ set: InstructionSet) -> kvk_table? {
    var index: Int32 = 0
    // SAFETY: tables are constants; the list ends with a null pointer.
    while let table = unsafe kvk_table_at(index) {
      if unsafe String(cString: table.pointee.name) == set.rawValue { return unsafe table.pointee }
      index += 1
    }
    return nil
  }

  /// The largest error in ulp over the bit patterns from `first` to `last`; infinite where a special
  /// value is wrong.
  private func worst(
    _ first: UInt32, _ last: UInt32,
    _ function: @convention(c) (UnsafePointer<Float>?, UnsafeMutablePointer<Float>?, Int64) -> Void,
    _ exact: (Double) -> Double
  ) -> Double {
    var worst = 0.0
    var x: [Float] = []
    var y = [Float](repeating: 0, count: 4096)
    var bits = first
    while bits <= last {
      x.removeAll(keepingCapacity: true)
      while x.count < 4096, bits <= last {
        x.append(Float(bitPattern: bits))
        bits += Self.stride
      }
      // SAFETY: both arrays have that many elements.
      unsafe function(&x, &y, Int64(x.count))
      for (value, result) in zip(x, y) {
        let expected = exact(Double(value))
        if expected > Double(Self.largest) * (1 + 0x1p-25) {
          if result != .infinity { return .infinity }
        } else if abs(expected) < 0x1p-126 && expected > 0 {
          if result != 0 && abs(Double(result) / expected - 1) > 1e-6 { return .infinity }
        } else {
          worst = max(worst, floatUlps(result, from: expected))
        }
      }
    }
    return worst
  }

  @Test(arguments: InstructionSet.available)
  func expOfFloats(set: InstructionSet) throws {
    let table = unsafe try #require(unsafe table(set))
    #expect(unsafe worst(0, 0x7f80_0000, table.exp_f32) { exp($0) } <= 1)
    #expect(unsafe worst(0x8000_0000, 0xff80_0000, table.exp_f32) { exp($0) } <= 1)
  }

  @Test(arguments: InstructionSet.available)
  func logOfFloats(set: InstructionSet) throws {
    let table = unsafe try #require(unsafe table(set))
    #expect(unsafe worst(1, 0x7f7f_ffff, table.log_f32) { log($0) } <= 1)
  }

  @Test(arguments: InstructionSet.available)
  func expAndLogOfDoubles(set: InstructionSet) throws {
    let table = unsafe try #require(unsafe table(set))
    var generator = SeededGenerator(seed: 3)
    let x = (0..<20_000).map { $0 % 2 == 0 ? generator.normal() : generator.normal() * 200 }
    var y = x
    unsafe table.exp_f64(x, &y, Int64(x.count))
    for (value, result) in zip(x, y) where value > -708 && value < 709 {
      let exact = DoubleDouble(value).exp()
      #expect(ulps(result, exact) <= 1, "exp(\(value))")
    }
    let positive = x.map { abs($0) + 1e-300 }
    unsafe table.log_f64(positive, &y, Int64(x.count))
    for (value, result) in zip(positive, y) {
      #expect(ulps(result, DoubleDouble(value).log()) <= 1, "log(\(value))")
    }
  }

  @Test(arguments: InstructionSet.available)
  func specialValues(set: InstructionSet) throws {
    let table = unsafe try #require(unsafe table(set))
    let x: [Float] = [0, -0.0, .infinity, -.infinity, .nan, 89, -104]
    var y = x
    unsafe table.exp_f32(x, &y, 7)
    #expect(y[0] == 1 && y[1] == 1 && y[2] == .infinity && y[3] == 0 && y[4].isNaN)
    #expect(y[5] == .infinity && y[6] == 0)
    unsafe table.log_f32(x, &y, 7)
    #expect(y[0] == -.infinity && y[1] == -.infinity && y[2] == .infinity)
    #expect(y[3].isNaN && y[4].isNaN && y[6].isNaN)
    let wide = x.map(Double.init)
    var z = wide
    unsafe table.exp_f64(wide, &z, 7)
    #expect(z[0] == 1 && z[2] == .infinity && z[3] == 0 && z[4].isNaN)
    unsafe table.log_f64(wide, &z, 7)
    #expect(z[0] == -.infinity && z[2] == .infinity && z[3].isNaN && z[4].isNaN)
  }

  private func ulps(_ value: Double, _ exact: DoubleDouble) -> Double {
    abs((DoubleDouble(value) - exact).high) / abs(exact.high).ulp
  }
}
