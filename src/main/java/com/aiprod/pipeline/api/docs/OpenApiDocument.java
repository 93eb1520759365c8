package com.aiprod.pipeline.api.docs;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.DigestUtils;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Serves {@code openapi.yaml} as JSON at {@code GET /openapi.json}. */
@RestController
class OpenApiDocument {

    private static final Duration FRESH = Duration.ofMinutes(5);

    private final byte[] json;
    private final String etag;

    OpenApiDocument() throws IOException {
        try (InputStream yaml = new ClassPathResource("openapi.yaml").getInputStream()) {
            Object document = new Yaml(new SafeConstructor(new LoaderOptions())).load(yaml);
            json = new JsonMapper().writeValueAsBytes(document);
        }
        etag = '"' + DigestUtils.md5DigestAsHex(json) + '"';
    }

    @GetMapping(path = "/openapi.json", produces = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<byte[]> read() {
        return ResponseEntity.ok()
                .eTag(etag)
                .cacheControl(CacheControl.maxAge(FRESH).cachePublic())
                .body(json);
    }
}
