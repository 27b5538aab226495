internal import Kullback
internal import KullbackFiles
internal import KullbackInference

/// A softmax regression in a .safetensors file: "weights", features x classes, and "intercepts".
///
/// It stands under its name only when it is whole.
final class SoftmaxFile {
  private let writer: SafetensorsWriter

  /// Starts a file, so that a name that cannot be written is refused before anything is computed.
  init(_ path: String) throws(Failure) {
    writer = try Failure.ofFile { () throws(FileError) in
      let writer = try SafetensorsWriter(path: path)
      return writer
    }
  }

  /// Writes a fit and gives the file its name.
  func finish(_ fit: SoftmaxFit, _ metadata: [String: String]) throws(Failure) {
    let model = fit.model
    var text = metadata
    text["format"] = "kullback-softmax-1"
    text["temperature"] = Format.exact(model.temperature)
    text["convergence"] = fit.convergence.description
    let contents = Safetensors(
      tensors: [
        "weights": .init(AnyMatrix(model.weights)),
        "intercepts": .init(AnyMatrix(Matrix([model.intercepts])), isVector: true),
      ], metadata: text)
    do { try writer.finish(contents) } catch { throw Failure(error) }
  }

  /// Removes what has been written.
  func discard() {
    writer.discard()
  }

  static func read(_ path: String) throws -> SoftmaxModel {
    let file: Safetensors
    do { file = try Safetensors.read(path) } catch { throw Failure(error) }
    guard file.metadata["format"] == "kullback-softmax-1",
      let temperature = file.metadata["temperature"].flatMap(Double.init),
      let weights = file.tensors["weights"]?.matrix.matrix(of: Double.self),
      let intercepts = file.tensors["intercepts"]?.matrix.matrix(of: Double.self)
    else { throw Failure(.invalidData, "\(path): not a model that fit softmax wrote") }
    do {
      return try SoftmaxModel(
        weights: weights, intercepts: intercepts.values, temperature: temperature)
    } catch {
      throw Failure(.invalidData, "\(path): \(error)")
    }
  }
}

extension Failure {
  /// An error of a fit over the named files.
  init(_ error: InferenceError, in files: String) {
    switch error {
    case .invalidParameter, .reverseKLToLabels: self.init(.usage, error.description)
    default: self.init(.invalidData, "\(files): \(error)")
    }
  }
}
