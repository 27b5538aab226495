/// Reads numbers in decimal notation, to the nearest `Double`.
///
/// Up to 19 digits make a whole number w, exactly, and the number is w × 10^q. Where w and 10^|q| are both `Double`s,
/// one operation rounds their product or quotient once. Elsewhere w is multiplied by the first 128 bits of 5^q: 64 bits
/// of these settle the rounding but for a few products, which take the other 64, and the ties, of which it is known
/// where they may stand. More digits are left to the caller.
///
/// Source: Clinger, *How to Read Floating Point Numbers Accurately*, PLDI 1990; Lemire, *Number Parsing at a Gigabyte
/// per Second*, Software: Practice and Experience 51, 2021; Mushtak and Lemire, *Fast Number Parsing Without Fallback*,
/// the same 53, 2023.
struct DecimalReader: Sendable {
  static let shared = DecimalReader()

  /// The first 128 bits of 5^q from the least q on: the upper 64 and the lower ones.
  private let fives: [UInt64]
  /// The powers of ten that a `Double` holds exactly.
  private let tens: [Double]

  private static let least = -342
  private static let most = 308

  private init() {
    var power = LongWhole(bit: 0)
    var above: [UInt64] = []
    for _ in 0...Self.most {
      let (high, low) = power.first128
      above += [high, low]
      power.multiply(by: 5)
    }
    // Divided by 5 again and again, and rounded down each time, it is 2^1024 / 5^n rounded down.
    var quotient = LongWhole(bit: 1024)
    var below: [UInt64] = []
    for n in 1 ... -Self.least {
      quotient.divide(by: 5)
      var (high, low) = quotient.first128
      // Rounded up where a product with 64 bits is meant to come out exact.
      if n <= 27 {
        let (sum, carries) = low.addingReportingOverflow(1)
        low = sum
        if carries { high += 1 }
      }
      below = [high, low] + below
    }
    fives = below + above
    tens = (0...22).reduce(into: [1.0]) { powers, step in
      if step > 0 { powers.append(powers[step - 1] * 10) }
    }
  }

  /// The number that begins at a place, and where it ends; nil where there is none, or where it has more than 19
  /// digits or lies beyond the largest `Double`.
  @inline(__always)
  func scan(
    _ text: TextBytes, from start: Int, to end: Int, point: UInt8
  ) -> (number: Double, end: Int)? {
    var place = start
    var isNegative = false
    if place < end {
      isNegative = text[place] == UInt8(ascii: "-")
      if isNegative || text[place] == UInt8(ascii: "+") { place += 1 }
    }
    let first = place
    var digits: UInt64 = 0
    Self.take(text, &place, end, &digits)
    var count = place - first
    var exponent = 0
    if place < end, text[place] == point {
      place += 1
      let fraction = place
      Self.take(text, &place, end, &digits)
      exponent = fraction - place
      count += place - fraction
    }
    guard count > 0, count <= 19 || count - Self.zeros(text, first..<place, point) <= 19 else {
      return nil
    }
    if place < end, text[place] | 0x20 == UInt8(ascii: "e") {
      guard let power = Self.exponent(text, &place, end) else { return nil }
      exponent += power
    }
    guard let size = size(digits, exponent) else { return nil }
    return (isNegative ? -size : size, place)
  }

  /// Takes the digits that follow.
  @inline(__always)
  private static func take(
    _ text: TextBytes, _ place: inout Int, _ end: Int, _ digits: inout UInt64
  ) {
    while place + 8 <= end {
      let word = text.word(at: place)
      // Eight bytes are digits where all upper halves are 3, and remain it when 6 is added.
      let upper: UInt64 = 0xF0F0_F0F0_F0F0_F0F0
      let isDigits = word & upper | ((word &+ 0x0606_0606_0606_0606) & upper) >> 4
      guard isDigits == 0x3333_3333_3333_3333 else { break }
      // Neighbours are joined: eight digits to four numbers below 100, to two below 10,000, to one.
      let pairs = ((word & 0x0F0F_0F0F_0F0F_0F0F) &* (10 << 8 + 1)) >> 8
      let fours = ((pairs & 0x00FF_00FF_00FF_00FF) &* (100 << 16 + 1)) >> 16
      let eight = ((fours & 0x0000_FFFF_0000_FFFF) &* (10_000 << 32 + 1)) >> 32
      digits = digits &* 100_000_000 &+ eight
      place += 8
    }
    while place < end {
      let digit = text[place] &- UInt8(ascii: "0")
      guard digit < 10 else { return }
      digits = digits &* 10 &+ UInt64(digit)
      place += 1
    }
  }

  /// How many zeros stand before the first digit that is none.
  private static func zeros(_ text: TextBytes, _ range: Range<Int>, _ point: UInt8) -> Int {
    var count = 0
    for place in range {
      if text[place] == UInt8(ascii: "0") { count += 1 } else if text[place] != point { break }
    }
    return count
  }

  private static func exponent(_ text: TextBytes, _ place: inout Int, _ end: Int) -> Int? {
    place += 1
    var isNegative = false
    if place < end {
      isNegative = text[place] == UInt8(ascii: "-")
      if isNegative || text[place] == UInt8(ascii: "+") { place += 1 }
    }
    let first = place
    var power = 0
    while place < end {
      let digit = text[place] &- UInt8(ascii: "0")
      guard digit < 10 else { break }
      // Beyond all numbers anyhow, also behind as many zeros as a text has.
      if power < 1 << 40 { power = power * 10 + Int(digit) }
      place += 1
    }
    guard place > first else { return nil }
    return isNegative ? -power : power
  }

  /// w × 10^q to the nearest, and of two that are equally near the even one; nil beyond the largest `Double`.
  @inline(__always)
  private func size(_ w: UInt64, _ q: Int) -> Double? {
    if w < 1 << 53, q >= -22, q <= 22 {
      return q < 0 ? Double(w) / tens[-q] : Double(w) * tens[q]
    }
    return rounded(w, q)
  }

  private func rounded(_ w: UInt64, _ q: Int) -> Double? {
    guard w > 0, q >= Self.least else { return 0 }
    guard q <= Self.most else { return nil }
    let shift = w.leadingZeroBitCount
    let normal = w << UInt64(shift)
    let at = 2 * (q - Self.least)
    var (high, low) = normal.multipliedFullWidth(by: fives[at])
    // The nine bits below those that are kept, and more, may still change.
    if high & 0x1FF == 0x1FF {
      let more = normal.multipliedFullWidth(by: fives[at + 1]).high
      let (sum, carries) = low.addingReportingOverflow(more)
      low = sum
      if carries { high &+= 1 }
    }
    let upper = Int(high >> 63)
    var bits = high >> UInt64(upper + 9)
    // 217706 / 65536 is the logarithm of 10 to the base 2, near enough for every q here.
    var power = ((217_706 * q) >> 16) + 63 + upper - shift + 1023
    if power <= 0 {
      guard power > -63 else { return 0 }
      bits >>= UInt64(1 - power)
      bits = (bits + (bits & 1)) >> 1
      // Rounded up, the largest of the denormal numbers is a normal one, whose pattern is the next.
      return Double(bitPattern: bits)
    }
    // Half-way between two numbers, exactly: only where 5^q, or its inverse, is this small.
    if low <= 1, q >= -4, q <= 23, bits & 3 == 1, bits << UInt64(upper + 9) == high { bits &= ~1 }
    bits = (bits + (bits & 1)) >> 1
    if bits >= 1 << 53 {
      bits = 1 << 52
      power += 1
    }
    guard power < 0x7FF else { return nil }
    return Double(bitPattern: bits & ~(1 << 52) | UInt64(power) << 52)
  }
}

/// A whole number of many digits.
private struct LongWhole {
  /// The lowest 64 bits first.
  private var limbs: [UInt64]

  /// 2 to a power.
  init(bit: Int) {
    limbs = Array(repeating: 0, count: bit / 64) + [1 << UInt64(bit % 64)]
  }

  mutating func multiply(by factor: UInt64) {
    var carry: UInt64 = 0
    for index in limbs.indices {
      let (high, low) = limbs[index].multipliedFullWidth(by: factor)
      let (sum, carries) = low.addingReportingOverflow(carry)
      limbs[index] = sum
      carry = high + (carries ? 1 : 0)
    }
    if carry > 0 { limbs.append(carry) }
  }

  mutating func divide(by divisor: UInt64) {
    var rest: UInt64 = 0
    for index in limbs.indices.reversed() {
      (limbs[index], rest) = divisor.dividingFullWidth((rest, limbs[index]))
    }
    while limbs.last == 0 { limbs.removeLast() }
  }

  /// The first 128 bits from the highest that is set.
  var first128: (UInt64, UInt64) {
    func limb(_ place: Int) -> UInt64 { place <= limbs.count ? limbs[limbs.count - place] : 0 }
    let shift = UInt64(limb(1).leadingZeroBitCount)
    // A shift by 64 gives 0.
    return (limb(1) << shift | limb(2) >> (64 - shift), limb(2) << shift | limb(3) >> (64 - shift))
  }
}
