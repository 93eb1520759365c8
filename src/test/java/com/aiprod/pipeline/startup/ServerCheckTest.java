package com.aiprod.pipeline.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.aiprod.pipeline.StartRefusedException;
import com.aiprod.pipeline.embedded.EmbeddedDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

class ServerCheckTest {

    @ParameterizedTest
    @ValueSource(strings = {"SQL_ASCII", "LATIN1"})
    void rejectsADatabaseThatIsNotUtf8(String encoding) {
        String url = EmbeddedDatabase.create("TEMPLATE template0 LOCALE 'C' ENCODING '" + encoding + "'");
        assertThatThrownBy(() -> ServerCheck.verify(new DriverManagerDataSource(url)))
                .isInstanceOf(StartRefusedException.class)
                .hasMessageMatching(
                        "The database aiprod_\\d+ has the encoding %s, but UTF8 is required\\.".formatted(encoding));
    }

    @Test
    void acceptsAUtf8Database() {
        String url = EmbeddedDatabase.create();
        assertThatCode(() -> ServerCheck.verify(new DriverManagerDataSource(url)))
                .doesNotThrowAnyException();
    }

    @Test
    void namesAllErrors() {
        assertThat(ServerCheck.faults("db", "13.22", 13, "LATIN1"))
                .containsExactly(
                        "The server runs PostgreSQL 13.22, but 14 or later is required.",
                        "The database db has the encoding LATIN1, but UTF8 is required.");
        assertThat(ServerCheck.faults("db", "14.0", 14, "UTF8")).isEmpty();
    }
}
