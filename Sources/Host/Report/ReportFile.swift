/// The files of a report. A folder that holds anything else is not ours to replace.
enum ReportFile: String, CaseIterable {
  case page = "report.html"
  case fills = "trades.csv"
  case roundTrips = "roundtrips.csv"
  case equity = "equity.csv"
  case results = "results.json"
}
