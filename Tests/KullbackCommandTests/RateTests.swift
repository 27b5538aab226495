import Foundation
import Testing

/// What is said of the time counts from the first byte of the inputs.
@Suite struct RateTests {
  let folder: TemporaryFolder
  let file: String

  init() throws {
    folder = try TemporaryFolder()
    file = try folder.write("p.csv", "1,2\n2,1\n1,1\n")
  }

  @Test(arguments: [
    "evaluate - p.csv --form weights", "entropy - --form weights", "pairwise - --form weights",
    "nearest - p.csv --form weights", "cluster - --form weights -k 2", "family gamma - p.csv",
    "cross-entropy labels.csv - --form weights", "log-softmax - out.npy",
    "fit gaussian --samples - --family mean-field",
  ])
  func waitingForTheInputCounts(arguments: String) throws {
    _ = try folder.write("labels.csv", "0\n1\n0\n")
    let run = try Tool.shell(
      "cd '\(folder.url.path)' && (sleep 3; cat p.csv) | \"$K\" \(arguments) --json")
    #expect(run.status == 0, "\(run.errors)")
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    let rate = report["rate"] as? [String: Any] ?? report
    #expect(try #require(rate["seconds"] as? Double) >= 0.3)
  }
}
