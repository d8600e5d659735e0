package io.github.iamhikari.recipes.pools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalConnectionFactoryConfigurationSupplier;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import io.github.iamhikari.localrds.Login;
import io.github.iamhikari.recipes.Server;
import java.sql.SQLException;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class AgroalIT extends PoolContract {

  private final AgroalDataSource pool;

  AgroalIT(Server server) throws SQLException {
    super(server);
    pool = Agroal.pool(iam());
  }

  @Override
  DataSource pool() {
    return pool;
  }

  @Override
  void closePool() {
    pool.close();
  }

  @Test
  void asksForNoOtherUserAndSendsNoPassword() throws SQLException {
    try (AgroalDataSource other =
            pool(
                factory ->
                    factory
                        .principal(new NamePrincipal(Server.SECOND_USER))
                        .credential(new SimplePassword("hunter2"))
                        .addSecurityProvider(AgroalLogins::handedOn)
                        .credential(iam()));
        var connection = other.getConnection()) {
      assertThat(Server.user(connection)).isEqualTo(rds().account());
      assertThat(logins()).hasSize(1).allMatch(Login::accepted);
    }
  }

  @Test
  void saysThatItsCredentialIsMissing() throws SQLException {
    try (AgroalDataSource other = pool(factory -> factory)) {
      assertThatThrownBy(other::getConnection)
          .isInstanceOf(SQLException.class)
          .hasMessage("The pool's credential is no IamDataSource");
    }
  }

  private static AgroalDataSource pool(
      UnaryOperator<AgroalConnectionFactoryConfigurationSupplier> logins) throws SQLException {
    return AgroalDataSource.from(
        new AgroalDataSourceConfigurationSupplier()
            .connectionPoolConfiguration(
                pool ->
                    pool.maxSize(1)
                        .establishmentRetryAttempts(0)
                        .connectionFactoryConfiguration(
                            factory ->
                                logins.apply(
                                    factory.connectionProviderClass(AgroalLogins.class)))));
  }
}
