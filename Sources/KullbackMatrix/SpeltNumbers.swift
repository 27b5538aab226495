/// A count with its noun: `1 cell`, `3 cells`.
package func counted(_ count: Int, _ noun: String) -> String {
  "\(count) \(noun)" + (count == 1 ? "" : "s")
}

extension Double {
  /// The shortest text that gives the number back, of a whole number without ".0" and of 0 without a sign.
  package var spelt: String {
    let text = self == 0 ? "0" : description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// The number to so many significant digits, with an exponent where it is far from 1.
  package func spelt(digits: Int) -> String {
    guard isFinite, self != 0 else { return spelt }
    let parts = magnitude.description.split(separator: "e")
    var figures = parts[0].utf8.filter { $0 != UInt8(ascii: ".") }.map { Int($0) - 48 }
    let whole = parts[0].prefix { $0 != "." }.count
    let zeros = figures.prefix { $0 == 0 }.count
    var exponent = whole - 1 - zeros + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
    figures.removeFirst(zeros)
    if figures.count > digits {
      let roundsUp = figures[digits] >= 5
      figures.removeLast(figures.count - digits)
      if roundsUp {
        let nines = figures.reversed().prefix { $0 == 9 }.count
        figures.removeLast(nines)
        if figures.isEmpty {
          figures = [1]
          exponent += 1
        } else {
          figures[figures.count - 1] += 1
        }
      }
    }
    while figures.count > 1, figures.last == 0 { figures.removeLast() }
    let text = figures.map(String.init).joined()
    return (self < 0 ? "-" : "") + placed(text, exponent, digits)
  }

  /// The figures with a point, the first of them being that of so high a power of ten.
  private func placed(_ figures: String, _ exponent: Int, _ digits: Int) -> String {
    func zeros(_ count: Int) -> String { String(repeating: "0", count: count) }
    if exponent < -4 || exponent >= Swift.max(digits, 6) {
      let rest = figures.dropFirst()
      return figures.prefix(1) + (rest.isEmpty ? "" : "." + rest)
        + "e\(exponent < 0 ? "-" : "+")\(exponent.magnitude)"
    }
    if exponent < 0 { return "0." + zeros(-exponent - 1) + figures }
    let missing = exponent + 1 - figures.count
    return missing >= 0
      ? figures + zeros(missing)
      : figures.prefix(exponent + 1) + "." + figures.dropFirst(exponent + 1)
  }
}
