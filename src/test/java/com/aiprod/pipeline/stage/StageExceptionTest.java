package com.aiprod.pipeline.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The exceptions of a stage, as a route in YAML throws them. */
class StageExceptionTest {

    static Stream<Arguments> messages() {
        return Stream.of(
                Arguments.of("CONTENT_REFUSED: This text: no.", "CONTENT_REFUSED", "This text: no."),
                Arguments.of("E1:x", "E1", "x"),
                Arguments.of("A: ", "A", ""),
                Arguments.of("The model is busy: try later.", null, "The model is busy: try later."),
                Arguments.of("lower: text", null, "lower: text"),
                Arguments.of("X".repeat(65) + ": text", null, "X".repeat(65) + ": text"),
                Arguments.of(null, null, ""));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void readsTheCodeBeforeTheFirstColon(String message, String code, String text) {
        PermanentStageException permanent = new PermanentStageException(message);
        assertThat(permanent.errorCode()).isEqualTo(code);
        assertThat(permanent).hasMessage(text);
        TransientStageException passing = new TransientStageException(message);
        assertThat(passing.errorCode()).isEqualTo(code);
        assertThat(passing).hasMessage(text);
    }

    @Test
    void isThrownFromYaml() throws Exception {
        DefaultCamelContext camel = new DefaultCamelContext();
        try {
            PluginHelper.getRoutesLoader(camel).loadRoutes(ResourceHelper.fromString("refuse.camel.yaml", """
                    - route:
                        id: refuse-job
                        from:
                          uri: direct:refuse-job
                          steps:
                            - throwException:
                                exceptionType: com.aiprod.pipeline.stage.PermanentStageException
                                message: "CONTENT_REFUSED: Not ${body}."
                    """));
            camel.start();
            Exchange refused = camel.createProducerTemplate()
                    .request(
                            "direct:refuse-job",
                            exchange -> exchange.getMessage().setBody("this"));
            assertThat(refused.getException())
                    .isInstanceOfSatisfying(
                            PermanentStageException.class,
                            thrown -> assertThat(thrown.errorCode()).isEqualTo("CONTENT_REFUSED"))
                    .hasMessage("Not this.");
        } finally {
            camel.stop();
        }
    }
}
