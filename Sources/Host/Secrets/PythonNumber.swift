/// Python's `repr` of a float: the shortest digits that read back the same, as Swift has them, with Python's choice of where
/// the exponent begins.
enum PythonNumber {
  static func text(_ value: Double) -> String {
    let swift = value.magnitude.description.split(separator: "e")
    let sign = value.sign == .minus ? "-" : ""
    let parts = swift[0].split(separator: ".").map(String.init)
    var digits = parts[0] + (parts.count > 1 && parts[1] != "0" ? parts[1] : "")
    // Where the point stands, counted from the first digit.
    var point = parts[0].count + (swift.count > 1 ? Int(swift[1])! : 0)
    while digits.count > 1, digits.first == "0" {
      digits.removeFirst()
      point -= 1
    }
    while digits.count > 1, digits.last == "0" { digits.removeLast() }
    if digits == "0" { return sign + "0.0" }
    let exponent = point - 1
    if exponent < -4 || exponent >= 16 {
      let rest = digits.count > 1 ? "." + digits.dropFirst() : ""
      let size = exponent.magnitude < 10 ? "0\(exponent.magnitude)" : "\(exponent.magnitude)"
      return "\(sign)\(digits.prefix(1))\(rest)e\(exponent < 0 ? "-" : "+")\(size)"
    }
    if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
    if point >= digits.count { return sign + digits + String(repeating: "0", count: point - digits.count) + ".0" }
    return sign + digits.prefix(point) + "." + digits.dropFirst(point)
  }
}
