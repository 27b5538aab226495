/// An amount of memory: a number of bytes, or of KiB, MiB, GiB or TiB as in `256M`.
struct ByteCount: Equatable {
  let bytes: Int
  static let least = 1 << 20
  /// The library's working memory where nothing is said.
  static let workingMemory = 256 << 20

  /// The amount that a text spells; nil where it spells none, or less than 1 MiB.
  init?(argument: String) {
    let shifts: [Character: Int] = ["K": 10, "M": 20, "G": 30, "T": 40]
    let suffix = argument.last.flatMap { shifts[Character($0.uppercased())] }
    let digits = suffix == nil ? argument[...] : argument.dropLast()
    guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }),
      let number = Int(digits)
    else { return nil }
    let (bytes, overflow) = number.multipliedReportingOverflow(by: 1 << (suffix ?? 0))
    guard !overflow, bytes >= Self.least else { return nil }
    self.bytes = bytes
  }
}
