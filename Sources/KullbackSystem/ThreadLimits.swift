#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// What limits how many threads a process should start: the processors it may run on, the share of them that its control
/// group grants, and two variables of the environment.
package struct ThreadLimits: Sendable {
  /// Whatever is the least, and at least 1.
  package let threads: Int
  /// What is wrong with `KULLBACK_NUM_THREADS`; it limits nothing then.
  package let problem: String?

  /// The name of the variable that is Kullback's own.
  package static let variable = "KULLBACK_NUM_THREADS"

  /// - Parameters:
  ///   - online: the processors that there are.
  ///   - read: the contents of a file; nil where there is none.
  ///   - environment: the value of a variable; nil where it is not set.
  package init(online: Int, read: (String) -> String?, environment: (String) -> String?) {
    let allowed = read("/proc/self/status").flatMap(Self.allowed) ?? max(1, online)
    var limits = [allowed]
    if let quota = Self.quota(read) { limits.append(quota) }
    let own = environment(Self.variable) ?? ""
    if let count = Self.count(own) { limits.append(count) }
    problem =
      own.isEmpty || Self.count(own) != nil
      ? nil : "\(Self.variable) is \"\(own)\", not a whole number above 0"
    // Of several numbers the first is the outermost level's; what is no number is OpenMP's business.
    let other = (environment("OMP_NUM_THREADS") ?? "").split(separator: ",").first ?? ""
    if let count = Self.count(String(other)) { limits.append(count) }
    threads = max(1, limits.min() ?? 1)
  }

  /// Those of this process, read once.
  package static let current = ThreadLimits(
    online: Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), read: { contents(of: $0) },
    environment: {
      // SAFETY: the text of a variable lasts until someone changes it, and is copied at once.
      unsafe getenv($0).map { unsafe String(cString: $0) }
    })

  /// A whole number above 0.
  private static func count(_ text: String) -> Int? {
    guard let count = Int(text.filter { !$0.isWhitespace }), count > 0 else { return nil }
    return count
  }

  /// The processors that the scheduler may give the process: the set bits of Cpus_allowed, which containers and
  /// `taskset` narrow.
  private static func allowed(_ status: String) -> Int? {
    let key = "Cpus_allowed:"
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(key) }) else {
      return nil
    }
    let count = line.dropFirst(key.count).compactMap(\.hexDigitValue)
      .reduce(0) { $0 + $1.nonzeroBitCount }
    return count > 0 ? count : nil
  }

  /// The processors' worth of time that control groups grant, rounded up; nil where none limits it.
  ///
  /// Source: the kernel's Documentation/admin-guide/cgroup-v2.rst and scheduler/sched-bwc.rst.
  private static func quota(_ read: (String) -> String?) -> Int? {
    let lines = (read("/proc/self/cgroup") ?? "").split(separator: "\n")
    var found: [Int] = []
    for line in lines {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let groups = groups(from: String(parts[2]))
      if parts[1].isEmpty {
        for root in ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"] {
          found += groups.compactMap { read(root + $0 + "/cpu.max").flatMap(newQuota) }
        }
      } else if parts[1].split(separator: ",").contains("cpu") {
        for root in ["/sys/fs/cgroup/\(parts[1])", "/sys/fs/cgroup/cpu"] {
          found += groups.compactMap { group in
            guard let quota = read(root + group + "/cpu.cfs_quota_us"),
              let period = read(root + group + "/cpu.cfs_period_us")
            else { return nil }
            return processors(quota, period)
          }
        }
      }
    }
    return found.min()
  }

  /// A group and those it is in, each of which limits it; a container may see the last alone.
  private static func groups(from path: String) -> [String] {
    var groups = [""]
    for part in path.split(separator: "/") { groups.append(groups[groups.count - 1] + "/" + part) }
    return groups
  }

  /// As in "150000 100000", or "max 100000".
  private static func newQuota(_ text: String) -> Int? {
    let parts = text.split(whereSeparator: \.isWhitespace)
    guard parts.count == 2 else { return nil }
    return processors(String(parts[0]), String(parts[1]))
  }

  private static func processors(_ quota: String, _ period: String) -> Int? {
    guard let quota = count(quota), let period = count(period) else { return nil }
    return quota / period + (quota % period > 0 ? 1 : 0)
  }

  /// What a file holds, of a few kilobytes.
  private static func contents(of path: String) -> String? {
    // SAFETY: a valid C string; the descriptor is closed below.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 1 << 14)
    // SAFETY: `read` writes at most as many bytes as there are.
    let length = unsafe read(descriptor, &bytes, bytes.count)
    return length > 0 ? String(decoding: bytes[..<length], as: UTF8.self) : nil
  }
}
