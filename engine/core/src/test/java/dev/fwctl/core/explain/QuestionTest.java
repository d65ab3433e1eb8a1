package dev.fwctl.core.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.fwctl.core.explain.Question.Destination;
import dev.fwctl.core.explain.Question.Service;
import dev.fwctl.model.ErrorCode;
import dev.fwctl.model.FwctlException;
import dev.fwctl.model.IpAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuestionTest {
  private static Question ask(String from, String to) {
    return Question.parse(from, to, Optional.empty());
  }

  @ParameterizedTest
  @CsvSource({
    "203.0.113.7, :8081/tcp, '', :8081/tcp",
    "203.0.113.7, 192.0.2.10:53/udp, 192.0.2.10, :53/udp",
    "2001:db8::7, [2001:db8::1]:53/udp, 2001:db8::1, :53/udp",
    "203.0.113.7, /icmp, '', /echo-request",
    "203.0.113.7, icmp, '', /echo-request",
    "203.0.113.7, timestamp-request, '', /timestamp-request",
    "203.0.113.7, 192.0.2.10/icmp, 192.0.2.10, /echo-request",
    "2001:db8::7, 2001:db8::1/icmp, 2001:db8::1, /echo-request",
    "2001:db8::7, [2001:db8::1]/echo-request, 2001:db8::1, /echo-request",
    "203.0.113.7, container/shop.1:80/tcp, shop.1, :80/tcp"
  })
  void readsWhereAPacketIsBound(String from, String to, String where, String service) {
    Question question = ask(from, to);
    String said =
        switch (question.to()) {
          case Destination.Host _ -> "";
          case Destination.Address it -> it.address().toString();
          case Destination.ToContainer it -> it.name();
        };
    assertThat(said).isEqualTo(where);
    assertThat(question.service()).hasToString(service);
  }

  @Test
  void readsWhereItComesFrom() {
    assertThat(ask("203.0.113.7:4000", ":80/tcp").sourcePort()).contains(4000);
    assertThat(ask("[2001:db8::7]:4000", ":80/tcp").from()).isEqualTo(IpAddress.of("2001:db8::7"));
    assertThat(ask("2001:db8::7", ":80/tcp").sourcePort()).isEmpty();
    assertThat(ask("203.0.113.7", ":80/sctp").service()).isInstanceOf(Service.Port.class);
  }

  @ParameterizedTest
  @CsvSource({
    "203.0.113.7, 8081, names no protocol",
    "203.0.113.7, :8081, names no protocol",
    "203.0.113.7, container/shop:80, is no protocol",
    "203.0.113.7, 192.0.2.10/tcp, names no port",
    "203.0.113.7, :0/tcp, is no port",
    "203.0.113.7, :65536/tcp, is no port",
    "203.0.113.7, :http/tcp, is no port",
    "203.0.113.7, web-01:80/tcp, is no address",
    "203.0.113.7, :80/tpc, is no protocol",
    "203.0.113.7, '', names no protocol",
    "203.0.113.7, container/:80/tcp, is no address",
    "203.0.113.7, /any, is no protocol",
    "2001:db8::7, timestamp-request, is no protocol",
    "203.0.113.7, [2001:db8::1]:80/tcp, two families",
    "203.0.113.7:4000, /icmp, names a port",
    "203.0.113.7:x, :80/tcp, is no port",
    "web-01, :80/tcp, is no address",
    "'', :80/tcp, is no address"
  })
  void saysWhatIsWrongAndWhatToDo(String from, String to, String words) {
    assertThatExceptionOfType(FwctlException.class)
        .isThrownBy(() -> ask(from, to))
        .satisfies(
            failure -> {
              assertThat(failure.problems()).hasSize(1);
              assertThat(failure.problems().getFirst().code()).isEqualTo(ErrorCode.USAGE);
              assertThat(failure.problems().getFirst().message()).contains(words);
              assertThat(failure.problems().getFirst().hint()).isPresent();
            });
  }
}
