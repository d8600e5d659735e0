import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes the resources of core from Amazon's root certificates: one PEM file for each region, so
 * that a login reads those of its own region and no others. The build runs it. To renew the roots,
 * replace rds-roots.pem beside this file; its first line says when it was made.
 */
public final class SplitRoots {

  /** Roots of trial regions ("Amazon RDS Beta us-east-1 Root CA ...") have another form. */
  private static final Pattern NAME =
      Pattern.compile("CN=Amazon RDS ([a-z]+(?:-[a-z]+)+-[0-9]+) Root CA [A-Z0-9]+ G[0-9]+");

  private static final Pattern DATE = Pattern.compile("valid on (\\d{4}-\\d{2}-\\d{2})");

  private SplitRoots() {}

  /**
   * Splits a bundle.
   *
   * @param arguments the PEM file, and the folder that gets a file for each region
   */
  public static void main(String[] arguments) throws IOException, GeneralSecurityException {
    Path bundle = Path.of(arguments[0]);
    Path folder = Files.createDirectories(Path.of(arguments[1]));
    String date = date(Files.readAllLines(bundle).get(0));
    Map<String, List<X509Certificate>> roots = new TreeMap<>();
    try (InputStream input = Files.newInputStream(bundle)) {
      for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(input)) {
        X509Certificate root = (X509Certificate) certificate;
        Matcher name = NAME.matcher(root.getSubjectX500Principal().getName());
        if (name.find()) {
          checkRoot(root);
          roots.computeIfAbsent(name.group(1), region -> new ArrayList<>()).add(root);
        }
      }
    }
    if (roots.isEmpty()) {
      throw new IllegalArgumentException("No root of a region is in " + bundle);
    }
    for (Map.Entry<String, List<X509Certificate>> region : roots.entrySet()) {
      write(folder.resolve(region.getKey() + ".pem"), date, region.getValue());
    }
    Files.writeString(folder.resolve("regions.txt"), String.join("\n", roots.keySet()) + "\n");
  }

  private static String date(String firstLine) {
    Matcher date = DATE.matcher(firstLine);
    if (!date.find()) {
      throw new IllegalArgumentException(
          "The first line of the bundle must say \"valid on\" and a date, not: " + firstLine);
    }
    return date.group(1);
  }

  private static void checkRoot(X509Certificate root) throws GeneralSecurityException {
    root.verify(root.getPublicKey());
    if (root.getBasicConstraints() < 0) {
      throw new GeneralSecurityException("no authority: " + root.getSubjectX500Principal());
    }
  }

  private static void write(Path file, String date, List<X509Certificate> roots)
      throws IOException, GeneralSecurityException {
    Base64.Encoder lines = Base64.getMimeEncoder(64, new byte[] {'\n'});
    StringBuilder text = new StringBuilder(date).append('\n');
    for (X509Certificate root : roots) {
      text.append("-----BEGIN CERTIFICATE-----\n")
          .append(lines.encodeToString(root.getEncoded()))
          .append("\n-----END CERTIFICATE-----\n");
    }
    Files.writeString(file, text);
  }
}
