package dev.fwctl.core.report;

/** How text stands out on a terminal. */
public enum Style {
  /** For a place that shows no colours. */
  PLAIN,
  /** With the colours of ECMA-48, "Select Graphic Rendition". */
  COLOURED;

  private static final String RESET = "\u001b[0m";

  String added(String text) {
    return styled("\u001b[32m", text);
  }

  String changed(String text) {
    return styled("\u001b[33m", text);
  }

  String removed(String text) {
    return styled("\u001b[31m", text);
  }

  String heading(String text) {
    return styled("\u001b[1m", text);
  }

  private String styled(String begin, String text) {
    return this == PLAIN ? text : begin + text + RESET;
  }
}
