package import KullbackSystem

/// What tells files apart, whatever they are called: the device and number of the file that is there, or of the folder in
/// which one would be made, and its name.
package struct FilePlace: Equatable {
  private let device: dev_t
  private let number: ino_t
  /// The name of what is not there yet.
  private let name: String?

  /// The place of a name, to where symbolic links lead; nil where there is no folder for it.
  package init?(_ path: String) {
    if let present = Self.status(path) {
      self.init(present, name: nil)
      return
    }
    let final = AtomicFile.followLinks(path)
    guard let folder = Self.status(AtomicFile.folder(of: final)) else { return nil }
    self.init(folder, name: final.split(separator: "/").last.map(String.init))
  }

  /// The place of what is open.
  package init?(descriptor: Int32) {
    var status = stat()
    // SAFETY: fills in the status that it is given.
    guard unsafe fstat(descriptor, &status) == 0 else { return nil }
    self.init(status, name: nil)
  }

  private init(_ status: stat, name: String?) {
    (device, number) = (status.st_dev, status.st_ino)
    self.name = name
  }

  /// What stands under a name, if anything does.
  package static func status(_ path: String) -> stat? {
    var result = stat()
    // SAFETY: the path is a C string for the call, which fills in the status that it is given.
    return unsafe stat(path, &result) == 0 ? result : nil
  }

  /// The names of files that fit a pattern, as shells expand them; folders are left out.
  package static func names(fitting pattern: String) -> [String] {
    var result = unsafe glob_t()
    // SAFETY: the pattern is a C string for the call, and the result is freed at the end.
    defer { unsafe globfree(&result) }
    guard unsafe glob(pattern, GLOB_MARK, nil, &result) == 0 else { return [] }
    return unsafe (0..<Int(result.gl_pathc)).compactMap { index in
      // SAFETY: as many C strings as the count says, which are copied.
      unsafe result.gl_pathv[index].map { unsafe String(cString: $0) }
    }.filter { !$0.hasSuffix("/") }
  }

  /// A name as a pattern that only it fits.
  package static func escaped(_ name: String) -> String {
    name.map { "*?[\\".contains($0) ? "\\\($0)" : String($0) }.joined()
  }
}
