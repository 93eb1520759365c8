package com.aiprod.pipeline.api.submit;

import com.aiprod.pipeline.api.http.Json;
import com.aiprod.pipeline.api.problem.FieldFault;
import com.aiprod.pipeline.api.problem.InvalidRequestException;
import com.aiprod.pipeline.job.LineEndings;
import com.aiprod.pipeline.job.Preset;
import com.aiprod.pipeline.job.Presets;
import com.aiprod.pipeline.webhook.WebhookTargets;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.IllformedLocaleException;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Parses the body of {@code POST /pipeline/run} token by token, to find every error in one pass and to take the
 * metadata from the text unchanged. Data binding would stop at the first error and rewrite the metadata. An instance
 * parses one body.
 */
public final class SubmitRequestParser {

    static final int MAX_CONTENT_CHARACTERS = 10_000;
    static final int MAX_METADATA_BYTES = 16 * 1024;

    /** The same as in Jackson, and within the range of PostgreSQL's numeric. */
    static final int MAX_EXPONENT = 100_000;

    private static final Set<String> PRIORITIES = Set.of("low", "normal", "high");
    private static final int MAX_LANG_CHARACTERS = 64;
    private static final JsonFactory JSON =
            JsonFactory.builder().streamReadConstraints(Json.LIMITS).build();

    private static final String DEFAULT_PRESET = "quick_social";

    private final String body;
    private final Presets presets;
    private final WebhookTargets targets;
    private final List<FieldFault> faults = new ArrayList<>();
    private String content;
    private boolean contentFaulty;
    /** Null if it is faulty, or if the request names none and the default is not offered. */
    private Preset preset;

    private boolean presetFaulty;
    private String priority = "low";
    private String lang = "en";
    private Long durationSec;
    private String metadata;
    private boolean metadataFaulty;
    private String callbackUrl;

    SubmitRequestParser(String body, Presets presets, WebhookTargets targets) {
        this.body = body;
        this.presets = presets;
        this.preset = presets.find(DEFAULT_PRESET).orElse(null);
        this.targets = targets;
    }

    /**
     * Parses the body.
     *
     * @throws InvalidRequestException with every error, or with line and column if the body is not JSON
     */
    SubmitRequest parse() {
        Json.requireText(body);
        try (JsonParser json = JSON.createParser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                skipToEnd(json);
                throw new InvalidRequestException("The body must be a JSON object.");
            }
            readObject(json);
            if (json.nextToken() != null) {
                throw new InvalidRequestException(
                        "The body continues after the JSON object" + Json.at(json.currentTokenLocation()));
            }
        } catch (JsonProcessingException e) {
            throw Json.fault(e);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read from a string", e);
        }
        checkTogether();
        if (!faults.isEmpty()) {
            throw new InvalidRequestException(faults);
        }
        return new SubmitRequest(
                content,
                preset,
                priority,
                lang,
                durationSec == null ? preset.defaultDurationSec() : Integer.valueOf(durationSec.intValue()),
                metadata,
                callbackUrl);
    }

    /** Reports a syntax error anywhere in the body in preference to the wrong type. */
    private static void skipToEnd(JsonParser json) throws IOException {
        JsonToken token = json.currentToken();
        while (token != null) {
            token = json.nextToken();
        }
    }

    private void readObject(JsonParser json) throws IOException {
        Set<String> seen = new HashSet<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            if (!seen.add(name)) {
                fault(Json.quoted(name), "is given more than once");
                json.skipChildren();
                continue;
            }
            switch (name) {
                case "content" -> readContent(json, value);
                case "preset" -> readPreset(json, value);
                case "priority" -> readPriority(json, value);
                case "lang" -> readLang(json, value);
                case "duration_sec" -> readDuration(json, value);
                case "metadata" -> readMetadata(json, value);
                case "callback_url" -> readCallbackUrl(json, value);
                default -> {
                    fault(Json.quoted(name), "is not a property of this request");
                    json.skipChildren();
                }
            }
        }
    }

    private void checkTogether() {
        if (content == null && !contentFaulty) {
            fault("content", "is required");
        }
        if (preset == null && !presetFaulty) {
            fault("preset", "is required, and " + choices());
        }
        if (preset == null && durationSec != null && durationSec < 1) {
            fault("duration_sec", "must be at least 1");
        } else if (preset != null
                && durationSec != null
                && (durationSec < 1 || durationSec > preset.maxDurationSec())) {
            fault(
                    "duration_sec",
                    "must be from 1 to " + preset.maxDurationSec() + ", the maximum for " + preset.name());
        }
        if (preset != null && !metadataFaulty) {
            faults.addAll(MetadataCheck.faults(preset.metadata(), metadata));
        }
    }

    private void readContent(JsonParser json, JsonToken value) throws IOException {
        String text = string(json, value, "content");
        if (text == null) {
            contentFaulty = value != JsonToken.VALUE_NULL;
            return;
        }
        contentFaulty = true;
        if (hasLoneSurrogate(text)) {
            fault("content", "contains an unpaired surrogate");
            return;
        }
        String clean = trimmed(withoutControls(LineEndings.toLineFeeds(text)));
        int length = clean.codePointCount(0, clean.length());
        if (length == 0) {
            fault("content", "must not be blank");
        } else if (length > MAX_CONTENT_CHARACTERS) {
            fault("content", "has " + length + " characters; at most " + MAX_CONTENT_CHARACTERS + " are allowed");
        } else {
            content = clean;
            contentFaulty = false;
        }
    }

    private void readPreset(JsonParser json, JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_NULL) {
            return;
        }
        String id = string(json, value, "preset");
        preset = id == null ? null : presets.find(id).orElse(null);
        presetFaulty = preset == null;
        if (id != null && presetFaulty) {
            fault("preset", choices());
        }
    }

    private String choices() {
        List<String> names = presets.names();
        return names.isEmpty()
                ? "cannot be one of the presets: none is offered now"
                : "must be one of " + String.join(", ", names);
    }

    private void readCallbackUrl(JsonParser json, JsonToken value) throws IOException {
        String url = string(json, value, "callback_url");
        if (url != null) {
            targets.fault(url)
                    .ifPresentOrElse(wrong -> fault("callback_url", wrong), () -> callbackUrl = targets.spelled(url));
        }
    }

    private void readPriority(JsonParser json, JsonToken value) throws IOException {
        String name = string(json, value, "priority");
        if (name != null) {
            if (PRIORITIES.contains(name)) {
                priority = name;
            } else {
                fault("priority", "must be one of low, normal, high");
            }
        }
    }

    private void readLang(JsonParser json, JsonToken value) throws IOException {
        String tag = string(json, value, "lang");
        if (tag == null) {
            return;
        }
        try {
            if (!tag.isEmpty() && tag.length() <= MAX_LANG_CHARACTERS) {
                lang = new Locale.Builder().setLanguageTag(tag).build().toLanguageTag();
                return;
            }
        } catch (IllformedLocaleException e) {
            // Reported below, with the same message as other invalid tags.
        }
        fault("lang", "must be a BCP 47 language tag such as en or pt-BR");
    }

    private void readDuration(JsonParser json, JsonToken value) throws IOException {
        switch (value) {
            case VALUE_NULL -> durationSec = null;
            // Ten or more digits are out of every preset's range, as 0 is.
            case VALUE_NUMBER_INT -> durationSec = json.getTextLength() < 10 ? json.getLongValue() : 0L;
            // JSON Schema treats 10.0 and 1e1 as integers.
            case VALUE_NUMBER_FLOAT -> {
                double seconds = json.getDoubleValue();
                if (seconds == Math.rint(seconds)) {
                    durationSec = Math.abs(seconds) < 1e9 ? (long) seconds : 0L;
                } else {
                    fault("duration_sec", "must be a whole number, not " + kind(value));
                }
            }
            default -> {
                fault("duration_sec", "must be a whole number, not " + kind(value));
                json.skipChildren();
            }
        }
    }

    private void readMetadata(JsonParser json, JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_NULL) {
            return;
        }
        if (value != JsonToken.START_OBJECT) {
            fault("metadata", "must be an object, not " + kind(value));
            metadataFaulty = true;
            json.skipChildren();
            return;
        }
        metadataFaulty = true;
        int start = (int) json.currentTokenLocation().getCharOffset();
        boolean storable = walkMetadata(json);
        String raw = body.substring(start, (int) json.currentLocation().getCharOffset());
        if (raw.getBytes(StandardCharsets.UTF_8).length > MAX_METADATA_BYTES) {
            fault("metadata", "must not be larger than " + MAX_METADATA_BYTES + " bytes");
        } else if (storable) {
            metadata = raw;
            metadataFaulty = false;
        }
    }

    /** Reads to the end of the object; false, with errors, if it holds what cannot be stored unchanged. */
    private boolean walkMetadata(JsonParser json) throws IOException {
        Deque<Set<String>> names = new ArrayDeque<>();
        names.push(new HashSet<>());
        Set<String> wrong = new HashSet<>();
        while (!names.isEmpty()) {
            JsonToken token = json.nextToken();
            switch (token) {
                case START_OBJECT, START_ARRAY -> names.push(new HashSet<>());
                case END_OBJECT, END_ARRAY -> names.pop();
                case FIELD_NAME -> {
                    if (!names.element().add(json.currentName())) {
                        wrong.add("contains the name " + Json.quoted(json.currentName()) + " twice in one object");
                    }
                    wrong.addAll(unstorable(json.currentName()));
                }
                case VALUE_STRING -> wrong.addAll(unstorable(json.getText()));
                case VALUE_NUMBER_FLOAT -> {
                    if (!hasBoundedExponent(json.getText())) {
                        wrong.add("contains a number with over " + MAX_EXPONENT + " digits before or after its point");
                    }
                }
                default -> {}
            }
        }
        wrong.stream().sorted().forEach(message -> fault("metadata", message));
        return wrong.isEmpty();
    }

    /** A stage that wants an integer might write out every digit of 1e1000000000. */
    private static boolean hasBoundedExponent(String number) {
        try {
            BigDecimal value = new BigDecimal(number);
            return Math.abs((long) value.precision() - value.scale()) <= MAX_EXPONENT;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    /** PostgreSQL's JSON types hold neither U+0000 nor an unpaired surrogate. */
    private static List<String> unstorable(String text) {
        List<String> wrong = new ArrayList<>();
        if (text.indexOf('\0') >= 0) {
            wrong.add("contains the character U+0000, which cannot be stored");
        }
        if (hasLoneSurrogate(text)) {
            wrong.add("contains an unpaired surrogate");
        }
        return wrong;
    }

    /** The current string; null, with an error unless it is JSON's null, for anything else. */
    private String string(JsonParser json, JsonToken value, String field) throws IOException {
        if (value == JsonToken.VALUE_STRING) {
            return json.getText();
        }
        if (value != JsonToken.VALUE_NULL) {
            fault(field, "must be a string, not " + kind(value));
            json.skipChildren();
        }
        return null;
    }

    private static String kind(JsonToken value) {
        return switch (value) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT -> "a number";
            case VALUE_NUMBER_FLOAT -> "a number with a fraction or an exponent";
            case VALUE_TRUE, VALUE_FALSE -> "a boolean";
            default -> "null";
        };
    }

    private void fault(String field, String message) {
        faults.add(new FieldFault(field, message));
    }

    private static boolean hasLoneSurrogate(String text) {
        return text.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }

    private static String withoutControls(String text) {
        return text.codePoints()
                .filter(c -> c == '\t' || c == '\n' || !Character.isISOControl(c))
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** Trims whitespace, including no-break spaces, which {@link String#strip()} keeps. */
    private static String trimmed(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isSpace(text.charAt(start))) {
            start++;
        }
        while (end > start && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private static boolean isSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c);
    }
}
