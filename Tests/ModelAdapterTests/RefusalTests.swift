import Foundation
import PluginABI
import TestKit
import Testing

/// What is no model that can be evaluated is refused when the instance is made, in one line that says where and what.
@Suite struct RefusalTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let file: String
    let reason: String
    var testDescription: String { name }
  }

  private static func changed(_ name: String, _ reason: String, _ change: (inout ModelText) -> Void) -> Case {
    var model = ModelText()
    change(&model)
    return Case(name: name, file: model.json, reason: reason)
  }

  private static func replaced(_ name: String, _ part: String, _ by: String, _ reason: String) -> Case {
    let file = ModelText().json
    precondition(file.contains(part), "\(name): the model has no \(part)")
    return Case(name: name, file: file.replacingOccurrences(of: part, with: by), reason: reason)
  }

  /// Of the tree's object in the unchanged model; errors of a tree are told there.
  private static let treePlace = ModelText().json.range(of: #"{"base_weights""#).map { ModelText().json[..<$0.lowerBound].utf8.count } ?? -1

  static let kinds: [Case] = [
    changed("dart", "booster 'dart' is not supported, only gbtree is") { $0.booster = "dart" },
    changed("gblinear", "booster 'gblinear' is not supported, only gbtree is") { $0.booster = "gblinear" },
    changed("softprob", "objective 'multi:softprob' is not supported") { $0.objective = "multi:softprob" },
    changed("regression", "objective 'reg:squarederror' is not supported") { $0.objective = "reg:squarederror" },
    changed("raw margins", "objective 'binary:logitraw' is not supported") { $0.objective = "binary:logitraw" },
    changed("ranking", "objective 'rank:pairwise' is not supported") { $0.objective = "rank:pairwise" },
    changed("classes", "num_class is 3: only models of one probability") { $0.classes = "3" },
    changed("targets", "num_target is 2: only models of one target") { $0.targets = "2" },
    changed("groups", "tree_info has group 1: only models of one group") { $0.groups = [1] },
    changed("several base scores", "base_score has 2 values") { $0.baseScore = #""[5E-1,5E-1]""# },
    changed("a best round that is not there", "best_iteration is 1, which needs 2 trees, and trees has 1") { $0.bestIteration = "\"1\"" },
    changed("a best round of several trees", "best_iteration is 0, which needs 3 trees, and trees has 1") {
      ($0.bestIteration, $0.parallelTrees) = ("\"0\"", "3")
    },
    changed("a best round that is no number", "best_iteration") { $0.bestIteration = "\"x\"" },
    changed("the highest best round", "best_iteration is 2147483647") { ($0.bestIteration, $0.parallelTrees) = ("2147483647", "2147483647") },
    changed("version 0", "written by XGBoost 0, this reads 1 to 3") { $0.version = "[0,90,0]" },
    changed("version 4", "written by XGBoost 4, this reads 1 to 3") { $0.version = "[4,0,0]" },
    changed("categories", "byte \(treePlace): tree 0: node 0 is a categorical split") { $0.trees[0].splitType = [1, 0, 0] },
    changed("vector leaves", "byte \(treePlace): tree 0: its leaves have 3 values") {
      $0.trees[0].parameters = #"{"num_nodes":"3","size_leaf_vector":"3"}"#
    },
    Case(name: "a dump", file: #"[{"nodeid":0,"leaf":1}]"#, reason: "byte 0: '[' where the model's object, as save_model writes it"),
    Case(name: "UBJSON", file: "{L\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{7}learner{", reason: "byte 1: 'L' where a key of the model should be"),
    Case(name: "the old binary", file: "binf\u{0}\u{0}", reason: "byte 0: 'b' where the model's object"),
    Case(name: "another JSON", file: #"{"tree_info":[]}"#, reason: "the key 'learner' is missing: this is no model that save_model wrote"),
    Case(
      name: "gblinear with its own parts", file: ModelText(trees: [], booster: "gblinear").json.replacingOccurrences(of: "trees", with: "weights"),
      reason: "booster 'gblinear' is not supported"),
  ]

  static let values: [Case] = [
    changed("a base score of 0", "base_score is 0.0: a logistic objective needs one between 0 and 1") { $0.baseScore = #""0E0""# },
    changed("a base score of 1", "base_score is 1.0") { $0.baseScore = "1" },
    changed("a negative base score", "base_score is -0.5") { $0.baseScore = "\"-5E-1\"" },
    changed("a base score that is a word", "'h' where base_score should be") { $0.baseScore = "\"half\"" },
    changed("a base score of nothing", "base_score has 0 values") { $0.baseScore = "\"[]\"" },
    changed("a NaN base score", "base_score is nan, not a finite number") { $0.baseScore = "NaN" },
    changed("a NaN threshold", "tree 0, split_conditions[0] is nan, not a finite number") { $0.trees[0].conditions[0] = "NaN" },
    changed("an infinite threshold", "tree 0, split_conditions[0] is inf, not a finite number") { $0.trees[0].conditions[0] = "Infinity" },
    changed("an infinite leaf", "tree 0, split_conditions[2] is -inf, not a finite number") { $0.trees[0].conditions[2] = "-Infinity" },
    changed("a leaf too large for single precision", "split_conditions[1] is inf, not a finite number") { $0.trees[0].conditions[1] = "3.5e38" },
    changed("a leaf with a nonsense exponent", "split_conditions[1] is inf, not a finite number") {
      $0.trees[0].conditions[1] = "1e99999999999999999999999"
    },
    changed("a leaf of many digits", "split_conditions[1] is longer than 64 characters") {
      $0.trees[0].conditions[1] = "0." + String(repeating: "1", count: 100)
    },
    changed("a leaf in quotes", "'\"' where tree 0, split_conditions[1] should be") { $0.trees[0].conditions[1] = "\"1\"" },
    changed("a leaf with a leading zero", "a number with a leading zero") { $0.trees[0].conditions[1] = "01" },
    changed("a leaf without a digit", "',' where a digit after the point") { $0.trees[0].conditions[1] = "1." },
    changed("a cut exponent", "',' where a digit of the exponent") { $0.trees[0].conditions[1] = "1e+" },
    changed("a default that is no truth", "tree 0, default_left[0] is not a whole number of 0 to 1") { $0.trees[0].defaultLeft[0] = 2 },
    changed("a negative feature", "tree 0, split_indices[0] is not a whole number of 0 to 2147483647") { $0.trees[0].features[0] = -1 },
    changed("a feature that the model does not have", "byte \(treePlace): tree 0 splits on feature 2, but num_feature is 2") {
      $0.trees[0].features[0] = 2
    },
    changed("a split of a deleted node", "splits on feature 2147483647, but num_feature is 2") { $0.trees[0].features[0] = 2_147_483_647 },
    changed("no features", "num_feature is not a whole number of 1 to 100000") { $0.featureText = "0" },
    changed("a billion features", "num_feature is not a whole number of 1 to 100000") { $0.featureText = "1000000000" },
    changed("features beyond 64 bits", "num_feature is not a whole number of 1 to 100000") { $0.featureText = "99999999999999999999" },
    changed("a fraction of features", "num_feature is not a whole number of 1 to 100000") { $0.featureText = "2.0" },
  ]

  static let structures: [Case] = [
    changed("a child beyond the nodes", "byte \(treePlace): tree 0: node 0 has the child 3, but the nodes are 0 to 2") { $0.trees[0].right[0] = 3 },
    changed("a child beyond 32 bits", "left_children[0] is not a whole number of -1 to 2147483647") { $0.trees[0].left[0] = 1 << 40 },
    changed("a child below nothing", "left_children[0] is not a whole number of -1 to 2147483647") { $0.trees[0].left[0] = -2 },
    changed("the root below itself", "node 0 has the child 0, which another node or itself leads to already") { $0.trees[0].left[0] = 0 },
    changed("a cycle", "node 2 has the child 0, which another node") {
      $0.trees[0] = chain(2)
      $0.trees[0].left[2] = 0
    },
    changed("one child twice", "node 0 has the child 1, which another node or itself leads to already") { $0.trees[0].right[0] = 1 },
    changed("a shared child", "node 2 has the child 1, which another node") {
      $0.trees[0].left[2] = 1
      $0.trees[0].right[2] = 1
    },
    changed("one child alone", "node 0 has only one child") { $0.trees[0].right[0] = -1 },
    changed("a lost node", "no node leads to node 3, and it is not marked as deleted") {
      $0.trees[0].left.append(-1)
      $0.trees[0].right.append(-1)
      $0.trees[0].features.append(0)
      $0.trees[0].conditions.append("1")
      $0.trees[0].defaultLeft.append(0)
    },
    changed("a chain", "tree 0: it is deeper than 1000 levels") { $0.trees = [chain(1001)] },
    changed("more nodes claimed", "num_nodes is 1000000000, left_children has 3 entries") {
      $0.trees[0].parameters = #"{"num_nodes":"1000000000"}"#
    },
    changed("no number of nodes", "tree 0: tree_param.num_nodes is missing") { $0.trees[0].parameters = "{}" },
    changed("a tree of nothing", "tree 0: it has no nodes") {
      $0.trees = [ModelText.Tree(left: [], right: [], features: [], conditions: [], defaultLeft: [])]
    },
    changed("columns of two lengths", "num_nodes is 3, split_conditions has 4 entries") { $0.trees[0].conditions.append("1") },
    changed("a missing condition", "num_nodes is 3, split_conditions has 2 entries") { $0.trees[0].conditions.removeLast() },
    changed("a missing default", "num_nodes is 3, default_left has 2 entries") { $0.trees[0].defaultLeft.removeLast() },
    changed("a missing type", "num_nodes is 3, split_type has 2 entries") { $0.trees[0].splitType = [0, 0] },
    replaced("missing hessians", #""sum_hessian":[0E0,0E0,0E0]"#, #""sum_hessian":[0E0]"#, "num_nodes is 3, sum_hessian has 1 entries"),
    replaced("no left children", #""left_children""#, #""left_childern""#, "num_nodes is 3, left_children has 0 entries"),
    changed("a billion trees", "num_trees is 1000000000, trees has 1") { $0.claimedTrees = "1000000000" },
    changed("a tree too few", "num_trees is 2, trees has 1") { $0.claimedTrees = "2" },
    changed("groups of two lengths", "tree_info has 3 entries, trees has 1") { $0.groups = [0, 0, 0] },
    replaced("no trees", #""trees""#, #""shrubs""#, "the key 'learner.gradient_booster.model.trees' is missing"),
    replaced("no tree_info", #""tree_info""#, #""tree_news""#, "the key 'learner.gradient_booster.model.tree_info' is missing"),
    replaced("no num_trees", #""num_trees""#, #""num_shrubs""#, "gbtree_model_param.num_trees' is missing"),
    replaced("no num_feature", #""num_feature":"2""#, #""num_features":"2""#, "learner_model_param.num_feature' is missing"),
    replaced("no base_score", #""base_score""#, #""base_points""#, "learner_model_param.base_score' is missing"),
    replaced("no version", #""version""#, #""edition""#, "the key 'version' is missing"),
    replaced("no booster's name", #""name":"gbtree""#, #""gnome":"gbtree""#, "the key 'learner.gradient_booster.name' is missing"),
    replaced("no objective's name", #""name":"binary:logistic""#, #""gnome":"x""#, "the key 'learner.objective.name' is missing"),
  ]

  static let texts: [Case] = [
    replaced("a key twice", #""num_class":"0""#, #""base_score":"0""#, "learner_model_param has the key 'base_score' twice"),
    replaced("a key twice within what is stepped over", #"{"note":"#, #"{"note":1,"note":"#, "attributes has the key 'note' twice"),
    replaced("a key twice, once escaped", #"{"note":"#, #"{"n\u006fte":1,"note":"#, "attributes has the key 'note' twice"),
    replaced("a comma too many", #""num_target":"1"}"#, #""num_target":"1",}"#, "'}' where a key of learner_model_param should be"),
    replaced("a comma too many in an array", #""tree_info":[0]"#, #""tree_info":[0,]"#, "']' where an item of tree_info should be"),
    replaced("a missing comma", #""num_class":"0","#, #""num_class":"0""#, "'\"' where a comma or the end of learner_model_param"),
    replaced("a missing colon", #""num_class":"0""#, #""num_class" "0""#, "'\"' where the colon after 'num_class' should be"),
    replaced("a half surrogate", #"{"note":"#, #"{"\ud800x":"#, "half a surrogate pair in a key of attributes"),
    replaced("a wrong escape", #"\u00e9"#, #"\x00e9"#, "'x' where an escape should be"),
    replaced("an escape that is no number", #"\u00e9"#, #"\u00g9"#, "'g' where four hexadecimal digits should be"),
    replaced("a control character", #"\u00e9"#, "\u{1}", "a control character within a text"),
    replaced("a word", #""id":0"#, #""id":nil"#, "'n' where tree 0, id should be"),
    replaced("a long key", #"{"note":"#, "{\"" + String(repeating: "k", count: 600) + "\":", "a key of attributes is longer than 512 bytes"),
    replaced("a key that breaks the line", #"{"note":"#, #"{"no\n\u001b[31mte" "#, #"'"' where the colon after 'no\n\u{1B}[31mte' should be"#),
    replaced("such a key twice", #"{"note":"#, #"{"\n\u2028":0,"\n\u2028":"#, #"attributes has the key '\n\u{2028}' twice"#),
    changed("an objective that breaks the line", #"objective 'multi\nsoft' is not supported"#) { $0.objective = #"multi\nsoft"# },
    changed("an objective of many letters", "objective 'mmmmmmmm") { $0.objective = String(repeating: "m", count: 500) },
    Case(name: "more after the end", file: ModelText().json + "\n{}", reason: "there is more after the end of the model"),
    Case(name: "deep arrays", file: String(repeating: "[", count: 100), reason: "byte 0: '[' where the model's object"),
    Case(name: "a bomb of arrays", file: #"{"x":"# + String(repeating: "[", count: 1_000_000), reason: "nested deeper than 32 levels"),
    Case(name: "a bomb of objects", file: String(repeating: #"{"a":"#, count: 1_000_000), reason: "nested deeper than 32 levels"),
    Case(
      name: "a bomb of keys", file: "{" + (0...5000).map { "\"k\($0)\":0" }.joined(separator: ",") + "}", reason: "the model has more than 4096 keys"
    ),
  ]

  /// Each node's left child is a leaf, the right one goes on.
  static func chain(_ depth: Int) -> ModelText.Tree {
    var tree = ModelText.Tree(left: [], right: [], features: [], conditions: [], defaultLeft: [])
    for level in 0..<depth {
      tree.left += [level * 2 + 1, -1]
      tree.right += [level * 2 + 2, -1]
    }
    tree.left.append(-1)
    tree.right.append(-1)
    tree.features = tree.left.map { _ in 0 }
    tree.conditions = tree.left.indices.map { "\($0)" }
    tree.defaultLeft = tree.features
    return tree
  }

  @Test(arguments: kinds + values + structures + texts)
  func `a file that is no model of ours is refused by name and place`(_ refusal: Case) throws {
    let refused = #expect(throws: ModelInstance.Refused.self) { try ModelInstance(try ModelPlugin("XGBoostModel"), json: refusal.file) }
    #expect(refused?.status == QE_INVALID)
    let reason = refused?.reason ?? ""
    #expect(reason.contains(refusal.reason), "\(reason)")
    #expect(reason.hasPrefix("the model file is refused: byte ") && !reason.contains("\n"), "\(reason)")
    // What a terminal is shown is plain, and fits into the room that a host lends.
    #expect(reason.utf8.allSatisfy { (0x20...0x7E).contains($0) } && reason.utf8.count < 400, "\(reason)")
  }

  @Test func `the model that the refused ones are made of is taken, and so is the deepest tree`() throws {
    let plugin = try ModelPlugin("XGBoostModel")
    let instance = try ModelInstance(plugin, json: ModelText().json)
    #expect(try instance.predict([0, 1]).p_up > instance.predict([0, 0]).p_up)
    let deep = try ModelInstance(plugin, json: ModelText(trees: [Self.chain(1000)], baseScore: "0.5").json)
    // The value passes every threshold but the last ones: it ends in the deepest leaf.
    #expect(try deep.predict([1e9, 0]).p_up == 1)
  }

  @Test func `a file cut anywhere is refused with the place of the cut or before it`() throws {
    let plugin = try ModelPlugin("XGBoostModel")
    let bytes = Array(ModelText().json.utf8)
    for length in bytes.indices {
      let refused = #expect(throws: ModelInstance.Refused.self) { try ModelInstance(plugin, Array(bytes[..<length])) }
      #expect(refused?.reason.contains("byte \(length): the file ends") == true, "\(length): \(refused?.reason ?? "")")
    }
  }

  @Test func `bytes that are no UTF-8 are refused in a key, and stepped over in a text that nobody reads`() throws {
    let plugin = try ModelPlugin("XGBoostModel")
    let bytes = Array(ModelText().json.utf8)
    let key = try #require(ModelText().json.range(of: "note")).lowerBound.utf16Offset(in: ModelText().json)
    var spoiled = bytes
    spoiled[key] = 0xFF
    let refused = #expect(throws: ModelInstance.Refused.self) { try ModelInstance(plugin, spoiled) }
    #expect(refused?.reason.contains("a key of attributes is not UTF-8") == true)
    spoiled = bytes
    spoiled[key + 8] = 0xFF
    _ = try ModelInstance(plugin, spoiled)
  }
}
