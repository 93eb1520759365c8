package com.aiprod.pipeline.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class WebhookSignatureTest {

    @Test
    void signsLikeTheExampleInTheDocs() throws Exception {
        String told = new YAMLMapper()
                .readTree(new File("src/main/resources/openapi.yaml"))
                .at("/webhooks/jobEnded/post/description")
                .asText();

        assertThat(WebhookSignature.of(
                        List.of(value(told, "secret")),
                        value(told, "webhook-id"),
                        Long.parseLong(value(told, "webhook-timestamp")),
                        value(told, "body").getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(value(told, "webhook-signature"));
    }

    private static String value(String text, String name) {
        Matcher line = Pattern.compile("(?m)^" + name + ": (.+)$").matcher(text);
        assertThat(line.find()).as(name).isTrue();
        return line.group(1);
    }
}
