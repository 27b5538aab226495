internal import KullbackSystem

/// The memory that this process may still take.
public enum AvailableMemory {
  /// Bytes: the least of what the limits on address space and data leave, of the control group's limit, and
  /// of what the system has available; nil where none of these is known.
  public static var bytes: Int? {
    let pages = text("/proc/self/statm").split(separator: " ").compactMap { Int($0) }
    let page = Int(getpagesize())
    var least: [Int] = []
    #if canImport(Glibc)
      if let limit = limit(RLIMIT_AS), pages.count > 5 { least.append(limit - pages[0] * page) }
      if let limit = limit(RLIMIT_DATA), pages.count > 5 { least.append(limit - pages[5] * page) }
    #endif
    for line in text("/proc/meminfo").split(separator: "\n") where line.hasPrefix("MemAvailable:") {
      if let size = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) {
        least.append(size << 10)
      }
    }
    least += group
    return least.min().map { max(0, $0) }
  }

  /// Refuses what needs more bytes than there are; a mebibyte is always there.
  ///
  /// - Throws: `FileError.noMemory`, about the file of a path.
  public static func check(_ needed: Int, for path: String) throws(FileError) {
    // Looking takes a dozen files, longer than a small input.
    guard needed > 1 << 20, let bytes, needed > bytes else { return }
    throw .noMemory(path: path, needed: needed, available: bytes)
  }

  #if canImport(Glibc)
    private static func limit(_ resource: __rlimit_resource) -> Int? {
      var limit = rlimit()
      // SAFETY: fills in the limit that it is given.
      guard unsafe getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0,
        limit.rlim_cur != rlim_t.max
      else { return nil }
      return Int(clamping: limit.rlim_cur)
    }
  #endif

  /// What the limits of the control groups that hold this process leave, in either version.
  private static var group: [Int] {
    var left: [Int] = []
    for line in text("/proc/self/cgroup").split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3, parts[1].isEmpty || parts[1] == "memory" else { continue }
      let root = parts[1].isEmpty ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory"
      let names =
        parts[1].isEmpty
        ? ("memory.max", "memory.current") : ("memory.limit_in_bytes", "memory.usage_in_bytes")
      var path = String(parts[2])
      while true {
        let folder = root + (path == "/" ? "" : path)
        if let limit = number("\(folder)/\(names.0)"), let used = number("\(folder)/\(names.1)") {
          // Cached files count as used, and are given up when memory is wanted.
          let cached = text("\(folder)/memory.stat").split(separator: "\n").first {
            $0.hasPrefix("inactive_file ") || $0.hasPrefix("total_inactive_file ")
          }.flatMap { $0.split(separator: " ").last.flatMap { Int($0) } }
          left.append(limit - used + (cached ?? 0))
        }
        guard let slash = path.lastIndex(of: "/"), path != "/", !path.isEmpty else { break }
        path = String(path[..<slash])
      }
    }
    return left
  }

  private static func number(_ path: String) -> Int? {
    Int(text(path).split(separator: "\n").first ?? "")
  }

  private static func text(_ path: String) -> String {
    // SAFETY: a valid C string for the call.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    return (try? readAll(descriptor, path: path, limit: 1 << 20)).map {
      String(decoding: $0, as: UTF8.self)
    } ?? ""
  }
}
