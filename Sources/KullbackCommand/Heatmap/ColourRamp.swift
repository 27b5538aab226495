/// A colour of a picture: red, green and blue, 8 bits each.
struct Colour: Hashable {
  let red: UInt8
  let green: UInt8
  let blue: UInt8

  init(_ hexadecimal: UInt32) {
    red = UInt8(truncatingIfNeeded: hexadecimal >> 16)
    green = UInt8(truncatingIfNeeded: hexadecimal >> 8)
    blue = UInt8(truncatingIfNeeded: hexadecimal)
  }

  private init(red: UInt8, green: UInt8, blue: UInt8) {
    (self.red, self.green, self.blue) = (red, green, blue)
  }

  static let white = Colour(0xFFFFFF)
  static let ink = Colour(0x222222)
  static let faintInk = Colour(0x666666)

  /// As in "#1F9487".
  var hexadecimal: String {
    let digits = Array("0123456789ABCDEF")
    return "#"
      + [red, green, blue].map { "\(digits[Int($0) >> 4])\(digits[Int($0) & 15])" }.joined()
  }

  /// A colour between this one and another.
  func mixed(with other: Colour, share: Double) -> Colour {
    func mix(_ a: UInt8, _ b: UInt8) -> UInt8 {
      UInt8((Double(a) + (Double(b) - Double(a)) * share).rounded())
    }
    return Colour(
      red: mix(red, other.red), green: mix(green, other.green), blue: mix(blue, other.blue))
  }
}

/// The colours of values: dark blue for the smallest, over green, to light yellow for the largest.
///
/// Perceptually uniform and sequential: 33 colours in equal steps of distance in OKLab, lightness rising
/// throughout from 0.25 to 0.95, hue falling from 275° to 105°; so it is readable in grey and by
/// colour-blind eyes.
///
/// Source of the colour space: Ottosson 2020, *A perceptual color space for image processing*.
enum ColourRamp {
  /// A picture has so many shades: with the few other colours they fit in one byte.
  static let shades = 240
  /// The colour of an infinite value.
  static let infinite = Colour(0xD6336C)
  /// The colour of no value.
  static let invalid = Colour(0xBDBDBD)

  private static let steps: [Colour] = [
    0x160666, 0x0D146B, 0x04216A, 0x012A66, 0x033262, 0x063A62, 0x084264, 0x0B4A68, 0x0D526C,
    0x0F5A70, 0x126274, 0x146A78, 0x16727C, 0x197B7F, 0x1B8383, 0x1D8B85, 0x1F9487, 0x219C88,
    0x23A487, 0x25AC86, 0x28B483, 0x34BC7F, 0x4AC27B, 0x60C878, 0x75CE75, 0x87D373, 0x9AD871,
    0xABDD6F, 0xBCE26E, 0xCDE76E, 0xDDEB6E, 0xEEF070, 0xFEF473,
  ].map { Colour($0) }

  /// All shades, the darkest first.
  static let palette: [Colour] = (0..<shades).map { shade in
    let place = Double(shade) / Double(shades - 1) * Double(steps.count - 1)
    let low = min(Int(place), steps.count - 2)
    return steps[low].mixed(with: steps[low + 1], share: place - Double(low))
  }
}
