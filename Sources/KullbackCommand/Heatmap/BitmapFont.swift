/// Letters of 5 x 8 pixels for pictures of pixels: the printable part of ASCII and a few signs.
///
/// Every letter stands on its seventh row; the eighth is for what hangs below.
enum BitmapFont {
  static let width = 5
  static let height = 8
  /// The row on which letters stand, from above.
  static let baseline = 7
  /// From one letter to the next.
  static let advance = 6

  /// The rows of a letter from above, 5 bits each, the leftmost the highest; a box for what there is no
  /// letter for.
  static func rows(of character: Character) -> [UInt8] {
    glyphs[character] ?? [0x1F, 0x11, 0x11, 0x11, 0x11, 0x11, 0x1F, 0x00]
  }

  /// Two hexadecimal digits a row.
  private static let drawings = """
    ! 0404040404000400
    " 0A0A0A0000000000
    # 0A0A1F0A1F0A0A00
    $ 040F140E051E0400
    % 1819020408130300
    & 0C12140815120D00
    ' 0404080000000000
    ( 0204080808040200
    ) 0804020202040800
    * 0004150E15040000
    + 0004041F04040000
    , 00000000000C0408
    - 0000001F00000000
    . 00000000000C0C00
    / 0001020408100000
    0 0E11131519110E00
    1 040C040404040E00
    2 0E11010204081F00
    3 1F02040201110E00
    4 02060A121F020200
    5 1F101E0101110E00
    6 0608101E11110E00
    7 1F01020408080800
    8 0E11110E11110E00
    9 0E11110F01020C00
    : 000C0C000C0C0000
    ; 000C0C00000C0408
    < 0204081008040200
    = 00001F001F000000
    > 0804020102040800
    ? 0E11010204000400
    @ 0E11171517100E00
    A 0E11111F11111100
    B 1E11111E11111E00
    C 0E11101010110E00
    D 1C12111111121C00
    E 1F10101E10101F00
    F 1F10101E10101000
    G 0E11101711110F00
    H 1111111F11111100
    I 0E04040404040E00
    J 0702020202120C00
    K 1112141814121100
    L 1010101010101F00
    M 111B151511111100
    N 1111191513111100
    O 0E11111111110E00
    P 1E11111E10101000
    Q 0E11111115120D00
    R 1E11111E14121100
    S 0F10100E01011E00
    T 1F04040404040400
    U 1111111111110E00
    V 11111111110A0400
    W 1111111515150A00
    X 11110A040A111100
    Y 1111110A04040400
    Z 1F01020408101F00
    [ 0E08080808080E00
    \\ 0010080402010000
    ] 0E02020202020E00
    ^ 040A110000000000
    _ 000000000000001F
    ` 0804020000000000
    a 00000E010F110F00
    b 1010161911111E00
    c 00000E1010110E00
    d 01010D1311110F00
    e 00000E111F100E00
    f 0609081C08080800
    g 00000F11110F010E
    h 1010161911111100
    i 04000C0404040E00
    j 020006020202120C
    k 1010121418141200
    l 0C04040404040E00
    m 00001A1515111100
    n 0000161911111100
    o 00000E1111110E00
    p 00001E11111E1010
    q 00000F11110F0101
    r 0000161910101000
    s 00000E100E011E00
    t 08081C0808090600
    u 0000111111130D00
    v 00001111110A0400
    w 0000111115150A00
    x 0000110A040A1100
    y 00001111110F010E
    z 00001F0204081F00
    { 0204040804040200
    | 0404040404040400
    } 0804040204040800
    ~ 0000081502000000
    ‖ 0A0A0A0A0A0A0A00
    … 0000000000001500
    √ 01010202140C0400
    α 00000D1212120D00
    χ 0000110A040A1100
    ² 0C02040E00000000
    − 0000001F00000000
    """

  private static let glyphs: [Character: [UInt8]] = {
    var glyphs: [Character: [UInt8]] = [" ": [UInt8](repeating: 0, count: height)]
    for line in drawings.split(separator: "\n") {
      guard let character = line.first else { continue }
      let digits = line.dropFirst().compactMap(\.hexDigitValue).map { UInt8($0) }
      glyphs[character] = stride(from: 0, to: digits.count - 1, by: 2).map {
        digits[$0] << 4 | digits[$0 + 1]
      }
    }
    return glyphs
  }()
}
