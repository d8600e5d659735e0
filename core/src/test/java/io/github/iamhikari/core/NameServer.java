package io.github.iamhikari.core;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A DNS server on 127.0.0.1 that knows aliases and nothing else. */
final class NameServer implements AutoCloseable {

  private static final int CNAME = 5;

  private final Map<String, String> aliases = new ConcurrentHashMap<>();
  private final DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());

  NameServer() throws IOException {
    Thread thread = new Thread(this::serve, "name server");
    thread.setDaemon(true);
    thread.start();
  }

  /** By name; it may be changed. */
  Map<String, String> aliases() {
    return aliases;
  }

  /** For JNDI. */
  String url() {
    return "dns://127.0.0.1:" + socket.getLocalPort();
  }

  private void serve() {
    byte[] buffer = new byte[512];
    try {
      while (true) {
        DatagramPacket question = new DatagramPacket(buffer, buffer.length);
        socket.receive(question);
        byte[] answer = answer(Arrays.copyOf(buffer, question.getLength()));
        socket.send(new DatagramPacket(answer, answer.length, question.getSocketAddress()));
      }
    } catch (IOException e) {
      // it has been closed
    }
  }

  private byte[] answer(byte[] question) throws IOException {
    int end = 12;
    StringBuilder name = new StringBuilder();
    while (question[end] > 0) {
      name.append(name.isEmpty() ? "" : ".");
      name.append(new String(question, end + 1, question[end], US_ASCII));
      end += 1 + question[end];
    }
    String alias = aliases.get(name.toString());
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    DataOutputStream output = new DataOutputStream(answer);
    output.writeShort(ByteBuffer.wrap(question).getShort()); // the question's number
    output.writeShort(alias == null ? 0x8183 : 0x8180); // no such name, or an answer
    output.writeShort(1);
    output.writeShort(alias == null ? 0 : 1);
    output.writeInt(0);
    output.write(question, 12, end + 5 - 12); // the question itself
    if (alias != null) {
      output.writeShort(0xc00c); // the name in the question
      output.writeShort(CNAME);
      output.writeShort(1);
      output.writeInt(60);
      output.writeShort(alias.length() + 2);
      for (String label : alias.split("\\.", -1)) {
        output.write(label.length());
        output.writeBytes(label);
      }
      output.write(0);
    }
    return answer.toByteArray();
  }

  @Override
  public void close() {
    socket.close();
  }
}
