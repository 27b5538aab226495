internal import KullbackSystem

/// Why a file could not be mapped: the failed step and the system's error number.
public struct MappingError: Error, Sendable, Equatable {
  /// The system's `errno`.
  public let code: Int32
  /// True for pipes, sockets and terminals, which have to be read instead.
  public let isNotRegular: Bool

  /// The system's words for the error.
  public var reason: String {
    guard !isNotRegular else { return "not a regular file" }
    // SAFETY: strerror returns a valid C string.
    return unsafe String(cString: strerror(code))
  }
}
