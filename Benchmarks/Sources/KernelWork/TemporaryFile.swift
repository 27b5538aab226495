import Foundation

/// The place of a file that goes with the object.
final class TemporaryFile: Sendable {
  let url: URL

  init(ending: String) {
    url = FileManager.default.temporaryDirectory.appending(path: "kullback-\(UUID()).\(ending)")
  }

  deinit { try? FileManager.default.removeItem(at: url) }
}
