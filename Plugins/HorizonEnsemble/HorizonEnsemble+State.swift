import PluginKit

extension HorizonEnsemble {
  func save(to writer: inout StateWriter) {
    writer.write(bidQuantity)
    writer.write(askQuantity)
    writer.write(isOpeningAllowed)
    writer.write(lastTag)
    writer.write(entryTag)
    writer.write(cancelTag)
    writer.write(targetTag)
    writer.write(entrySide.rawValue)
    writer.write(heldSince)
    day.save(to: &writer)
    entering.save(to: &writer)
    leaving.save(to: &writer)
  }

  mutating func restore(from reader: inout StateReader) throws {
    bidQuantity = try reader.read()
    askQuantity = try reader.read()
    isOpeningAllowed = try reader.readBool()
    lastTag = try reader.read()
    entryTag = try reader.read()
    cancelTag = try reader.read()
    targetTag = try reader.read()
    guard let side = Side(rawValue: try reader.read()) else { throw Refusal("the state has no side for its entry") }
    entrySide = side
    heldSince = try reader.read()
    try day.restore(from: &reader)
    try entering.restore(from: &reader)
    try leaving.restore(from: &reader)
    guard bidQuantity >= 0, askQuantity >= 0, heldSince >= 0, entryTag <= lastTag, cancelTag <= lastTag, targetTag <= lastTag else {
      throw Refusal("the state's counters contradict each other")
    }
  }
}
