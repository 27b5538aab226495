import Foundation
import Kullback
import Testing

/// What documents list is what there is.
@Suite struct DocumentsTests {
  private let readme: String

  init() throws {
    let root = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    readme = try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
  }

  @Test func theReadmeHasARowForEveryMeasure() {
    let rows = readme.split(separator: "\n").filter { $0.hasPrefix("| `") }
    for name in Measure.all.map(\.name) {
      #expect(rows.contains { $0.contains("`\(name)`") }, "\(name)")
    }
    for family in Measure.families {
      #expect(rows.contains { $0.hasPrefix("| `\(family.name):") }, "\(family.name)")
    }
  }
}
