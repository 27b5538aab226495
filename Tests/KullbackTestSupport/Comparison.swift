/// How far a result lies from the value expected, relative to that value.
///
/// Equal values, both infinite or both NaN among them, are at 0; an expected 0 counts in absolute terms.
public func relativeError(_ value: Double, _ expected: Double) -> Double {
  if value == expected || (value.isNaN && expected.isNaN) { return 0 }
  guard value.isFinite, expected.isFinite else { return .infinity }
  return expected == 0 ? abs(value) : abs(value - expected) / abs(expected)
}

/// How many representable numbers lie between two, the second included.
///
/// Two NaN are at 0; a NaN and a number as far apart as can be.
public func ulpDistance(_ x: Double, _ y: Double) -> UInt64 {
  if x.isNaN || y.isNaN { return x.isNaN && y.isNaN ? 0 : .max }
  let (i, j) = (Int64(bitPattern: x.bitPattern), Int64(bitPattern: y.bitPattern))
  return distance(i < 0 ? Int64.min &- i : i, j < 0 ? Int64.min &- j : j)
}

/// The same for `Float`.
public func ulpDistance(_ x: Float, _ y: Float) -> UInt64 {
  if x.isNaN || y.isNaN { return x.isNaN && y.isNaN ? 0 : .max }
  let (i, j) = (Int32(bitPattern: x.bitPattern), Int32(bitPattern: y.bitPattern))
  return distance(Int64(i < 0 ? Int32.min &- i : i), Int64(j < 0 ? Int32.min &- j : j))
}

/// How many units in the last place of `Float` a value lies from the exact one.
public func floatUlps(_ value: Float, from exact: Double) -> Double {
  if Double(value) == exact || (value.isNaN && exact.isNaN) { return 0 }
  guard value.isFinite, exact.isFinite else { return .infinity }
  return abs(Double(value) - exact) / Double(Float(exact).ulp)
}

/// Between bit patterns turned into whole numbers in the order of the numbers they stand for.
private func distance(_ x: Int64, _ y: Int64) -> UInt64 {
  x > y ? UInt64(bitPattern: x &- y) : UInt64(bitPattern: y &- x)
}
