import Foundation
import Testing

/// `--tokens`: names of classes in the worst rows.
@Suite struct TokenNameTests {
  private let folder: TemporaryFolder
  private let target: String
  private let model: String

  init() throws {
    folder = try TemporaryFolder()
    target = try folder.write("p.npy", NPY.floats([[0, 1, 2, 0], [3, 0, 0, 1], [1, 0, 0, 0]]))
    model = try folder.write(
      "q.npy", NPY.floats([[0, 1, 2, 0], [3, 0, -.infinity, 2], [0, 1, 0, 0]]))
  }

  private func evaluate(_ tokens: String, _ more: String...) throws -> Tool.Outcome {
    try Tool.run("evaluate", target, model, "--tokens", tokens, more: more)
  }

  private func worst(_ tokens: String) throws -> [[String: Any]] {
    let run = try evaluate(tokens, "--json")
    #expect(run.status == 0, "\(run.errors)")
    return try #require(try jsonObject(run.output)["worstClasses"] as? [[String: Any]])
  }

  private func names(_ object: Any?) -> [String?] {
    (object as? [[String: Any]] ?? []).map { $0["name"] as? String }
  }

  @Test func linesNameClassesInOrder() throws {
    let tokens = try folder.write("t.txt", "the\nof\n and\na\u{202E}\u{1B}[31m\n")
    let found = try worst(tokens)
    // The infinite row first; the first row is the same on both sides and no worst one.
    #expect(found.compactMap { $0["row"] as? Int } == [1, 2])
    #expect(names(found[0]["target"]) == ["the", "a\u{202E}\u{1B}[31m", "of", " and"])
    let missing = try #require(found[0]["missingInModel"] as? [String: Any])
    #expect(missing["name"] as? String == " and" && missing["model"] as? Double == 0)
    let share = 1 / (exp(3.0) + 2 + exp(1.0))
    #expect(abs((missing["target"] as? Double ?? 0) - share) < 1e-6)
    #expect(found[1]["missingInModel"] == nil)
    let text = try evaluate(tokens)
    #expect(text.output.contains("row 1: the model gives \" and\" no mass"), "\(text.output)")
    let blocks = try evaluate(tokens, "--block", "2", "--json")
    let places = try #require(try jsonObject(blocks.output)["worstClasses"] as? [[String: Any]])
    #expect(places.compactMap { $0["block"] as? Int } == [0, 1])
    #expect(places.compactMap { $0["place"] as? Int } == [1, 0])
    // What would reach the terminal is escaped.
    #expect(!text.output.contains("\u{1B}") && !text.output.contains("\u{202E}"))
  }

  @Test func tokenizersNameClassesByTheirNumbers() throws {
    let object = try folder.write(
      "tokenizer.json",
      #"{"version": "1.0", "added_tokens": [{"id": 3, "content": "<s>", "special": true}], "#
        + #""model": {"type": "BPE", "vocab": {"b": 1, "a": 0, "Ġc": 2}, "merges": []}}"#)
    #expect(names(try worst(object)[1]["target"]) == ["a", "b", "Ġc", "<s>"])
    let list = try folder.write(
      "unigram.json",
      #"{"model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0.0], ["▁x", -3.5]]}}"#)
    // Vocabularies are padded: the last classes have no name.
    #expect(names(try worst(list)[1]["target"]) == ["<unk>", "▁x", nil, nil])
    let text = try evaluate(list)
    #expect(text.output.contains("#2 "), "\(text.output)")
  }

  /// é in one scalar and in two are two tokens; escapes are what they stand for.
  @Test func tokensThatLookAlikeAndEscapesAreTold() throws {
    let tokens = try folder.write(
      "tokenizer.json",
      "{\"model\": {\"dropout\": null, \"list\": [1, {\"a\": \"]\"}], \"vocab\": "
        + "{\"e\u{301}\": 0, \"\u{E9}\": 1, \"\\u00e9\\\"\\n\": 2, \"\\ud83d\\ude00\": 3}}, "
        + "\"added_tokens\": null, \"x\": {}}")
    let found = names(try worst(tokens)[1]["target"]).compactMap { $0.map { Array($0.utf8) } }
    let expected = ["e\u{301}", "\u{E9}", "\u{E9}\"\n", "\u{1F600}"].map { Array($0.utf8) }
    #expect(found == expected)
  }

  @Test func filesThatAreNoNamesAreRefused() throws {
    for (name, content, reason) in [
      ("few.txt", "a\nb\n", "2 lines for the names of 4 classes"),
      ("no.json", "{\"model\": {\"vocab\": {\"a\": 0,}}}", "line 1, column"),
      ("other.json", "{\"a\": 1}", "no vocabulary"),
      ("wrong.json", "{\"model\": {\"vocab\": {\"a\": 0, \"b\": 4}}}", "token 4 (b)"),
      ("score.json", "{\"model\": {\"vocab\": {\"a\": 0.5}}}", "no vocabulary"),
      ("list.json", "{\"model\": {\"vocab\": [1, 2]}}", "no vocabulary"),
      ("added.json", "{\"model\": {\"vocab\": {}}, \"added_tokens\": [{}]}", "no vocabulary"),
      ("array.json", "[]", "no vocabulary"),
      ("minus.json", "{\"model\": {\"vocab\": {\"a\": -1}}}", "number -1"),
    ] {
      let run = try evaluate(try folder.write(name, content))
      #expect(run.status == 65 && run.errors.contains(reason), "\(name): \(run.errors)")
    }
    #expect(try evaluate(folder.path("none.txt")).status == 66)
  }
}
