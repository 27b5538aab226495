internal import CVectorKernels

/// How a tile is laid out for products whose rounding counts.
public struct TileLayout: Sendable, Equatable {
  /// Classes of a panel: products of so many terms are added up in the element type.
  public let panelClasses: Int
  /// Whether groups of classes change places, so that a panel holds some of everywhere: what a row's
  /// classes have in common with their neighbours does not add up in one direction then.
  public let interleaves: Bool
  /// Masses that are taken out of a row at most, to be multiplied by themselves.
  public let heavyRoom: Int
  /// What such a mass is above.
  public let heavyLeast: Double

  /// A layout.
  ///
  /// - Precondition: `panelClasses` is a multiple of 64.
  public init(
    panelClasses: Int, interleaves: Bool = false, heavyRoom: Int = 0, heavyLeast: Double = 1
  ) {
    precondition(panelClasses > 0 && panelClasses % Int(KVK_TILE_WORD) == 0, "no such panels")
    self.panelClasses = panelClasses
    self.interleaves = interleaves
    self.heavyRoom = heavyRoom
    self.heavyLeast = heavyLeast
  }

  /// The step between the places of groups that follow each other: with no factor in common with their
  /// number, and near the golden section of it, so that any stretch of groups is spread evenly.
  func step(classes: Int) -> Int {
    let groups = classes / Int(KVK_TILE_GROUP)
    guard interleaves, groups > 2 else { return 1 }
    var step = max(1, groups * 618 / 1000)
    while greatestCommonDivisor(step, groups) != 1 { step += 1 }
    return step % groups
  }

  private func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return a
  }
}
