internal import KullbackSystem

/// The processor's name, where the system tells it: "model name" in /proc/cpuinfo.
public func processorName() -> String? {
  // SAFETY: a valid C string; the descriptor is closed below.
  let descriptor = unsafe open("/proc/cpuinfo", O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var bytes = [UInt8](repeating: 0, count: 1 << 14)
  // SAFETY: `read` writes at most as many bytes as there are.
  let length = unsafe read(descriptor, &bytes, bytes.count)
  guard length > 0 else { return nil }
  for line in String(decoding: bytes[..<length], as: UTF8.self).split(separator: "\n") {
    let parts = line.split(separator: ":", maxSplits: 1)
    guard parts.count == 2, parts[0].hasPrefix("model name") else { continue }
    return String(parts[1].drop { $0 == " " })
  }
  return nil
}
