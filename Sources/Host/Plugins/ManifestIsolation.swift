import Engine
extension StrategyManifest { public var isolation: Isolation? { nil } }
