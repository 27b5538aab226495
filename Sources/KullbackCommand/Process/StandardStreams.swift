internal import KullbackSystem

/// Writes whole texts to standard output and standard error, and says when that fails.
enum StandardStreams {
  /// Writes a text to standard output.
  ///
  /// Who closes the pipe early (`| head`) has seen enough: that is no error, and nothing is said.
  /// Anything else, a full disk say, is.
  static func print(_ text: String) throws(Failure) {
    let code = write(text, to: STDOUT_FILENO)
    guard code == 0 || code == EPIPE else {
      throw Failure(.inputOutput, "standard output: \(explanation(of: code))")
    }
  }

  /// Writes a line to standard error.
  ///
  /// If even that fails there is nobody left to tell.
  static func complain(_ line: String) {
    _ = write(line + "\n", to: STDERR_FILENO)
  }

  /// What the system calls an error number.
  static func explanation(of code: Int32) -> String {
    // SAFETY: strerror returns a terminated string, which is copied before anything else runs.
    unsafe String(cString: strerror(code))
  }

  /// Writes all bytes and returns 0, or the error number of the write that failed.
  static func write(_ text: String, to descriptor: Int32) -> Int32 {
    var text = text
    return text.withUTF8 { bytes in
      var start = 0
      while start < bytes.count {
        // SAFETY: start < count, so the pointer and the length stay inside the buffer.
        let written = unsafe systemWrite(
          descriptor, bytes.baseAddress?.advanced(by: start), bytes.count - start)
        if written < 0 {
          guard errno == EINTR else { return errno }
          continue
        }
        start += written
      }
      return 0
    }
  }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int {
  // SAFETY: the caller's buffer holds `count` bytes.
  unsafe write(descriptor, bytes, count)
}
