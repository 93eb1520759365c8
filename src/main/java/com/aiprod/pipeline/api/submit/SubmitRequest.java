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
 * A job as a client asked for it, valid and complete: defaults are filled in and texts normalised.
 *
 * @param content 1 to 10,000 characters without surrounding white space or control characters
 * @param preset what kind of video
 * @param priority {@code low}, {@code normal} or {@code high}
 * @param lang BCP 47 tag in its canonical spelling
 * @param durationSec seconds, within the preset's limit
 * @param metadata the caller's JSON object, character for character as it was sent; null if none was
 * @param callbackUrl where the caller wants to be told of the end, in ASCII; null if nowhere
 */
record SubmitRequest(
        String content,
        Preset preset,
        String priority,
        String lang,
        int durationSec,
        String metadata,
        String callbackUrl) {

    private static final JsonMapper MAPPER = new JsonMapper();

    /**
     * What an idempotency key is bound to: the SHA-256, in hexadecimal, of what was asked for. It does not depend on
     * the order of the properties, on white space between them, or on whether a default was spelled out; within the
     * metadata, on nothing that {@link CanonicalJson} evens out.
     */
    String fingerprint() {
        try {
            List<Object> asked = new ArrayList<>(Arrays.asList(content, preset.id(), priority, lang, durationSec));
            asked.add(metadata == null ? null : CanonicalJson.of(metadata));
            // Else as it was before there were callbacks, so that a key lives through the change.
            if (callbackUrl != null) {
                asked.add(callbackUrl);
            }
            String canonical = MAPPER.writeValueAsString(asked);
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(canonical.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (JsonProcessingException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256, and strings can be written as JSON", e);
        }
    }
}
