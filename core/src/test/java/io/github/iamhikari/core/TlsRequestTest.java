package io.github.iamhikari.core;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.core.TlsRequest.Answer;
import io.github.iamhikari.core.TlsRequest.Refusal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What servers say that do not begin with TLS. */
class TlsRequestTest {

  @Test
  void takesAnErrorOfPostgresForARefusalToLetAnybodyIn() throws IOException {
    assertThat(answer(JdbcUrl.Protocol.POSTGRESQL, "Esorry, too many clients already\n\0"))
        .contains(new Answer(Refusal.NO_ENTRY, "sorry, too many clients already"));
  }

  @Test
  void readsAnErrorOfMySqlWithAndWithoutWords() throws IOException {
    assertThat(answer(JdbcUrl.Protocol.MYSQL, "\b\0\0\0\u00ff\u0010\u0004Too m"))
        .contains(new Answer(Refusal.NO_ENTRY, "Too m"));
    assertThat(answer(JdbcUrl.Protocol.MYSQL, "\u0001\0\0\0\u00ff"))
        .hasValueSatisfying(
            answer -> assertThat(answer.refusal()).isEqualTo(Refusal.NO_SUCH_DATABASE));
  }

  private static Optional<Answer> answer(JdbcUrl.Protocol protocol, String bytes)
      throws IOException {
    InetAddress here = InetAddress.getLoopbackAddress();
    try (ServerSocket server = new ServerSocket(0, 1, here);
        Socket client = new Socket(here, server.getLocalPort());
        Socket accepted = server.accept()) {
      accepted.getOutputStream().write(bytes.getBytes(ISO_8859_1));
      return new TlsRequest(protocol).ask(client);
    }
  }
}
