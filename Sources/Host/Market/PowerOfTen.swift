/// Powers of ten from 10^0 to 10^18.
public enum PowerOfTen {
  public static subscript(exponent: Int) -> Int64 {
    precondition(exponent >= 0 && exponent <= 18, "10^\(exponent) does not fit into 64 bits")
    var value: Int64 = 1
    for _ in 0..<exponent { value &*= 10 }
    return value
  }
}
