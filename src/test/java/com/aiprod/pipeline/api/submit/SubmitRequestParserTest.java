package com.aiprod.pipeline.api.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.aiprod.pipeline.api.problem.FieldFault;
import com.aiprod.pipeline.api.problem.InvalidRequestException;
import com.aiprod.pipeline.job.Preset;
import com.aiprod.pipeline.job.Presets;
import com.aiprod.pipeline.pipelines.BuiltInPresets;
import com.aiprod.pipeline.webhook.WebhookTargets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SubmitRequestParserTest {

    private static final String WIDER = "social_vertical, social_portrait, social_square, brand_wide";

    @Test
    void fillsInDefaults() {
        assertThat(parse("{\"content\":\"A sunrise\"}"))
                .isEqualTo(new SubmitRequest("A sunrise", preset("quick_social"), "low", "en", null, null, null));
        assertThat(parse("{\"preset\":\"brand_story\",\"content\":\"x\"}").durationSec())
                .isNull();
        Presets presets = without("quick_social");
        presets.offer(List.of(new Preset("alt_text", "Describes a picture", 4, 9, Map.of(), Map.of())));
        assertThat(parse("{\"preset\":\"alt_text\",\"content\":\"x\"}", presets).durationSec())
                .isEqualTo(4);
    }

    @Test
    void checksMissingMetadataLikeAnEmptyObject() {
        Presets presets = new Presets();
        Map<String, Object> schema = Map.of("type", "object", "required", List.of("campaign"));
        presets.offer(List.of(new Preset("quick_social", "Describes a picture", 4, 9, Map.of(), schema)));
        for (String metadata : List.of("", ",\"metadata\":null", ",\"metadata\":{}")) {
            assertThat(faults("{\"content\":\"x\"" + metadata + "}", presets))
                    .containsExactly("metadata required property 'campaign' not found");
        }
    }

    @Test
    void treatsNullAsMissing() {
        assertThat(parse("""
                {"content":"x","preset":null,"priority":null,"lang":null,"duration_sec":null,"metadata":null,"callback_url":null}""")).isEqualTo(parse("{\"content\":\"x\"}"));
    }

    @Test
    void readsAllFields() {
        assertThat(parse("""
                {"duration_sec":60,"lang":"pt-br","priority":"high","preset":"cinema_spot","content":"x","metadata":{},
                "callback_url":"https://example.com/hook"}"""))
                .isEqualTo(new SubmitRequest(
                        "x", preset("cinema_spot"), "high", "pt-BR", 60, "{}", "https://example.com/hook"));
    }

    static Stream<Arguments> contents() {
        return Stream.of(
                Arguments.of("\\u0000 a\\u0007b \\t", "ab"),
                Arguments.of("\\u00a0\\u3000a\\u2028", "a"),
                Arguments.of("a\\r\\nb\\tc", "a\nb\tc"),
                Arguments.of("\\u0085a\\u007f", "a"),
                Arguments.of(
                        "one\\u000btwo\\u000cthree\\rfour\\u0085five\\u2028six\\u2029seven",
                        "one\ntwo\nthree\nfour\nfive\nsix\nseven"),
                Arguments.of("\\ud83c\\udfac", "🎬"),
                Arguments.of("🎬".repeat(10_000), "🎬".repeat(10_000)),
                Arguments.of(" ".repeat(100_000) + "a" + " ".repeat(100_000) + "b", null),
                Arguments.of("a".repeat(10_001), null),
                Arguments.of("", null),
                Arguments.of(" \\n\\t\\u0001", null),
                Arguments.of("a\\ud800", null));
    }

    @ParameterizedTest
    @MethodSource("contents")
    void normalizesTheContentAndCountsItsCharacters(String json, String content) {
        String body = "{\"content\":\"" + json + "\"}";
        if (content == null) {
            assertThat(faults(body)).hasSize(1).allMatch(fault -> fault.startsWith("content "));
        } else {
            assertThat(parse(body).content()).isEqualTo(content);
        }
    }

    @Test
    void reportsAllErrorsAtOnce() {
        assertThat(faults("""
                {"content":"  ","preset":"epic","priority":5,"lang":"en_US","duration_sec":"10","metadata":[],
                 "Content":"x","user_id":"mallory"}"""))
                .containsExactlyInAnyOrder(
                        "content must not be blank",
                        "preset must be one of quick_social, brand_story, cinema_spot, " + WIDER,
                        "priority must be a string, not a number",
                        "lang must be a BCP 47 language tag such as en or pt-BR",
                        "duration_sec must be a whole number, not a string",
                        "metadata must be an object, not an array",
                        "Content is not a property of this request",
                        "user_id is not a property of this request");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                           | content is required",
                "{'content':null}                             | content is required",
                "{'content':5}                                | content must be a string, not a number",
                "{'content':{'a':[1]}}                        | content must be a string, not an object",
                "{'content':'x','content':'y'}                | content is given more than once",
                "{'content':'x','preset':''}                  | preset must be one of quick_social, brand_story, cinema_spot, "
                        + WIDER,
                "{'content':'x','preset':'QUICK_SOCIAL'}      | preset must be one of quick_social, brand_story, cinema_spot, "
                        + WIDER,
                "{'content':'x','priority':'urgent'}          | priority must be one of low, normal, high",
                "{'content':'x','lang':''}                    | lang must be a BCP 47 language tag such as en or pt-BR",
                "{'content':'x','duration_sec':0}             | duration_sec must be from 1 to 30, the maximum for quick_social",
                "{'content':'x','duration_sec':-5}            | duration_sec must be from 1 to 30, the maximum for quick_social",
                "{'content':'x','duration_sec':31}            | duration_sec must be from 1 to 30, the maximum for quick_social",
                "{'content':'x','duration_sec':99999999999999999999} | duration_sec must be from 1 to 30, the maximum for quick_social",
                "{'content':'x','duration_sec':10.5}          | duration_sec must be a whole number, not a number with a fraction or an exponent",
                "{'content':'x','duration_sec':0.5}           | duration_sec must be a whole number, not a number with a fraction or an exponent",
                "{'content':'x','duration_sec':true}          | duration_sec must be a whole number, not a boolean",
                "{'content':'x','duration_sec':61,'preset':'brand_story'} | duration_sec must be from 1 to 60, the maximum for brand_story",
                "{'content':'x','metadata':'{}'}              | metadata must be an object, not a string",
                "{'content':'x','metadata':{'a':{'b':1,'b':2}}} | metadata contains the name b twice in one object",
                "{'content':'x','metadata':{'a':'\\u0000'}}   | metadata contains the character U+0000, which cannot be stored",
                "{'content':'x','metadata':{'\\u0000':[]}}    | metadata contains the character U+0000, which cannot be stored",
                "{'content':'x','metadata':{'a':['\\udc00']}} | metadata contains an unpaired surrogate"
            })
    void namesTheError(String body, String fault) {
        assertThat(faults(body.replace('\'', '"'))).containsExactly(fault);
    }

    @Test
    void keepsTheMetadataUnchanged() {
        String metadata = "{ \"z\" : 1.50e+1,\"a\":[ {\"b\" : -0 } ],  \"é\":\"\\u00e9🎬\\n\" }";
        assertThat(parse("{\"content\":\"🎬\", \"metadata\" :  " + metadata + " , \"priority\":\"low\"}")
                        .metadata())
                .isEqualTo(metadata);
    }

    /** The built-in presets make videos, whose pipeline.yaml has this schema. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'soundtrack':'loud'}                        | metadata.soundtrack | must be one of auto, none, calm, bright",
                "{'soundtrack':7}                             | metadata.soundtrack | must be one of auto, none, calm, bright",
                "{'brand':'acme'}                             | metadata.brand | string found, [object, null] expected",
                "{'brand':{'colours':['#0B3D2E']}}            | metadata.brand.colours | is not a known key",
                "{'brand':{'colors':['#0B3D2E','red']}}       | metadata.brand.colors[1] | must be a color such as #1A2B3C",
                "{'brand':{'colors':'#0B3D2E'}}               | metadata.brand.colors | string found, [array, null] expected",
                "{'brand':{'colors':[]}}                      | metadata.brand.colors | must have at least 1 items but found 0",
                "{'brand':{'logo':'https://example.com/a.png'}} | metadata.brand.logo | must be a data URI of an image/png or an image/svg+xml",
                "{'brand':{'seed':' '}}                       | metadata.brand.seed | must be a text of 1 to 100 characters",
                "{'brand':{'name':''}}                        | metadata.brand.name | must be a text of 1 to 60 characters",
            })
    void checksTheMetadataByTheSchemaOfThePreset(String metadata, String field, String message) {
        assertThatThrownBy(() -> parse("{\"content\":\"x\",\"metadata\":" + metadata.replace('\'', '"') + "}"))
                .isInstanceOfSatisfying(InvalidRequestException.class, fault -> {
                    assertThat(fault.errors()).extracting(FieldFault::field).containsExactly(field);
                    assertThat(fault.errors().get(0).message()).startsWith(message);
                });
    }

    @Test
    void takesMetadataThatThePresetDoesNotKnow() {
        String metadata = "{\"campaign\":{\"order\":4711},\"soundtrack\":\"calm\",\"brand\":{\"colors\":[\"#0b3d2e\"],"
                + "\"logo\":\"data:image/svg+xml;base64,PHN2Zz4=\",\"seed\":\"acme\",\"name\":\"Acme\"}}";

        assertThat(parse("{\"content\":\"x\",\"metadata\":" + metadata + "}").metadata())
                .isEqualTo(metadata);
        assertThat(parse("{\"content\":\"x\",\"metadata\":{\"brand\":null,\"soundtrack\":null}}")
                        .metadata())
                .isNotNull();
    }

    @Test
    void aSchemaCanRequireMetadata() {
        Presets presets = new Presets();
        presets.offer(List.of(new Preset(
                "quick_social", "x", null, 9, Map.of(), Map.of("required", List.of("order"), "type", "object"))));

        assertThatThrownBy(() -> parse("{\"content\":\"x\"}", presets))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        fault -> assertThat(fault.errors())
                                .extracting(FieldFault::field)
                                .containsExactly("metadata"));
    }

    @Test
    void limitsTheBytesOfTheMetadata() {
        String most = "{\"a\":\"" + "é".repeat((SubmitRequestParser.MAX_METADATA_BYTES - 8) / 2) + "\"}";
        assertThat(parse("{\"content\":\"x\",\"metadata\":" + most + "}").metadata())
                .isEqualTo(most);
        assertThat(faults("{\"content\":\"x\",\"metadata\":" + most.replace("{", "{ ") + "}"))
                .containsExactly("metadata must not be larger than 16384 bytes");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " \n",
                "[]",
                "\"x\"",
                "null",
                "5",
                "{",
                "{\"content\":\"x\"",
                "{\"content\":\"x\",}",
                "{'content':'x'}",
                "{\"content\":\"x\"} {}",
                "{\"content\":\"x\"}x",
                "{\"content\":\"a\tb\"}",
                "{\"content\":\"x\",\"duration_sec\":NaN}",
                "{\"content\":\"x\",\"duration_sec\":01}",
                "{\"content\":\"\\x\"}",
                "// a\n{\"content\":\"x\"}",
                "\u0000{\"content\":\"x\"}"
            })
    void rejectsABodyThatIsNotAJsonObject(String body) {
        InvalidRequestException refusal = catchThrowableOfType(InvalidRequestException.class, () -> parse(body));
        assertThat(refusal.errors()).isEmpty();
        assertThat(refusal.getMessage()).isNotBlank().doesNotContain("com.", "Json", "Exception", "Source");
    }

    @Test
    void reportsThePositionOfASyntaxError() {
        assertThatThrownBy(() -> parse("{\n  \"content\": oops}"))
                .hasMessage("The body is not valid JSON (line 2, column 14).");
    }

    @Test
    void acceptsAnyNotationOfAWholeNumber() {
        for (String ten : new String[] {"10", "10.0", "1e1", "100e-1"}) {
            assertThat(parse("{\"content\":\"x\",\"duration_sec\":" + ten + "}").durationSec())
                    .isEqualTo(10);
        }
        for (String huge : new String[] {"1e10", "-1e400", "1e999999999"}) {
            assertThatThrownBy(() -> parse("{\"content\":\"x\",\"duration_sec\":" + huge + "}"))
                    .hasMessage("duration_sec must be from 1 to 30, the maximum for quick_social");
        }
    }

    @Test
    void namesTheExceededJsonLimit() {
        assertThatThrownBy(() -> parse("{\"duration_sec\":" + "1".repeat(1001) + "}"))
                .hasMessageStartingWith("A number in the JSON has more than 1000 characters");
        assertThatThrownBy(() -> parse("{\"" + "n".repeat(50_001) + "\":1}"))
                .hasMessageStartingWith("A name in the JSON has more than 50000 characters");
        assertThatThrownBy(() -> parse("\uFEFF{\"content\":\"x\"}")).hasMessageContaining("byte order mark");
    }

    @Test
    void survivesADeeplyNestedBody() {
        for (String bomb : new String[] {"[", "{\"a\":"}) {
            assertThatThrownBy(() -> parse("{\"content\":\"x\",\"metadata\":" + bomb.repeat(50_000)))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageStartingWith("The JSON is nested deeper than 64 levels");
        }
    }

    @Test
    void fingerprintDependsOnTheRequestNotItsNotation() {
        String one = parse("{\"content\":\"x\",\"preset\":\"quick_social\"}").fingerprint();
        assertThat(one).matches("[0-9a-f]{64}");
        assertThat(parse(" {\"duration_sec\":null , \"content\":\" x \"} ").fingerprint())
                .isEqualTo(one);
        assertThat(Stream.of(
                                "{\"content\":\"y\"}",
                                "{\"content\":\"x\",\"priority\":\"high\"}",
                                "{\"content\":\"x\",\"lang\":\"de\"}",
                                "{\"content\":\"x\",\"duration_sec\":11}",
                                "{\"content\":\"x\",\"metadata\":{}}",
                                "{\"content\":\"x\",\"preset\":\"brand_story\"}",
                                "{\"content\":\"x\",\"callback_url\":\"https://a.example\"}",
                                "{\"content\":\"x\",\"callback_url\":\"https://b.example\"}")
                        .map(body -> parse(body).fingerprint())
                        .distinct())
                .hasSize(8)
                .doesNotContain(one);
    }

    @Test
    void fingerprintDependsOnTheMetadataNotItsNotation() {
        String one = fingerprintOf("{\"a\":1,\"b\":[\"ä\",{\"x\":1e400,\"y\":2.50}],\"c\":null,\"d\":0}");
        assertThat(fingerprintOf(
                        "{ \"d\" : -0, \"c\":null,\n \"b\" : [ \"\\u00e4\" , {\"y\":2.5,\"x\":10E+399}], \"a\": 1.0 }"))
                .isEqualTo(one);
        assertThat(Stream.of(
                                "{\"a\":\"1\",\"b\":[\"ä\",{\"x\":1e400,\"y\":2.50}],\"c\":null,\"d\":0}",
                                "{\"a\":1,\"b\":[{\"x\":1e400,\"y\":2.50},\"ä\"],\"c\":null,\"d\":0}",
                                "{\"a\":1,\"b\":[\"ä\",{\"x\":1e401,\"y\":2.50}],\"c\":null,\"d\":0}",
                                "{\"a\":1,\"b\":[\"ä\",{\"x\":1e400,\"y\":2.50}],\"d\":0}",
                                "{\"a\":1,\"b\":[\"ä\",{\"x\":1e400,\"y\":2.50}],\"c\":false,\"d\":0}",
                                "{\"a\":1.0000000000000000000000001,\"b\":[\"ä\",{\"x\":1e400,\"y\":2.50}],\"c\":null,\"d\":0}")
                        .map(SubmitRequestParserTest::fingerprintOf)
                        .distinct())
                .hasSize(6)
                .doesNotContain(one);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e400", "-1.5E-400", "1e99999", "0.1000000000000000055511151231257827"})
    void keepsNumbersExact(String number) {
        assertThat(parse("{\"content\":\"x\",\"metadata\":{\"n\":" + number + "}}")
                        .metadata())
                .isEqualTo("{\"n\":" + number + "}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e1000000000", "1e-1000000000", "1e99999999999999999999", "0.0e100001"})
    void rejectsNumbersWithTooManyDigits(String number) {
        assertThat(faults("{\"content\":\"x\",\"metadata\":{\"n\":[" + number + "]}}"))
                .containsExactly("metadata contains a number with over 100000 digits before or after its point");
    }

    @Test
    void rejectsAnInvalidCallbackUrl() {
        assertThat(faults("{\"content\":\"x\",\"callback_url\":\"http://example.com\"}"))
                .containsExactly("callback_url must begin with https://");
        assertThat(faults("{\"content\":\"x\",\"callback_url\":\"https://10.1.2.3/\"}"))
                .containsExactly("callback_url must not be in a private network");
        assertThat(faults("{\"content\":\"x\",\"callback_url\":7}"))
                .containsExactly("callback_url must be a string, not a number");
    }

    @Test
    void listsTheOfferedPresets() {
        Presets presets = without("brand_story");

        assertThat(faults("{\"content\":\"x\",\"preset\":\"brand_story\"}", presets))
                .containsExactly("preset must be one of quick_social, cinema_spot, " + WIDER);
        presets.offer(List.of(new Preset("alt_text", "Describes a picture", 1, 1, Map.of(), Map.of())));
        assertThat(faults("{\"content\":\"x\",\"preset\":\"quick_social\"}", presets))
                .containsExactly("preset must be one of alt_text");
    }

    @Test
    void requiresAPresetWhileTheDefaultIsNotOffered() {
        Presets presets = without("quick_social");

        for (String body : List.of("{\"content\":\"x\"}", "{\"content\":\"x\",\"preset\":null,\"duration_sec\":99}")) {
            assertThat(faults(body, presets))
                    .containsExactly("preset is required, and must be one of brand_story, cinema_spot, " + WIDER);
        }
        assertThat(faults("{\"content\":\"x\",\"preset\":\"epic\",\"duration_sec\":0}", presets))
                .containsExactly(
                        "preset must be one of brand_story, cinema_spot, " + WIDER, "duration_sec must be at least 1");
        assertThat(faults("{\"content\":\"x\",\"preset\":5}", presets))
                .containsExactly("preset must be a string, not a number");
        assertThat(parse("{\"content\":\"x\",\"preset\":\"cinema_spot\"}", presets)
                        .durationSec())
                .isNull();
    }

    @Test
    void saysThatNoPresetIsOffered() {
        assertThat(faults("{\"content\":\"x\",\"preset\":\"quick_social\"}", new Presets()))
                .containsExactly("preset cannot be one of the presets: none is offered now");
        assertThat(faults("{\"content\":\"x\"}", new Presets()))
                .containsExactly("preset is required, and cannot be one of the presets: none is offered now");
    }

    @Test
    void doesNotMeasureADurationByThePresetThatWasNotAskedFor() {
        assertThat(faults("{\"content\":\"x\",\"preset\":\"brandstory\",\"duration_sec\":45}"))
                .containsExactly("preset must be one of quick_social, brand_story, cinema_spot, " + WIDER);
    }

    private static Presets without(String name) {
        Presets presets = new Presets();
        presets.offer(BuiltInPresets.catalog().all().stream()
                .filter(preset -> !preset.name().equals(name))
                .toList());
        return presets;
    }

    private static String fingerprintOf(String metadata) {
        return parse("{\"content\":\"x\",\"metadata\":" + metadata + "}").fingerprint();
    }

    private static Preset preset(String name) {
        return BuiltInPresets.named(name);
    }

    private static SubmitRequest parse(String body) {
        return parse(body, BuiltInPresets.catalog());
    }

    private static SubmitRequest parse(String body, Presets presets) {
        return new SubmitRequestParser(body, presets, new WebhookTargets(false, Set.of(443))).parse();
    }

    private static Stream<String> faultsOf(InvalidRequestException refusal) {
        return refusal.errors().stream().map(fault -> fault.field() + " " + fault.message());
    }

    private static List<String> faults(String body) {
        return faults(body, BuiltInPresets.catalog());
    }

    private static List<String> faults(String body, Presets presets) {
        return faultsOf(catchThrowableOfType(InvalidRequestException.class, () -> parse(body, presets)))
                .toList();
    }
}
