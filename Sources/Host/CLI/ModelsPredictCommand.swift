import ArgumentParser
import Cryptography
import Daemon
import Features
import Kernel
import Market
import Models
import Plugins
import Session
import Settings

/// `quantumedge models predict`: what a model says of rows of a file, by the adapter and the checks of a run.
struct ModelsPredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Ask a model about rows of features, as a run would.",
    discussion: "Writes a line with p_up for each row to standard output, behind a header; with --json one object.")

  @OptionGroup var settings: SettingsOptions
  @OptionGroup var output: OutputOptions
  @Option(help: ArgumentHelp("A manifest, or the folder that it stands in.", valueName: "path")) var manifest: String
  @Option(
    help: ArgumentHelp("CSV with the schema's columns by name, others are ignored (quantumedge train --export-features).", valueName: "file"))
  var features: String

  private static let sizeLimit = 4 << 30

  func run() throws {
    let loaded = try settings.load()
    let adapters = ModelsOutput.adapters(loaded)
    let resolved = try ResolvedModel.read(manifest, adapters: adapters, isStrict: loaded.models.strictCompatibility)
    let name = resolved.manifest.market.map { "\(loaded.pairs.venue).\($0.rawValue).\(resolved.symbol)" } ?? resolved.symbol
    let instrument = try StrategiesOutput.instrument(name, loaded)
    let rows = try FeatureRows(path: features, schema: resolved.schema, limit: Self.sizeLimit)
    for warning in Quarantine.warnings(resolved.model.digest, loaded) { Console.warning(warning) }
    let instance = try ModelInstance(resolved, on: instrument)
    defer { instance.close() }
    for note in instance.notes { Console.warning(note) }
    var answers: [String] = []
    for row in rows.values { answers.append("\(try instance.predict(row).pUp)") }
    if output.json {
      try Console.result(
        JSONValue.object([
          ("model", .text(instance.id)), ("digest", .text(instance.digest.hex)), ("rows", .integer(answers.count)),
          ("p_up", .array(answers.map { .number($0) })),
        ]).description)
    } else {
      try Console.result((["p_up"] + answers).joined(separator: "\n"))
    }
  }
}

/// Rows of a CSV file in a schema's order.
private struct FeatureRows {
  var values: [[Double]] = []

  /// - Throws: `SessionError` with file and line for a column that is missing or a field that is no number; empty = missing value.
  init(path: String, schema: FeatureSchema, limit: Int) throws {
    let bytes: [UInt8]
    do throws(KernelError) { bytes = try Files.read(path, limit: limit) } catch {
      throw SessionError(error.isMissing ? .missingInput : .badData, "\(error)")
    }
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: true)[...]
    guard let header = lines.popFirst() else { throw SessionError(.badData, "\(path): the file is empty: no header, no rows") }
    let names = Self.fields(header).map { String(decoding: $0, as: UTF8.self) }
    var places: [Int] = []
    for column in schema.columns {
      guard let place = names.firstIndex(of: column) else { throw SessionError(.badData, "\(path):1: no column \(column), which \(schema.name) has") }
      places.append(place)
    }
    values.reserveCapacity(lines.count)
    for (index, line) in lines.enumerated() {
      let fields = Self.fields(line)
      guard fields.count == names.count else {
        throw SessionError(.badData, "\(path):\(index + 2): \(fields.count) fields, the header has \(names.count)")
      }
      var row: [Double] = []
      for (column, place) in places.enumerated() {
        let text = String(decoding: fields[place], as: UTF8.self)
        guard let value = text.isEmpty ? .nan : Double(text) else {
          throw SessionError(.badData, "\(path):\(index + 2): '\(text.prefix(40))' in \(schema.columns[column]) is no number")
        }
        row.append(value)
      }
      values.append(row)
    }
  }

  private static func fields(_ line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    let line = line.last == 0x0D ? line.dropLast() : line
    return line.split(separator: 0x2C, omittingEmptySubsequences: false)
  }
}
