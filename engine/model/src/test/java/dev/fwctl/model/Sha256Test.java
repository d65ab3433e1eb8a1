package dev.fwctl.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Against what {@code sha256sum} prints. */
class Sha256Test {
  @Test
  void isThatOfTheTool() {
    assertThat(Sha256.hex(""))
        .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assertThat(Sha256.hex("é\n"))
        .isEqualTo(Sha256.hex(new byte[] {(byte) 0xc3, (byte) 0xa9, '\n'}))
        .isEqualTo("edd3a863872a04239eb29ad4bc12fc892b3d4ae57cc7e786a3697816f8e141c2");
  }
}
