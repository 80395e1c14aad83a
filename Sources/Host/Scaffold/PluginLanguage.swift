/// What a plugin is written in.
public enum PluginLanguage: String, Sendable, CaseIterable {
  /// Over PluginKit.
  case swift
  /// Against the header alone.
  case c
}
