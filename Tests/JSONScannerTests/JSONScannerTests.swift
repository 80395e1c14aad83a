import JSONScanner
import Testing
