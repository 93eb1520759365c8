package com.aiprod.pipeline.api.submit;

import com.aiprod.pipeline.job.Preset;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * A valid and complete job request: defaults are filled in and text is normalized.
 *
 * @param content 1 to 10,000 characters without surrounding whitespace or control characters
 * @param preset the kind of output
 * @param priority {@code low}, {@code normal} or {@code high}
 * @param lang BCP 47 tag in canonical form
 * @param durationSec seconds, within the preset's limit; null if the pipeline decides
 * @param metadata the caller's JSON object, character for character as sent; null if absent
 * @param callbackUrl where to send a webhook when the job ends, in ASCII; null for nowhere
 */
record SubmitRequest(
        String content,
        Preset preset,
        String priority,
        String lang,
        Integer durationSec,
        String metadata,
        String callbackUrl) {

    private static final JsonMapper MAPPER = new JsonMapper();

    /**
     * What an idempotency key is bound to: the SHA-256 of the request, in hexadecimal. It does not depend on the order
     * of properties, on whitespace between them, or on whether a default is explicit. Within the metadata, it ignores
     * what {@link CanonicalJson} normalizes.
     */
    String fingerprint() {
        try {
            List<Object> asked = new ArrayList<>(Arrays.asList(content, preset.name(), priority, lang, durationSec));
            asked.add(metadata == null ? null : CanonicalJson.of(metadata));
            // Added only if present, so that keys from before callbacks existed stay valid.
            if (callbackUrl != null) {
                asked.add(callbackUrl);
            }
            String canonical = MAPPER.writeValueAsString(asked);
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(canonical.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (JsonProcessingException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("Cannot compute the SHA-256 of the request", e);
        }
    }
}
