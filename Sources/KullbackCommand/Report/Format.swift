internal import KullbackSystem

/// Numbers as people read them.
enum Format {
  /// A value to so many significant digits, without an exponent where it is of ordinary size.
  static func value(_ value: Double, digits: Int = 6) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    return print("%.*g", digits, value)
  }

  /// A value to so many decimals.
  static func fixed(_ value: Double, decimals: Int) -> String {
    value.isFinite ? print("%.*f", decimals, value) : Self.value(value)
  }

  /// A value with every digit that distinguishes it from its neighbours.
  static func exact(_ value: Double) -> String {
    guard value.isFinite else { return Self.value(value) }
    let text = value.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// A count with thousands separated, `1,234,567`.
  static func count(_ count: Int) -> String {
    var text = ""
    let digits = Array(String(count.magnitude))
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
      text.append(digit)
    }
    return count < 0 ? "-" + text : text
  }

  /// A count with its noun: `1 target`, `1,234 targets`; `query` has `queries`.
  static func count(_ count: Int, _ noun: String) -> String {
    let plural = noun.hasSuffix("y") ? noun.dropLast() + "ies" : noun + "s"
    return self.count(count) + " " + (count == 1 ? noun : plural)
  }

  /// A rate with a decimal prefix: `4.38 GB/s`, and where the unit is a word, `17.1 k rows/s`.
  static func rate(_ value: Double, _ unit: String, isWord: Bool = false) -> String {
    let separator = isWord && value >= 1e3 ? " " : ""
    return scaled(value) + separator + unit
  }

  private static func scaled(_ value: Double) -> String {
    for (factor, prefix) in [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")] where value >= factor
    {
      return print("%.3g", value / factor) + " " + prefix
    }
    return print("%.3g", value) + " "
  }

  /// A number of seconds: `350 ms`, `4.2 s`, `3 min 20 s`.
  static func time(_ seconds: Double) -> String {
    if seconds < 1 { return print("%.3g", seconds * 1000) + " ms" }
    if seconds < 60 { return print("%.3g", seconds) + " s" }
    return "\(Int(seconds) / 60) min \(Int(seconds) % 60) s"
  }

  private static func print(_ format: String, _ values: any CVarArg...) -> String {
    var buffer = [CChar](repeating: 0, count: 64)
    // SAFETY: vsnprintf writes at most `count` bytes, terminated; the formats above match their values.
    return unsafe withVaList(values) { list in
      unsafe buffer.withUnsafeMutableBufferPointer { bytes in
        _ = unsafe vsnprintf(bytes.baseAddress, bytes.count, format, list)
        return unsafe bytes.baseAddress.map { unsafe String(cString: $0) } ?? ""
      }
    }
  }
}
