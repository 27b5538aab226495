extension DoubleDouble: Codable {
  init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    self.init(
      high: try container.decode(Double.self), low: try container.decode(Double.self))
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    try container.encode(high)
    try container.encode(low)
  }
}

extension QuantileSketch: Codable {
  private enum Key: String, CodingKey {
    case positive, negative, zeros
  }

  /// More than anyone has, and few enough for sums of them.
  private static let mostValues = 1 << 40

  /// Buckets and the values in them, one after the other.
  private static func pairs(_ counts: [Int: Int]) -> [Int] {
    counts.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
  }

  private static func counts(
    _ pairs: [Int], _ container: KeyedDecodingContainer<Key>, _ key: Key
  ) throws -> [Int: Int] {
    var result: [Int: Int] = [:]
    guard pairs.count.isMultiple(of: 2) else {
      throw DecodingError.dataCorruptedError(
        forKey: key, in: container, debugDescription: "buckets and counts come in pairs")
    }
    for place in stride(from: 0, to: pairs.count, by: 2) {
      guard (1...mostValues).contains(pairs[place + 1]),
        result.updateValue(pairs[place + 1], forKey: pairs[place]) == nil
      else {
        throw DecodingError.dataCorruptedError(
          forKey: key, in: container, debugDescription: "a bucket without a count, or twice")
      }
    }
    return result
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    let zeros = try container.decode(Int.self, forKey: .zeros)
    guard (0...Self.mostValues).contains(zeros) else {
      throw DecodingError.dataCorruptedError(
        forKey: .zeros, in: container, debugDescription: "no count")
    }
    self.init(
      positive: try Self.counts(
        container.decode([Int].self, forKey: .positive), container, .positive),
      negative: try Self.counts(
        container.decode([Int].self, forKey: .negative), container, .negative),
      zeros: zeros)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(Self.pairs(positive), forKey: .positive)
    try container.encode(Self.pairs(negative), forKey: .negative)
    try container.encode(zeros, forKey: .zeros)
  }
}

/// As a summary is written, so that those of parts can be added up elsewhere:
///
///     moments     count, infinite, sum and sumOfSquares, each of two numbers, the second what the first rounds
///     invalid     rows without a value
///     min, max    not there over no rows; maxRow, the first row that has the largest
///     exactLimit  how many values are held
///     values      the held values in the order of rows, while they are held
///     sketch      beyond: positive, negative (buckets and how many values are in each: bucket k has those up to
///                 γ^k, γ = 1.0005 / 0.9995, and infinity the largest bucket of 64 bits), zeros
///
/// A value may be infinite, for which JSON needs a text: an encoder and decoder that agree on one.
extension Summary: Codable {
  private enum Key: String, CodingKey {
    case moments, invalid, min, max, maxRow, exactLimit, values, sketch
  }

  /// Reads a summary.
  ///
  /// - Throws: `DecodingError` for what no summary is written as.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    let limit = try container.decode(Int.self, forKey: .exactLimit)
    self.init(
      exactLimit: limit, moments: try container.decode(Moments.self, forKey: .moments),
      invalid: try container.decode(Int.self, forKey: .invalid),
      range: (
        try container.decodeIfPresent(Double.self, forKey: .min) ?? .nan,
        try container.decodeIfPresent(Double.self, forKey: .max) ?? .nan
      ),
      maxRow: try container.decodeIfPresent(Int.self, forKey: .maxRow),
      held: try container.decodeIfPresent([Double].self, forKey: .values) ?? [],
      sketch: try container.decodeIfPresent(QuantileSketch.self, forKey: .sketch))
    guard isSound else {
      throw DecodingError.dataCorruptedError(
        forKey: .moments, in: container,
        debugDescription: "there are not as many values as are counted")
    }
  }

  /// Writes the summary.
  ///
  /// - Throws: what the encoder throws.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(moments, forKey: .moments)
    try container.encode(invalid, forKey: .invalid)
    if count > 0 {
      try container.encode(min, forKey: .min)
      try container.encode(max, forKey: .max)
    }
    try container.encodeIfPresent(maxRow, forKey: .maxRow)
    try container.encode(exactLimit, forKey: .exactLimit)
    if let sketch {
      try container.encode(sketch, forKey: .sketch)
    } else {
      try container.encode(held, forKey: .values)
    }
  }
}
