/// A message that is not what Binance sends; its reader adds file and line.
struct BadMessage: Error { var reason: String }
