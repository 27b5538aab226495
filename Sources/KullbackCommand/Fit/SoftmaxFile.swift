internal import Kullback
internal import KullbackFiles
internal import KullbackInference

/// A softmax regression in a .safetensors file: "weights", features x classes, and "intercepts"; in the
/// metadata the names of features and classes as lists in JSON, "features" and "classes".
enum SoftmaxFile {
  /// What a file of a fit holds.
  static func contents(
    _ fit: SoftmaxFit, features: [String]?, classes: [String]?, _ metadata: [String: String]
  ) throws(Failure) -> Safetensors {
    let model = fit.model
    var text = metadata
    if let features { text["features"] = try JSON.list(features) }
    if let classes { text["classes"] = try JSON.list(classes) }
    text["format"] = "kullback-softmax-1"
    text["temperature"] = Format.exact(model.temperature)
    text["convergence"] = fit.convergence.description
    return Safetensors(
      tensors: [
        "weights": .init(AnyMatrix(model.weights)),
        "intercepts": .init(AnyMatrix(Matrix([model.intercepts])), isVector: true),
      ], metadata: text)
  }

  static func read(_ path: InputPath) throws -> NamedSoftmax {
    let notAModel = Failure(.invalidData, "\(path.name): not a model that fit softmax wrote")
    let file: SafetensorsFile
    let tensors: (weights: AnyMatrix, intercepts: AnyMatrix)
    do {
      file = try SafetensorsFile(path: path.text)
      guard file.metadata["format"] == "kullback-softmax-1" else { throw notAModel }
      tensors = (try file.tensor("weights").matrix, try file.tensor("intercepts").matrix)
    } catch let error as FileError {
      throw Failure(error)
    }
    guard let temperature = file.metadata["temperature"].flatMap(Double.init),
      let weights = tensors.weights.matrix(of: Double.self),
      let intercepts = tensors.intercepts.matrix(of: Double.self)
    else { throw notAModel }
    do {
      let model = try SoftmaxModel(
        weights: weights, intercepts: intercepts.values, temperature: temperature)
      return NamedSoftmax(
        model: model,
        features: try names("features", count: model.features, in: file, path),
        classes: try names("classes", count: model.classes, in: file, path))
    } catch let error as InferenceError {
      throw Failure(.invalidData, "\(path): \(error)")
    }
  }

  /// The names of features or classes, of which older files have none.
  private static func names(
    _ key: String, count: Int, in file: SafetensorsFile, _ path: InputPath
  ) throws(Failure) -> [String]? {
    guard let text = file.metadata[key] else { return nil }
    guard let names = JSON.words(in: text), names.count == count else {
      throw Failure(.invalidData, "\(path): its \(key) are not called by \(count) names in JSON")
    }
    return names
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
